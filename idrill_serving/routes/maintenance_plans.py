"""Maintenance plans: asked for, looked at, drawn, and told to calendars."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from idrill.errors import InvalidRequest
from idrill.maintenance.calendar import calendar
from idrill.maintenance.gantt import gantt
from idrill.maintenance.tasks import State
from idrill.store import audit, maintenance_plans, rigs, schedule, tasks
from idrill.store.audit import Change
from idrill.store.audit_actions import Action
from idrill.store.maintenance_plans import KnownPlan, Request
from idrill_serving.dependencies import (
    ActorDependency,
    Before,
    Limit,
    Number,
    PlatformDependency,
    PrincipalDependency,
    RigsWanted,
    require_rig,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.paging import page_of
from idrill_serving.platform import Platform
from idrill_serving.schemas.fields import Instant
from idrill_serving.schemas.maintenance_plans import PlanAnswer, PlanPage, PlanRequest, PlanSummary

router = APIRouter(prefix="/api/v1/maintenance", tags=["maintenance"], route_class=ClosedRoute)

LONGEST = timedelta(days=366)
"""Longest span of a calendar or a picture."""
DRAWN: list[State] = [state for state in State if state is not State.CANCELLED]
ICALENDAR, SVG = "text/calendar", "image/svg+xml"
STYLED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""What a picture may load: nothing."""

Start = Annotated[Instant, Query(examples=["2026-03-01T00:00:00Z"])]
End = Annotated[Instant, Query(examples=["2026-03-15T00:00:00Z"])]
States = Annotated[list[State], Query(description="All but cancelled ones, unless told.")]


def _as(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media: {"schema": {"type": "string"}}}, "description": "It."}}


@router.post("/schedule", status_code=202)
def request_plan(
    body: PlanRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> PlanAnswer:
    """Plan anew; look at the plan until it is `done`, `impossible` or `failed`.

    What it wants is proposed as tasks. One that was asked for and not begun is not made twice.
    """
    wanted = body.rigs if body.rigs is not None else principal.user.rigs
    wish = body.model_dump(exclude={"rigs"})
    with platform.database.session() as session:
        for rig_id in wanted or ():
            require_rig(principal, rig_id)
            rigs.get(session, rig_id)
        asked = maintenance_plans.request(session, Request(wanted, wish, principal.name))
        details: dict[str, object] = body.model_dump(mode="json")
        audit.record(session, actor, Change(Action.PLAN_REQUESTED, f"plan {asked.id}", details))
    platform.planner.begin(asked.id)
    return _answer(asked)


@router.get("/plans")
def list_plans(
    platform: PlatformDependency,
    principal: PrincipalDependency,
    before: Before = None,
    limit: Limit = 100,
) -> PlanPage:
    """Plans of rigs that you may see, the newest first."""
    with platform.database.session() as session:
        found = maintenance_plans.listed(session, before=before, limit=limit + 1)
    page, following = page_of(found, limit)
    seen = [PlanSummary.model_validate(one) for one in page if _seen(principal, one)]
    return PlanPage(plans=seen, next=following)


@router.get("/plans/{plan_id}")
def show_plan(
    plan_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> PlanAnswer:
    """A plan as it stands."""
    with platform.database.session() as session:
        found = maintenance_plans.get(session, plan_id)
    if not _seen(principal, found):
        raise maintenance_plans.absent(plan_id)
    return _answer(found)


@router.get("/schedule/calendar", responses=_as(ICALENDAR), response_class=Response)
def show_calendar(
    platform: PlatformDependency,
    rigs: RigsWanted,
    start: Start,
    end: End,
    state: States = DRAWN,
    limit: Limit = 1000,
) -> Response:
    """Work whose time meets a span, as an iCalendar."""
    _require_span(start, end)
    with platform.database.session() as session:
        wanted = tasks.Wanted(rigs, state, limit=limit)
        found = tasks.scheduled(session, wanted, start, end)
    told = calendar([schedule.event_of(one) for one in found], "i-Drill maintenance")
    return Response(told, media_type=ICALENDAR)


@router.get("/schedule/gantt", responses=_as(SVG), response_class=Response)
def show_gantt(
    platform: PlatformDependency,
    rigs: RigsWanted,
    start: Start,
    end: End,
    state: States = DRAWN,
    limit: Limit = 1000,
) -> Response:
    """Work whose time meets a span, as a picture."""
    _require_span(start, end)
    told = _drawn(platform, tasks.Wanted(rigs, state, limit=limit), start, end)
    return Response(told, media_type=SVG, headers={"Content-Security-Policy": STYLED})


def _drawn(platform: Platform, wanted: tasks.Wanted, start: datetime, end: datetime) -> str:
    with platform.database.session() as session:
        bars = schedule.bars(session, wanted, start, end)
    return gantt(bars, start, end, f"Maintenance from {start:%Y-%m-%d} to {end:%Y-%m-%d}")


def _require_span(start: datetime, end: datetime) -> None:
    """See that a span can be shown.

    Raises:
        InvalidRequest: If it is none, or too long.
    """
    if not timedelta() < end - start <= LONGEST:
        raise InvalidRequest(f"a schedule spans at most {LONGEST.days} days, from start to end")


def _seen(principal: Principal, plan: KnownPlan) -> bool:
    """Whether they may see every rig of a plan."""
    if plan.rigs is None:
        return principal.user.rigs is None
    return all(map(principal.user.sees, plan.rigs))


def _answer(found: KnownPlan) -> PlanAnswer:
    return PlanAnswer.model_validate(
        PlanSummary.model_validate(found).model_dump()
        | {"wish": found.wish, "inputs": found.inputs, "plan": found.told}
    )
