"""Bodies of calibrations and what is said of them."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from idrill.dvr.calibration import Approval
from idrill_serving.schemas.strict import Answer, Strict


class CalibrationAnswer(Answer):
    """What was said of a calibration: the value is gain times reading, plus offset."""

    id: int
    rig_id: str
    number: Annotated[int, Field(description="Counts what was said of it.")]
    state: Approval
    day: date
    channel: str
    start: datetime
    end: datetime | None
    gain: float
    offset: float
    sd: float | None
    reason: str
    by: str
    note: str
    at: datetime


class CalibrationList(Answer):
    """What was last said of each calibration of a rig."""

    rig_id: str
    calibrations: list[CalibrationAnswer]


class CalibrationHistory(Answer):
    """All that was said of a calibration, oldest first."""

    versions: list[CalibrationAnswer]


class DecisionRequest(Strict):
    """Why it is decided so."""

    note: Annotated[str, Field(max_length=1000, examples=["checked on the rig floor"])] = ""


class DecisionAnswer(Answer):
    """What was decided, and the rig-days that have to be made anew."""

    calibration: CalibrationAnswer
    stale: list[date]
