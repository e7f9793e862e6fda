"""Work with a time as calendars and pictures show it."""

from datetime import datetime

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


def bars(session: Session, wanted: Wanted, start: datetime, end: datetime) -> list[Bar]:
    """Work whose time meets a span, with the risk that the newest plan saw before it."""
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
        if one.plan.planned_start is not None and one.plan.planned_end is not None
    ]


def risk_before(session: Session) -> dict[int, float]:
    """Chance of failure before each task by the newest plan [-], by number of the task."""
    newest = maintenance_plans.latest(session)
    entries = newest.told.get("entries", []) if newest and newest.told else []
    found: dict[int, float] = {}
    for one in entries if isinstance(entries, list) else []:
        if one.get("task") and one.get("forestalls"):
            found[int(one["task"])] = float(one["forestalls"]["failed_before"])
    return found
