"""P6: one client in a hundred that does not read, and what the others notice of it."""

import asyncio
import json
import socket
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime

from websockets.asyncio.client import ClientConnection, connect

from benchmarks import sockets
from benchmarks.harness import Comparison, Result, Sample
from idrill_serving.live.outbox import CAP

CLIENTS = 100
PAUSE = 0.02
SECONDS = 6.0
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
            f"{ROUNDS} rounds; a message to each of {CLIENTS} sockets every {PAUSE * 1000:g} ms, "
            f"{SECONDS:g} s; timed from `sent` in the message to its arrival, one machine.",
            f"A queue may take {cap:.2f} MiB with its tenth; what the kernel keeps is not counted.",
        ),
    )


async def _round() -> tuple[float, float, float]:
    with sockets.running("ours", PAUSE) as server:
        async with sockets.watching(server, CLIENTS - 1) as lines:
            alone = await _slowest(lines)
            before = server.memory
            stalled = await _stalled(server)
            beside = await _slowest(lines)
            memory = server.memory - before
            stalled.close()
    return alone, beside, max(memory, 0.001)


async def _slowest(lines: Sequence[ClientConnection]) -> float:
    """The slowest hundredth of deliveries [s]."""
    times: list[float] = []

    async def read(line: ClientConnection) -> None:
        async for text in line:
            told = json.loads(text)
            if "sent" in told:
                sent = datetime.fromisoformat(told["sent"])
                times.append((datetime.now(UTC) - sent).total_seconds())

    readers = [asyncio.create_task(read(line)) for line in lines]
    await asyncio.sleep(SECONDS)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
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
