"""Bodies of changes of set-points."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from idrill.channels import channel
from idrill.control.changes import LONGEST, State
from idrill_serving.schemas.fields import Note, RigName
from idrill_serving.schemas.strict import Answer, Strict

DEEPEST = channel("hole_depth").high
"""[m]"""


class ChangeRequest(Strict):
    """A set-point that somebody wants."""

    rig_id: RigName
    channel: Annotated[
        str,
        Field(max_length=64, description="One that a driller sets.", examples=["weight_on_bit"]),
    ]
    set_point: Annotated[
        float,
        Field(allow_inf_nan=False, description="In the channel's unit.", examples=[120.0]),
    ]
    previous: Annotated[
        float | None,
        Field(allow_inf_nan=False, description="What is set now, in the channel's unit."),
    ] = None
    hole_depth: Annotated[
        float | None,
        Field(
            ge=0.0,
            le=DEEPEST,
            description="Where it is meant for [m]; null: where the hole is when it is assessed.",
        ),
    ] = None
    reason: Annotated[
        str, Field(min_length=1, max_length=1000, examples=["less whirl in the sandstone"])
    ]
    minutes: Annotated[
        int,
        Field(
            ge=1,
            le=LONGEST // timedelta(minutes=1),
            description="How long it is offered.",
            examples=[120],
        ),
    ] = 120


class ChangeNote(Strict):
    """What is said of a change."""

    note: Note = ""


class ChangeAnswer(Answer):
    """A change of a set-point as it stands."""

    id: int
    rig_id: str
    channel: str
    unit: str
    set_point: float
    previous: float | None
    hole_depth: Annotated[float | None, Field(description="[m]")]
    reason: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    state: State
    version: Annotated[int, Field(description="Counts what was said of it.")]
    actuator: Annotated[
        Literal["none"],
        Field(description="What sets the rig's controls; none: what is done is simulated."),
    ] = "none"


class ChangePage(Answer):
    """Some changes, the newest first."""

    changes: list[ChangeAnswer]
    next: Annotated[int | None, Field(description="`before` of the next page.")]


class CheckAnswer(Answer):
    """One thing that a set-point was held against."""

    name: str
    passed: Annotated[bool | None, Field(description="null: it could not be checked.")]
    detail: str


class ChangeEvent(Answer):
    """What was said of a change."""

    number: int
    state: Annotated[State, Field(description="What came of it.")]
    by: str
    note: str
    at: datetime
    checks: Annotated[list[CheckAnswer], Field(description="Of an assessment or approval.")]


class ChangeHistory(Answer):
    """All that was said of a change, oldest first."""

    change_id: int
    events: list[ChangeEvent]
