"""P3 and P4: the latest readings, asked for by somebody who is logged in; what a worker takes.

The service and a bare FastAPI application run under the same uvicorn, in processes of their own,
and are asked in turn over the same number of connections.
"""

import asyncio
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.harness import Comparison, Result, Sample
from idrill.access import Role
from idrill.channels import CHANNELS
from idrill.readers.posted import Period, read_columns
from idrill.rigs import Rig
from idrill.store import live_intake, rigs, users
from idrill.store.database import Database
from idrill.store.live_intake import Batch
from idrill.store.passwords import Passwords
from idrill.store.users import NewUser

CONNECTIONS = 16
REQUESTS = 4_000
"""Of each side in one round."""
ROUNDS = 9
WARM_UP = 10_000
"""Requests before memory is looked at, as P4 says."""
MEASURED = 16
"""Channels of the rig."""
EMAIL, PASSWORD = "ada@rig.example", secrets.token_urlsafe(16)  # not a person's
PROGRAM = Path(sys.executable).parent / "idrill"
READ = "/api/v1/sensor-data/realtime?rig_id=R1"

BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def answer() -> dict[str, str]:
    return {"status": "ok"}
uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="error")
"""


@dataclass(frozen=True)
class Asked:
    """A server, and what it is asked."""

    port: int
    pid: int
    request: bytes

    def memory(self) -> float:
        """Proportional set size [MiB]."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024.0


def run() -> Result:
    """Both sides in turn: rate, slowest hundredth, memory."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as running:
        home = Path(scratch)
        _fill(home)
        ours = running.enter_context(_service(home))
        peer = running.enter_context(_bare())
        fresh = ours.memory(), peer.memory()
        for side in (ours, peer):
            asyncio.run(_ask(side, WARM_UP))
        worn = ours.memory(), peer.memory()
        pairs = [
            [asyncio.run(_ask(side, REQUESTS)) for side in (ours, peer)] for _ in range(ROUNDS)
        ]
    mine, bare = zip(*pairs, strict=True)
    rates = _each(mine), _each(bare)
    return Result(
        promise="P3",
        title="An authenticated read of the latest readings, and the memory of a worker (P4)",
        against="a bare FastAPI GET under the same uvicorn",
        comparisons=(
            Comparison("time per request", *rates, floor=0.5),
            Comparison("p99", _slowest(mine), _slowest(bare), floor=3.0, bound="at most"),
            Comparison(
                f"P4: memory (PSS) after {WARM_UP} requests",
                Sample((worn[0],), "MiB"),
                Sample((worn[1],), "MiB"),
                floor=2.0,
                bound="at most",
            ),
        ),
        notes=(
            f"{CONNECTIONS} connections, {ROUNDS} rounds of {REQUESTS} requests; SQLite; "
            f"each request asks the store whether anything was committed; {MEASURED} channels.",
            "Nothing is: this is the short way. After a commit the next request goes by the route.",
        ),
        figures={
            "requests/s, ours": round(1.0 / rates[0].median),
            "requests/s, bare": round(1.0 / rates[1].median),
            "memory before the requests [MiB], ours": round(fresh[0], 1),
            "memory before the requests [MiB], bare": round(fresh[1], 1),
        },
    )


def _each(rounds: Sequence[Sequence[float]]) -> Sample:
    """Time that a request takes of the server, in each round [s]."""
    return Sample(tuple(sum(one) / len(one) / CONNECTIONS for one in rounds))


def _slowest(rounds: Sequence[Sequence[float]]) -> Sample:
    """The slowest hundredth of each round [s]."""
    return Sample(tuple(statistics.quantiles(one, n=100)[98] for one in rounds))


def _fill(home: Path) -> None:
    """A migrated store with a person, a rig and half an hour of its readings."""
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    database.migrate()
    now = datetime.now(UTC)
    times = [(now - timedelta(seconds=1800 - second)).isoformat() for second in range(1800)]
    names = [channel.name for channel in CHANNELS if not channel.detail][:MEASURED]
    columns = {name: [20.0 + second % 7 for second in range(1800)] for name in names}
    posted = read_columns(times, columns, Period.until(now, (now - timedelta(days=2)).date()))
    with database.session() as session:
        hashed = Passwords().hashed(PASSWORD)
        users.create(session, NewUser(EMAIL, "", Role.ENGINEER, hashed, None))
        rigs.register(session, Rig("R1", "R1"))
        live_intake.write(session, Batch("R1", None, posted, "a benchmark"))
    database.dispose()


@contextmanager
def _service(home: Path) -> Iterator[Asked]:
    settings = {
        "IDRILL_HOME": str(home),
        "IDRILL_SECRET_KEY": secrets.token_urlsafe(48),
        "IDRILL_ENV": "production",
        "IDRILL_REQUEST_RATE": "1000000000/minute",
    }
    with _process([str(PROGRAM), "serve", "--plain", "--port"], settings) as (port, pid):
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/api/v1/health/live")
        login = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
        wanted = urllib.request.Request(  # noqa: S310  our own service
            f"{url}/api/v1/auth/login", login, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(wanted) as answer:  # noqa: S310  our own service
            token = json.load(answer)["access_token"]
        yield Asked(port, pid, _request(READ, {"Authorization": f"Bearer {token}"}))


@contextmanager
def _bare() -> Iterator[Asked]:
    with _process([sys.executable, "-c", BARE], {}) as (port, pid):
        _wait_for(f"http://127.0.0.1:{port}/")
        yield Asked(port, pid, _request("/", {}))


@contextmanager
def _process(order: list[str], settings: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603  our own program
        [*order, str(port)],
        env={**os.environ, **settings},  # noqa: TID251  handed on to the service
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str) -> None:
    for _ in range(1_800):
        try:
            urllib.request.urlopen(url).close()  # noqa: S310  our own service
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nothing answers at {url}")


def _request(path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def _ask(side: Asked, requests: int) -> list[float]:
    """The time of each of so many requests [s], over all connections."""
    times: list[float] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_over_one(side, requests // CONNECTIONS, times))
    return times


async def _over_one(side: Asked, requests: int, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", side.port)
    for _ in range(requests):
        began = time.perf_counter()
        writer.write(side.request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not answered: {head[:80]!r}")
        length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        times.append(time.perf_counter() - began)
    writer.close()
