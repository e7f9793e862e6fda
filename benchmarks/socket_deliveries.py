"""P5: what telling many sockets the same costs the server."""

import asyncio
from contextlib import ExitStack

from benchmarks import sockets
from benchmarks.harness import Comparison, Result, Sample

SIZES = ((100, 0.02), (1000, 0.2))
"""Sockets, and the time between two messages to all of them [s]."""
ROUNDS = 5
SECONDS = 3.0
FLOORS = {"broadcast": 0.7, "gather": 1.5}


def run() -> Result:
    """Ours, `websockets.broadcast` and FastAPI with `asyncio.gather`, in turn."""
    comparisons: list[Comparison] = []
    memory: dict[str, float] = {}
    for clients, pause in SIZES:
        costs: dict[str, list[float]] = {kind: [] for kind in sockets.KINDS}
        with ExitStack() as stack:
            servers = {
                kind: stack.enter_context(sockets.running(kind, pause)) for kind in sockets.KINDS
            }
            for _ in range(ROUNDS):
                for kind, server in servers.items():
                    costs[kind].append(asyncio.run(sockets.cost(server, clients, SECONDS)))
        ours = Sample(tuple(costs["ours"]))
        comparisons += [
            Comparison(
                f"time of the processor per delivery, {clients} sockets, against {kind}",
                ours,
                Sample(tuple(costs[kind])),
                floor=floor,
            )
            for kind, floor in FLOORS.items()
        ]
        memory[f"deliveries per second of the processor, {clients} sockets"] = round(
            1.0 / ours.median
        )
    memory["memory per socket [KiB]"] = asyncio.run(_memory_per_socket(1000))
    return Result(
        promise="P5",
        title="WebSocket deliveries with equal subscriptions, and memory per socket",
        against="`websockets.broadcast`, and FastAPI with `asyncio.gather` under uvicorn",
        comparisons=tuple(comparisons),
        notes=(
            f"{ROUNDS} rounds of {SECONDS:g} s, each server in a process of its own; one row of "
            f"{len(sockets.CHANNELS)} channels per message, not compressed.",
            "Ours makes each message from a row that is handed to the hub: reading it from the "
            "store, once per commit and worker, is not part of this; P7 has the whole way.",
        ),
        figures=memory,
    )


async def _memory_per_socket(clients: int) -> float:
    with sockets.running("ours", 1.0) as server:
        async with sockets.watching(server, 10):
            before = server.memory
        async with sockets.watching(server, clients):
            await asyncio.sleep(2.0)
            return round((server.memory - before) * 1024.0 / clients, 1)
