"""P2: single readings over HTTP, durable, against an endpoint of the service that does nothing.

Both stand behind the same door of the same process and are asked in turn; the one that does nothing
is asked with the same body, and does not read it.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import intake
from benchmarks.harness import Comparison, Result, Sample
from benchmarks.intake import NOTHING, RIGS, TELL, Answer, Intake

CONNECTIONS = 64
REQUESTS = 20
"""Of each connection in one round."""
ROUNDS = 9
FLOOR = 0.40


def run() -> Result:
    """Both endpoints on each database."""
    comparisons: list[Comparison] = []
    figures: dict[str, float | str] = {}
    with (
        tempfile.TemporaryDirectory() as scratch,
        intake.postgres() as url,
        intake.service(Path(scratch), url) as service,
    ):
        comparisons.append(_compared(service, "PostgreSQL", figures, FLOOR))
    with tempfile.TemporaryDirectory() as scratch, intake.service(Path(scratch)) as service:
        comparisons.append(_compared(service, "SQLite", figures, FLOOR))
    return Result(
        promise="P2",
        title="Single readings over HTTP, each answered once it is committed",
        against="an endpoint of the same service that does nothing, behind the same door",
        comparisons=tuple(comparisons),
        notes=(
            f"{CONNECTIONS} connections, {RIGS} rigs, one reading of one channel a request; "
            "those that wait at the same time are committed together.",
        ),
        figures=figures,
    )


def _compared(
    service: Intake, database: str, figures: dict[str, float | str], floor: float
) -> Comparison:
    ours: list[float] = []
    peer: list[float] = []
    slowest: list[float] = []
    for turn in range(ROUNDS + 1):
        answers, seconds = _asked(service, TELL, turn)
        slowest += [one.seconds for one in answers] if turn else []
        ours.append(seconds)
        peer.append(_asked(service, NOTHING, turn)[1])
    sides = Sample(tuple(ours[1:])), Sample(tuple(peer[1:]))
    figures[f"readings/s on {database}"] = round(1.0 / sides[0].median)
    figures[f"requests/s to nothing, {database}"] = round(1.0 / sides[1].median)
    figures[f"p99 on {database} [ms]"] = round(1000 * sorted(slowest)[int(0.99 * len(slowest))], 1)
    return Comparison(f"time per request on {database}", *sides, floor)


def _asked(service: Intake, path: str, turn: int) -> tuple[Sequence[Answer], float]:
    """The answers of a round, and the time per request."""
    told = [
        [
            service.request(path, _body(connection, turn * REQUESTS + request))
            for request in range(REQUESTS)
        ]
        for connection in range(CONNECTIONS)
    ]
    began = time.perf_counter()
    answers = asyncio.run(intake.send(service.port, told))
    seconds = time.perf_counter() - began
    intake.all_taken(answers)
    return answers, seconds / (CONNECTIONS * REQUESTS)


def _body(connection: int, request: int) -> bytes:
    """A reading of an instant of which nobody else tells."""
    each = CONNECTIONS // RIGS
    return intake.single(f"R{connection % RIGS}", request * each + connection // RIGS)
