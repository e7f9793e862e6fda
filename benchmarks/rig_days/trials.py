"""One trial: a rig-day with something wrong beside the same day with nothing wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import polars as pl

from benchmarks.rig_days.publishing import Left, Published, published
from benchmarks.rig_days.rigs import Rig, drawn
from benchmarks.rig_days.scoring import Verdict, Wrong, verdict

TRIALS = pl.Schema(
    {
        "what": pl.String(),
        "mismatch": pl.Float64(),
        "seed": pl.Int64(),
        "was": pl.String(),
        "size": pl.Float64(),
        "start": pl.Datetime("us", "UTC"),
        "best": pl.String(),
        "best_name": pl.String(),
        "first": pl.String(),
        "first_name": pl.String(),
        "first_kind": pl.String(),
        "delay": pl.Float64(),
        "suspects": pl.Int64(),
        "episodes": pl.Int64(),
    }
)
"""The columns of trials; size is that of the fault or event in its own unit."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What a rig-day says of a channel that others check."""

    sd: float
    """Of the raw value, in the channel's unit."""
    detectability: float
    adjustability: float


@dataclass(frozen=True)
class Sound:
    """A rig's days with nothing wrong."""

    rig: Rig
    mismatch: float
    days: tuple[Published, ...]

    @property
    def seed(self) -> int:
        """Of the rig."""
        return self.rig.campaign.seed

    def before(self, day: int) -> Left | None:
        """What the day before left."""
        return self.days[day - 1].left if day else None

    def faults(self, day: int) -> pl.DataFrame:
        """What was told of a day."""
        return self.days[day].reconciled.report.faults

    @cached_property
    def noises(self) -> dict[str, Noise]:
        """By channel that others check, as the last day says."""
        rows = self.days[-1].reconciled.report.channels.to_dicts()
        return {
            row["channel"]: Noise(row["sd"], row["detectability"], row["adjustability"])
            for row in rows
            if row["role"] == "measured" and row["detectability"] > 0.0 and row["sd"]
        }


def sound(seed: int, mismatch: float, days: int) -> Sound:
    """A drawn rig's days with nothing wrong, published one after the other."""
    rig = drawn(seed, mismatch, days)
    done: list[Published] = []
    for day in range(days):
        done.append(published(rig.measured(day), done[-1].left if done else None))
    return Sound(rig, mismatch, tuple(done))


def trial(
    what: str, one: Sound, was: str, size: float, wrong: Wrong, told: Sequence[pl.DataFrame],
    days: Sequence[int],
) -> dict[str, object]:  # fmt: skip
    """A row of `TRIALS`.

    Args:
        what: Which experiment.
        one: The rig.
        was: What was wrong.
        size: Of that.
        wrong: What counts as naming it.
        told: The faults of each day's report.
        days: Which days.
    """
    faults = pl.concat(told).unique(["kind", "name", "detected"], maintain_order=True)
    found: Verdict = verdict(faults, pl.concat([one.faults(day) for day in days]), wrong)
    row = {"what": what, "mismatch": one.mismatch, "seed": one.seed, "was": was, "size": size}
    verdicts = asdict(found) | {"best": found.best.value, "first": found.first.value}
    return row | {"start": wrong.start} | verdicts
