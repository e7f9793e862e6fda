"""Moves of the ledger: released by the gate, one step back, out of service. MLflow is not asked.

Whoever serves moves models by these; `idrill.registry.releases` also lets the aliases follow.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from idrill.errors import IllegalMove, InvalidModel
from idrill.registry.assessments import assessment_from
from idrill.registry.champions import component_of, open_version
from idrill.registry.gate import Assessment, Verdict, judge
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.releases import Judgement, Promotion
from idrill.store.tables import RUL_EVALUATION

Beside = Callable[[Session, Promotion], None]
"""Told the row that was written, in its transaction."""

_JUDGE = "materialize rul_evaluation for it, or run idrill train"


def nothing_beside(_: Session, __: Promotion) -> None:
    """Leave it at the ledger."""


def assessed(database: Database, lake: Lake, model: str, version: int) -> Assessment:
    """What was measured of a candidate when it was judged.

    Raises:
        NotFound: If the ledger does not know the version.
        IllegalMove: If the last assessment of the component is of another model.
    """
    with database.session() as session:
        row = promotions.version_of(session, model, version)
    try:
        found = assessment_from(lake.read(RUL_EVALUATION, {"component": component_of(model)}))
    except InvalidModel as error:
        raise IllegalMove(f"{row.title} was not held against unseen units: {_JUDGE}") from error
    if (found.model, found.version, found.digest) != (model, version, row.digest):
        raise IllegalMove(
            f"the last assessment is of {found.model}/{found.version}, not of {row.title}: {_JUDGE}"
        )
    return found


def release(
    database: Database,
    models_folder: Path,
    assessment: Assessment,
    *,
    by: str,
    beside: Beside = nothing_beside,
) -> Verdict:
    """Judge a candidate, and make it champion or refuse it; either is a row that stays.

    Args:
        database: The store.
        models_folder: Folders of registered models.
        assessment: What was measured of the candidate.
        by: Who releases.
        beside: What is written with the row.

    Raises:
        InvalidModel: If another model was assessed than registered, or its folder was changed.
        IllegalMove: If the version was judged before.
        PromotionConflict: If it was judged against a champion that serves no longer.
    """
    model, version = assessment.model, assessment.version
    judge(assessment, 1)  # takes its time, keeps its comparisons, and holds up no other writer
    with database.session() as session:
        promotions.lock(session, model)
        _require_registered(
            promotions.version_of(session, model, version), assessment, models_folder
        )
        looks = promotions.look(session, model, version, assessment.test_set, by=by)
        verdict = judge(assessment, looks)
        judged = Judgement(verdict.reason, verdict.figures, assessment.test_set, looks)
        if verdict.released:
            against = assessment.champion
            row = promotions.promote(session, model, version, judged, by=by, against=against)
        else:
            row = promotions.refuse(session, model, version, judged, by=by)
        beside(session, row)
    return verdict


def roll_back(
    database: Database,
    models_folder: Path,
    model: str,
    *,
    by: str,
    reason: str,
    beside: Beside = nothing_beside,
) -> Promotion | None:
    """Take the champion of a model out of service, and put the one before it back.

    Returns:
        The champion from now on; None if there was none before: nothing serves then.

    Raises:
        NoChampion: If there is nothing to roll back.
        InvalidModel: If the folder of the one before is missing or was changed; the champion stays.
    """
    with database.session() as session:
        back = promotions.roll_back(session, model, by=by, reason=reason)
        if back is not None:
            _require_servable(models_folder, back)
        beside(session, back or promotions.of_model(session, model)[-1])
    return back


def withdraw(
    database: Database, model: str, *, by: str, reason: str, beside: Beside = nothing_beside
) -> Promotion:
    """Take the champion of a model out of service and put nothing in its place.

    Returns:
        The row of the ledger that says so.

    Raises:
        NoChampion: If there is nothing to take out.
    """
    with database.session() as session:
        out = promotions.withdraw(session, model, by=by, reason=reason)
        beside(session, out)
    return out


def _require_servable(models_folder: Path, back: Promotion) -> None:
    try:
        open_version(models_folder, back)
    except InvalidModel as error:
        raise InvalidModel(
            f"{back.title} would serve again, but {error}. Nothing was changed: take the folder "
            f"from a backup, or let nothing serve: idrill models rollback {back.model} --to nothing"
        ) from error


def _require_registered(one: Promotion, assessment: Assessment, models_folder: Path) -> None:
    if one.digest != assessment.digest:
        raise InvalidModel(
            f"what was assessed is not {one.title}: digest {assessment.digest[:12]}, not "
            f"{one.digest[:12]}"
        )
    open_version(models_folder, one)
