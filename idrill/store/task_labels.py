"""What was done, as models learn from it: a unit that was replaced is a life that is over."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from idrill.errors import InvalidTask
from idrill.maintenance.tasks import RENEWING
from idrill.rigs import FailureMode
from idrill.rul.components import ComponentLife, EndedBy
from idrill.store import component_lives
from idrill.store.tasks import Task


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found when a unit was taken out."""

    at: datetime
    """When the new one was in."""
    ended_by: EndedBy = EndedBy.PREVENTIVE
    """Whether it had failed, or was taken out though it worked."""
    failure_mode: FailureMode | None = None
    make: str | None = None
    """Of the new unit; None: that of the old one."""
    own_hours: float | None = None
    """Of the old unit by the rig's own count."""


def record_done(session: Session, task: Task, found: Finding) -> bool:
    """Record that a unit was replaced; False where the task renews none.

    Raises:
        InvalidTask: If that contradicts the record of the rig's components; says how.
    """
    work = task.work
    if work.activity not in RENEWING or work.equipment is None or work.component is None:
        return False
    if found.ended_by is EndedBy.IN_SERVICE:
        raise InvalidTask("a unit that was taken out is in service no more: say why it was")
    source, place = f"task {task.id}", (work.rig_id, work.equipment, work.component)
    known = component_lives.current(session, work.rig_id)
    old = [one for one in known if (one.rig_id, one.equipment, one.component) == place]
    lives = [
        ComponentLife(
            *place, 0, one.start, found.at, found.ended_by, found.failure_mode, one.variant,
            found.own_hours, source,
        )
        for one in old
    ]  # fmt: skip
    make = found.make or next((one.variant for one in old), None)
    lives.append(ComponentLife(*place, 0, found.at, variant=make, source=source))
    done = component_lives.record(session, work.rig_id, lives)
    if done.refused:
        raise InvalidTask("; ".join(one.reason for one in done.refused))
    return True
