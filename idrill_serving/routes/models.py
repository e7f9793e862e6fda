"""Models: registered versions, which serves, what became of the others, and moving them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from sqlalchemy.orm import Session

from idrill.errors import IllegalMove, InvalidModel, NoChampion, NotFound
from idrill.rul.card import Card
from idrill.store import audit, promotions
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.releases import Promotion, champion_in, newest
from idrill_serving.dependencies import LARGEST, ActorDependency, PlatformDependency
from idrill_serving.doors import ClosedRoute
from idrill_serving.platform import Platform
from idrill_serving.schemas.models import (
    Back,
    CardAnswer,
    ClaimAnswer,
    FigureAnswer,
    ModelAnswer,
    ModelDetail,
    ModelList,
    MoveAnswer,
    MovedAnswer,
    MovePage,
    RollbackRequest,
    VersionAnswer,
)

router = APIRouter(prefix="/api/v1/models", tags=["models"], route_class=ClosedRoute)

Name = Annotated[
    str,
    InPath(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="The model.", examples=["rul-liner"]),
]
Version = Annotated[int, InPath(ge=1, le=2**31 - 1, examples=[1])]


@router.get("")
def list_models(platform: PlatformDependency) -> ModelList:
    """Every model of the ledger, and the version that serves."""
    platform.champions.refresh()
    with platform.database.session() as session:
        ledgers = [promotions.of_model(session, name) for name in promotions.models(session)]
    return ModelList(models=[_answer(platform, ledger) for ledger in ledgers])


@router.get("/{model}")
def show_model(model: Name, platform: PlatformDependency) -> ModelDetail:
    """A model: its versions, and the card of the one that serves here."""
    platform.champions.refresh()
    ledger = _ledger(platform, model)
    known = newest(ledger)
    served = platform.champions.open_now().get(model)
    return ModelDetail(
        **_answer(platform, ledger).model_dump(),
        registered=[_version(known[version]) for version in sorted(known)],
        card=None if served is None else _card(served.model.card),
    )


@router.get("/{model}/history")
def list_moves(
    model: Name,
    platform: PlatformDependency,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> MovePage:
    """Every move of a model: when, by whom, why, and what the gate judged by."""
    moves = [one for one in _ledger(platform, model) if before is None or one.sequence < before]
    shown = moves[::-1][:limit]
    following = shown[-1].sequence if len(moves) > limit else None
    return MovePage(model=model, moves=[_move(one) for one in shown], next=following)


@router.post("/{model}/versions/{version}/promote")
def promote_version(
    model: Name, version: Version, platform: PlatformDependency, actor: ActorDependency
) -> MovedAnswer:
    """Make a judged candidate the champion, if the gate lets it.

    The gate decides by what was measured on units never seen: a candidate that was not held
    against them, or no longer against the champion that serves, is not promoted (409), and one that
    does not pass is refused for good (409).
    """
    from idrill.registry import moves

    database, folder = platform.database, platform.settings.models_folder
    assessment = moves.assessed(database, platform.lake, model, version)
    with _explained(folder):
        verdict = moves.release(
            database, folder, assessment, by=actor.name, beside=_noted(actor, Action.MODEL_PROMOTED)
        )
    if not verdict.released:
        raise IllegalMove(f"{model}/{version} is refused: {verdict.reason}")
    return _moved(platform, model, verdict.reason)


@router.post("/{model}/rollback")
def roll_back(
    model: Name, body: RollbackRequest, platform: PlatformDependency, actor: ActorDependency
) -> MovedAnswer:
    """Take the champion out of service, and put the one before it back, or nothing."""
    from idrill.registry import moves

    _ledger(platform, model)
    database, folder, beside = (
        platform.database,
        platform.settings.models_folder,
        _noted(actor, Action.MODEL_ROLLED_BACK),
    )
    with _explained(folder):
        if body.to is Back.NOTHING:
            moves.withdraw(database, model, by=actor.name, reason=body.reason, beside=beside)
        else:
            moves.roll_back(
                database, folder, model, by=actor.name, reason=body.reason, beside=beside
            )
    return _moved(platform, model, body.reason)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Tell a model that cannot be moved from a fault of the service.

    Raises:
        IllegalMove: If there is nothing to move, or its folder was damaged.
    """
    try:
        yield
    except (NoChampion, InvalidModel) as error:
        raise IllegalMove(str(error).replace(str(folder), "models")) from error


def _ledger(platform: Platform, model: str) -> list[Promotion]:
    """Every move of a model.

    Raises:
        NotFound: If the ledger does not know it.
    """
    with platform.database.session() as session:
        found = promotions.of_model(session, model)
    if not found:
        raise NotFound(f"no model is called {model!r}: GET /api/v1/models lists them")
    return found


def _answer(platform: Platform, ledger: list[Promotion]) -> ModelAnswer:
    model, crowned = ledger[0].model, champion_in(ledger)
    served = platform.champions.open_now().get(model)
    return ModelAnswer(
        model=model,
        champion=None if crowned is None else _version(crowned),
        aliases={} if crowned is None else {"champion": crowned.version},
        served=None if served is None else served.row.version,
        problem=platform.champions.problems().get(model),
        versions=len(newest(ledger)),
    )


def _noted(actor: Actor, action: Action) -> Callable[[Session, Promotion], None]:
    """Writes the move of a model into the audit trail, in the transaction of the move."""

    def noted(session: Session, row: Promotion) -> None:
        details: dict[str, object] = {
            "version": row.version,
            "state": row.state.value,
            "reason": row.judged.reason,
        }
        audit.record(session, actor, Change(action, row.model, details))

    return noted


def _moved(platform: Platform, model: str, reason: str) -> MovedAnswer:
    """What serves from now on; this worker follows at once."""
    platform.champions.refresh()
    with platform.database.session() as session:
        crowned = promotions.find_champion(session, model)
    champion = None if crowned is None else _version(crowned)
    return MovedAnswer(model=model, champion=champion, reason=reason)


def _version(one: Promotion) -> VersionAnswer:
    return VersionAnswer(
        version=one.version,
        state=one.state,
        at=one.at,
        by=one.by,
        reason=one.judged.reason,
        digest=one.digest,
    )


def _move(one: Promotion) -> MoveAnswer:
    return MoveAnswer(
        **_version(one).model_dump(),
        sequence=one.sequence,
        test_set=one.judged.test_set,
        looks=one.judged.looks,
        evaluation=dict(one.judged.evaluation),
    )


def _card(card: Card) -> CardAnswer:
    problem, learned = card.problem, card.trained_on
    return CardAnswer(
        purpose=card.purpose,
        not_for=list(card.not_for),
        network=card.network,
        trained_on=f"{learned.name}: {learned.lives} lives of {learned.groups} groups",
        code_version=card.code_version,
        created=card.created,
        component=problem.name,
        channels=list(problem.channels),
        rows=problem.length,
        unit=problem.clock,
        cap=problem.cap,
        figures=[FigureAnswer.model_validate(one) for one in card.figures],
        intervals=[ClaimAnswer.model_validate(one) for one in card.intervals],
    )
