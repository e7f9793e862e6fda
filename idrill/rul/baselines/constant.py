"""The same answer for every unit: the mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.rul.baselines.tuning import ROWS, known_windows
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
    """The mean capped remaining life of training windows; there is nothing to tune."""

    trials: int = 1
    rows: int = ROWS

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> Always:
        """Take the mean.

        Raises:
            InvalidModel: If no capped remaining life is known.
        """
        del scaler, validation
        found = known_windows(problem, training, self.rows, seed)
        return Always(float(problem.target(found).mean()))
