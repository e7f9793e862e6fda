"""Work on rigs' equipment: what is planned, how it stands, and all that was ever changed of it.

Whoever changes a task says which version they looked at; what somebody else changed meanwhile is
never overwritten.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from idrill.errors import AccessDenied, IllegalMove, InvalidTask, NotFound, VersionConflict
from idrill.maintenance.alerts import Priority
from idrill.maintenance.tasks import OVER, TIMED, Activity, State, check_times, moved
from idrill.store import alerts, rigs
from idrill.store.holding import held
from idrill.store.listing import newest
from idrill.store.orm import TaskHistoryRow, TaskRow


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
class Event:
    """What was done to a task."""

    id: int
    task_id: int
    rig_id: str
    number: int
    """Which of the task's changes, from 1."""
    state: State
    by: str
    note: str
    at: datetime
    changed: dict[str, object]
    """What each changed field became."""


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
    """Plan a task anew.

    Raises:
        NotFound: If there is no such task.
        VersionConflict: If somebody else changed it meanwhile.
        IllegalMove: If the work is over.
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
        AccessDenied: If they approve what they proposed themselves.
        IllegalMove: If it cannot become that.
        InvalidTask: If it would be scheduled without a time.
    """
    row = _claimed(session, number, author)
    if to is State.APPROVED and row.proposer_id is not None and row.proposer_id == author.user_id:
        raise AccessDenied("who proposes work does not approve it: somebody else does")
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
    query = query.where(*_chosen(wanted)).order_by(TaskRow.planned_start, TaskRow.id)
    return [_task(row) for row in session.scalars(query.limit(wanted.limit))]


def history(session: Session, wanted: Wanted, number: int | None = None) -> list[Event]:
    """What was done to tasks, the newest first.

    Args:
        session: Of the store.
        wanted: Of which rigs, how the tasks stand now, and which page.
        number: Only of this task.
    """
    query = (
        select(TaskHistoryRow, TaskRow.rig_id)
        .join(TaskRow, TaskRow.id == TaskHistoryRow.task_id)
        .where(*_chosen(wanted))
        .order_by(TaskHistoryRow.id.desc())
        .limit(wanted.limit)
    )
    if wanted.before is not None:
        query = query.where(TaskHistoryRow.id < wanted.before)
    if number is not None:
        query = query.where(TaskHistoryRow.task_id == number)
    return [_event(row, rig_id) for row, rig_id in session.execute(query)]


def absent(number: int) -> NotFound:
    """What is told where there is no such task, or none that one may see."""
    return NotFound(f"no task that you may see has the number {number}")


def _chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [
        TaskRow.state.in_([state.value for state in wanted.states])
    ]
    return chosen if wanted.rigs is None else [*chosen, TaskRow.rig_id.in_(wanted.rigs)]


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
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    session.flush()
    _remember(session, row, author, changed)
    return _task(row)


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


def _event(row: TaskHistoryRow, rig_id: str) -> Event:
    state = State(row.state)
    told = row.by, row.note, row.at, row.changed
    return Event(row.id, row.task_id, rig_id, row.number, state, *told)
