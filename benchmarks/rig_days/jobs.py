"""What one rig is put through, in a process of its own, and what comes back as tables."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import polars as pl
from rich.progress import track

from benchmarks.rig_days.accuracy import SQUARES, squares, touched
from benchmarks.rig_days.process_events import events, same_pressure
from benchmarks.rig_days.removal import removals
from benchmarks.rig_days.sensor_faults import biases, drifts
from benchmarks.rig_days.trials import TRIALS, Sound, sound
from idrill.dvr.rig_days.report import FAULTS
from idrill.settings import export
from idrill.simulator.events import DAY

THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""What says how many threads a process starts."""
MIXED = 0.5
"""Least mud that the crew mixes for it to count [m³]."""

Rows = Iterator[dict[str, object]]

EXPERIMENTS: dict[str, Callable[[Sound], Rows]] = {
    "biases": biases,
    "a bias each": lambda one: biases(one, each=1),
    "drifts": drifts,
    "events": lambda one: events(one, each=1),
    "pressure": same_pressure,
}

REMOVED = pl.Schema(
    {
        "mismatch": pl.Float64(),
        "seed": pl.Int64(),
        "removed": pl.String(),
        "channel": pl.String(),
        "before": pl.Float64(),
        "after": pl.Float64(),
    }
)
"""The columns of removals: detectability with and without a sensor."""

RIGS = pl.Schema(
    {
        "mismatch": pl.Float64(),
        "seed": pl.Int64(),
        "channel": pl.String(),
        "days": pl.Int64(),
        "touched": pl.Int64(),
        "detectability": pl.Float64(),
        "adjustability": pl.Float64(),
    }
)
"""The columns of rigs: one row for each channel that others check."""


@dataclass(frozen=True, slots=True)
class Job:
    """A rig and what it is put through."""

    seed: int
    mismatch: float
    days: int
    """The first is for learning."""
    experiments: tuple[str, ...]
    """Of `EXPERIMENTS`, `accuracy` and `removal`."""


@dataclass(frozen=True)
class Tables:
    """What came of some rigs."""

    trials: pl.DataFrame
    told: pl.DataFrame
    """Episodes of days with nothing wrong, the first left out, with `mismatch`, `seed`, `true`."""
    squares: pl.DataFrame
    removed: pl.DataFrame
    rigs: pl.DataFrame


def done(job: Job) -> Tables:
    """A job's tables."""
    one = sound(job.seed, job.mismatch, job.days)
    wanted = [EXPERIMENTS[name] for name in job.experiments if name in EXPERIMENTS]
    trials = (row for experiment in wanted for row in experiment(one))
    return Tables(
        pl.DataFrame(list(trials), schema=TRIALS),
        _told(one),
        pl.DataFrame(list(squares(one)) if "accuracy" in job.experiments else [], schema=SQUARES),
        pl.DataFrame(list(removals(one)) if "removal" in job.experiments else [], schema=REMOVED),
        _rigs(one),
    )


def all_done(jobs: Sequence[Job]) -> Tables:
    """Every job's tables together, as many jobs at a time as there are cores."""
    cores = len(os.sched_getaffinity(0))
    # Processes share the cores already; read when a process imports polars.
    export(dict.fromkeys(THREADS, "1"))
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        waiting = [pool.submit(done, job) for job in jobs]
        ended = track(as_completed(waiting), "Simulated rigs", total=len(jobs))
        return together([each.result() for each in ended])


def together(tables: Iterable[Tables]) -> Tables:
    """Several tables as one; days that two jobs of one rig have in common count once."""
    known = list(tables)
    trials, told, errors, removed, rigs = (
        pl.concat([getattr(each, name) for each in known]).sort(
            "mismatch", "seed", maintain_order=True
        )
        for name in ("trials", "told", "squares", "removed", "rigs")
    )
    return Tables(
        trials,
        told.unique(["mismatch", "seed", "kind", "name", "detected"], maintain_order=True),
        errors,
        removed,
        rigs.sort("days", descending=True)
        .unique(["mismatch", "seed", "channel"], keep="first", maintain_order=True)
        .sort("mismatch", "seed", maintain_order=True),
    )


def _told(one: Sound) -> pl.DataFrame:
    """Episodes told from the second day on, and whether the crew did mix mud then."""
    days = range(1, len(one.days))
    faults = pl.concat([FAULTS.to_frame(), *(one.faults(day) for day in days)])
    since = faults.filter(pl.col("detected") >= one.rig.at(DAY)).unique(
        ["kind", "name", "detected"], maintain_order=True
    )
    mixed = [_mixed(one, row) for row in since.iter_rows(named=True)]
    return since.with_columns(
        pl.Series("true", mixed, dtype=pl.Boolean),
        mismatch=pl.lit(one.mismatch),
        seed=pl.lit(one.seed, dtype=pl.Int64),
    )


def _mixed(one: Sound, episode: dict[str, Any]) -> bool:
    """Whether an episode of the pits tells of mud that the crew mixed."""
    if not any("pit" in name for name in episode["suspects"]):
        return False
    first, last = episode["start"] - timedelta(minutes=10), episode["detected"]
    added = pl.concat([one.rig.truths[day] for day in range(len(one.days))]).filter(
        pl.col("time").is_between(first, last)
    )["added_volume"]
    return bool(added[-1] - added[0] > MIXED)


def _rigs(one: Sound) -> pl.DataFrame:
    changed = sum(touched(day) for day in one.days)
    rows = [
        (one.mismatch, one.seed, name, len(one.days) - 1, changed, noise.detectability,
         noise.adjustability)
        for name, noise in one.noises.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=RIGS, orient="row")
