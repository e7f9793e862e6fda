"""Servers that tell many sockets the same, in processes of their own, and clients that count.

`python -m benchmarks.sockets KIND PORT PAUSE ROWS` serves one of `KINDS`: ours, whose hub is told
rows each time as if they had just been read from the store; `websockets.broadcast`; FastAPI with
`asyncio.gather`. Each tells everybody a message of about the same length every PAUSE seconds.
"""

import asyncio
import json
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as served

from idrill.access import Role
from idrill.frame import Origin
from idrill.rigs import Rig
from idrill.settings import Settings
from idrill.store import logins, rigs, users
from idrill.store.changed_rows import ChangedRows, Values
from idrill.store.database import Database
from idrill.store.live_changes import Changes, Position
from idrill.store.live_readings import LiveRig
from idrill.store.users import NewUser
from idrill_serving import collector
from idrill_serving.app import create_app
from idrill_serving.live.following import Delivery
from idrill_serving.live.hub import Hub
from idrill_serving.tokens import Claims

KINDS = ("ours", "broadcast", "gather")
CHANNELS = ("hook_load", "torque", "flow_in")
PATH = "/api/v1/sensor-data/ws/R1"


@dataclass(frozen=True)
class Server:
    """A server that tells its sockets something."""

    port: int
    pid: int
    token: str

    @property
    def cpu(self) -> float:
        """What it has taken of the processor [s]."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def memory(self) -> float:
        """Proportional set size [MiB]."""
        return float(psutil.Process(self.pid).memory_full_info().pss) / 2**20


@contextmanager
def running(kind: str, pause: float, rows: int = 1) -> Iterator[Server]:
    """A server of a kind that tells everybody so many rows every so often [s]."""
    port = free_port()
    order = [sys.executable, "-m", "benchmarks.sockets", kind, str(port), str(pause), str(rows)]
    process = subprocess.Popen(order, stdout=subprocess.PIPE, text=True)  # noqa: S603  ourselves
    assert process.stdout is not None
    try:
        token = process.stdout.readline().strip()
        wait_for(port)
        yield Server(port, process.pid, token)
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until somebody answers."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


async def opened(server: Server, through: socket.socket | None = None) -> ClientConnection:
    """A socket that is told something."""
    url = f"ws://127.0.0.1:{server.port}{PATH}"
    kept = 16 if through is None else 1
    line = await connect(
        url, sock=through, compression=None, proxy=None, ping_interval=None, max_queue=kept
    )
    if server.token:
        await line.send(json.dumps({"type": "login", "token": server.token}))
        await line.send(json.dumps({"type": "subscribe", "channels": CHANNELS}))
        while json.loads(await line.recv())["type"] != "snapshot":
            pass
    return line


@asynccontextmanager
async def watching(server: Server, clients: int) -> AsyncIterator[list[ClientConnection]]:
    """So many sockets."""
    lines: list[ClientConnection] = []
    for start in range(0, clients, 50):
        some = range(start, min(start + 50, clients))
        lines += await asyncio.gather(*(opened(server) for _ in some))
    try:
        yield lines
    finally:
        for line in lines:
            line.transport.abort()


async def cost(server: Server, clients: int, seconds: float) -> float:
    """Time of the server's processor that one delivery takes [s]."""
    count = 0

    async def read(line: ClientConnection) -> None:
        nonlocal count
        async for _ in line:
            count += 1

    async with watching(server, clients) as lines:
        readers = [asyncio.create_task(read(line)) for line in lines]
        await asyncio.sleep(1.0)
        before, begun = server.cpu, count
        await asyncio.sleep(seconds)
        used, told = server.cpu - before, count - begun
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    if told < clients:
        raise RuntimeError(f"{told} messages came to {clients} sockets")
    return used / told


def _message(number: int) -> str:
    """What the peers tell: about as long as our message of one row."""
    told = {
        "type": "batch", "rig": "R1", "origin": "live", "after": [number, 0],
        "position": [number + 1, 0], "sent": datetime.now(UTC).isoformat(), "part": 1, "parts": 1,
        "time": [datetime.now(UTC).isoformat()],
        "values": {name: [800.0 + number % 7] for name in CHANNELS},
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":"))


async def _broadcast(port: int, pause: float) -> None:
    lines: set[ServerConnection] = set()

    async def hold(line: ServerConnection) -> None:
        lines.add(line)
        await line.wait_closed()
        lines.discard(line)

    async with served(hold, "127.0.0.1", port, compression=None, ping_interval=None):
        for number in range(1 << 60):
            await asyncio.sleep(pause)
            broadcast(lines, _message(number))


def _gather(port: int, pause: float) -> None:
    lines: set[WebSocket] = set()

    async def tick() -> None:
        for number in range(1 << 60):
            await asyncio.sleep(pause)
            text = _message(number)
            sent = [line.send_text(text) for line in tuple(lines)]
            await asyncio.gather(*sent, return_exceptions=True)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(tick())
        yield
        task.cancel()

    app = FastAPI(lifespan=lifespan)

    @app.websocket(PATH)
    async def hold(line: WebSocket) -> None:
        await line.accept()
        lines.add(line)
        try:
            await line.receive_text()
        except WebSocketDisconnect:
            lines.discard(line)

    serve(app, port)


def _ours(port: int, pause: float, rows: int) -> None:
    settings = furnished(Path(tempfile.mkdtemp()))
    app = create_app(settings)
    print(token_of(app), flush=True)
    hub: Hub = app.state.hub
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(asked: FastAPI) -> AsyncIterator[None]:
        async with inner(asked):
            task = asyncio.create_task(_tick(hub, app.state.platform.database, pause, rows))
            yield
            task.cancel()

    app.router.lifespan_context = lifespan
    collector.settle()
    serve(app, port)


async def _tick(hub: Hub, database: Database, pause: float, rows: int) -> None:
    """Tell the feeds of a hub some rows each time, as if they had just been read."""
    rig = LiveRig("R1", Origin.LIVE, 0, CHANNELS, None)
    with database.session() as session:
        for number in range(1, 1 << 60):
            await asyncio.sleep(pause)
            values: dict[str, Values] = {name: [800.0 + number % 7] * rows for name in CHANNELS}
            told = ChangedRows([datetime.now(UTC)] * rows, [number] * rows, values)
            after, at = Position(number - 1, 0), Position(number, 0)
            for feed in hub.follower.feeds.values():
                feed.take(Changes(rig, after, at, told, (), ()))
                hub.deliver(Delivery(feed, feed.made(session)))


def furnished(home: Path, rig_ids: Sequence[str] = ("R1",), url: str | None = None) -> Settings:
    """Settings of a service with a person and some rigs."""
    settings = Settings(
        _env_file=None,
        home=home,
        database_url=url,
        secret_key=SecretStr(secrets.token_urlsafe(48)),
        env="production",
        request_rate="1000000000/minute",
        sockets=20_000,
        sockets_per_user=20_000,
    )
    database = Database(settings.store_url)
    database.migrate()
    with database.session() as session:
        users.create(session, NewUser("ada@rig.example", "", Role.ADMIN, "none", None))
        for rig_id in rig_ids:
            rigs.register(session, Rig(rig_id, rig_id))
    database.dispose()
    return settings


def token_of(app: FastAPI) -> str:
    """The token of the person."""
    platform = app.state.platform
    with platform.database.session() as session:
        user = users.named(session, "ada@rig.example")
        login = logins.begin(session, user.id)
    token: str = platform.tokens.issue(Claims(user.id, login.id))
    return token


def serve(app: FastAPI, port: int) -> None:
    """Serve as `idrill serve --plain` does, without pings."""
    uvicorn.run(
        app,
        port=port,
        log_config=None,
        access_log=False,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        backlog=4096,
    )


def main(kind: str, port: int, pause: float, rows: int) -> None:
    """Serve until somebody ends this."""
    if kind == "ours":
        _ours(port, pause, rows)
    print(flush=True)
    if kind == "broadcast":
        asyncio.run(_broadcast(port, pause))
    else:
        _gather(port, pause)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
