"""All that was ever done to work on equipment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from idrill.maintenance.tasks import State
from idrill.store.orm import TaskHistoryRow, TaskRow
from idrill.store.tasks import Wanted, chosen


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
        .where(*chosen(wanted))
        .order_by(TaskHistoryRow.id.desc())
        .limit(wanted.limit)
    )
    if wanted.before is not None:
        query = query.where(TaskHistoryRow.id < wanted.before)
    if number is not None:
        query = query.where(TaskHistoryRow.task_id == number)
    return [_event(row, rig_id) for row, rig_id in session.execute(query)]


def _event(row: TaskHistoryRow, rig_id: str) -> Event:
    state = State(row.state)
    told = row.by, row.note, row.at, row.changed
    return Event(row.id, row.task_id, rig_id, row.number, state, *told)
