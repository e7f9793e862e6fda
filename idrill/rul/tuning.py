"""The settings of a plan, as a search among them chooses."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

from idrill.rul.learning import Parts, Plan, bounded
from idrill.rul.problem import Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.search import Best, Heard, Search, Tried, search
from idrill.tracking import Tracker


@dataclass(frozen=True, slots=True)
class Tuned:
    """A plan with the best settings, and the search that found them."""

    plan: Plan
    best: Best


def tune(
    problem: Problem,
    parts: Parts,
    plan: Plan,
    trials: int,
    storage: Path,
    tracker: Tracker,
    heard: Heard | None = None,
) -> Tuned:
    """The best settings of a plan's network and of its training, by validation lives.

    Each trial is the first member with other settings. Calibration lives take no part.

    Args:
        problem: What is to be foreseen.
        parts: What from.
        plan: Whose settings are tried first, and changed.
        trials: In all, those of earlier runs counted.
        storage: SQLite file that remembers them, so that a search that was killed goes on.
        tracker: Told the error and the settings of each trial by its number, and the best.
        heard: Told each trial, those of earlier runs first.

    Raises:
        InvalidModel: If no sizes of the network can be searched for, or no trial was finished.
        InvalidWindows: If lives do not fit the problem.
    """

    def told(one: Tried) -> None:
        tracker.metrics(_figures(one), step=one.number)
        if heard is not None:
            heard(one)

    best = search(
        problem,
        fit_scaler(problem, parts.training),
        plan.network,
        bounded(problem, parts.training),
        bounded(problem, parts.validation),
        Search(trials, plan.training.seed, storage, plan.training),
        told,
    )
    tracker.metrics({"search/best_rmse": best.error})
    return Tuned(replace(plan, training=best.training, sizes=best.network), best)


def _figures(one: Tried) -> dict[str, float]:
    """What is told of a trial; an error that is none is left out."""
    errors = {"validation_rmse": one.error} if math.isfinite(one.error) else {}
    figures = errors | {"given_up": float(one.given_up)} | dict(one.settings)
    return {f"search/{name}": value for name, value in figures.items()}
