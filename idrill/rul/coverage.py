"""Whether intervals hold as often as they claim, as far as so many units can tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom

from idrill.errors import InvalidModel
from idrill.rul.intervals import calibrate, coverage

Array = NDArray[np.float64]

SPLITS = 20
"""Re-splits below which nothing is said of coverage."""


def coverage_limits(
    calibrated: int, tested: int, level: float = 0.9, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Between which shares the coverage of a sound interval falls.

    Given its calibration units the interval covers a share that is Beta distributed, so the count
    of covered test units is beta-binomial (Angelopoulos, Bates 2023, section 3.2).

    Args:
        calibrated: Units calibrated on.
        tested: Units covered or not.
        level: What the interval claims [-].
        confidence: Share of sound intervals that fall between the limits [-].

    Example:
        >>> coverage_limits(100, 100)
        (0.81, 0.97)
    """
    inside = level * (calibrated + 1)
    counts = betabinom(tested, inside, calibrated + 1 - inside)
    tail = (1.0 - confidence) / 2.0
    return float(counts.ppf(tail) / tested), float(counts.ppf(1.0 - tail) / tested)


@dataclass(frozen=True, eq=False)
class Resplits:
    """Coverage of intervals calibrated on one half of the units, on the other half."""

    coverages: Array
    """(split)"""
    low: float
    """Below which a sound interval seldom falls [-]."""
    high: float

    @property
    def mean(self) -> float:
        """Over the splits [-]."""
        return float(self.coverages.mean())

    @property
    def inside(self) -> float:
        """Share of the splits between the limits; about 0.95 of a sound interval [-]."""
        return float(np.mean((self.low <= self.coverages) & (self.coverages <= self.high)))


def resplit_coverage(
    predicted: Array,
    actual: Array,
    units: NDArray[np.int64],
    cap: float,
    *,
    splits: int = SPLITS,
    level: float = 0.9,
    seed: int = 0,
) -> Resplits:
    """Coverage over random halves of the units, one random window of each.

    Args:
        predicted: For windows of units unknown to the model (window).
        actual: Remaining life, capped (window).
        units: Which unit each window is of (window).
        cap: Of the remaining life.
        splits: At least `SPLITS`.
        level: What the interval claims [-].
        seed: Of the halves.

    Raises:
        InvalidModel: If the splits are fewer than `SPLITS`, or half the units than `LEAST`.
    """
    if splits < SPLITS:
        raise InvalidModel(f"{splits} re-splits say little of coverage: take at least {SPLITS}")
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(splits):
        order = generator.permutation(units.size)
        _, first = np.unique(units[order], return_index=True)
        one_each = generator.permutation(order[first])
        half = one_each.size // 2
        interval = calibrate(predicted[one_each[:half]], actual[one_each[:half]], cap)
        rest = one_each[half:]
        found.append(coverage(interval.quantiles(predicted[rest]), actual[rest], level))
    low, high = coverage_limits(half, rest.size, level)
    return Resplits(np.array(found), low, high)
