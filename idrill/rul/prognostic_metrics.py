"""Figures of a prognosis.

Terms after Saxena, Celaya, Saha, Saha, Goebel (2010), *Metrics for offline evaluation of
prognostic performance*.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EARLY, LATE = 13.0, 10.0
"""Error at which the penalty of the PHM08 challenge is e - 1, of a prognosis too early and too late
[cycle]."""
ALPHA = 0.2
"""Share of the remaining life by which a prognosis may be off [-]."""
LAMBDAS = (0.25, 0.5, 0.75, 0.9)
"""Shares of a life that has passed at which it is asked [-]."""


def rmse(predicted: Array, actual: Array) -> float:
    """Root of the mean squared error.

    Example:
        >>> round(rmse(np.array([3.0, 5.0]), np.array([0.0, 1.0])), 3)
        3.536
    """
    return float(np.sqrt(np.mean(np.square(predicted - actual))))


def mae(predicted: Array, actual: Array) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(predicted - actual)))


def phm08(predicted: Array, actual: Array) -> float:
    """Sum of exponential penalties, late ones harder (Saxena, Goebel, Simon, Eklund 2008).

    Example:
        >>> round(phm08(np.array([110.0, 87.0]), np.array([100.0, 100.0])), 3)
        3.437
    """
    late = predicted - actual
    return float(np.expm1(np.where(late < 0.0, -late / EARLY, late / LATE)).sum())


def alpha_lambda(
    predicted: Array, actual: Array, passed: Array, share: float, *, near: float = 0.05
) -> float:
    """Share of prognoses within alpha of the truth, about when a share of the life has passed.

    Saxena et al. ask for the remaining life as it is. Where it is capped, whoever foresees the cap
    is right about every young unit, so that early shares say little: `capped_at` tells how many.

    Args:
        predicted: Remaining life (window).
        actual: Remaining life, capped if the prediction is (window).
        passed: Share of the life that has passed (window) [-].
        share: At which share it is asked (lambda) [-].
        near: How far from it counts as well [-].

    Returns:
        Not a number if nothing was asked then.
    """
    then = np.abs(passed - share) <= near
    if not then.any():
        return float("nan")
    off = np.abs(predicted[then] - actual[then])
    return float(np.mean(off <= ALPHA * actual[then]))


def capped_at(
    actual: Array, cap: float, passed: Array, share: float, *, near: float = 0.05
) -> float:
    """Share of remaining lives above the cap, about when a share of the life has passed.

    Args:
        actual: Remaining life as it is (window).
        cap: Of the remaining life.
        passed: Share of the life that has passed (window) [-].
        share: At which share it is asked (lambda) [-].
        near: How far from it counts as well [-].

    Returns:
        Not a number if nothing was asked then.

    Example:
        >>> capped_at(np.array([80.0, 40.0]), 50.0, np.array([0.26, 0.24]), 0.25)
        0.5
    """
    then = np.abs(passed - share) <= near
    return float(np.mean(actual[then] > cap)) if then.any() else float("nan")


def prognostic_horizon(predicted: Array, actual: Array, band: float) -> float:
    """Remaining life from which on the prognoses of one unit stay within a band to its end.

    The first entry into the band, as Saxena et al. have it, may be luck; this is the last.

    Args:
        predicted: Of one unit, in order of time (window).
        actual: The same (window).
        band: Largest error that is of use, on the unit's clock.

    Returns:
        Zero if the last prognosis is outside.

    Example:
        >>> actual = np.array([40.0, 30.0, 20.0, 10.0])
        >>> prognostic_horizon(actual + np.array([2.0, 9.0, 3.0, 1.0]), actual, band=5.0)
        20.0
    """
    outside = np.flatnonzero(np.abs(predicted - actual) > band)
    first = int(outside[-1]) + 1 if outside.size else 0
    return float(actual[first]) if first < actual.size else 0.0


def attainable_gain(age: float, model: float, oracle: float) -> float:
    """Share of what sensors could add to the age that a model gets; one is all there is [-].

    Args:
        age: RMSE of the age alone.
        model: RMSE of the model.
        oracle: RMSE of whoever sees the hidden state. A model below it has a leak.

    Returns:
        Not a number if the hidden state tells no more than the age.

    Example:
        >>> attainable_gain(age=30.0, model=18.0, oracle=10.0)
        0.6
    """
    return (age - model) / (age - oracle) if age > oracle else float("nan")
