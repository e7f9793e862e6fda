"""Work on equipment: what is planned, what was done."""

from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from idrill.errors import InvalidRequest
from idrill.maintenance.tasks import OVER, State
from idrill.store import audit, task_history, task_labels, tasks
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.task_history import Event
from idrill.store.task_labels import Finding
from idrill.store.tasks import Author, Plan, Task, Work
from idrill_serving.dependencies import (
    ActorDependency,
    Before,
    Limit,
    Number,
    PlatformDependency,
    PrincipalDependency,
    RigsWanted,
    require_rig,
    require_sight,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.paging import page_of
from idrill_serving.platform import Platform
from idrill_serving.schemas.fields import Instant
from idrill_serving.schemas.strict import Strict
from idrill_serving.schemas.tasks import (
    Schedule,
    TaskAnswer,
    TaskChange,
    TaskEvent,
    TaskEventPage,
    TaskFinish,
    TaskMove,
    TaskPage,
    TaskRequest,
    TaskScheduling,
)

router = APIRouter(prefix="/api/v1/maintenance", tags=["maintenance"], route_class=ClosedRoute)

LONGEST = timedelta(days=366)
"""Longest span of a schedule."""

_MOVED = {
    State.APPROVED: Action.TASK_APPROVED,
    State.SCHEDULED: Action.TASK_SCHEDULED,
    State.IN_PROGRESS: Action.TASK_STARTED,
    State.DONE: Action.TASK_FINISHED,
    State.CANCELLED: Action.TASK_CANCELLED,
}
_OPEN = [state for state in State if state not in OVER]
_ANY = list(State)
_PLANNED = {field.name for field in fields(Plan)}
_OPTIONAL = _PLANNED - {"title", "priority"}


@router.get("/schedule")
def show_schedule(
    platform: PlatformDependency,
    rigs: RigsWanted,
    start: Annotated[Instant, Query(examples=["2026-03-01T00:00:00Z"])],
    end: Annotated[Instant, Query(examples=["2026-03-08T00:00:00Z"])],
    state: Annotated[list[State], Query(description="Open ones, unless told.")] = _OPEN,
    limit: Limit = 1000,
) -> Schedule:
    """Work whose time meets a span, by its start."""
    if not timedelta() < end - start <= LONGEST:
        raise InvalidRequest(f"a schedule spans at most {LONGEST.days} days, from start to end")
    wanted = tasks.Wanted(rigs, state, limit=limit + 1)
    with platform.database.session() as session:
        found = tasks.scheduled(session, wanted, start, end)
    told = [_answer(one) for one in found[:limit]]
    return Schedule(start=start, end=end, tasks=told, complete=len(found) <= limit)


@router.get("/history")
def list_history(
    platform: PlatformDependency,
    rigs: RigsWanted,
    state: Annotated[
        list[State], Query(description="How the tasks stand now; any, unless told.")
    ] = _ANY,
    before: Before = None,
    limit: Limit = 100,
) -> TaskEventPage:
    """What was done to tasks, the newest first."""
    with platform.database.session() as session:
        found = task_history.history(session, tasks.Wanted(rigs, state, before, limit + 1))
    return _events(found, limit)


@router.get("/tasks")
def list_tasks(
    platform: PlatformDependency,
    rigs: RigsWanted,
    state: Annotated[list[State], Query(description="Open ones, unless told.")] = _OPEN,
    before: Before = None,
    limit: Limit = 100,
) -> TaskPage:
    """Work, with a time or without, the newest first."""
    with platform.database.session() as session:
        found = tasks.listed(session, tasks.Wanted(rigs, state, before, limit + 1))
    page, following = page_of(found, limit)
    return TaskPage(tasks=[_answer(one) for one in page], next=following)


@router.post("/tasks", status_code=201)
def propose_task(
    body: TaskRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> TaskAnswer:
    """Propose work."""
    require_rig(principal, body.rig_id)
    work = Work(body.rig_id, body.activity, body.equipment, body.component, body.alert_id)
    plan = Plan(**body.model_dump(include=_PLANNED))
    with platform.database.session() as session:
        proposed = tasks.propose(session, work, plan, _author(principal, 0))
        details: dict[str, object] = body.model_dump(mode="json")
        audit.record(session, actor, Change(Action.TASK_PROPOSED, f"task {proposed.id}", details))
    return _answer(proposed)


@router.get("/tasks/{task_id}")
def show_task(
    task_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> TaskAnswer:
    """Work as it stands."""
    with platform.database.session() as session:
        return _answer(_seen(principal, tasks.get(session, task_id)))


@router.patch("/tasks/{task_id}")
def change_task(
    task_id: Number,
    body: TaskChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> TaskAnswer:
    """Plan work anew; what the body leaves out stays.

    Another title, priority or `due` of approved or scheduled work makes it `proposed` again.
    """
    told = body.model_dump(include=_PLANNED, exclude_unset=True)
    told = {key: value for key, value in told.items() if value is not None or key in _OPTIONAL}
    author = _author(principal, body.version, body.note)
    with platform.database.session() as session:
        found = _seen(principal, tasks.get(session, task_id))
        done = tasks.change(session, task_id, replace(found.plan, **told), author)
        change = _told(Action.TASK_CHANGED, done, body)
        if done.state is not found.state:
            change.details.update({"state": done.state.value, "formerly": found.state.value})
        audit.record(session, actor, change)
    return _answer(done)


@router.post("/tasks/{task_id}/approve")
def approve_task(
    task_id: Number,
    body: TaskMove,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> TaskAnswer:
    """Approve work that somebody else, or the platform, proposed and last changed."""
    return _move(platform, principal, actor, task_id, State.APPROVED, body)


@router.post("/tasks/{task_id}/schedule")
def schedule_task(
    task_id: Number,
    body: TaskScheduling,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> TaskAnswer:
    """Give approved work its time."""
    return _move(platform, principal, actor, task_id, State.SCHEDULED, body)


@router.post("/tasks/{task_id}/start")
def start_task(
    task_id: Number,
    body: TaskMove,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> TaskAnswer:
    """Say that scheduled work has begun."""
    return _move(platform, principal, actor, task_id, State.IN_PROGRESS, body)


@router.post("/tasks/{task_id}/finish")
def finish_task(
    task_id: Number,
    body: TaskFinish,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> TaskAnswer:
    """Say that work is done; a unit that was replaced is entered in the record of the rig."""
    found = Finding(
        body.done_at or datetime.now(UTC),
        body.ended_by,
        body.failure_mode,
        body.make,
        body.own_hours,
    )
    return _move(platform, principal, actor, task_id, State.DONE, body, found)


@router.post("/tasks/{task_id}/cancel")
def cancel_task(
    task_id: Number,
    body: TaskMove,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> TaskAnswer:
    """Give up work that is not done."""
    return _move(platform, principal, actor, task_id, State.CANCELLED, body)


@router.get("/tasks/{task_id}/history")
def show_task_history(
    task_id: Number,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    before: Before = None,
    limit: Limit = 100,
) -> TaskEventPage:
    """What was done to a task, the newest first."""
    wanted = tasks.Wanted(None, before=before, limit=limit + 1)
    with platform.database.session() as session:
        _seen(principal, tasks.get(session, task_id))
        found = task_history.history(session, wanted, task_id)
    return _events(found, limit)


def _move(
    platform: Platform,
    principal: Principal,
    actor: Actor,
    number: int,
    to: State,
    body: TaskMove,
    finding: Finding | None = None,
) -> TaskAnswer:
    told = body.model_dump(include=_PLANNED, exclude_unset=True)
    author = _author(principal, body.version, body.note)
    with platform.database.session() as session:
        found = _seen(principal, tasks.get(session, number))
        done = tasks.move(session, number, to, author, replace(found.plan, **told))
        if finding is not None:
            task_labels.record_done(session, done, finding)
        audit.record(session, actor, _told(_MOVED[to], done, body))
    return _answer(done)


def _author(principal: Principal, seen: int, note: str = "") -> Author:
    return Author(principal.name, seen, note, principal.user.id)


def _seen(principal: Principal, found: Task) -> Task:
    require_sight(principal, found.work.rig_id, tasks.absent(found.id))
    return found


def _told(what: Action, done: Task, body: Strict) -> Change:
    told = body.model_dump(mode="json", exclude_unset=True)
    return Change(what, f"task {done.id}", {"rig": done.work.rig_id, **told})


def _events(found: list[Event], limit: int) -> TaskEventPage:
    page, following = page_of(found, limit)
    return TaskEventPage(events=[TaskEvent.model_validate(one) for one in page], next=following)


def _answer(task: Task) -> TaskAnswer:
    return TaskAnswer(
        id=task.id,
        **asdict(task.work),
        **asdict(task.plan),
        created_by=task.created_by,
        created_at=task.created_at,
        state=task.state,
        version=task.version,
    )
