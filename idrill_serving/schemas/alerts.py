"""Bodies of alerts."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from idrill.maintenance.alerts import LONGEST_SHELF, Priority, State
from idrill_serving.schemas.fields import ComponentName, EquipmentName, Note, RigName
from idrill_serving.schemas.strict import Answer, Strict


class AlertEscalation(Strict):
    """The priority that an alert takes once nobody has acknowledged it for so long."""

    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60, examples=[15])]
    to: Annotated[Priority, Field(examples=[Priority.HIGH])]


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
    escalate: Annotated[
        list[AlertEscalation],
        Field(
            default_factory=list,
            max_length=3,
            description="What follows while nobody acknowledges it.",
        ),
    ]


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
    active: Annotated[bool, Field(description="Whether its condition holds.")]
    base_priority: Annotated[Priority, Field(description="Its priority but for escalation.")]
    rule: Annotated[str | None, Field(description="What raised it; null: a person did.")]
    rule_version: int | None
    key: Annotated[str, Field(description='What the rule speaks of; "": the rig itself.')]
    value: Annotated[float | None, Field(description="What the rule found.")]
    event_at: Annotated[
        datetime | None, Field(description="When its condition first began, in time of the rig.")
    ]
    turned_at: Annotated[
        datetime | None,
        Field(description="When its condition last began or ended, in time of the rig."),
    ]


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
    at: Annotated[datetime, Field(description="By the clock.")]
    shelved_until: datetime | None
    event_at: Annotated[
        datetime | None, Field(description="In time of the rig; null: a person did it.")
    ]
    priority: Annotated[Priority | None, Field(description="What came of it.")]


class AlertHistory(Answer):
    """All that was done to an alert, oldest first."""

    alert_id: int
    events: list[AlertEvent]
