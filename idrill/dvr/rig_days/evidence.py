"""What the residuals of some windows say for a hypothesis: a weighed mean, and its variance."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from idrill.dvr.rig_days.instruments import BLOCK, Array, Habit, Hypothesis

CLIPPED = 5.0
"""A single window counts for no more than so many standard deviations [-]."""


@dataclass(frozen=True, slots=True)
class Mean:
    """Of an instrument's residuals over some windows."""

    value: float
    variance: float


@dataclass(frozen=True, slots=True)
class Size:
    """How large what a hypothesis says would be."""

    size: float
    sd: float

    @property
    def ratio(self) -> float:
        """Size by its standard deviation: the root of a likelihood ratio [-]."""
        return self.size / self.sd


@lru_cache(maxsize=1024)
def mean_variance(habit: Habit, count: int) -> float:
    """Variance of the mean of successive residuals, as a share of one's.

    Example:
        >>> mean_variance(Habit(1.0, 0.0, noise=0.0, wander=0.1, rough=1.0, windows=99), 4)
        0.25
        >>> mean_variance(Habit(1.0, 0.5, noise=0.0, wander=0.1, rough=1.0, windows=99), 2)
        0.75
    """
    lags = np.arange(1, count)
    short = float((count + 2.0 * np.sum((count - lags) * habit.memory**lags)) / count**2)
    return max(short, (habit.wander / habit.sd) ** 2 * min(BLOCK / count, 1.0))


def mean_of(scaled: Array, habit: Habit) -> Mean | None:
    """The mean of residuals; None where fewer than half of the windows have one.

    Args:
        scaled: Residuals in standard deviations of the habit (window).
        habit: Of the instrument.
    """
    known = scaled[np.isfinite(scaled)]
    if not known.size or 2 * known.size <= scaled.size:
        return None
    # A lone wild window may not speak for the others; where most are wild, they may.
    top = max(CLIPPED, 2.0 * abs(float(np.sort(known)[known.size // 2])))
    mean = float(np.clip(known, -top, top).mean())
    return Mean(mean * habit.sd, mean_variance(habit, known.size) * habit.sd**2)


def size_of(hypothesis: Hypothesis, means: Mapping[str, Mean]) -> Size | None:
    """The size that explains the means best; None where no instrument would show it."""
    present = [name for name in hypothesis.signature if name in means]
    if not present:
        return None
    information = sum(hypothesis.signature[name] ** 2 / means[name].variance for name in present)
    weighed = sum(
        hypothesis.signature[name] * means[name].value / means[name].variance for name in present
    )
    return Size(weighed / information, information**-0.5)
