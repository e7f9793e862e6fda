"""Bodies of figures of alarms."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill_serving.schemas.strict import Answer


class RigFigures(Answer):
    """What a rig asks for."""

    rig_id: str
    count: int
    per_hour: float
    per_day: float
    most_in_ten_minutes: int
    floods: Annotated[bool, Field(description="Whether more than 10 came within ten minutes.")]


class OperatorFigures(Answer):
    """What somebody acknowledged, by the clock."""

    by: str
    count: int
    per_hour: float
    per_day: float
    median_seconds: Annotated[float, Field(description="From an alarm to its acknowledgement.")]


class FrequentAlarm(Answer):
    """An alarm that came often."""

    rig_id: str
    what: Annotated[str, Field(description="The rule and the thing, or what a person said.")]
    count: int
    share: Annotated[float, Field(description="Of all that came.")]
    chatters: Annotated[bool, Field(description="Whether it came 3 times within a minute.")]


class StandingFigures(Answer):
    """Alerts that are open now."""

    open: int
    active: Annotated[int, Field(description="Whose condition holds, and that are not put aside.")]
    unacknowledged: int
    stale: Annotated[int, Field(description="Active for more than 24 hours.")]
    aside: Annotated[int, Field(description="Shelved or suppressed.")]


class AlarmFigures(Answer):
    """What alarms asked for in some time, in time of the rigs."""

    since: datetime
    until: datetime
    count: int
    priorities: dict[str, int]
    rigs: list[RigFigures]
    operators: list[OperatorFigures]
    frequent: list[FrequentAlarm]
    chattering: int
    standing: StandingFigures
