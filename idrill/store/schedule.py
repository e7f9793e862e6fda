"""Work with a time as calendars and pictures show it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from idrill.maintenance.calendar import Event
from idrill.maintenance.gantt import Bar
from idrill.maintenance.tasks import State
from idrill.store import maintenance_plans, tasks
from idrill.store.tasks import Task, Wanted


def event_of(task: Task) -> Event:
    """A task with a time as an event of a calendar.

    Raises:
        ValueError: If it has none.
    """
    start, end = task.plan.planned_start, task.plan.planned_end
    if start is None or end is None:
        raise ValueError(f"task {task.id} has no time")
    where = (task.work.rig_id, task.work.equipment, task.work.component)
    crew = f"\ncrew: {task.plan.assigned_to}" if task.plan.assigned_to else ""
    return Event(
        uid=f"task-{task.id}@idrill",
        title=f"{task.work.rig_id}: {task.plan.title}",
        start=start,
        end=end,
        told_at=task.created_at,
        place=" ".join(filter(None, where)),
        description=f"task {task.id}, {task.state.replace('_', ' ')}, "
        f"priority {task.plan.priority}{crew}",
        tentative=task.state is State.PROPOSED,
        sequence=task.version - 1,
    )


def bars(
    session: Session,
    wanted: Wanted,
    start: datetime,
    end: datetime,
    only: Collection[int] | None = None,
) -> list[Bar]:
    """Work whose time meets a span, with the risk that the newest plan saw before it.

    Args:
        session: Of the store.
        wanted: Which tasks.
        start: Of the span.
        end: Of the span.
        only: Numbers of tasks; None: all.
    """
    risks = risk_before(session)
    return [
        Bar(
            row=" ".join(filter(None, (one.work.rig_id, one.work.equipment))),
            label=" ".join(filter(None, (one.work.activity, one.work.component))),
            start=one.plan.planned_start,
            end=one.plan.planned_end,
            state=one.state.value,
            risk=risks.get(one.id),
            crew=one.plan.assigned_to or "",
        )
        for one in tasks.scheduled(session, wanted, start, end)
        if one.plan.planned_start is not None
        and one.plan.planned_end is not None
        and (only is None or one.id in only)
    ]


def planned_bars(session: Session, told: Mapping[str, Any]) -> tuple[list[Bar], datetime, datetime]:
    """The work of a plan, and the instants between which it lies.

    Args:
        session: Of the store.
        told: The plan as it is kept.
    """
    start, end = (datetime.fromisoformat(told[name]) for name in ("start", "end"))
    own = {one["task"] for one in told["entries"]}
    wanted = Wanted(None, [state for state in State if state is not State.CANCELLED], limit=10_000)
    timed = {one.id for one in tasks.scheduled(session, wanted, start, end)} & own
    return bars(session, wanted, start, end, timed), start, end


def risk_before(session: Session) -> dict[int, float]:
    """Chance of failure before each task by the newest plan [-], by number of the task."""
    newest = maintenance_plans.latest(session)
    entries = newest.told.get("entries", []) if newest and newest.told else []
    found: dict[int, float] = {}
    for one in entries if isinstance(entries, list) else []:
        if one.get("task") and one.get("forestalls"):
            found[int(one["task"])] = float(one["forestalls"]["failed_before"])
    return found
