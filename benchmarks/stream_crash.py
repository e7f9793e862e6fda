"""Readings through each broker while consumers are killed and the database is restarted.

20,000 readings, shuffled, late, in parts and sent twice; the table is compared with what the
publisher's file says, row for row. Bounded: it runs on this machine alone and ends by itself.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from psycopg import sql

from benchmarks.harness import Result
from idrill.errors import StoreError
from tests.own_postgres import OwnPostgres, made, programs
from tests.streams import crash
from tests.streams.brokers import BROKERS, DEFAULTS

READINGS = 20_000
KILLS = 24
RESTARTS = 2
PATIENCE = 120.0
"""How long readings may take after the last kill [s]."""


def run(kinds: Sequence[str] = BROKERS) -> Result:
    """What became of the readings through each broker.

    Raises:
        StoreError: If the programs of PostgreSQL's server are not installed.
    """
    found = programs()
    if found is None:
        raise StoreError("no initdb: install PostgreSQL's server programs")
    figures: dict[str, float | str] = {}
    with _server(found) as server:
        for kind in kinds:
            with TemporaryDirectory(prefix="idrill-crash-") as folder:
                figures[kind] = _told(_through(kind, server, Path(folder)))
            print(f"{kind}: {figures[kind]}", flush=True)
    return Result(
        promise="",
        title="Crash test of the live path",
        against="the publisher's file",
        comparisons=(),
        notes=(
            f"{READINGS:,} readings through each broker; `idrill work` is killed (-9) {KILLS} "
            "times, each just after it was handed messages, and the database goes down "
            f"{RESTARTS} times.",
            "Redelivered: messages that a consumer was handed more than once.",
        ),
        figures=figures,
    )


def _through(kind: str, server: OwnPostgres, folder: Path) -> crash.Outcome:
    name = f"crash_{uuid4().hex[:8]}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    plan = crash.Plan(
        DEFAULTS[kind], READINGS, KILLS, PATIENCE, breaks=(partial(_restart, server),) * RESTARTS
    )
    return crash.run(plan, server.url.rsplit("/", 1)[0] + f"/{name}", folder)


def _told(outcome: crash.Outcome) -> str:
    lost = len(outcome.expected.keys() - outcome.found.keys())
    wrong = sum(outcome.found.get(key, row) != row for key, row in outcome.expected.items())
    stray = len(outcome.found.keys() - outcome.expected.keys())
    verdict = "equal" if outcome.found == outcome.expected else "NOT equal"
    return (
        f"{verdict}: {len(outcome.expected):,} rows, {lost} lost, {wrong} other, {stray} stray; "
        f"{outcome.sent:,} messages, {outcome.redelivered:,} redelivered, {outcome.kills} kills, "
        f"{outcome.dead} dead letters, {outcome.seconds:.0f} s"
    )


def _restart(server: OwnPostgres) -> None:
    """End a server as a loss of power would, and start it again."""
    server.stop()
    server.start()


@contextmanager
def _server(found: Path) -> Iterator[OwnPostgres]:
    server = made(found)
    try:
        yield server
    finally:
        server.remove()


if __name__ == "__main__":
    run(sys.argv[1:] or BROKERS)
