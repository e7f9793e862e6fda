"""Bodies of what is foreseen: remaining life, with its interval and what it rests on."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from idrill.frame import Origin
from idrill.prognosis import LEVELS, InputQuality
from idrill.store.predictions import PredictionSource
from idrill_serving.schemas.strict import Answer, Strict

MOST_WINDOWS = 256
MOST_ROWS = 512
MOST_CHANNELS = 128
FARTHEST = 1e12
"""Largest value of a channel, in whatever unit."""

Component = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$", description="What wears.", examples=["liner"]),
]
_Value = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
Column = Annotated[list[_Value | None], Field(min_length=1, max_length=MOST_ROWS)]
Channels = Annotated[
    dict[Annotated[str, Field(max_length=64)], Column],
    Field(
        min_length=1,
        max_length=MOST_CHANNELS,
        description="Values of each channel that the model takes, the oldest first; null where "
        "nothing was measured. GET /api/v1/models/{model} names the channels.",
        examples=[{"pressure": [201.5, None, 203.0], "age": [396.0, 400.0, 404.0]}],
    ),
]
PostedOrigin = Annotated[
    Origin, Field(description="How the values came to be.", examples=["file"])
]  # fmt: skip


class RulWindow(Strict):
    """The last rows of one unit."""

    channels: Channels


class RulRequest(Strict):
    """Units of one component, each by its last rows."""

    component: Component
    origin: PostedOrigin
    windows: Annotated[list[RulWindow], Field(min_length=1, max_length=MOST_WINDOWS)]


class RulSingle(Strict):
    """One unit of a component, by its last rows."""

    component: Component
    origin: PostedOrigin
    channels: Channels


class RulForesight(Answer):
    """What is foreseen of one unit."""

    remaining: Annotated[
        float | None, Field(description="As likely outlived as not; null if withheld.")
    ]
    quantiles: Annotated[
        list[float] | None,
        Field(description="At each of `levels`, ascending; null if withheld.", examples=[[1.0]]),
    ]
    quality: Annotated[InputQuality, Field(description="How far the input can be trusted.")]
    reason: Annotated[str, Field(description="Why it is doubtful or withheld.")]


class RulAnswer(Answer):
    """What is foreseen of units, in the order in which they were posted."""

    model: Annotated[str, Field(examples=["rul-liner"])]
    version: Annotated[int, Field(examples=[3])]
    component: str
    origin: Origin
    unit: Annotated[str, Field(description="Of life.", examples=["hours with strokes"])]
    cap: Annotated[float, Field(description="At the cap it means: at least so much.")]
    levels: Annotated[list[float], Field(examples=[list(LEVELS)])]
    predictions: list[RulForesight]


class RulAutoRequest(Strict):
    """One component of a rig, as the store and the lake know it."""

    rig_id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["RIG_01"])]
    component: Component
    as_of: Annotated[
        AwareDatetime | None,
        Field(description="Nothing later is read; now.", examples=["2024-03-01T06:00:00Z"]),
    ] = None


class StoredPrediction(Answer):
    """What was foreseen of one place of a rig."""

    rig_id: str
    equipment: Annotated[str, Field(examples=["mud_pump_2"])]
    component: str
    life: Annotated[str, Field(description="The unit installed there; empty if not on record.")]
    as_of: datetime
    source: PredictionSource
    model: Annotated[str, Field(description="Empty if none served.", examples=["rul-liner"])]
    version: Annotated[int | None, Field(examples=[3])]
    origin: Origin
    lake_version: Annotated[int | None, Field(description="Of the hourly table.")]
    data_until: Annotated[
        datetime | None,
        Field(description="End of the last hour in which the unit was measured; null: not known."),
    ]
    data_age: Annotated[
        float | None,
        Field(description="How much older than `as_of` the data were [h]; null: not known."),
    ]
    unit: Annotated[str, Field(description="Of life.", examples=["hours with strokes"])]
    cap: float | None
    age: Annotated[float | None, Field(description="Since its installation.")]
    levels: list[float]
    remaining: float | None
    quantiles: list[float] | None
    quality: InputQuality
    reason: str
    failure_modes: Annotated[list[str], Field(examples=[["LOO"]])]


class StoredPredictions(Answer):
    """What was foreseen of the places of a component, withheld where the reason says why."""

    rig_id: str
    component: str
    predictions: list[StoredPrediction]


class PredictionPage(Answer):
    """What was foreseen of a rig, the newest first."""

    rig_id: str
    predictions: list[StoredPrediction]
    next: Annotated[str | None, Field(description="`cursor` of the next page.")]
