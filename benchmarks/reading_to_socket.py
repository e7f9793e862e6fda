"""P7: from a posted reading to a hundred sockets, each of which watches twenty rigs at 1 Hz."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from psycopg import sql
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import sockets
from benchmarks.harness import Comparison, Result, Sample
from benchmarks.sockets import CHANNELS, Server
from idrill.settings import Settings
from idrill_serving import collector
from idrill_serving.app import create_app
from idrill_serving.working import worked

CLIENTS, RIGS = 100, 20
SECONDS = 10
ROUNDS = 3
LONGEST = 0.5
"""What is promised [s]."""
POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
NATS = "nats://127.0.0.1:4222"
RIG_IDS = [f"RIG_{number:02}" for number in range(RIGS)]


def run() -> Result:
    """Ours on each database, and a relay that commits the row to PostgreSQL first, in turn."""
    found: dict[str, list[float]] = {"postgresql": [], "sqlite": [], "relay": []}
    for _ in range(ROUNDS):
        for kind, times in found.items():
            with _database() as url, _served(kind, url) as server:
                times.append(asyncio.run(_round(server, kind)))
    samples = {kind: Sample(tuple(times)) for kind, times in found.items()}
    limit = Sample((LONGEST,) * ROUNDS)
    return Result(
        promise="P7",
        title="From a posted reading to the sockets",
        against="a relay that commits the same row to PostgreSQL and then sends it on",
        comparisons=(
            Comparison("p95, PostgreSQL", samples["postgresql"], limit, floor=1.0, bound="at most"),
            Comparison("p95, SQLite", samples["sqlite"], limit, floor=1.0, bound="at most"),
            Comparison(
                "p95, PostgreSQL, against the relay",
                samples["postgresql"],
                samples["relay"],
                floor=3.0,
                bound="at most",
            ),
            Comparison(
                "p95, SQLite, against the relay",
                samples["sqlite"],
                samples["relay"],
                bound="at most",
            ),
        ),
        notes=(
            f"{CLIENTS} sockets, each of which watches {RIGS} rigs; each rig is posted one reading "
            f"of {len(CHANNELS)} channels per second, spread evenly, for {SECONDS} s; {ROUNDS} "
            "rounds. Posting and reading run on the same machine. The first two are held against "
            f"{LONGEST * 1000:g} ms.",
            "With PostgreSQL as it is deployed with a broker: one process answers and tells, "
            "`idrill work` scores. With SQLite as it is deployed without one: one process does it "
            "all.",
        ),
    )


@contextmanager
def _database() -> Iterator[str]:
    server = os.environ.get("IDRILL_TEST_POSTGRES", POSTGRES)  # noqa: TID251  as the tests do
    name = f"idrill_bench_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield server.rsplit("/", 1)[0] + f"/{name}"
        line.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _served(kind: str, url: str) -> Iterator[Server]:
    """A server, and where it has a broker what works beside it."""
    port = sockets.free_port()
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        process = stack.enter_context(_process(kind, home, url, port))
        token = _first_line(process)
        sockets.wait_for(port)
        if kind == "postgresql":
            _first_line(stack.enter_context(_process("work", home, url, port)))
        yield Server(port, process.pid, token)


@contextmanager
def _process(kind: str, home: str, url: str, port: int) -> Iterator[subprocess.Popen[str]]:
    order = [sys.executable, "-m", "benchmarks.reading_to_socket", kind, home, url, str(port)]
    process = subprocess.Popen(order, stdout=subprocess.PIPE, text=True)  # noqa: S603  ourselves
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def _round(server: Server, kind: str) -> float:
    """The 95th hundredth of the times from posting to arrival [s]."""
    posted: dict[str, float] = {}
    times: list[float] = []
    lines = [await _opened(server, kind) for _ in range(CLIENTS)]
    readers = [asyncio.create_task(_read(line, posted, times)) for line in lines]
    await _post(server, posted)
    await asyncio.sleep(2.0)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    for line in lines:
        line.transport.abort()
    wanted = CLIENTS * RIGS * SECONDS
    if len(times) != wanted:
        raise RuntimeError(f"{len(times)} readings of {wanted} came to the sockets")
    return statistics.quantiles(times, n=20)[18]


async def _opened(server: Server, kind: str) -> ClientConnection:
    url = f"ws://127.0.0.1:{server.port}/api/v1/sensor-data/ws"
    line = await connect(url, compression=None, proxy=None, ping_interval=None)
    if kind == "relay":
        return line
    await line.send(json.dumps({"type": "login", "token": server.token}))
    asked = {"type": "subscribe", "rigs": RIG_IDS, "channels": CHANNELS}
    await line.send(json.dumps(asked))
    for _ in RIG_IDS:
        while json.loads(await line.recv())["type"] != "snapshot":
            pass
    return line


async def _read(line: ClientConnection, posted: dict[str, float], times: list[float]) -> None:
    async for text in line:
        now, told = time.perf_counter(), json.loads(text)
        values = told.get("values", {}).get(CHANNELS[0], ())
        times += [now - posted[f"{told['rig']} {value}"] for value in values]


async def _post(server: Server, posted: dict[str, float]) -> None:
    headers = {"Authorization": f"Bearer {server.token or 'nobody'}"}
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base, headers=headers) as client:
        asked: list[asyncio.Task[httpx.Response]] = []
        begin = time.perf_counter()
        for number in range(SECONDS * RIGS):
            await asyncio.sleep(max(0.0, begin + number / RIGS - time.perf_counter()))
            rig_id, value = RIG_IDS[number % RIGS], float(number)
            body = {"rig_id": rig_id, "time": datetime.now(UTC).isoformat()}
            posted[f"{rig_id} {value}"] = time.perf_counter()
            told = body | {"values": dict.fromkeys(CHANNELS, value)}
            asked.append(asyncio.create_task(client.post("/api/v1/sensor-data", json=told)))
        for answer in await asyncio.gather(*asked):
            answer.raise_for_status()


def _relay(url: str, port: int) -> None:
    """What takes a reading, commits it to PostgreSQL, and sends it to every socket."""
    lines: set[WebSocket] = set()
    guard = asyncio.Lock()
    store: list[psycopg.AsyncConnection[tuple[object, ...]]] = []
    columns = ", ".join(CHANNELS)
    places = ", ".join(["%s"] * (2 + len(CHANNELS)))
    insert = f"INSERT INTO readings (rig_id, time, {columns}) VALUES ({places})".encode()  # noqa: S608  our own names

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        store.append(await psycopg.AsyncConnection.connect(url))
        told = ", ".join(f"{name} double precision" for name in CHANNELS)
        key = "PRIMARY KEY (rig_id, time)"
        table = f"CREATE TABLE readings (rig_id text, time timestamptz, {told}, {key})"
        await store[0].execute(table.encode())
        await store[0].commit()
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/api/v1/sensor-data")
    async def take(request: Request) -> dict[str, int]:
        told = await request.json()
        values = [told["values"][name] for name in CHANNELS]
        async with guard:
            await store[0].execute(insert, [told["rig_id"], told["time"], *values])
            await store[0].commit()
        columns = {name: [value] for name, value in told["values"].items()}
        text = json.dumps({"rig": told["rig_id"], "time": [told["time"]], "values": columns})
        for line in tuple(lines):
            await line.send_text(text)
        return {"rows": 1}

    @app.websocket("/api/v1/sensor-data/ws")
    async def hold(line: WebSocket) -> None:
        await line.accept()
        lines.add(line)
        try:
            await line.receive_text()
        except WebSocketDisconnect:
            lines.discard(line)

    print(flush=True)
    sockets.serve(app, port)


def main(kind: str, home: str, url: str, port: int) -> None:
    """Serve until somebody ends this, or work beside who serves."""
    if kind == "relay":
        _relay(url, port)
    store = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if kind == "work":
        print(flush=True)
        asyncio.run(worked(_with_broker(Settings(_env_file=None, home=Path(home)), store)))
        return
    settings = sockets.furnished(Path(home), RIG_IDS, store if kind == "postgresql" else None)
    app = create_app(_with_broker(settings, store) if kind == "postgresql" else settings)
    print(sockets.token_of(app), flush=True)
    collector.settle()
    sockets.serve(app, port)


def _with_broker(settings: Settings, store: str) -> Settings:
    """Those of a process of several that share a store and a broker."""
    broker = os.environ.get("IDRILL_TEST_NATS", NATS)  # noqa: TID251  as the tests do
    name = store.rpartition("/")[2].replace("_", "-")
    shared = {"database_url": store, "stream_url": SecretStr(broker), "stream_name": name}
    return settings.model_copy(update=shared)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
