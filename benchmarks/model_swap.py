"""P13: the champion changes three times and is rolled back at 200 requests a second.

Every answer is held against what the version that it names says of the same window. Stretches with
and without changes alternate. Then the champion changes many times more, for the memory that would
add up, and a worker of two is killed at 100 requests a second.
"""

import asyncio
import os
import signal
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.harness import Comparison, Result, Sample
from benchmarks.serving import (
    MODEL,
    POLL,
    Answer,
    Host,
    Served,
    crown,
    keep,
    memory,
    paced,
    posted,
    served,
)
from benchmarks.untrained import card, interval, lives, untrained
from idrill.registry.champions import folder_of
from idrill.rul.cmapss import LENGTH
from idrill.rul.export import export
from idrill.store import promotions
from idrill.store.database import Database
from idrill.windows import windows

HOSTS: tuple[Host, ...] = ("uvicorn", "bentoml")
RUL = "/api/v1/predictions/rul"
RATE = 200
SECONDS = 10.0
ROUNDS = 5
CHANGES = (1.5, 3.5, 5.5)
"""When the champion changes in a stretch [s]."""
BACK = 7.5
"""When it is rolled back [s]."""
MORE = 30
"""Changes after that, for the memory."""
ASKED = 32
"""Windows that are posted in turn."""
SPREAD = 1e-3
"""Least difference between what two versions say that tells them apart [own hours]."""


def run() -> Result:
    """Both hosts in turn."""
    comparisons: list[Comparison] = []
    figures: dict[str, float | str] = {}
    for host in HOSTS:
        with tempfile.TemporaryDirectory() as scratch:
            comparison, seen = _swapped(Path(scratch), host)
        comparisons.append(comparison)
        figures |= {f"{host}: {name}": value for name, value in seen.items()}
    return Result(
        promise="P13",
        title="Model swap under load",
        against="stretches of the same load in which the champion stays",
        comparisons=tuple(comparisons),
        notes=(
            f"{RATE} predictions a second for {SECONDS:.0f} s, one worker; the champion changes at "
            f"{', '.join(map(str, CHANGES))} s and is rolled back at {BACK} s; workers look every "
            f"{POLL:g} s. A time counts from when the request was due.",
            "An answer is mixed if its quantiles are not those of the version that it names.",
            "kill -9: two workers, 100 requests a second; a request fails if its connection broke.",
        ),
        figures=figures,
    )


def _swapped(home: Path, host: Host) -> tuple[Comparison, dict[str, float | str]]:
    database = Database(f"sqlite:///{home / 'idrill.db'}")
    database.migrate()
    bodies, expected = _models(database, home, 2 + ROUNDS * len(CHANGES) + MORE)
    crown(database, 1)
    with served(home, host) as service:
        steady, swapped, faults = asyncio.run(_stretches(service, database, bodies, expected))
        grown = asyncio.run(_memory(service, database, bodies))
    with served(home, host, workers=2) as service:
        killed = asyncio.run(_killed(service, bodies))
    database.dispose()
    comparison = Comparison(
        f"p99 while the champion changes, {host}", _p99s(swapped), _p99s(steady), 3.0, "at most"
    )
    return comparison, faults | grown | killed


def _models(
    database: Database, home: Path, count: int
) -> tuple[list[dict[str, Any]], Mapping[int, np.ndarray[Any, Any]]]:
    """Requests, and what each version says of their windows (window, level)."""
    known = lives()
    sample = windows(known, LENGTH)[np.arange(0, 320, 10)]
    expected: dict[int, np.ndarray[Any, Any]] = {}
    models = home / "models"
    for version in range(1, count + 1):
        trained = untrained("lstm", known, seed=version)
        folder = folder_of(models, MODEL, version)
        export(
            [trained], interval(30.0 + 0.5 * version), card(MODEL, "lstm", trained.problem), folder
        )
        model = keep(database, models, version, sample)
        expected[version] = model.quantiles(sample)
    bodies = [posted(known, sample, at) for at in range(len(sample))]
    _require_told_apart(expected)
    return bodies, expected


def _require_told_apart(expected: Mapping[int, np.ndarray[Any, Any]]) -> None:
    """See that no two versions in a row say the same, else nothing mixed would be seen.

    Raises:
        RuntimeError: If two do.
    """
    for version in range(2, len(expected) + 1):
        apart = np.abs(expected[version] - expected[version - 1]).max(axis=1)
        if not np.median(apart) > SPREAD:
            raise RuntimeError(f"versions {version - 1} and {version} say the same")


def _client(service: Served) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    headers = dict(service.headers)
    return httpx.AsyncClient(base_url=service.url, headers=headers, timeout=30.0, limits=limits)


async def _stretches(
    service: Served, database: Database, bodies: list[dict[str, Any]], expected: Mapping[int, Any]
) -> tuple[list[list[Answer]], list[list[Answer]], dict[str, float | str]]:
    steady, swapped, version = list[list[Answer]](), list[list[Answer]](), 1
    async with _client(service) as client:
        await paced(client, RUL, bodies, RATE, 3.0)
        for _ in range(ROUNDS):
            steady.append(await paced(client, RUL, bodies, RATE, SECONDS))
            async with asyncio.TaskGroup() as both:
                load = both.create_task(paced(client, RUL, bodies, RATE, SECONDS))
                both.create_task(_change(database, version))
            swapped.append(load.result())
            version += len(CHANGES)
    asked = [one for stretch in (*steady, *swapped) for one in stretch]
    return steady, swapped, {
        "requests": f"{len(asked)}",
        "failed": f"{sum(one.status != 200 for one in asked)}",
        "mixed answers": f"{sum(_mixed(one, bodies, expected) for one in asked)}",
        "versions seen": f"{len({one.told['version'] for one in asked if one.status == 200})}",
    }  # fmt: skip


async def _change(database: Database, version: int) -> None:
    before = 0.0
    for number, at in enumerate(CHANGES, start=1):
        await asyncio.sleep(at - before)
        await asyncio.to_thread(crown, database, version + number)
        before = at
    await asyncio.sleep(BACK - before)
    await asyncio.to_thread(_roll_back, database)


def _roll_back(database: Database) -> None:
    with database.session() as session:
        promotions.roll_back(session, MODEL, by="bench", reason="benchmark")


def _mixed(one: Answer, bodies: list[dict[str, Any]], expected: Mapping[int, Any]) -> bool:
    if one.status != 200:
        return False
    at = round(one.due * RATE) % len(bodies)
    [told] = one.told["predictions"]
    return not np.allclose(told["quantiles"], expected[one.told["version"]][at], atol=SPREAD / 2)


async def _memory(
    service: Served, database: Database, bodies: list[dict[str, Any]]
) -> dict[str, float | str]:
    """Of the worker after the changes so far, and after many more."""
    [worker] = service.workers()
    first = 2 + ROUNDS * len(CHANGES)
    before = memory(worker)
    async with _client(service) as client:
        for version in range(first, first + MORE):
            await asyncio.to_thread(crown, database, version)
            await paced(client, RUL, bodies, 20, 2 * POLL)
    after = memory(worker)
    return {f"memory (PSS) before and after {MORE} more": f"{before:.1f} and {after:.1f} MiB"}


async def _killed(service: Served, bodies: list[dict[str, Any]]) -> dict[str, float | str]:
    """What fails when one of two workers is killed."""
    victim = service.workers()[0]
    at = 3.0

    async def kill() -> None:
        await asyncio.sleep(at)
        os.kill(victim, signal.SIGKILL)

    async with _client(service) as client, asyncio.TaskGroup() as both:
        load = both.create_task(paced(client, RUL, bodies, 100, SECONDS))
        both.create_task(kill())
    asked = load.result()
    failed = [one for one in asked if one.status != 200]
    in_flight = [one for one in asked if one.due <= at + 0.05 and one.due + one.took >= at - 0.05]
    late = [one for one in failed if one not in in_flight]
    return {
        "kill -9 of a worker": (
            f"{len(failed)} of {len(asked)} failed, {len(late)} of them not in flight then; "
            f"{len(service.workers())} workers afterwards"
        )
    }


def _p99s(stretches: list[list[Answer]]) -> Sample:
    taken = [[one.took for one in stretch] for stretch in stretches]
    return Sample(tuple(statistics.quantiles(times, n=100)[98] for times in taken))
