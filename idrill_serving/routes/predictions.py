"""What is foreseen: remaining life of posted windows, of a rig's components, and what was said."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from idrill.errors import InvalidRequest
from idrill.registry import requested
from idrill.registry.champions import model_name
from idrill.store import predictions, rigs
from idrill.store.predictions import Place, PredictionSource
from idrill_serving.dependencies import (
    PlatformDependency,
    PrincipalDependency,
    RigInPath,
    require_rig,
)
from idrill_serving.doors import ClosedRoute
from idrill_serving.paging import parts_of, token_of
from idrill_serving.posted_windows import WindowsRoute
from idrill_serving.prediction import answered, require_component, stored
from idrill_serving.schemas.predictions import (
    PredictionPage,
    RulAnswer,
    RulAutoRequest,
    RulRequest,
    StoredPredictions,
)

router = APIRouter(prefix="/api/v1/predictions", tags=["predictions"], route_class=ClosedRoute)

FIRST = datetime(1971, 1, 1, tzinfo=UTC)
"""Before this nothing was measured."""


def foresee_windows(body: RulRequest, platform: PlatformDependency) -> RulAnswer:
    """Remaining life of units by their last rows, as posted; nothing is kept."""
    return answered(platform.champions, body)


router.add_api_route("/rul", foresee_windows, methods=["POST"], route_class_override=WindowsRoute)


@router.post("/rul/auto")
def foresee_rig(
    body: RulAutoRequest, platform: PlatformDependency, principal: PrincipalDependency
) -> StoredPredictions:
    """Remaining life of a rig's component from stored data, at every place; kept as requested.

    Where too little was measured, or the installation is not on record, it is withheld with the
    reason. Without a champion the answer is 503.
    """
    require_rig(principal, body.rig_id)
    require_component(body.component)
    as_of = _instant(body.as_of)
    platform.champions.serving(model_name(body.component))
    made = requested.foresee(platform.bench, body.rig_id, body.component, as_of)
    told = [stored(one) for one in made]
    return StoredPredictions(rig_id=body.rig_id, component=body.component, predictions=told)


@router.get("/rul/{rig_id}")
def list_predictions(
    rig_id: RigInPath,
    platform: PlatformDependency,
    component: Annotated[str | None, Query(max_length=32, examples=["liner"])] = None,
    source: Annotated[PredictionSource | None, Query(description="Who asked.")] = None,
    cursor: Annotated[str | None, Query(max_length=400, description="`next` of a page.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> PredictionPage:
    """What was foreseen of a rig's components, the newest first."""
    after = _place(cursor) if cursor else None
    with platform.database.session() as session:
        rigs.get(session, rig_id)
        found = predictions.page(
            session, rig_id, component=component, source=source, after=after, limit=limit + 1
        )
    shown = found[:limit]
    following = _cursor(predictions.place_of(shown[-1])) if len(found) > limit else None
    return PredictionPage(rig_id=rig_id, predictions=[stored(one) for one in shown], next=following)


def _instant(as_of: datetime | None) -> datetime:
    """The instant that is asked about.

    Raises:
        InvalidRequest: If it lies in the future, or before anything was measured.
    """
    now = datetime.now(UTC)
    if as_of is None:
        return now
    if not FIRST <= as_of <= now:
        raise InvalidRequest(f"as_of lies between {FIRST:%Y-%m-%d} and now")
    return as_of.astimezone(UTC)


def _cursor(place: Place) -> str:
    parts = (place.equipment, place.component, place.model_version, place.source)
    return token_of([place.as_of.isoformat(), *parts])


def _place(cursor: str) -> Place:
    time, *rest = parts_of(cursor, 5)
    try:
        return Place(datetime.fromisoformat(time).astimezone(UTC), *rest)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest("this cursor is none of ours: use `next` of an answer") from error
