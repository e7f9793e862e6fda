"""The log of the platform: what failed, what was refused, when the service started."""

from typing import Annotated

from fastapi import APIRouter, Query

from idrill.store import system_log
from idrill.store.system_log import Kind, Level, Wanted
from idrill_serving.dependencies import (
    LARGEST,
    PlatformDependency,
    PrincipalDependency,
    require_rig,
)
from idrill_serving.doors import ClosedRoute
from idrill_serving.paging import page_of
from idrill_serving.schemas.system_log import EventAnswer, SystemLogPage

router = APIRouter(prefix="/api/v1/system-log", tags=["system-log"], route_class=ClosedRoute)


@router.get("")
def list_events(
    platform: PlatformDependency,
    principal: PrincipalDependency,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    level: Level | None = None,
    kind: Kind | None = None,
    rig_id: Annotated[
        str | None, Query(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["RIG_01"])
    ] = None,
) -> SystemLogPage:
    """What happened, the newest first: of the platform, and of the rigs that I may see."""
    if rig_id is not None:
        require_rig(principal, rig_id)
    wanted = Wanted(before, level, kind, rig_id, principal.user.rigs)
    with platform.database.session() as session:
        found = system_log.listed(session, wanted, limit + 1)
    page, following = page_of(found, limit)
    events = [EventAnswer.model_validate(one) for one in page]
    return SystemLogPage(events=events, next=following)
