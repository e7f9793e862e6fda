"""A recording of ten minutes at its own speed, 60 times that, and at once: the same is told.

A simulated rig at 1 Hz, whose string washes out; an untrained champion foresees its liners. Rows
are committed when their time has come, and whoever scores does so in a thread, at its own pace.
"""

import shutil
import tempfile
import time
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.harness import Comparison, Result, Sample
from idrill.store.database import Database
from idrill.store.live_wake import LiveWake
from idrill_serving.live.scoring import Scorer
from tests.scoring.recorded import bench_at, furnish, past_hours, recorded
from tests.scoring.rows import MINUTES, commit, told

SPEEDS = (1.0, 60.0, inf)
JUDGED = 60 * MINUTES - 15
"""Rows that have verdicts at the end; the last ones wait for those that follow."""
PATIENCE = 600.0
"""How long the last verdicts may take [s]."""


def run() -> Result:
    """One speed after the other, each on a copy of one store."""
    recording = recorded()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        database = Database(f"sqlite:///{home / 'idrill.db'}")
        database.migrate()
        furnish(database, home, past_hours())
        database.dispose()
        found = {speed: _at(speed, recording, home) for speed in SPEEDS}
    differing = sum(
        rows != found[inf][1][what] for _, tables in found.values() for what, rows in tables.items()
    )
    times = {speed: seconds for speed, (seconds, _) in found.items()}
    counts = {what: len(rows) for what, rows in found[inf][1].items()}
    return Result(
        promise="",
        title="A recording tells the same at any speed",
        against="full speed",
        comparisons=(
            Comparison("time for ten minutes", Sample((times[inf],)), Sample((times[1.0],))),
        ),
        notes=(
            f"Speeds: {', '.join(f'{speed:g}' for speed in SPEEDS)}; SQLite. Compared are rows "
            "with all that they say, but for numbers and instants of the machine.",
        ),
        figures={
            "tables of another speed that differ from those of full speed": differing,
            **{f"{what} of each": number for what, number in counts.items()},
        },
    )


def _at(speed: float, recording: pl.DataFrame, home: Path) -> tuple[float, Mapping[str, Any]]:
    """How long it took [s], and what was told."""
    folder = home.with_name(f"at-{speed:g}")
    shutil.copytree(home, folder)
    database = Database(f"sqlite:///{folder / 'idrill.db'}")
    wake = LiveWake(database)
    scorer = Scorer(bench_at(database, folder), wake, lambda: None, 1.0)
    scorer.start()
    began = time.monotonic()
    try:
        for second, row in enumerate(recording.iter_slices(1)):
            commit(database, "R1", row)
            time.sleep(max(began + (second + 1) / speed - time.monotonic(), 0.0))
        while len(told(database)["verdicts"]) < JUDGED:
            if time.monotonic() - began > 60.0 * MINUTES / speed + PATIENCE:
                raise RuntimeError("what was committed is not scored")
            time.sleep(0.1)
    finally:
        scorer.close()
        wake.close()
    found = told(database)
    database.dispose()
    return time.monotonic() - began, found
