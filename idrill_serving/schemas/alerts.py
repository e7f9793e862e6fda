"""Bodies of alerts."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from idrill.maintenance.alerts import LONGEST_SHELF, Priority, State
from idrill_serving.schemas.fields import ComponentName, EquipmentName, Note, RigName
from idrill_serving.schemas.strict import Answer, Strict


class AlertRequest(Strict):
    """Something that somebody has to look at."""

    rig_id: RigName
    message: Annotated[
        str, Field(min_length=1, max_length=1000, examples=["pump 1 knocks at 90 strokes"])
    ]
    priority: Annotated[Priority, Field(examples=[Priority.MEDIUM])]
    equipment: EquipmentName | None = None
    component: ComponentName | None = None
    channel: Annotated[str | None, Field(max_length=64, examples=["pump_1_vibration"])] = None


class AlertNote(Strict):
    """What is said with what is done to an alert."""

    note: Note = ""


class ShelfRequest(Strict):
    """For how long an alert is put aside."""

    minutes: Annotated[int, Field(ge=1, le=LONGEST_SHELF // timedelta(minutes=1), examples=[60])]
    note: Note = ""


class AlertAnswer(Answer):
    """An alert as it stands."""

    id: int
    rig_id: str
    equipment: str | None
    component: str | None
    channel: str | None
    priority: Priority
    message: str
    raised_by: str
    raised_at: datetime
    state: State
    version: Annotated[int, Field(description="Counts what was done to it.")]
    shelved_until: datetime | None


class AlertPage(Answer):
    """Some alerts, the newest first."""

    alerts: list[AlertAnswer]
    next: Annotated[int | None, Field(description="`before` of the next page.")]


class AlertEvent(Answer):
    """What was done to an alert."""

    number: int
    action: str
    state: Annotated[State, Field(description="What came of it.")]
    by: str
    note: str
    at: datetime
    shelved_until: datetime | None


class AlertHistory(Answer):
    """All that was done to an alert, oldest first."""

    alert_id: int
    events: list[AlertEvent]
