"""Intervals around a prediction by split-conformal calibration over units.

A unit that calibration never saw is exchangeable with those it saw, so the remaining life of a new
one lies among their residuals as one more of them would (Vovk, Gammerman, Shafer 2005; asymmetric
after Romano, Patterson, Candès 2019). Windows of one unit are not exchangeable with each other:
each unit gives one. Residuals are kept per bin of the prediction (Mondrian), since a life near its
end is foreseen better.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.prognosis import LEVELS

Array = NDArray[np.float64]

LEAST = 19
"""Units from which the outermost of `LEVELS` lies within the residuals: level · (n + 1) >= 1."""
PER_BIN = 40
"""Units that a bin of the prediction should have, or it joins its neighbour."""


@dataclass(frozen=True, eq=False)
class Interval:
    """What is added to a prediction to get its quantiles; arrays alone, so a graph can hold them.

    Example:
        >>> interval = Interval(np.array([]), np.array([[-9.0, -6.0, 1.0, 5.0, 8.0]]), cap=125.0)
        >>> interval.quantiles(np.array([4.0, 120.0]))
        array([[  0.,   0.,   5.,   9.,  12.],
               [111., 114., 121., 125., 125.]])
    """

    edges: Array
    """Predictions from which the next bin begins, ascending (bin - 1)."""
    offsets: Array
    """Ascending along each row (bin, level)."""
    cap: float
    """Of the remaining life, on the unit's clock."""

    def __post_init__(self) -> None:
        if self.offsets.shape != (self.edges.size + 1, len(LEVELS)):
            raise InvalidModel(
                f"offsets of an interval are {self.offsets.shape}, "
                f"not {(self.edges.size + 1, len(LEVELS))}"
            )
        if (np.diff(self.edges) <= 0.0).any() or (np.diff(self.offsets, axis=1) < 0.0).any():
            raise InvalidModel("edges and offsets of an interval must ascend")

    def quantiles(self, predicted: Array) -> Array:
        """Remaining life at each of `LEVELS`, between zero and the cap (window, level)."""
        offsets = self.offsets[np.searchsorted(self.edges, predicted, side="right")]
        return np.asarray(np.clip(predicted[:, None] + offsets, 0.0, self.cap))


def calibrate(predicted: Array, actual: Array, cap: float, *, bins: int = 3) -> Interval:
    """The interval that holds for one more unit like these.

    The quantile at a level is the residual of rank level · (n + 1), between two ranks by
    interpolation; a prediction that is off to one side is put right by the way.

    Args:
        predicted: For one window per unit that no choice of the model rested on (unit).
        actual: Remaining life there, capped (unit).
        cap: Of the remaining life.
        bins: Of the prediction, at most; joined while one has fewer than `PER_BIN` units.

    Raises:
        InvalidModel: If there are fewer than `LEAST` units, or one is not a number.
    """
    if predicted.shape != actual.shape or predicted.ndim != 1:
        raise InvalidModel(f"{predicted.shape} predictions for {actual.shape} remaining lives")
    if predicted.size < LEAST:
        raise InvalidModel(
            f"{predicted.size} units are too few for intervals: at least {LEAST} are needed, "
            "each with one window"
        )
    if not (np.isfinite(predicted).all() and np.isfinite(actual).all()):
        raise InvalidModel("a prediction or remaining life to calibrate on is not a number")
    edges = _edges(predicted, min(bins, predicted.size // PER_BIN))
    chosen = np.searchsorted(edges, predicted, side="right")
    left = np.minimum(actual, cap) - predicted
    offsets = [
        np.quantile(left[chosen == number], LEVELS, method="weibull")
        for number in range(edges.size + 1)
    ]
    return Interval(edges, np.stack(offsets), cap)


def _edges(predicted: Array, bins: int) -> Array:
    """Edges of bins with about as many predictions each, none with fewer than `PER_BIN`."""
    found: list[float] = []
    ordered = np.sort(predicted)
    below = 0
    for edge in np.quantile(ordered, np.arange(1, bins) / max(bins, 1)):
        until = int(np.searchsorted(ordered, edge, side="left"))
        if until - below >= PER_BIN and ordered.size - until >= PER_BIN:
            found.append(float(edge))
            below = until
    return np.array(found)


def band(quantiles: Array, level: float) -> tuple[Array, Array]:
    """Lower and upper bound of the central interval (window).

    Args:
        quantiles: At each of `LEVELS` (window, level).
        level: Share that it is to hold, 0.8 or 0.9.

    Raises:
        InvalidModel: If `LEVELS` have no such interval.
    """
    tails = [round(0.5 - level / 2.0, 6), round(0.5 + level / 2.0, 6)]
    if not set(tails) <= set(LEVELS):
        raise InvalidModel(f"there is no interval of {level:g} between levels {LEVELS}")
    return quantiles[:, LEVELS.index(tails[0])], quantiles[:, LEVELS.index(tails[1])]


def coverage(quantiles: Array, actual: Array, level: float = 0.9) -> float:
    """Share of remaining lives within the central interval [-]."""
    lower, upper = band(quantiles, level)
    return float(np.mean((lower <= actual) & (actual <= upper)))


def mean_width(quantiles: Array, level: float = 0.9) -> float:
    """Mean of upper minus lower bound, on the unit's clock."""
    lower, upper = band(quantiles, level)
    return float(np.mean(upper - lower))


def winkler(quantiles: Array, actual: Array, level: float = 0.9) -> float:
    """Mean width plus 2/(1 - level) times what lies outside (Winkler 1972); less is better.

    Example:
        >>> quantiles = np.array([[10.0, 11.0, 15.0, 18.0, 20.0]] * 2)
        >>> winkler(quantiles, np.array([12.0, 21.0]))
        20.0
    """
    lower, upper = band(quantiles, level)
    outside = np.maximum(lower - actual, 0.0) + np.maximum(actual - upper, 0.0)
    return float(np.mean(upper - lower + 2.0 / (1.0 - level) * outside))
