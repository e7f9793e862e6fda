"""Bodies of work on equipment."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from idrill.maintenance.alerts import Priority
from idrill.maintenance.tasks import Activity, State
from idrill.rigs import FailureMode
from idrill.rul.components import EndedBy
from idrill_serving.dependencies import LARGEST
from idrill_serving.schemas.fields import (
    ComponentName,
    EquipmentName,
    Instant,
    Note,
    RigName,
    Seen,
)
from idrill_serving.schemas.strict import Answer, Strict


class TaskRequest(Strict):
    """Work that somebody proposes."""

    rig_id: RigName
    activity: Annotated[Activity, Field(examples=[Activity.INSPECTION])]
    title: Annotated[str, Field(min_length=1, max_length=300, examples=["Look at liner 2"])]
    priority: Annotated[Priority, Field(examples=[Priority.MEDIUM])]
    equipment: EquipmentName | None = None
    component: ComponentName | None = None
    alert_id: Annotated[
        int | None, Field(ge=1, le=LARGEST, description="The alert that it answers.")
    ] = None
    due: Annotated[Instant | None, Field(description="By when.")] = None
    planned_start: Instant | None = None
    planned_end: Instant | None = None
    assigned_to: Annotated[str | None, Field(max_length=200, examples=["night crew"])] = None


class TaskChange(Strict):
    """What becomes of a plan; what is left out stays, null takes it away where that can be."""

    version: Seen
    note: Note = ""
    title: Annotated[
        str | None, Field(min_length=1, max_length=300, description="null: as it was.")
    ] = None
    priority: Annotated[Priority | None, Field(description="null: as it was.")] = None
    due: Instant | None = None
    planned_start: Instant | None = None
    planned_end: Instant | None = None
    assigned_to: Annotated[str | None, Field(max_length=200, examples=["day crew"])] = None


class TaskMove(Strict):
    """What is said when a task goes on."""

    version: Seen
    note: Note = ""


class TaskFinish(TaskMove):
    """What was found; of a unit that was replaced it is what models learn from."""

    done_at: Annotated[Instant | None, Field(description="None: now.")] = None
    ended_by: Annotated[
        EndedBy, Field(description="Why the unit was taken out, where one was replaced.")
    ] = EndedBy.PREVENTIVE
    failure_mode: Annotated[FailureMode | None, Field(description="How it had failed.")] = None
    make: Annotated[
        str | None, Field(max_length=64, description="Of the new unit; None: that of the old.")
    ] = None
    own_hours: Annotated[
        float | None,
        Field(ge=0.0, le=1e7, description="Of the old unit by the rig's own count [own hours]."),
    ] = None


class TaskScheduling(TaskMove):
    """When work is done, and by whom."""

    planned_start: Annotated[Instant, Field(examples=["2026-03-01T06:00:00Z"])]
    planned_end: Annotated[Instant, Field(examples=["2026-03-01T10:00:00Z"])]
    assigned_to: Annotated[str | None, Field(max_length=200, examples=["day crew"])] = None


class TaskAnswer(Answer):
    """Work on a rig's equipment as it stands."""

    id: int
    rig_id: str
    equipment: str | None
    component: str | None
    activity: Activity
    title: str
    priority: Priority
    due: datetime | None
    planned_start: datetime | None
    planned_end: datetime | None
    assigned_to: str | None
    alert_id: int | None
    created_by: str
    created_at: datetime
    state: State
    version: Annotated[int, Field(description="Send it back with a change.")]


class TaskPage(Answer):
    """Some tasks, the newest first."""

    tasks: list[TaskAnswer]
    next: Annotated[int | None, Field(description="`before` of the next page.")]


class Schedule(Answer):
    """Work with a time, by its start."""

    start: datetime
    end: datetime
    tasks: list[TaskAnswer]
    complete: Annotated[bool, Field(description="False: there is more; ask for less time.")]


class TaskEvent(Answer):
    """What was done to a task."""

    id: int
    task_id: int
    rig_id: str
    number: int
    state: Annotated[State, Field(description="What came of it.")]
    by: str
    note: str
    at: datetime
    changed: Annotated[dict[str, Any], Field(description="What each changed field became.")]


class TaskEventPage(Answer):
    """What was done to tasks, the newest first."""

    events: list[TaskEvent]
    next: Annotated[int | None, Field(description="`before` of the next page.")]
