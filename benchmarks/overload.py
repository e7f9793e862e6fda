"""What a service answers whose database takes nothing in any more, and what it holds meanwhile.

Twice, readings go on coming: once somebody holds the table that each commit has to lock, once the
server stands still altogether (SIGSTOP). What is timed is how long a refusal takes once the writer
refuses; what was told and refused, or waited for in vain, is told again afterwards, and must be
there once.
"""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg

from benchmarks import intake
from benchmarks.harness import Result
from benchmarks.intake import TELL, Answer, Intake
from idrill.errors import StoreError
from idrill.store.live_writer import STALLED
from tests.own_postgres import OwnPostgres, made, programs

CONNECTIONS = 64
PAUSE = 0.05
"""Between those who come while nothing is taken in [s]."""
SECONDS = 20.0
"""How long the database takes nothing in [s]."""
ROWS = 500
"""Of each request: what waits must not be small."""
BOUND = 0.05
"""How long a refusal may take [s]."""


def run() -> Result:
    """Both ways to stand still.

    Raises:
        StoreError: If the programs of PostgreSQL's server are not installed.
    """
    figures: dict[str, float | str] = {}
    with _server() as server:
        for name, still in (("locked", _locked), ("stopped", _stopped)):
            with tempfile.TemporaryDirectory() as scratch:
                with psycopg.connect(server.url, autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}".encode())
                url = server.url.rsplit("/", 1)[0] + f"/{name}"
                with intake.service(Path(scratch), url) as service:
                    figures |= _while(service, still(server, url), name)
    return Result(
        promise="",
        title="A database that takes nothing in: refusals, and memory meanwhile",
        against="nothing",
        comparisons=(),
        notes=(
            f"{CONNECTIONS} tell {ROWS} rows each at once, then one more every {1000 * PAUSE:g} "
            f"ms for {SECONDS:g} s. A commit that takes longer than {STALLED:g} s, a store that "
            "lets somebody wait in vain, or a full queue has those refused who come then, with "
            "503 and `Retry-After`; a silent store is tried by one of them every 2 s.",
            "The clients run on the same cores as the service.",
        ),
        figures=figures,
    )


def _while(
    service: Intake, still: AbstractContextManager[None], name: str
) -> dict[str, float | str]:
    bodies = [
        intake.columns(f"R{one % intake.RIGS}", intake.readings(f"R{one}", one * ROWS, ROWS))
        for one in range(CONNECTIONS)
    ]
    told = [service.request(f"{TELL}/columns", body) for body in bodies]
    intake.all_taken(asyncio.run(intake.send(service.port, [[one] for one in told])))
    before = service.resident()
    with still:
        found, most = asyncio.run(_flood(service, told))
    intake.all_taken(_once_it_answers(service, told))
    refused_since = min(at + one.seconds for at, one in found if one.retry_after)
    since = [one for at, one in found if at > refused_since]
    refused = sorted(one.seconds for one in since if one.retry_after)
    return {
        f"{name}: refusals began after [s]": round(refused_since, 1),
        f"{name}: refused with Retry-After since": f"{len(refused)} of {len(since)} who came",
        f"{name}: median [ms]": round(1000 * refused[len(refused) // 2], 1),
        f"{name}: 99 of 100 within [ms]": round(1000 * refused[int(0.99 * len(refused))], 1),
        f"{name}: later than {1000 * BOUND:g} ms": sum(one > BOUND for one in refused),
        f"{name}: longest anybody waited [s]": round(max(one.seconds for _, one in found), 1),
        f"{name}: memory before, and most [MiB]": f"{before:.0f}, {most:.0f}",
    }


async def _flood(
    service: Intake, told: Sequence[bytes]
) -> tuple[list[tuple[float, Answer]], float]:
    """When each request came [s] and its answer, and the most memory held meanwhile [MiB]."""
    found: list[tuple[float, Answer]] = []
    most, began = 0.0, time.perf_counter()

    async def tell(request: bytes) -> None:
        at = time.perf_counter() - began
        found.extend((at, one) for one in await intake.send(service.port, [[request]]))

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, service.resident())
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    async with asyncio.TaskGroup() as group:
        for request in told:
            group.create_task(tell(request))
        while time.perf_counter() - began < SECONDS:
            await asyncio.sleep(PAUSE)
            group.create_task(tell(told[len(found) % len(told)]))
    watching.cancel()
    return found, most


def _once_it_answers(service: Intake, told: Sequence[bytes]) -> list[Answer]:
    """The answers once the database is back."""
    for _ in range(120):
        answers = asyncio.run(intake.send(service.port, [[one] for one in told]))
        if all(one.status == 200 for one in answers):
            break
        time.sleep(0.5)
    return answers


@contextmanager
def _locked(_: OwnPostgres, url: str) -> Iterator[None]:
    """Hold what each commit has to lock."""
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE live_rigs IN EXCLUSIVE MODE")
        yield


@contextmanager
def _stopped(server: OwnPostgres, _: str) -> Iterator[None]:
    """Stop every process of a server; let them go on afterwards."""
    parent = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    everybody = [parent, *_children(parent)]
    for one in everybody:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in everybody:
            os.kill(one, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def _server() -> Iterator[OwnPostgres]:
    found = programs()
    if found is None:
        raise StoreError("no initdb: install PostgreSQL's server programs")
    server = made(found)
    try:
        yield server
    finally:
        server.remove()
