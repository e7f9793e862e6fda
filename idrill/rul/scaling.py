"""Channels made comparable between operating conditions and units, learned on training units only.

What a sensor reads depends on how its unit is worked. Two ways lead back from there: conditions
that fall into a few kinds, as in C-MAPSS, get a mean and a deviation each; conditions that vary
without a step, as on a rig, get a quadratic response by least squares, and what is left of a
reading is scaled. Conditions themselves are only scaled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from idrill.errors import InvalidWindows
from idrill.rul.problem import Problem
from idrill.windows import Lives

Array = NDArray[np.float64]

STEADY = 1e-6
"""Deviation, as share of the mean, below which a channel says nothing and is left out [-]."""


@dataclass(frozen=True, eq=False)
class Scaler:
    """Everything needed to scale a value; arrays alone, so that a graph can hold them."""

    conditions: NDArray[np.int64]
    """Which channels are conditions (condition)."""
    origin: Array
    """Mean of each condition (condition)."""
    unit: Array
    """Deviation of each condition (condition)."""
    centres: Array
    """Scaled conditions of each regime (regime, condition)."""
    weights: Array
    """What a channel reads by the scaled conditions, as `terms` has them (term, channel)."""
    means: Array
    """Of what is left (regime, channel)."""
    scales: Array
    """Deviation of what is left, infinite for a steady channel (regime, channel)."""

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scaled values; zero, which is the mean, where there is none (..., channel)."""
        scaled = (values[..., self.conditions] - self.origin) / self.unit
        scaled = np.nan_to_num(scaled, nan=0.0)
        regime = np.argmin(np.square(scaled[..., None, :] - self.centres).sum(axis=-1), axis=-1)
        left = values - terms(scaled) @ self.weights
        found = (left - self.means[regime]) / self.scales[regime]
        return np.asarray(np.nan_to_num(found, nan=0.0), dtype=np.float32)


def terms(scaled: Array) -> Array:
    """Constant, conditions, and their products two by two (..., term)."""
    count = scaled.shape[-1]
    first, second = np.triu_indices(count)
    ones = np.ones((*scaled.shape[:-1], 1))
    return np.concatenate([ones, scaled, scaled[..., first] * scaled[..., second]], axis=-1)


def fit_scaler(problem: Problem, training: Lives, seed: int = 0) -> Scaler:
    """The scaler of a problem from training lives alone.

    Raises:
        InvalidWindows: If the lives have other channels than the problem, or no row has all
            conditions.
    """
    if training.channels != problem.channels:
        raise InvalidWindows(f"{problem.name}: lives have channels {training.channels}")
    rows = np.concatenate([life.values for life in training]).astype(np.float64)
    at = np.array([problem.channels.index(name) for name in problem.conditions], dtype=np.int64)
    rows = rows[np.isfinite(rows[:, at]).all(axis=1)]
    if not rows.size:
        raise InvalidWindows(f"{problem.name}: no row has all of {', '.join(problem.conditions)}")
    origin, unit = rows[:, at].mean(axis=0), _deviation(rows[:, at])
    scaled = (rows[:, at] - origin) / unit
    centres, regime = _regimes(scaled, problem.regimes, seed)
    weights = (
        _response(scaled, rows, at)
        if problem.regimes == 1 and at.size
        else np.zeros((terms(scaled[:1]).shape[-1], rows.shape[1]))
    )
    left = rows - terms(scaled) @ weights
    parts = [left[regime == number] for number in range(len(centres))]
    return Scaler(
        conditions=at,
        origin=origin,
        unit=unit,
        centres=centres,
        weights=weights,
        means=np.stack([_mean(part) for part in parts]),
        scales=np.stack([_deviation(part) for part in parts]),
    )


def _regimes(scaled: Array, count: int, seed: int) -> tuple[Array, NDArray[np.int64]]:
    """Centres of the kinds of conditions, and the kind of each row."""
    if count == 1:
        return np.zeros((1, scaled.shape[1])), np.zeros(len(scaled), dtype=np.int64)
    centres, regime = kmeans2(scaled, count, minit="++", rng=seed, missing="raise")
    return np.asarray(centres), np.asarray(regime, dtype=np.int64)


def _response(scaled: Array, rows: Array, conditions: NDArray[np.int64]) -> Array:
    """What each channel reads by the conditions, by least squares on the rows that have it."""
    design = terms(scaled)
    weights = np.zeros((design.shape[1], rows.shape[1]))
    for channel in set(range(rows.shape[1])) - set(conditions.tolist()):
        there = np.isfinite(rows[:, channel])
        if there.any():
            weights[:, channel] = np.linalg.lstsq(design[there], rows[there, channel])[0]
    return weights


def _mean(rows: Array) -> Array:
    counts = np.maximum(np.isfinite(rows).sum(axis=0), 1)
    return np.asarray(np.nansum(rows, axis=0) / counts)


def _deviation(rows: Array) -> Array:
    """Standard deviation; infinite where a channel is steady or was never measured."""
    mean = _mean(rows)
    counts = np.maximum(np.isfinite(rows).sum(axis=0), 1)
    found = np.sqrt(np.nansum((rows - mean) ** 2, axis=0) / counts)
    return np.where(found > STEADY * np.maximum(np.abs(mean), 1.0), found, np.inf)
