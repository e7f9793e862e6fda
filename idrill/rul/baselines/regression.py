"""Regressions on window features: fitted with lives cut short, the best of several kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from idrill.rul.baselines.tuning import best, nothing_known, sampled_windows
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.rul.window_features import window_features
from idrill.windows import Lives, Windows

Array = NDArray[np.float64]
R = TypeVar("R", bound="Regression")

ROUNDS = 3
"""How often the lives cut short are filled in anew."""


class Regression(Protocol):
    """Anything that says a number of each row."""

    def predict(self, inputs: Array) -> Array:
        """(row)."""
        ...


@dataclass(frozen=True, eq=False)
class Rows:
    """What a regression learns from."""

    inputs: Array
    """(row, feature)"""
    target: Array
    """Capped remaining life; where it is not known, at least so much (row)."""
    known: NDArray[np.bool_]
    """(row)"""


def rows_of(problem: Problem, scaler: Scaler, lives: Lives, rows: int, seed: int) -> Rows:
    """Features of `sampled_windows`, and what is known of their targets.

    Raises:
        InvalidModel: If no capped remaining life is known.
    """
    found = sampled_windows(problem, lives, rows, seed)
    known = problem.known(found)
    if not known.any():
        raise nothing_known(problem, lives)
    return Rows(window_features(scaler, found), problem.target(found), known)


def one_sided(fit: Callable[[Array, Array], R], rows: Rows) -> R:
    """A regression that lives cut short may lie above but not below.

    They are filled in with what is predicted of them, or with their bound where that is more, and
    the regression is fitted anew. Each round lessens the squared error that counts predictions
    below a bound only, which is also what the networks are trained by.

    Args:
        fit: From inputs and targets.
        rows: Of which some are known.
    """
    model = fit(rows.inputs[rows.known], rows.target[rows.known])
    if rows.known.all():
        return model
    for _ in range(ROUNDS):
        filled = np.maximum(model.predict(rows.inputs), rows.target)
        model = fit(rows.inputs, np.where(rows.known, rows.target, filled))
    return model


@dataclass(frozen=True, eq=False)
class RegressionPredictor:
    """Foresees remaining life by a regression on window features."""

    problem: Problem
    scaler: Scaler
    regression: Regression

    def predict(self, windows: Windows) -> Array:
        """Remaining life, between zero and the cap (window)."""
        found = self.regression.predict(window_features(self.scaler, windows))
        return np.asarray(np.clip(found, 0.0, self.problem.cap))


def tuned(
    problem: Problem,
    scaler: Scaler,
    fits: Sequence[Callable[[Array, Array], Regression]],
    learned: Rows,
    judged: Rows,
) -> RegressionPredictor:
    """The regression that foresees validation windows best.

    Args:
        problem: What is foreseen.
        scaler: Of the channels.
        fits: Ways to fit, from inputs and targets.
        learned: Training windows.
        judged: Validation windows.
    """
    asked, target = judged.inputs[judged.known], judged.target[judged.known]
    found = best(
        (one_sided(fit, learned) for fit in fits),
        lambda one: np.clip(one.predict(asked), 0.0, problem.cap),
        target,
    )
    return RegressionPredictor(problem, scaler, found)
