"""P1: readings over HTTP, durable and idempotent, against a bare binary COPY of the same rows.

An answer comes once the rows are committed. The peer copies the same rows, already encoded, into a
table with the same columns, key and index, over one connection and in one transaction.
"""

import asyncio
import io
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl
import psycopg

from benchmarks import intake
from benchmarks.harness import Comparison, Result, Sample
from benchmarks.intake import NAMES, TELL, Intake
from idrill.store.binary_copy import HEAD, TAIL, encoded

CONNECTIONS = 8
REQUESTS = 5
"""Of each connection in one round."""
ROWS = 1_000
"""Of each request."""
ROUNDS = 7
ARROW = "application/vnd.apache.arrow.stream"
FLOORS: Mapping[str, float | None] = MappingProxyType(
    {"columns of JSON": 0.15, "rows of JSON": 0.08, "Arrow": None}
)
_COPIED = f"COPY bare (rig_id, time, revision, {', '.join(NAMES)}) FROM STDIN (FORMAT BINARY)"

Packed = tuple[str, bytes, str]
"""Path, body and media type of a request."""


def _as_arrow(rig: str, table: pl.DataFrame) -> Packed:
    written = io.BytesIO()
    table.write_ipc_stream(written, compat_level=pl.CompatLevel.oldest())
    return f"{TELL}/columns?rig_id={rig}", written.getvalue(), ARROW


PACKINGS: Mapping[str, Callable[[str, pl.DataFrame], Packed]] = MappingProxyType(
    {
        "columns of JSON": lambda rig, table: (
            f"{TELL}/columns",
            intake.columns(rig, table),
            "application/json",
        ),
        "rows of JSON": lambda rig, table: (
            f"{TELL}/batch",
            intake.rows(rig, table),
            "application/json",
        ),
        "Arrow": _as_arrow,
    }
)


def run() -> Result:
    """Each kind of body in turn, on PostgreSQL against COPY and on SQLite for itself."""
    figures: dict[str, float | str] = {}
    comparisons: list[Comparison] = []
    with (
        tempfile.TemporaryDirectory() as scratch,
        intake.postgres() as url,
        intake.service(Path(scratch), url) as service,
    ):
        for number, kind in enumerate(PACKINGS):
            pair = _measured(service, kind, number)
            comparisons.append(Comparison(f"time per row, {kind}", *pair, FLOORS[kind]))
            for name, side in zip(("ours", "COPY"), pair, strict=True):
                figures[f"rows/s, {kind}, {name}"] = round(1.0 / side.median)
        figures["rows/s, columns told a second time"] = round(_again(service))
    with tempfile.TemporaryDirectory() as scratch, intake.service(Path(scratch)) as service:
        for number, kind in enumerate(PACKINGS):
            ours = [_told(service, kind, number * ROUNDS + turn) for turn in range(3)]
            figures[f"rows/s on SQLite, {kind}"] = round(1.0 / Sample(tuple(ours)).median)
    return Result(
        promise="P1",
        title="Readings over HTTP, answered once they are committed",
        against="a bare binary COPY of the same rows into a table with the same key",
        comparisons=tuple(comparisons),
        notes=(
            f"{CONNECTIONS} connections, each of another rig, {ROWS} rows of {len(NAMES)} channels "
            "a request; uvicorn with one worker; PostgreSQL on the same machine with its own "
            "settings (fsync and synchronous_commit on).",
            "The rows that COPY is given are encoded before the clock starts, and committed once.",
        ),
        figures=figures,
    )


def _measured(service: Intake, kind: str, number: int) -> tuple[Sample, Sample]:
    """Time per row of both sides, in turn; the first round does not count."""
    with psycopg.connect(service.database) as server:
        server.execute("CREATE TABLE IF NOT EXISTS bare (LIKE live_readings INCLUDING ALL)")
        pairs = []
        for turn in range(ROUNDS + 1):
            begin = number * (ROUNDS + 1) + turn
            pairs.append((_told(service, kind, begin), _copied(server, begin)))
            _compare(server)
    ours, peer = zip(*pairs[1:], strict=True)
    return Sample(tuple(ours)), Sample(tuple(peer))


def _tables(turn: int) -> list[list[tuple[str, pl.DataFrame]]]:
    """By connection, the readings of each of its requests in a round."""
    first = turn * REQUESTS * ROWS
    return [
        [
            (f"R{number}", intake.readings(f"R{number}", first + request * ROWS, ROWS))
            for request in range(REQUESTS)
        ]
        for number in range(CONNECTIONS)
    ]


def _told(service: Intake, kind: str, turn: int) -> float:
    """Time per row of ours."""
    pack = PACKINGS[kind]
    told = []
    for tables in _tables(turn):
        packed = (pack(rig, table) for rig, table in tables)
        told.append([service.request(path, body, media) for path, body, media in packed])
    return _timed(service, told)


def _timed(service: Intake, told: list[list[bytes]]) -> float:
    began = time.perf_counter()
    intake.all_taken(asyncio.run(intake.send(service.port, told)))
    return (time.perf_counter() - began) / (CONNECTIONS * REQUESTS * ROWS)


def _copied(server: psycopg.Connection, turn: int) -> float:
    """Time per row of the peer."""
    tables = [one for several in _tables(turn) for one in several]
    rows = HEAD + b"".join(encoded(rig, table, 1, NAMES) for rig, table in tables) + TAIL
    began = time.perf_counter()
    with server.cursor() as cursor, cursor.copy(_COPIED) as copying:
        copying.write(rows)
    server.commit()
    return (time.perf_counter() - began) / (CONNECTIONS * REQUESTS * ROWS)


def _compare(server: psycopg.Connection) -> None:
    """See that both tables hold the same.

    Raises:
        RuntimeError: If they differ.
    """
    columns = ", ".join(("rig_id", "time", *NAMES))
    query = (
        f"SELECT count(*) FROM (SELECT {columns} FROM live_readings EXCEPT "  # noqa: S608  our names
        f"SELECT {columns} FROM bare) AS differing"
    )
    row = server.execute(query.encode()).fetchone()
    counted = server.execute(
        "SELECT (SELECT count(*) FROM live_readings) - (SELECT count(*) FROM bare)"
    ).fetchone()
    server.commit()
    if row != (0,) or counted != (0,):
        raise RuntimeError(f"the tables differ: {row}, {counted}")


def _again(service: Intake) -> float:
    """Rows per second that are told when all of them are known, and leave nothing new."""
    rate = 1.0 / _told(service, "columns of JSON", 1)
    with psycopg.connect(service.database) as server:
        _compare(server)
    return rate
