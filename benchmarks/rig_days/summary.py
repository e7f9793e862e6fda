"""All experiments on all rigs, and what they say."""

import polars as pl

from benchmarks.harness import Result
from benchmarks.rig_days import pictures
from benchmarks.rig_days.figures import figures
from benchmarks.rig_days.jobs import Job, Tables, all_done
from benchmarks.rig_days.speed import comparisons

HEADLINE = 1.0
"""The usual mismatch."""
SEEDS = range(101, 109)
"""Rigs that nothing was tuned on."""
FEWER = range(101, 105)
"""Those of the other mismatches."""
DRIFTING = (101, 102)
WITHOUT = (101,)
"""Those from which sensors are taken away."""
DAYS = 4
"""Of which the first is for learning."""
DRIFT_DAYS = 7


def jobs() -> list[Job]:
    """What is put through what, the usual mismatch first."""
    most = ("biases", "events", "pressure", "accuracy")
    return [
        *(Job(seed, HEADLINE, DAYS, most) for seed in SEEDS),
        *(Job(seed, HEADLINE, DRIFT_DAYS, ("drifts",)) for seed in DRIFTING),
        *(
            Job(seed, mismatch, DAYS, ("a bias each", "pressure", "accuracy"))
            for mismatch in (0.0, 2.0)
            for seed in FEWER
        ),
        *(Job(seed, HEADLINE, 2, ("removal",)) for seed in WITHOUT),
    ]


def run() -> Result:
    """Every experiment, its pictures, and how long a rig-day takes."""
    return result(all_done(jobs()))


def result(tables: Tables) -> Result:
    """What tables say; draws the pictures and takes the time of a rig-day."""
    pictures.draw_confusion(tables.trials)
    pictures.draw_day()
    return Result(
        promise="",
        title="Reconciled rig-days of simulated rigs",
        against="the truth; for speed, the bare operations in polars and numpy that it cannot do "
        "without: those named below",
        comparisons=comparisons(),
        notes=(_rigs(tables), *NOTES),
        figures=figures(tables, HEADLINE),
    )


def _rigs(tables: Tables) -> str:
    """How many rigs and days stand behind the figures."""
    rigs = tables.rigs.group_by("mismatch", "seed").agg(pl.col("days").max()).sort("mismatch")
    numbers = ", ".join(
        f"{rows.height} at mismatch {mismatch:g} ({rows['days'].sum()} rig-days with nothing wrong)"
        for (mismatch,), rows in rigs.group_by("mismatch", maintain_order=True)
    )
    return (
        f"Drawn rigs: {numbers}, whole days with connections and trips, after a day of learning. "
        "Each rig-day is validated and reconciled from what the day before left."
    )


NOTES = (
    "A fault is put into the simulator's own sensor, on the same truth with the same noise, so "
    "that what is reckoned from it follows. An event is simulated anew from midnight. Each trial "
    "is a day with one thing wrong, and episodes count that the same day without it does not tell.",
    "A bias begins at a drawn second before 16:00 and lasts to the end of the next day: 5 sd/d, sd "
    "the standard deviation that the reconciliation states for a minute's mean, d its "
    "detectability. Named: told as a fault of that sensor alone; its class: as one of sensors, "
    "with no event among the names; cannot tell: an event is among the names.",
    "Channels, their sd and detectability are those of a rig's last day: a rig that checks nothing "
    "on that day has no biases and counts in no rig-days, though its false episodes do.",
    "Events are as severe, sudden and lasting as the simulator draws them, and count only if the "
    "pits differ by 0.5 m³ or the pressure by 0.3 %.",
    "Errors are those of all reconciled rows, a sensor's own scale and offset among them; the "
    "bound is passed with 5 % probability, by a bootstrap of hours within each rig. Filtered: "
    "what reconciliation begins with, without its balances (depths as they are); the others "
    "remember a minute.",
    "The bare operations: for each channel two comparisons, a difference, a rolling median of 15 "
    "rows, rolling extremes of half an hour and its bits; for each checked channel a filter, and a "
    "product with a matrix.",
)
