"""Gradient-boosted trees on features of a window."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from idrill.rul.baselines.regression import Regression, RegressionPredictor, rows_of, tuned
from idrill.rul.baselines.tuning import JUDGED, ROWS, TRIALS, one_thread
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.windows import Lives

Array = NDArray[np.float64]

Settings = Mapping[str, float | int | None]

CHOICES: Mapping[str, tuple[float | int | None, ...]] = {
    "learning_rate": (0.04, 0.07, 0.12),
    "max_iter": (40, 80, 160),
    "max_leaf_nodes": (4, 8, 16),
    "min_samples_leaf": (10, 30, 80),
    "l2_regularization": (0.0, 1.0, 10.0),
    "max_features": (0.1, 0.25, 0.5),
}
"""Of the trees, out of which trials are drawn."""


def drawn_settings(trials: int, seed: int) -> Iterator[Settings]:
    """Settings of trees, at random out of `CHOICES`."""
    generator = np.random.default_rng(seed)
    for _ in range(trials):
        yield {name: some[generator.integers(len(some))] for name, some in CHOICES.items()}


@dataclass(frozen=True, slots=True)
class Boosting:
    """Histogram gradient boosting of the squared error; number and shape of trees are tuned."""

    trials: int = TRIALS
    rows: int = ROWS

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> RegressionPredictor:
        """Grow trees by each of the settings and keep the best.

        Raises:
            InvalidModel: If no capped remaining life is known.
        """
        return tuned(
            problem,
            scaler,
            [
                partial(boosted, settings=one, seed=seed)
                for one in drawn_settings(self.trials, seed)
            ],
            rows_of(problem, scaler, training, self.rows, seed),
            rows_of(problem, scaler, validation, JUDGED, seed),
        )


def boosted(inputs: Array, target: Array, settings: Settings, seed: int) -> Regression:
    """Trees that lessen the squared error of the target.

    Args:
        inputs: (row, feature)
        target: (row)
        settings: As scikit-learn calls them.
        seed: Of the features that a split may choose from.
    """
    from sklearn.ensemble import (  # type: ignore[import-untyped]  # no stubs
        HistGradientBoostingRegressor,
    )

    trees = HistGradientBoostingRegressor(early_stopping=False, random_state=seed, **settings)
    with one_thread():
        found: Regression = trees.fit(inputs, target)
    return found
