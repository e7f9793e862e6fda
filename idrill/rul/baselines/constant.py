"""The same answer for every unit: the mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.rul.baselines.age import STEPS, ages_of, weibull, weibull_residual
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.windows import Lives, Windows

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Always:
    """Foresees the same of every unit."""

    remaining: float

    def predict(self, windows: Windows) -> Array:
        """Remaining life (window)."""
        return np.full(len(windows), self.remaining)


@dataclass(frozen=True, slots=True)
class Constant:
    """The mean capped remaining life over all ages that units reach; there is nothing to tune.

    The ages count as many units as outlive them by a Weibull distribution, since those that are
    known to have failed are not alike to those cut short.
    """

    trials: int = 1

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> Always:
        """Take the mean.

        Raises:
            InvalidModel: If no life ended by failure.
        """
        del scaler, validation, seed
        shape, scale = weibull(*ages_of(problem, training))
        ages = np.linspace(0.0, 2.0 * float(max(life.end for life in training)), STEPS)
        alive = np.exp(-((ages / scale) ** shape))
        residual = weibull_residual(ages, shape, scale, problem.cap)
        return Always(float(np.average(residual, weights=alive)))
