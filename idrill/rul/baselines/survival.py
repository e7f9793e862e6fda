"""Boosted trees of the hazard in the periods ahead, which lives cut short inform as well.

The time to the cap is cut into periods; a row says that a unit with such a window was still alive
at the start of a period, and whether it failed in it (Allison 1982, discrete-time hazards). A life
that was cut short gives rows until then and none after.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.baselines.boosting import Settings, drawn_settings
from idrill.rul.baselines.tuning import (
    JUDGED,
    TRIALS,
    best,
    known_windows,
    one_thread,
    sampled_windows,
)
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.rul.window_features import window_features
from idrill.windows import Lives, Windows

Array = NDArray[np.float64]

PERIODS = 12
"""Into which the time to the cap is cut."""
ROWS = 2_000
"""Windows of training lives, at most; each gives up to `PERIODS` rows."""


class Classifier(Protocol):
    """Anything that says how likely a row is one of either class."""

    def predict_proba(self, inputs: Array) -> Array:
        """(row, class)."""
        ...


@dataclass(frozen=True, eq=False)
class HazardPredictor:
    """Foresees the mean capped residual life by the hazards of the periods ahead."""

    problem: Problem
    scaler: Scaler
    trees: Classifier

    def predict(self, windows: Windows) -> Array:
        """Remaining life: the area under the share that survives (window)."""
        return self.of_features(window_features(self.scaler, windows))

    def of_features(self, features: Array) -> Array:
        """The same from window features (window, feature)."""
        number = np.tile(np.arange(PERIODS, dtype=np.float64), len(features))
        asked = np.column_stack([np.repeat(features, PERIODS, axis=0), number])
        with one_thread():
            hazard = self.trees.predict_proba(asked)[:, 1].reshape(-1, PERIODS)
        return mean_life(hazard, self.problem.cap)


def mean_life(hazard: Array, cap: float) -> Array:
    """Mean capped residual life, failures falling in the middle of their period (window).

    Args:
        hazard: Chance to fail in a period of those alive at its start (window, period).
        cap: Time that the periods make up.

    Example:
        >>> mean_life(np.array([[0.5, 0.0]]), cap=100.0)
        array([62.5])
    """
    after = np.cumprod(1.0 - hazard, axis=1)
    before = np.concatenate([np.ones((len(hazard), 1)), after[:, :-1]], axis=1)
    return np.asarray((before + after).mean(axis=1) / 2.0 * cap)


def person_periods(
    remaining: Array, failed: NDArray[np.bool_], cap: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Which window, which period, and whether it failed then (row), (row), (row).

    A period in which a life was cut short says nothing, and is left out.

    Example:
        >>> person_periods(np.array([30.0, 5.0]), np.array([True, False]), cap=120.0)
        (array([0, 0, 0, 0]), array([0, 1, 2, 3]), array([False, False, False,  True]))
    """
    last = np.floor(remaining * PERIODS / cap)
    period = np.arange(PERIODS)
    seen = period < last[:, None]
    fails = failed[:, None] & (period == last[:, None])
    window, number = np.nonzero(seen | fails)
    return window, number, fails[window, number]


@dataclass(frozen=True, slots=True)
class Survival:
    """Histogram gradient boosting of hazards; number and shape of trees are tuned."""

    trials: int = TRIALS
    rows: int = ROWS

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> HazardPredictor:
        """Grow trees by each of the settings and keep the best.

        Raises:
            InvalidModel: If no unit failed within the cap, or nothing is known to choose by.
        """
        found = sampled_windows(problem, training, self.rows, seed)
        window, number, fails = person_periods(found.remaining, found.failed, problem.cap)
        if not fails.any():
            raise InvalidModel(f"{problem.name}: none of {len(training)} lives ended by failure")
        features = window_features(scaler, found)
        inputs = np.column_stack([features[window], number])
        judged = known_windows(problem, validation, JUDGED, seed)
        asked = window_features(scaler, judged)
        grown = (
            HazardPredictor(problem, scaler, boosted_hazard(inputs, fails, settings, seed))
            for settings in drawn_settings(self.trials, seed)
        )
        return best(grown, lambda one: one.of_features(asked), problem.target(judged))


def boosted_hazard(
    inputs: Array, fails: NDArray[np.bool_], settings: Settings, seed: int
) -> Classifier:
    """Trees of the chance to fail in a period.

    Args:
        inputs: Features of a window, and the number of the period (row, feature).
        fails: Whether the unit failed in it (row).
        settings: As scikit-learn calls them.
        seed: Of the features that a split may choose from.
    """
    from sklearn.ensemble import (  # type: ignore[import-untyped]  # no stubs
        HistGradientBoostingClassifier,
    )

    trees = HistGradientBoostingClassifier(early_stopping=False, random_state=seed, **settings)
    with one_thread():
        found: Classifier = trees.fit(inputs, fails)
    return found
