"""P6: one client in a hundred that does not read, and what the others notice of it."""

import asyncio
import socket
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from websockets.asyncio.client import ClientConnection

from benchmarks import sockets
from benchmarks.harness import Comparison, Result, Sample
from idrill_serving.live.outbox import CAP

CLIENTS = 100
PAUSE = 0.02
ROWS = 200
SETTLING = 2.0
"""Until everybody has what they began with [s]."""
FILLING = 60.0
"""Until what the kernel keeps and the queue are full, at most [s]."""
LOOKS = 20
"""At the memory of the server while deliveries are timed."""
SECONDS = 4.0
ROUNDS = 5


def run() -> Result:
    """The slowest hundredth of the others' deliveries, without and with it, in turn; memory."""
    rounds = [asyncio.run(_round()) for _ in range(ROUNDS)]
    alone = tuple(one.alone for one in rounds)
    beside = tuple(one.beside for one in rounds)
    memory = tuple(one.memory for one in rounds)
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
            f"A queue may take {cap:.2f} MiB with its tenth; what the kernel keeps is not counted. "
            "Memory is PSS, whose heap reuses pages: it may read less than is queued.",
            "The one reads like the others first, then nothing; timed once its queue drops what "
            "is oldest, and until before it is let go.",
        ),
        figures={"messages dropped for it in each round, at least": min(r.dropped for r in rounds)},
    )


@dataclass(frozen=True)
class _Round:
    """What a round found."""

    alone: float
    """Slowest hundredth of the others' deliveries while it reads too [s]."""
    beside: float
    """While it does not [s]."""
    memory: float
    """What that takes of the server's [MiB]."""
    dropped: int
    """Messages that its full queue had no room for meanwhile."""


async def _round() -> _Round:
    with sockets.running("ours", PAUSE, ROWS) as server:
        async with sockets.watching(server, CLIENTS - 1) as lines, _narrow(server) as slow:
            times: list[float] = []
            readers = [asyncio.create_task(_read(line, times)) for line in lines]
            reading = asyncio.create_task(_read(slow, []))
            await asyncio.sleep(SETTLING)
            alone, before = await _slowest(server, times)
            reading.cancel()
            dropped = await _until_full(server)
            beside, after = await _slowest(server, times)
            dropped = await _still_full(server) - dropped
            for reader in readers:
                reader.cancel()
            await asyncio.gather(reading, *readers, return_exceptions=True)
    return _Round(alone, beside, max(after - before, 0.001), dropped)


async def _read(line: ClientConnection, times: list[float]) -> None:
    async for text in line:
        _, found, rest = str(text)[:400].partition('"sent":"')
        if found:
            sent = datetime.fromisoformat(rest[: rest.index('"')])
            times.append((datetime.now(UTC) - sent).total_seconds())


async def _slowest(server: sockets.Server, times: list[float]) -> tuple[float, float]:
    """The slowest hundredth of the deliveries of some seconds [s], and the memory meanwhile."""
    times.clear()
    memory: list[float] = []
    for _ in range(LOOKS):
        await asyncio.sleep(SECONDS / LOOKS)
        memory.append(server.memory)
    return statistics.quantiles(times, n=100)[98], statistics.median(memory)


@asynccontextmanager
async def _narrow(server: sockets.Server) -> AsyncIterator[ClientConnection]:
    """One like the others, for which the kernel and its own queue keep little."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", server.port))
    line = await sockets.opened(server, narrow)
    try:
        yield line
    finally:
        line.transport.abort()


async def _until_full(server: sockets.Server) -> int:
    """Wait until messages are dropped; how many were so far."""
    async with asyncio.timeout(FILLING):
        while not (figures := await _figures(server))["idrill_socket_dropped_total"]:  # noqa: ASYNC110  asked over HTTP
            await asyncio.sleep(0.2)
    return int(figures["idrill_socket_dropped_total"])


async def _still_full(server: sockets.Server) -> int:
    """How many messages were dropped.

    Raises:
        RuntimeError: If it was let go meanwhile.
    """
    figures = await _figures(server)
    if figures["idrill_socket_slow_total"] or figures["idrill_socket_queued_bytes"] < CAP / 2:
        raise RuntimeError(f"the stalled client did not stay until the end: {figures}")
    return int(figures["idrill_socket_dropped_total"])


async def _figures(server: sockets.Server) -> dict[str, float]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {server.token}"}) as client:
        answer = await client.get(f"http://127.0.0.1:{server.port}/metrics")
    answer.raise_for_status()
    told = [line.rpartition(" ") for line in answer.text.splitlines() if line[0] != "#"]
    return {name: float(value) for name, _, value in told if name.startswith("idrill_socket_")}
