"""P6: one client in a hundred that does not read, and what the others notice of it."""

import asyncio
import json
import socket
import statistics
from datetime import UTC, datetime

from websockets.asyncio.client import ClientConnection, connect

from benchmarks import sockets
from benchmarks.harness import Comparison, Result, Sample
from idrill_serving.live.outbox import CAP

CLIENTS = 100
PAUSE = 0.02
ROWS = 200
FILLING = 8.0
"""Until what the kernel keeps and the queue are full [s]."""
SECONDS = 4.0
ROUNDS = 5


def run() -> Result:
    """The slowest hundredth of the others' deliveries, without and with it, in turn; memory."""
    rounds = [asyncio.run(_round()) for _ in range(ROUNDS)]
    alone, beside, memory = zip(*rounds, strict=True)
    cap = CAP * 1.1 / 2**20
    return Result(
        promise="P6",
        title="One stalled client in a hundred",
        against="the same without it",
        comparisons=(
            Comparison(
                "p99 of the others", Sample(beside), Sample(alone), floor=1.5, bound="at most"
            ),
            Comparison(
                "memory that it takes, against its queue's cap",
                Sample(memory, "MiB"),
                Sample((CAP / 2**20,) * ROUNDS, "MiB"),
                floor=1.1,
                bound="at most",
            ),
        ),
        notes=(
            f"{ROUNDS} rounds; a message of {ROWS} rows to each of {CLIENTS} sockets every "
            f"{PAUSE * 1000:g} ms, {SECONDS:g} s; timed from `sent` to arrival, one machine.",
            f"A queue may take {cap:.2f} MiB with its tenth; what the kernel keeps is not counted.",
        ),
    )


async def _round() -> tuple[float, float, float]:
    with sockets.running("ours", PAUSE, ROWS) as server:
        async with sockets.watching(server, CLIENTS - 1) as lines:
            times: list[float] = []
            readers = [asyncio.create_task(_read(line, times)) for line in lines]
            alone = await _slowest(times)
            before = server.memory
            stalled = await _stalled(server)
            await asyncio.sleep(FILLING)
            beside = await _slowest(times)
            memory = server.memory - before
            stalled.close()
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
    return alone, beside, max(memory, 0.001)


async def _read(line: ClientConnection, times: list[float]) -> None:
    async for text in line:
        _, found, rest = str(text)[:400].partition('"sent":"')
        if found:
            sent = datetime.fromisoformat(rest[: rest.index('"')])
            times.append((datetime.now(UTC) - sent).total_seconds())


async def _slowest(times: list[float]) -> float:
    """The slowest hundredth of the deliveries of some seconds from now [s]."""
    times.clear()
    await asyncio.sleep(SECONDS)
    return statistics.quantiles(times, n=100)[98]


async def _stalled(server: sockets.Server) -> socket.socket:
    """A client that subscribes to a lot and reads nothing of it."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", server.port))
    url = f"ws://127.0.0.1:{server.port}{sockets.PATH}"
    line = await connect(
        url, sock=narrow, compression=None, proxy=None, ping_interval=None, max_queue=1
    )
    await line.send(json.dumps({"type": "login", "token": server.token}))
    await line.send(json.dumps({"type": "subscribe", "quality": True}))
    await line.recv()
    line.transport.pause_reading()
    return narrow
