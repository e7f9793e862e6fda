"""Ridge regression on features of a window."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from idrill.rul.baselines.regression import RegressionPredictor, rows_of, tuned
from idrill.rul.baselines.tuning import JUDGED, ROWS, TRIALS
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.windows import Lives

Array = NDArray[np.float64]

PENALTIES = (1e-3, 1e4)
"""Between which penalties are tried, spaced evenly by logarithm."""


@dataclass(frozen=True, eq=False)
class Line:
    """A weighted sum of standardised features."""

    centre: Array
    scale: Array
    weights: Array
    """The constant first (1 + feature)."""

    def predict(self, inputs: Array) -> Array:
        """(row)."""
        return np.asarray(
            self.weights[0] + ((inputs - self.centre) / self.scale) @ self.weights[1:]
        )


@dataclass(frozen=True, slots=True)
class Linear:
    """Ridge regression; the penalty is tuned."""

    trials: int = TRIALS
    rows: int = ROWS

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> RegressionPredictor:
        """Solve for each penalty and keep the best.

        Raises:
            InvalidModel: If no capped remaining life is known.
        """
        penalties = np.geomspace(*PENALTIES, self.trials).tolist()
        return tuned(
            problem,
            scaler,
            [partial(ridge, penalty=penalty) for penalty in penalties],
            rows_of(problem, scaler, training, self.rows, seed),
            rows_of(problem, scaler, validation, JUDGED, seed),
        )


def ridge(inputs: Array, target: Array, penalty: float) -> Line:
    """The line with the least squared error plus a penalty on its weights.

    Args:
        inputs: (row, feature).
        target: (row).
        penalty: On the squared weights of standardised features.

    Example:
        >>> x = np.array([[0.0], [1.0], [2.0]])
        >>> ridge(x, 3.0 * x[:, 0] + 1.0, 0.0).predict(np.array([[3.0]])).round(6)
        array([10.])
    """
    centre, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(scale > 0.0, scale, np.inf)
    scaled = (inputs - centre) / scale
    square = scaled.T @ scaled + penalty * np.eye(scaled.shape[1])
    weights = np.linalg.lstsq(square, scaled.T @ (target - target.mean()))[0]
    return Line(centre, scale, np.concatenate([[target.mean()], weights]))
