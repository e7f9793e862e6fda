"""Work on rigs' equipment: what is planned, how it stands, and who may say that it is done so.

Whoever changes a task says which version they looked at; what somebody else changed meanwhile is
never overwritten. What a second person approved is what is done: where it is told anew before the
work begins, the task is proposed again.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from idrill.errors import AccessDenied, IllegalMove, InvalidTask, NotFound, VersionConflict
from idrill.maintenance.alerts import Priority
from idrill.maintenance.tasks import AGREED, OVER, TIMED, Activity, State, check_times, moved
from idrill.store import alerts, rigs
from idrill.store.holding import held
from idrill.store.listing import newest
from idrill.store.orm import TaskHistoryRow, TaskRow

APPROVED_OF = frozenset({"title", "priority", "due"})
"""What of a plan is approved; the times and who does it are given afterwards."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done to what; it stays as it was proposed."""

    rig_id: str
    activity: Activity
    equipment: str | None = None
    component: str | None = None
    alert_id: int | None = None
    """The alert that it answers."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How and when it is to be done; it may change until the work is over."""

    title: str
    priority: Priority
    due: datetime | None = None
    """By when."""
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands."""

    id: int
    work: Work
    plan: Plan
    created_by: str
    created_at: datetime
    state: State
    version: int
    """Counts its changes, from 1."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a task, what they looked at, and why."""

    name: str
    seen: int
    """The version they looked at; 0: none yet."""
    note: str = ""
    user_id: int | None = None
    """The person, or the owner of the key; None: the platform itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks, or what of them, are asked for."""

    rigs: Collection[str] | None
    """None: of every rig."""
    states: Collection[State] = tuple(State)
    before: int | None = None
    """Only those with a smaller number."""
    limit: int = 100


def propose(session: Session, work: Work, plan: Plan, author: Author) -> Task:
    """Enter a task.

    Raises:
        NotFound: If there is no such rig, or no such alert of it.
        InvalidEquipment: If the rig carries no such thing.
        InvalidTask: If its times make no sense.
    """
    rigs.get(session, work.rig_id).require(work.equipment, work.component)
    check_times(plan.planned_start, plan.planned_end)
    if work.alert_id is not None:
        alert = alerts.get(session, work.alert_id)
        if alert.told.rig_id != work.rig_id:
            raise alerts.absent(work.alert_id)
    row = TaskRow(
        **asdict(work),
        **asdict(plan),
        created_by=author.name,
        proposer_id=author.user_id,
        author_id=author.user_id,
        created_at=datetime.now(UTC),
        state=State.PROPOSED.value,
        version=1,
    )
    session.add(row)
    session.flush()
    told = {
        name: value for name, value in (asdict(work) | asdict(plan)).items() if value is not None
    }
    _remember(session, row, author, told)
    return _task(row)


def change(session: Session, number: int, plan: Plan, author: Author) -> Task:
    """Plan a task anew; where what was approved of it changes, it is proposed again.

    Raises:
        NotFound: If there is no such task.
        VersionConflict: If somebody else changed it meanwhile.
        IllegalMove: If the work is over, or has begun and would become another than was approved.
        InvalidTask: If its times make no sense, or what is scheduled would lose them.
    """
    row = _claimed(session, number, author)
    if State(row.state) in OVER:
        raise IllegalMove(f"this task is {row.state}: what is over is planned no more")
    return _changed(session, row, author, plan)


def move(session: Session, number: int, to: State, author: Author, plan: Plan) -> Task:
    """Take a task to its next state.

    Args:
        session: Of the store.
        number: Of the task.
        to: What it becomes.
        author: Who says so.
        plan: What the plan is from now on.

    Raises:
        NotFound: If there is no such task.
        VersionConflict: If somebody else changed it meanwhile.
        AccessDenied: If they approve what they proposed or last wrote themselves.
        IllegalMove: If it cannot become that.
        InvalidTask: If it would be scheduled without a time.
    """
    row = _claimed(session, number, author)
    if to is State.APPROVED and author.user_id is not None:
        if row.proposer_id == author.user_id:
            raise AccessDenied("who proposes work does not approve it: somebody else does")
        if row.author_id == author.user_id:
            raise AccessDenied("who last changed what is approved does not approve it")
    row.state = moved(State(row.state), to).value
    return _changed(session, row, author, plan)


def get(session: Session, number: int) -> Task:
    """The task with this number.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(TaskRow, number, populate_existing=True)
    if row is None:
        raise absent(number)
    return _task(row)


def listed(session: Session, wanted: Wanted) -> list[Task]:
    """Tasks, the newest first."""
    return [_task(row) for row in session.scalars(newest(TaskRow, wanted))]


def scheduled(session: Session, wanted: Wanted, start: datetime, end: datetime) -> list[Task]:
    """Tasks with a time that meets the span from `start` until before `end`, by their start."""
    query = select(TaskRow).where(TaskRow.planned_start < end, TaskRow.planned_end > start)
    query = query.where(*chosen(wanted)).order_by(TaskRow.planned_start, TaskRow.id)
    return [_task(row) for row in session.scalars(query.limit(wanted.limit))]


def chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which tasks are of the rigs and in the states that are asked for."""
    stands = TaskRow.state.in_([state.value for state in wanted.states])
    return [stands] if wanted.rigs is None else [stands, TaskRow.rig_id.in_(wanted.rigs)]


def absent(number: int) -> NotFound:
    """What is told where there is no such task, or none that one may see."""
    return NotFound(f"no task that you may see has the number {number}")


def _claimed(session: Session, number: int, author: Author) -> TaskRow:
    """A task that nobody else changes until the transaction ends.

    Raises:
        NotFound: If there is none.
        VersionConflict: If it is not the version that was looked at.
    """
    row = held(session, TaskRow, number)
    if row is None:
        raise absent(number)
    if row.version != author.seen:
        raise VersionConflict(
            f"task {number} is at version {row.version} by now, not {author.seen}: look again"
        )
    return row


def _changed(session: Session, row: TaskRow, author: Author, plan: Plan) -> Task:
    check_times(plan.planned_start, plan.planned_end)
    if State(row.state) in TIMED and plan.planned_start is None:
        raise InvalidTask("what is scheduled has a time: give planned_start and planned_end")
    before = asdict(_task(row).plan)
    changed = {name: value for name, value in asdict(plan).items() if before[name] != value}
    if changed.keys() & APPROVED_OF:
        _rewritten(row, author)
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    session.flush()
    _remember(session, row, author, changed)
    return _task(row)


def _rewritten(row: TaskRow, author: Author) -> None:
    """Note who wrote what is approved, and ask for approval anew where it was given.

    Raises:
        IllegalMove: If the work has begun.
    """
    state = State(row.state)
    if state in TIMED - AGREED:
        raise IllegalMove(
            f"this task is {state}: what was approved of it ({', '.join(sorted(APPROVED_OF))}) "
            "changes no more; cancel it and propose another"
        )
    if state in AGREED:
        row.state = moved(state, State.PROPOSED).value
    row.author_id = author.user_id


def _remember(session: Session, row: TaskRow, author: Author, changed: dict[str, object]) -> None:
    session.add(
        TaskHistoryRow(
            task_id=row.id,
            number=row.version,
            state=row.state,
            by=author.name,
            note=author.note,
            at=datetime.now(UTC),
            changed=changed,
        )
    )
    session.flush()


def _task(row: TaskRow) -> Task:
    work = Work(row.rig_id, Activity(row.activity), row.equipment, row.component, row.alert_id)
    plan = Plan(
        row.title,
        Priority(row.priority),
        row.due,
        row.planned_start,
        row.planned_end,
        row.assigned_to,
    )
    return Task(row.id, work, plan, row.created_by, row.created_at, State(row.state), row.version)
