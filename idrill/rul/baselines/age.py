"""What is left at an age, whatever the sensors say: reliability statistics.

A life counts from its first row on, since it had to last until then to be known (delayed entry),
and lives cut short count until they were cut.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from idrill.errors import InvalidModel
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.windows import Lives, Windows

Array = NDArray[np.float64]

AT_RISK = 5
"""Units under observation below which Kaplan-Meier's curve says too little to go on."""
STEPS = 400
"""Of the integral over the time to the cap."""
SHAPES = (0.2, 50.0)
"""Between which a Weibull shape is looked for [-]."""


@dataclass(frozen=True, eq=False)
class AgeAlone:
    """Foresees the mean capped residual life at an age, from a table."""

    ages: Array
    """Ascending (age)."""
    residual: Array
    """(age)"""

    def predict(self, windows: Windows) -> Array:
        """Remaining life; past the last age of the table what it says there (window)."""
        return np.asarray(np.interp(windows.age, self.ages, self.residual))


@dataclass(frozen=True, slots=True)
class Weibull:
    """Mean capped residual life by a Weibull distribution, by maximum likelihood.

    There is nothing to tune.
    """

    trials: int = 1

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> AgeAlone:
        """Fit shape and scale.

        Raises:
            InvalidModel: If no life ended by failure.
        """
        del scaler, validation, seed
        shape, scale = weibull(*ages_of(problem, training))
        ages = np.linspace(0.0, 3.0 * float(max(life.end for life in training)), STEPS)
        return AgeAlone(ages, weibull_residual(ages, shape, scale, problem.cap))


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """Mean capped residual life by the curve of Kaplan and Meier (1958); nothing to tune."""

    trials: int = 1

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> AgeAlone:
        """Take the curve.

        Raises:
            InvalidModel: If no life ended by failure.
        """
        del scaler, validation, seed
        entry, end, failed = ages_of(problem, training)
        times, surviving = kaplan_meier(entry, end, failed)
        last = _last_age(entry, end)
        ages = np.linspace(0.0, last, STEPS)
        return AgeAlone(ages, _step_residual(ages, times, surviving, problem.cap))


def ages_of(problem: Problem, lives: Lives) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Age at the first row, age at the end, and whether that was a failure (life).

    Raises:
        InvalidModel: If no life ended by failure.
    """
    entry = np.array([life.clock[0] for life in lives])
    end = np.array([life.end for life in lives])
    failed = np.array([life.failed for life in lives])
    if not failed.any():
        raise InvalidModel(f"{problem.name}: none of {len(lives)} lives ended by failure")
    return entry, end, failed


def weibull(entry: Array, end: Array, failed: NDArray[np.bool_]) -> tuple[float, float]:
    """Shape [-] and scale of the most likely Weibull distribution.

    With delayed entry e and end t the likelihood is that of the hazard at failures, and of the
    cumulative hazard from e to t; for a given shape the scale follows.

    Args:
        entry: Age at which each life came under observation (life).
        end: Age at its end (life).
        failed: Whether that was a failure (life).

    Example:
        >>> none = np.zeros(4)
        >>> shape, scale = weibull(none, np.array([8.0, 9.0, 10.0, 11.0]), none == 0)
        >>> round(shape, 1), round(scale, 1)
        (9.7, 10.0)
    """
    unit = float(end.max())
    first, last = entry / unit, end / unit

    def scale_of(shape: float) -> float:
        return float(((last**shape - first**shape).sum() / failed.sum()) ** (1.0 / shape))

    def unlikely(log_shape: float) -> float:
        shape = float(np.exp(log_shape))
        scale = scale_of(shape)
        hazard = np.log(shape / scale) + (shape - 1.0) * np.log(last[failed] / scale)
        return float(failed.sum() - hazard.sum())

    bounds = (float(np.log(SHAPES[0])), float(np.log(SHAPES[1])))
    shape = float(np.exp(minimize_scalar(unlikely, bounds=bounds, method="bounded").x))
    return shape, scale_of(shape) * unit


def weibull_residual(ages: Array, shape: float, scale: float, cap: float) -> Array:
    """Mean of the capped residual life: the integral of S(a + u) / S(a) from 0 to the cap (age)."""
    ahead = np.linspace(0.0, cap, STEPS)
    exponent = (ages[:, None] / scale) ** shape - ((ages[:, None] + ahead) / scale) ** shape
    return np.asarray(np.trapezoid(np.exp(exponent), ahead, axis=1))


def kaplan_meier(entry: Array, end: Array, failed: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Ages at which units failed, ascending, and the share that outlives each (age), (age).

    Example:
        >>> ends, failed = np.array([2.0, 3.0, 5.0, 8.0]), np.array([True, False, True, True])
        >>> kaplan_meier(np.zeros(4), ends, failed)
        (array([2., 5., 8.]), array([0.75 , 0.375, 0.   ]))
    """
    times = np.unique(end[failed])
    at_risk = ((entry[:, None] < times) & (end[:, None] >= times)).sum(axis=0)
    failures = (end[failed][:, None] == times).sum(axis=0)
    return times, np.cumprod(1.0 - failures / np.maximum(at_risk, 1))


def _last_age(entry: Array, end: Array) -> float:
    """The age until which enough units were under observation."""
    ages = np.sort(end)
    at_risk = np.array([((entry <= age) & (end >= age)).sum() for age in ages])
    enough = ages[at_risk >= min(AT_RISK, at_risk.max())]
    return float(enough[-1])


def _step_residual(ages: Array, times: Array, surviving: Array, cap: float) -> Array:
    knots = np.concatenate([[0.0], times, [max(times[-1], ages[-1]) + cap]])
    level = np.concatenate([[1.0], surviving])
    area = np.concatenate([[0.0], np.cumsum(np.diff(knots) * level)])
    ahead = np.interp(ages + cap, knots, area) - np.interp(ages, knots, area)
    alive = level[np.searchsorted(times, ages, side="left")]
    return np.asarray(np.clip(ahead / np.maximum(alive, 1e-12), 0.0, cap))
