"""Requests generated from the OpenAPI document, as everybody, until 50,000 were answered.

No peer: what counts is that none is a fault of ours, and none is answered as the document does not
say. The tests make the same requests, fewer of each.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from traceback import format_exception

from pydantic import SecretStr
from rich.progress import track

from benchmarks.harness import Result
from idrill.access import Role
from idrill.store.database import Database
from tests.document import OPERATIONS, WHO
from tests.service import opened, settings_of
from tests.serving.conftest import furnish
from tests.storm import Storm

Counted = Counter[tuple[str, Role | None, int]]
Denied = list[str]
"""What the document denies, or what was a fault of ours."""

CASES = 50_000
LEAST = 30
"""Fewest requests per operation and role."""
WAVES = 3
"""How often all operations are gone through, so that each meets what the others left."""


def run() -> Result:
    """The requests, and what was answered.

    Raises:
        RuntimeError: If an answer was a fault of ours, or not what the document declares.
    """
    each = ceil(max(CASES / (len(OPERATIONS) * len(WHO)), LEAST) / WAVES)
    cores = len(os.sched_getaffinity(0))
    parts = [OPERATIONS[core::cores] for core in range(cores)]
    began = time.perf_counter()
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        counts, denied = zip(*pool.map(_answered, parts, repeat(each)), strict=True)
    if found := sum(denied, Denied()):
        raise RuntimeError("\n\n".join(found))
    return _told(sum(counts, Counter()), time.perf_counter() - began)


def _answered(operations: Sequence[str], each: int) -> tuple[Counted, Denied]:
    """What was answered, by operation, role and status; in a home of their own."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        database = Database(f"sqlite:///{home / 'idrill.db'}")
        furnish(home, database)
        database.dispose()
        mailing = {"smtp_url": SecretStr("smtp://127.0.0.1:1"), "request_rate": "1000000/second"}
        for service in opened(settings_of(home).model_copy(update=mailing)):
            return _stormed(Storm(service), operations, each)
    raise RuntimeError("the service did not open")


def _stormed(storm: Storm, operations: Sequence[str], each: int) -> tuple[Counted, Denied]:
    denied = Denied()
    for name in operations:
        storm.reach(name)
    turns = [(name, role, wave) for wave in range(WAVES) for name in operations for role in WHO]
    for name, role, wave in track(turns, "operations by role", update_period=5.0):
        try:
            storm.blow(name, role, each, wave)
        except (AssertionError, BaseExceptionGroup) as error:  # no pickle carries schemathesis's
            denied.append(f"{name} as {role}, wave {wave}: {''.join(format_exception(error))}")
            print(denied[-1], file=sys.stderr)
    return storm.answered, denied


def _told(answered: Counted, seconds: float) -> Result:
    statuses: Counter[int] = Counter()
    for (_, _, status), count in answered.items():
        statuses[status] += count
    good = {name for name, _, status in answered if status < 300}
    per_pair = Counter((name, role) for name, role, _ in answered.elements())
    return Result(
        promise="",
        title="Requests generated from the OpenAPI document",
        against="the document itself: no peer, and one answer it denies and there is no result",
        comparisons=(),
        notes=(
            "Everybody: nobody, and each role. Every operation was first answered 2xx for a "
            "role that may; no operation is left out.",
        ),
        figures={
            "requests": f"{statuses.total():,}",
            "operations": len(OPERATIONS),
            "fewest for an operation and a role": min(per_pair.values()),
            "answered 2xx in the storm too": f"{len(good)} operations",
            "faults of ours (500), answers that the document denies": statuses[500],
            "by status": ", ".join(f"{one}: {statuses[one]:,}" for one in sorted(statuses)),
            "took": f"{seconds:.0f} s on {os.cpu_count()} cores",
        },
    )
