"""Predictors judged on units that they have not seen, all on the same windows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.held_out import random_ends
from idrill.rul.problem import Problem
from idrill.rul.prognostic_metrics import (
    ALPHA,
    LAMBDAS,
    alpha_lambda,
    attainable_gain,
    capped_at,
    mae,
    phm08,
    prognostic_horizon,
    rmse,
)
from idrill.windows import Lives, Windows, windows_at

Array = NDArray[np.float64]

PER_UNIT = 5
"""Random rows of each unit at which it is asked about."""
DRAWS = 2_000
"""Of units, with replacement."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a predictor does on windows whose capped remaining life is known."""

    units: int
    windows: int
    rmse: float
    """Against the capped remaining life, on the unit's clock."""
    rmse_uncapped: float
    """Against the remaining life of units that failed, on the unit's clock."""
    mae: float
    """Against the capped remaining life, on the unit's clock."""
    phm08: float
    """Against the capped remaining life; in hundredths of the cap if the clock counts no cycles."""
    alpha_lambda: Mapping[float, float]
    """Share within alpha of the capped remaining life, by the share of the life that has passed;
    where `capped` is near one, it asks for no more than the cap [-]."""
    capped: Mapping[float, float]
    """Share of those whose remaining life is above the cap [-]."""
    horizon: float
    """Median over units that failed: capped remaining life from which on the error stays below
    alpha of the cap; so the cap is the most that it can be."""

    def gain(self, age: float, oracle: float) -> float:
        """Share of the attainable gain over the age.

        Args:
            age: RMSE of the best baseline by age on the same windows.
            oracle: RMSE of whoever sees the hidden state (`idrill.simulator.difficulty`).
        """
        return attainable_gain(age, self.rmse, oracle)


def asked_windows(
    problem: Problem, lives: Lives, *, per_unit: int = PER_UNIT, seed: int = 0
) -> Windows:
    """Windows at random rows of each life, those whose capped remaining life is known.

    Args:
        problem: What is foreseen.
        lives: Never seen by any of the predictors.
        per_unit: Rows of each.
        seed: Same seed, same rows, so that all predictors are asked alike.

    Raises:
        InvalidModel: If none is known.
    """
    found = windows_at(lives, problem.length, random_ends(lives, seed, count=per_unit))
    found = found[problem.known(found)]
    if not len(found):
        raise InvalidModel(f"{problem.name}: no remaining life is known in {len(lives)} lives")
    return found


def evaluate(problem: Problem, windows: Windows, predicted: Array) -> Evaluation:
    """Figures of what one predictor said of some windows.

    Args:
        problem: What is foreseen.
        windows: Whose capped remaining life is known.
        predicted: Remaining life (window).

    Raises:
        InvalidModel: If predictions are not one number for each window, or a target is unknown.
    """
    _require_answers(problem, windows, predicted)
    target, failed = problem.target(windows), windows.failed
    passed = windows.age / np.maximum(windows.age + windows.remaining, 1e-12)
    return Evaluation(
        units=np.unique(windows.unit).size,
        windows=len(windows),
        rmse=rmse(predicted, target),
        rmse_uncapped=rmse(predicted[failed], windows.remaining[failed]),
        mae=mae(predicted, target),
        phm08=phm08(predicted * _steps(problem), target * _steps(problem)),
        alpha_lambda={
            share: alpha_lambda(predicted[failed], target[failed], passed[failed], share)
            for share in LAMBDAS
        },
        capped={
            share: capped_at(windows.remaining[failed], problem.cap, passed[failed], share)
            for share in LAMBDAS
        },
        horizon=_horizon(problem, windows, predicted),
    )


def _require_answers(problem: Problem, windows: Windows, predicted: Array) -> None:
    if predicted.shape != (len(windows),) or not np.isfinite(predicted).all():
        raise InvalidModel(
            f"{problem.name}: predictions {predicted.shape} are not one number for each of "
            f"{len(windows)} windows"
        )
    if not problem.known(windows).all():
        raise InvalidModel(f"{problem.name}: windows whose remaining life is not known are judged")


def _steps(problem: Problem) -> float:
    """What makes a remaining life of any clock one that the PHM08 score was made for."""
    return 1.0 if problem.clock == "cycles" else 100.0 / problem.cap


def _horizon(problem: Problem, windows: Windows, predicted: Array) -> float:
    found = []
    target = problem.target(windows)
    for unit in np.unique(windows.unit[windows.failed]).tolist():
        of = np.flatnonzero(windows.unit == unit)
        of = of[np.argsort(windows.age[of], kind="stable")]
        found.append(prognostic_horizon(predicted[of], target[of], ALPHA * problem.cap))
    return float(np.median(found)) if found else float("nan")


def by_unit(problem: Problem, windows: Windows, predicted: Mapping[str, Array]) -> pl.DataFrame:
    """A row per unit and predictor: how many windows, RMSE, bias, and the largest error.

    Args:
        problem: What is foreseen.
        windows: The same for all.
        predicted: Remaining life by the name of the predictor (window).

    Raises:
        InvalidModel: If predictions are not one number for each window, or a target is unknown.
    """
    target = problem.target(windows)
    parts = []
    for name, said in predicted.items():
        _require_answers(problem, windows, said)
        units = [windows.units[unit] for unit in windows.unit.tolist()]
        parts.append(pl.DataFrame({"unit": units, "error": said - target}).with_columns(
            predictor=pl.lit(name)
        ))  # fmt: skip
    error = pl.col("error")
    return (
        pl.concat(parts)
        .group_by("unit", "predictor", maintain_order=True)
        .agg(
            windows=pl.len(),
            rmse=(error**2).mean().sqrt(),
            bias=error.mean(),
            worst=error.abs().max(),
        )
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """How much less one predictor is off than another, on the same windows of the same units."""

    rmse: float
    """RMSE of the first less that of the second: below zero, the first is better."""
    low: float
    """Below which it falls in 2.5 % of the draws."""
    high: float
    better: float
    """Share of the draws in which the first is better [-]."""


def paired_bootstrap(
    first: Array, second: Array, units: NDArray[np.int64], *, draws: int = DRAWS, seed: int = 0
) -> Difference:
    """The difference of two RMSE over draws of units with replacement (Efron, Tibshirani 1993).

    Windows of a unit go together, since their errors do.

    Args:
        first: Errors of one predictor (window).
        second: Errors of the other (window).
        units: Which unit each window is of (window).
        draws: Of units.
        seed: Same seed, same draws.

    Raises:
        InvalidModel: If they are not of the same windows, or of fewer than two units.
    """
    names, of = np.unique(units, return_inverse=True)
    if first.shape != second.shape or first.shape != units.shape or names.size < 2:
        raise InvalidModel(
            f"errors {first.shape} and {second.shape} of {names.size} units cannot be paired"
        )
    generator = np.random.default_rng(seed)
    times = generator.multinomial(names.size, np.full(names.size, 1.0 / names.size), size=draws)
    count = times @ np.bincount(of)
    a, b = (np.sqrt(times @ np.bincount(of, weights=e**2) / count) for e in (first, second))
    low, high = np.quantile(a - b, (0.025, 0.975))
    whole = rmse(first, np.zeros_like(first)) - rmse(second, np.zeros_like(second))
    return Difference(whole, float(low), float(high), float(np.mean(a < b)))
