"""Releases: through the gate into the ledger, and one step back."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.registry import moves
from idrill.registry.gate import Assessment, Rules, Verdict
from idrill.rul.card import Covered
from idrill.rul.intervals import coverage, mean_width
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Array, Predictor
from idrill.store.database import Database
from idrill.store.releases import Promotion
from idrill.windows import Windows

if TYPE_CHECKING:
    from idrill.registry.connection import MLflow

CLAIMED = (0.8, 0.9)
"""Shares that the intervals of `LEVELS` are to hold [-]."""
ASKED = 50
"""Single windows that the latency is measured on."""


def assess(
    candidate: FrozenModel,
    version: int,
    test_set: str,
    windows: Windows,
    baselines: Mapping[str, Predictor],
    champion: tuple[Promotion, FrozenModel] | None,
    *,
    calibrated: int,
    parity: float,
    parity_from: str = "",
    seeds: tuple[int, ...] = (),
    oracle: Array | None = None,
    leaks: tuple[str, ...] = (),
    rules: Rules | None = None,
) -> Assessment:
    """Measure a frozen candidate and its rivals on the same windows of held-out units.

    Windows whose capped remaining life is not known are left out. Where the champion has a lower
    cap, it holds for all, so that none is asked for more than it can say. Coverage is counted on
    one window of each unit, at random: windows of one unit are not independent.

    Args:
        candidate: As it was exported.
        version: Under which it was registered.
        test_set: Name and seed of the fleet that the windows are of.
        windows: At random rows of units that nothing was learned or chosen on.
        baselines: Every one of them, fitted on what the candidate was trained on.
        champion: What serves now.
        calibrated: Units that the candidate's intervals were calibrated on.
        parity: Of its graph with torch, as share of the cap [-].
        parity_from: Who says so; "" if it was measured for this assessment.
        seeds: Of the fleets that the windows are of; none if they were measured.
        oracle: What whoever sees the hidden state says (window).
        leaks: What the check of leakage found.
        rules: Of the gate.

    Raises:
        InvalidModel: If no window has a known remaining life, or one fits no model.
    """
    problem = candidate.problem
    if champion is not None:
        problem = replace(problem, cap=min(problem.cap, champion[1].problem.cap))
    known = problem.known(windows)
    if not known.any():
        raise InvalidModel(f"{candidate.card.model}: no remaining life of {test_set} is known")
    asked = windows[known]
    target = problem.target(asked)
    one_each = _one_each(asked)

    def off(predicted: Array) -> Array:
        return np.minimum(predicted, problem.cap) - target

    return Assessment(
        model=candidate.card.model,
        version=version,
        digest=candidate.digest,
        test_set=test_set,
        units=tuple(asked.units[unit] for unit in asked.unit),
        errors=off(candidate.predict(asked)),
        baselines={name: off(one.predict(asked)) for name, one in baselines.items()},
        covered=_covered(candidate, asked[one_each], target[one_each], problem.cap),
        calibrated=calibrated,
        parity=parity,
        parity_from=parity_from,
        latency=latency(candidate, asked),
        seeds=seeds,
        width=mean_width(candidate.quantiles(asked)) / candidate.problem.cap,
        trained_seeds=candidate.card.trained_on.seeds,
        champion=None if champion is None else champion[0].version,
        champion_errors=None if champion is None else off(champion[1].predict(asked)),
        oracle=None if oracle is None else off(oracle[known]),
        leaks=leaks,
        rules=Rules() if rules is None else rules,
    )


def _one_each(windows: Windows) -> NDArray[np.int64]:
    """A window of each unit, at random."""
    order = np.random.default_rng(0).permutation(len(windows))
    _, first = np.unique(windows.unit[order], return_index=True)
    return np.sort(order[first])


def _covered(
    model: FrozenModel, windows: Windows, target: Array, cap: float
) -> tuple[Covered, ...]:
    quantiles = np.minimum(model.quantiles(windows), cap)
    return tuple(
        Covered(claimed, coverage(quantiles, target, claimed), len(windows)) for claimed in CLAIMED
    )


def latency(model: FrozenModel, windows: Windows) -> float:
    """Median time that a single window takes [s]."""
    taken = []
    for number in range(ASKED):
        at = number % len(windows)
        values, mask = windows.values[at : at + 1], windows.mask[at : at + 1]
        start = perf_counter()
        model.ask(values, mask)
        taken.append(perf_counter() - start)
    return float(np.median(taken))


def release(
    database: Database,
    models_folder: Path,
    assessment: Assessment,
    *,
    by: str,
    mlflow: "MLflow | None" = None,
) -> Verdict:
    """Judge a candidate, and make it champion or refuse it; either is a row that stays.

    Args:
        database: The store.
        models_folder: Folders of registered models.
        assessment: What was measured of the candidate.
        by: Who releases.
        mlflow: Whose alias is to follow.

    Raises:
        InvalidModel: If another model was assessed than registered, or its folder was changed.
        IllegalMove: If the version was judged before.
        PromotionConflict: If it was judged against a champion that serves no longer.
        StoreError: If MLflow refuses to move the alias; the ledger holds already.
    """
    verdict = moves.release(database, models_folder, assessment, by=by)
    _mirror(database, mlflow, assessment.model)
    return verdict


def roll_back(
    database: Database,
    models_folder: Path,
    model: str,
    *,
    by: str,
    reason: str,
    mlflow: "MLflow | None" = None,
) -> Promotion | None:
    """Take the champion of a model out of service, and put the one before it back.

    Returns:
        The champion from now on; None if there was none before: nothing serves then.

    Raises:
        NoChampion: If there is nothing to roll back.
        InvalidModel: If the folder of the one before is missing or was changed; the champion stays.
        StoreError: If MLflow refuses to move the alias; the ledger holds already.
    """
    back = moves.roll_back(database, models_folder, model, by=by, reason=reason)
    _mirror(database, mlflow, model)
    return back


def withdraw(
    database: Database,
    model: str,
    *,
    by: str,
    reason: str,
    mlflow: "MLflow | None" = None,
) -> Promotion:
    """Take the champion of a model out of service and put nothing in its place.

    Returns:
        The row of the ledger that says so.

    Raises:
        NoChampion: If there is nothing to take out.
        StoreError: If MLflow refuses to take the alias away; the ledger holds already.
    """
    out = moves.withdraw(database, model, by=by, reason=reason)
    _mirror(database, mlflow, model)
    return out


def _mirror(database: Database, mlflow: "MLflow | None", model: str) -> None:
    if mlflow is None:
        return
    from idrill.registry.aliases import mirror

    with database.session() as session:
        mirror(session, mlflow, model)
