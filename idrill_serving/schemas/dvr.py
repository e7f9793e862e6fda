"""Bodies of what reconciliation found, of calibrations, and of what is said of them."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from idrill.dvr.calibration import Approval
from idrill.store.gross_errors import FaultKind
from idrill.store.rig_days import State
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


class GrossError(Answer):
    """Something that reconciliation found to be wrong, as it was last told."""

    kind: Annotated[FaultKind, Field(description="What is at fault; unclear: sensor or process.")]
    name: Annotated[
        str, Field(description="The channel, or the event.", examples=["flow_in", "pump_wear"])
    ]
    network: Annotated[str, Field(description="Of balances.", examples=["circulation"])]
    suspects: Annotated[
        list[str], Field(description="What cannot be told apart, the likeliest first.")
    ]
    start: datetime
    detected: datetime
    end: Annotated[datetime | None, Field(description="Null: it goes on, as far as is known.")]
    size: Annotated[float | None, Field(description="In `unit`.")]
    sd: Annotated[float | None, Field(description="Standard deviation of the size, in `unit`.")]
    unit: str
    detector: str
    reason: str
    day: Annotated[date, Field(description="The rig-day that told it last.")]


class GrossErrorPage(Answer):
    """A page of what was found wrong on a rig, the earliest first."""

    rig_id: str
    synthetic: Annotated[bool, Field(description="Whether the rig is simulated.")]
    first: date
    last: date
    next: Annotated[str | None, Field(description="`cursor` of the next page.")]
    rows: list[GrossError]


Rows = list[dict[str, Any]]


class ValidationAnswer(Answer):
    """What validation says of a rig-day."""

    rows: int
    usable_share: Annotated[float, Field(description="Of the values.")]
    coverage: Annotated[float, Field(description="Of the day by usable values, mean of channels.")]
    activity: Annotated[dict[str, int], Field(description="Rows by activity.")]
    findings: Annotated[Rows, Field(description="Spells of flagged values, with the reason.")]
    left_out: Annotated[int, Field(description="Findings beyond the thousand of most rows.")]
    findings_in_words: Annotated[str, Field(description="Markdown.")]
    scores_in_words: Annotated[str, Field(description="Usable share by hour; Markdown.")]


class ReportAnswer(Answer):
    """What became of a rig-day; `size`, `sd`, `move` and the like are in the `unit` beside them."""

    rig_id: str
    synthetic: Annotated[bool, Field(description="Whether the rig is simulated.")]
    day: date
    state: Annotated[
        State | None, Field(description="Stale: something that it is made of has changed since.")
    ]
    usable_share: Annotated[
        float | None, Field(description="Mean share of an hour for which a channel was usable.")
    ]
    validation: ValidationAnswer
    flagged: Annotated[Rows, Field(description="By channel: values, by quality bit.")]
    moved: Annotated[Rows, Field(description="By channel: what reconciliation moved.")]
    imbalance: Annotated[Rows, Field(description="By balance: before and after (RMS).")]
    faults: Annotated[Rows, Field(description="As in gross-errors.")]
    dropped: Annotated[Rows, Field(description="Rows of sources that could not be used.")]
    to_calibrate: Annotated[Rows, Field(description="Calibrations of the rig to be decided.")]
    versions: Annotated[Rows, Field(description="What the rig-day was made from.")]
