"""Bodies of readings and their statistics."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from idrill.frame import Origin
from idrill.readers.posted_tables import MOST_CHANNELS, MOST_ROWS
from idrill.readers.reading import Reason
from idrill_serving.schemas.strict import Answer, Strict
from idrill_serving.schemas.users import RigName

Told = Literal[Origin.LIVE, Origin.REPLAY, Origin.SYNTHETIC]
Instant = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "ISO 8601, with a time zone.",
            "examples": ["2026-03-01T12:00:00.5Z"],
        }
    ),
]
Values = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": ["number", "null"]},
            "description": "The value of each channel, in the unit that it is stored in.",
            "examples": [{"hook_load": 812.5, "torque": 14.2}],
        }
    ),
]
Units = Annotated[
    dict[str, str],
    Field(
        max_length=200,
        description="Of some of the channels; refused unless each is the unit that is stored.",
        examples=[{"hook_load": "kN"}],
    ),
]
OriginTold = Annotated[
    Told | None,
    Field(description="Null: what the rig's readings are; refused if they are of another one."),
]


class Readings(Strict):
    """What every way to tell readings has."""

    rig_id: RigName
    origin: OriginTold = None
    units: Annotated[Units, Field(default_factory=dict)]


class ReadingRequest(Readings):
    """What was measured at one instant."""

    time: Instant
    values: Values


class ReadingRow(Strict):
    """What was measured at one instant of a batch."""

    time: Instant
    values: Values


class BatchRequest(Readings):
    """Readings of one rig, row by row."""

    rows: Annotated[list[ReadingRow], Field(max_length=MOST_ROWS)]


class ColumnsRequest(Readings):
    """Readings of one rig in columns, one value for each instant."""

    time: Annotated[
        list[Instant],
        Field(max_length=MOST_ROWS, examples=[["2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"]]),
    ]
    channels: Annotated[
        dict[str, list[Annotated[Any, WithJsonSchema({"type": ["number", "null"]})]]],
        Field(
            max_length=MOST_CHANNELS,
            examples=[{"hook_load": [812.5, None], "torque": [14.2, 14.3]}],
        ),
    ]


class RejectedAnswer(Answer):
    """A reading that was not taken as it was told."""

    place: Annotated[int, Field(description="In the batch, from 0.")]
    reason: Reason
    detail: str


class IntakeAnswer(Answer):
    """What became of readings, once they are committed."""

    rig_id: str
    revision: Annotated[int, Field(description="Counts the commits of the rig's live readings.")]
    rows: Annotated[int, Field(description="Readings taken, those included that changed nothing.")]
    changed: Annotated[int, Field(description="Instants that are new, or hold more than before.")]
    rejected: list[RejectedAnswer]
    conflicts: Annotated[
        list[RejectedAnswer],
        Field(
            description="Of whose instant another value of a channel was told; the largest stands."
        ),
    ]
    out_of_range: Annotated[
        dict[str, int],
        Field(description="Values beyond physical limits, by channel: kept, and flagged."),
    ]


class DayFigures(Answer):
    """What a rig achieved on a day; null where a figure cannot be known."""

    day: date
    origin: str
    well_id: str | None
    provisional: Annotated[bool, Field(description="The day is not closed and reconciled yet.")]
    metres_drilled: Annotated[float | None, Field(description="[m]")]
    drilling_hours: float
    connection_hours: float
    tripping_hours: float
    circulating_hours: float
    other_hours: float
    unknown_hours: float
    coverage_hours: Annotated[float, Field(description="For which readings stand.")]
    mean_rate_of_penetration: Annotated[float | None, Field(description="[m/h]")]
    mechanical_specific_energy: Annotated[float | None, Field(description="[MPa]")]


class AnalyticsAnswer(Answer):
    """What a rig achieved in a period; null where a figure cannot be known."""

    rig_id: str
    synthetic: bool
    first: date
    last: date
    metres_drilled: Annotated[float | None, Field(description="Of the days that tell [m].")]
    hours: Annotated[dict[str, float], Field(description="By group of activities.")]
    coverage_hours: float
    mean_rate_of_penetration: Annotated[float | None, Field(description="[m/h]")]
    usable_share: Annotated[
        float | None,
        Field(description="Mean share of an hour for which a channel was usable, reconciled days."),
    ]
    usable_share_of: Annotated[dict[str, float], Field(description="The same, by channel.")]
    days: list[DayFigures]


class LatestReading(Answer):
    """The latest value of a channel."""

    channel: str
    unit: str
    time: datetime
    value: float
    age: Annotated[float, Field(description="[s]")]
    quality: Annotated[int, Field(description="Bits; 0 is good.")]
    flags: Annotated[list[str], Field(description="What the bits mean.", examples=[["frozen"]])]
    usable: bool


class RealtimeAnswer(Answer):
    """The latest readings of a rig; a channel silent for a quarter of an hour has none."""

    rig_id: str
    synthetic: bool
    origin: Annotated[str | None, Field(description="Null: nothing ever came in live.")]
    newest: Annotated[datetime | None, Field(description="Of all its live readings.")]
    activity: Annotated[str | None, Field(description="What the rig was doing then.")]
    judged_by: Annotated[str, Field(description="Where `quality` comes from.")]
    silent: Annotated[list[str], Field(description="Channels that told something earlier.")]
    readings: list[LatestReading]


class SensorDataPage(Answer):
    """A page of rows; `units` says in which unit each channel is."""

    rig_id: str
    synthetic: Annotated[bool, Field(description="Whether the rig is simulated.")]
    resolution: Annotated[str, Field(examples=["raw", "1m"])]
    units: dict[str, str]
    next: Annotated[str | None, Field(description="`cursor` of the next page.")]
    rows: list[dict[str, Any]]


class QualityAnswer(Answer):
    """Quality of each channel over some days: usable share, and values by quality bit."""

    rig_id: str
    first: str
    last: str
    rows: list[dict[str, Any]]
