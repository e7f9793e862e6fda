"""Releases: through the gate into the ledger, and one step back."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.registry.champions import open_version
from idrill.registry.gate import Assessment, Rules, Verdict, judge
from idrill.rul.card import Covered
from idrill.rul.intervals import coverage, mean_width
from idrill.rul.prediction import FrozenModel
from idrill.rul.problem import Array, Predictor
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.releases import Judgement, Promotion
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
    model, version = assessment.model, assessment.version
    judge(assessment, 1)  # takes its time, keeps its comparisons, and holds up no other writer
    with database.session() as session:
        promotions.lock(session, model)
        _require_registered(
            promotions.version_of(session, model, version), assessment, models_folder
        )
        looks = promotions.looks_at(session, assessment.test_set) + 1
        verdict = judge(assessment, looks)
        judged = Judgement(verdict.reason, verdict.figures, assessment.test_set, looks)
        if verdict.released:
            against = assessment.champion
            promotions.promote(session, model, version, judged, by=by, against=against)
        else:
            promotions.refuse(session, model, version, judged, by=by)
    _mirror(database, mlflow, model)
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
        InvalidModel: If the folder of the one before is missing or was changed.
        StoreError: If MLflow refuses to move the alias; the ledger holds already.
    """
    with database.session() as session:
        back = promotions.roll_back(session, model, by=by, reason=reason)
        if back is not None:
            open_version(models_folder, back)
    _mirror(database, mlflow, model)
    return back


def _require_registered(one: Promotion, assessment: Assessment, models_folder: Path) -> None:
    if one.digest != assessment.digest:
        raise InvalidModel(
            f"what was assessed is not {one.title}: digest {assessment.digest[:12]}, not "
            f"{one.digest[:12]}"
        )
    open_version(models_folder, one)


def _mirror(database: Database, mlflow: "MLflow | None", model: str) -> None:
    if mlflow is None:
        return
    from idrill.registry.aliases import mirror

    with database.session() as session:
        mirror(session, mlflow, model)
