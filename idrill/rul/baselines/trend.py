"""A health index, its trend within the window, and when that crosses what failed units had.

The classic of the trade: no model of remaining life, only of health (Coble and Hines 2009 on
prognostic parameters).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.baselines.linear import ridge
from idrill.rul.baselines.tuning import JUDGED, ROWS, TRIALS, best, known_windows
from idrill.rul.problem import Problem
from idrill.rul.scaling import Scaler
from idrill.windows import Lives, Windows, last_windows

Array = NDArray[np.float64]

PENALTY = 1.0
"""Of the regression that makes a health index."""
SHARES = (1.0, 0.6, 0.3)
"""Of a window's length, from its end, that a trend is drawn through [-]."""
NEVER = 1e-9
"""Rise per row below which an index is not heading for a threshold."""
SETTLED = 5
"""Rows over which the index at the end of a failed life is averaged."""


class Index(StrEnum):
    """What a health index is made by."""

    REGRESSION = "regression"
    """Least squares of the share of the cap that is used up."""
    PCA = "pca"
    """The first principal component, turned so that it rises."""


class Form(StrEnum):
    """How an index goes on."""

    LINE = "line"
    EXPONENTIAL = "exponential"
    """Above what it was in units far from failure."""


@dataclass(frozen=True, eq=False)
class TrendPredictor:
    """Foresees remaining life as the time until the index crosses its threshold."""

    problem: Problem
    scaler: Scaler
    weights: Array
    """Of each scaled channel in the index (channel)."""
    healthy: float
    """Index of units whose remaining life is at the cap."""
    threshold: float
    """Index of units that fail; above `healthy`."""
    form: Form
    rows: int
    """Last rows of a window that the trend is drawn through."""
    step: float
    """Time from row to row, on the unit's clock."""

    def predict(self, windows: Windows) -> Array:
        """Remaining life, between zero and the cap (window)."""
        height = self.heights(windows)
        mask = windows.mask[:, -self.rows :]
        now, slope = _line(self._shaped(height), mask)
        gap = self._shaped(np.array([1.0])) - now
        rows = gap / np.maximum(slope, NEVER)
        return np.asarray(np.clip(rows * self.step, 0.0, self.problem.cap))

    def heights(self, windows: Windows) -> Array:
        """Index in the last rows: 0 as in healthy units, 1 as in failing ones (window, row)."""
        index = self.scaler(windows.values[:, -self.rows :]) @ self.weights
        return np.asarray((index - self.healthy) / (self.threshold - self.healthy))

    def _shaped(self, height: Array) -> Array:
        return np.log(np.maximum(height, 0.02)) if self.form is Form.EXPONENTIAL else height


def _line(height: Array, mask: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Value at the last row, and slope per row, of a line by least squares (window), (window)."""
    time = np.arange(1 - height.shape[1], 1, dtype=np.float64)
    count = mask.sum(axis=1)
    middle = (mask * time).sum(axis=1) / count
    mean = np.where(mask, height, 0.0).sum(axis=1) / count
    off = np.where(mask, time - middle[:, None], 0.0)
    slope = (off * height).sum(axis=1) / np.maximum(np.square(off).sum(axis=1), 1e-12)
    return mean - slope * middle, slope


@dataclass(frozen=True, slots=True)
class Trend:
    """Trend to threshold; index, form and stretch of the trend are tuned."""

    trials: int = TRIALS
    rows: int = ROWS

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> TrendPredictor:
        """Learn indices and thresholds from training lives and keep what does best.

        Raises:
            InvalidModel: If no life failed, or no index rises towards failure.
        """
        judged = known_windows(problem, validation, JUDGED, seed)
        known = known_windows(problem, training, self.rows, seed)
        found = list(_candidates(problem, scaler, training, known))
        if not found:
            raise InvalidModel(f"{problem.name}: no health index rises towards failure")
        order = np.random.default_rng(seed).permutation(len(found))[: self.trials]
        tried: list[TrendPredictor] = [found[number] for number in order.tolist()]
        return best(tried, lambda one: one.predict(judged), problem.target(judged))


def _candidates(
    problem: Problem, scaler: Scaler, training: Lives, known: Windows
) -> Iterator[TrendPredictor]:
    if not len(training.failed()):
        raise InvalidModel(f"{problem.name}: none of {len(training)} lives ended by failure")
    rows, target = scaler(known.values[:, -1]).astype(np.float64), problem.target(known)
    ends = last_windows(training.failed(), SETTLED)
    step = float(np.median(np.concatenate([np.diff(life.clock) for life in training])))
    for kind in Index:
        weights = _weights(kind, rows, 1.0 - target / problem.cap)
        healthy = float((rows @ weights)[target >= np.quantile(target, 0.8)].mean())
        threshold = float(np.median((scaler(ends.values) @ weights).mean(axis=1)))
        if threshold <= healthy:
            continue
        for form, share in product(Form, SHARES):
            length = max(round(share * problem.length), 2)
            yield TrendPredictor(problem, scaler, weights, healthy, threshold, form, length, step)


def _weights(kind: Index, rows: Array, used: Array) -> Array:
    """Of each channel in an index that rises as life is used up (channel)."""
    if kind is Index.REGRESSION:
        line = ridge(rows, used, PENALTY)
        return np.asarray(line.weights[1:] / line.scale)
    first = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][0]
    return np.asarray(first * np.sign(np.dot(rows @ first, used - used.mean())))
