"""Bodies of what maintenance plans are made from."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.maintenance.tasks import Activity
from idrill.rigs import FailureMode
from idrill_serving.dependencies import LARGEST
from idrill_serving.schemas.fields import EquipmentName, Instant, RigName
from idrill_serving.schemas.strict import Answer, Strict

WORD = r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$"
"""What a crew, a part or a skill can be called."""
LARGEST_COST = 1e9

Word = Annotated[str, Field(pattern=WORD, examples=["mechanic"])]
Money = Annotated[float, Field(ge=0.0, le=LARGEST_COST, description="[money]", examples=[1000.0])]
Hours = Annotated[float, Field(ge=0.0, le=8_784.0, description="[h]", examples=[4.0])]
SeenOrNew = Annotated[
    int,
    Field(ge=0, le=LARGEST, description="The version you looked at, 0: new; else 409.",
          examples=[0]),
]  # fmt: skip


class CrewChange(Strict):
    """Who a crew are from now on."""

    version: SeenOrNew
    skills: Annotated[tuple[Word, ...], Field(min_length=1, max_length=50)]
    rigs: Annotated[
        tuple[RigName, ...] | None, Field(max_length=1_000, description="None: every one.")
    ] = None
    size: Annotated[
        int, Field(ge=1, le=1_000, description="Pieces of work at once.", examples=[1])
    ] = 1
    first_shift: Annotated[
        Instant, Field(description="Start of the first shift.", examples=["2026-03-01T06:00:00Z"])
    ]
    shift_hours: Annotated[
        float, Field(gt=0.0, le=24.0, description="24: they never stop [h].", examples=[12.0])
    ]
    days_on: Annotated[int, Field(ge=1, le=366, examples=[14])] = 1
    days_off: Annotated[int, Field(ge=0, le=366, examples=[14])] = 0


class CrewAnswer(Answer):
    """A crew."""

    name: str
    skills: tuple[str, ...]
    rigs: Annotated[
        tuple[str, ...] | None, Field(description="Of those that you may see; null: every one.")
    ]
    size: int
    first_shift: datetime
    shift_hours: float
    days_on: int
    days_off: int
    version: int


class CrewList(Answer):
    """Every crew, by name."""

    crews: list[CrewAnswer]


class DeliveryBody(Strict):
    """Parts that are under way."""

    at: Annotated[Instant, Field(examples=["2026-03-05T12:00:00Z"])]
    count: Annotated[int, Field(ge=1, le=1_000_000, examples=[2])]


class PartChange(Strict):
    """How many of a part there are and come."""

    version: SeenOrNew
    stock: Annotated[int, Field(ge=0, le=1_000_000, examples=[3])]
    lead_days: Annotated[
        float,
        Field(ge=0.0, le=3_660.0, description="From an order to its use [d].", examples=[14.0]),
    ]
    deliveries: Annotated[tuple[DeliveryBody, ...], Field(max_length=1_000)] = ()


class DeliveryAnswer(Answer):
    """Parts that are under way."""

    at: datetime
    count: int


class PartAnswer(Answer):
    """A kind of spare part."""

    name: str
    stock: int
    lead_days: float
    deliveries: tuple[DeliveryAnswer, ...]
    version: int


class PartList(Answer):
    """Every spare part, by name."""

    parts: list[PartAnswer]


class FailureBody(Strict):
    """What a failure costs."""

    failure_mode: Annotated[
        FailureMode | None, Field(description="None: whichever is told nothing else.")
    ] = None
    cost: Money
    lost_hours: Hours


class WorkBody(Strict):
    """What a kind of work takes."""

    activity: Annotated[Activity, Field(examples=[Activity.REPLACE])]
    hours: Annotated[float, Field(gt=0.0, le=1_000.0, description="[h]", examples=[4.0])]
    cost: Money
    skill: Word
    part: Annotated[Word | None, Field(description="The spare part that it uses.")] = None
    stops: Annotated[bool, Field(description="Whether the rig stands meanwhile.")] = True


class UpkeepChange(Strict):
    """What failures of a component cost, and what work on it takes."""

    version: SeenOrNew
    failures: Annotated[tuple[FailureBody, ...], Field(max_length=50)] = ()
    work: Annotated[tuple[WorkBody, ...], Field(max_length=50)] = ()


class FailureAnswer(Answer):
    """What a failure costs."""

    failure_mode: FailureMode | None
    cost: float
    lost_hours: float


class WorkAnswer(Answer):
    """What a kind of work takes."""

    activity: Activity
    hours: float
    cost: float
    skill: str
    part: str | None
    stops: bool


class UpkeepAnswer(Answer):
    """What failures of a component cost, and what work on it takes."""

    component: str
    failures: tuple[FailureAnswer, ...]
    work: tuple[WorkAnswer, ...]
    version: int


class UpkeepList(Answer):
    """What was said of every component, by name."""

    upkeep: list[UpkeepAnswer]


class PhaseBody(Strict):
    """A stretch in which equipment works more or less than usual."""

    name: Annotated[str, Field(max_length=100, examples=["rig move"])] = ""
    equipment: EquipmentName | None = None
    start: Annotated[Instant, Field(examples=["2026-03-04T00:00:00Z"])]
    end: Annotated[Instant, Field(examples=["2026-03-06T00:00:00Z"])]
    duty: Annotated[
        float,
        Field(ge=0.0, le=10.0, description="Of the usual; 0: not needed [-].", examples=[0.0]),
    ]


class RigPlanChange(Strict):
    """What a rig is to do, and what an hour costs that it stands."""

    version: SeenOrNew
    hour_cost: Money
    phases: Annotated[
        tuple[PhaseBody, ...],
        Field(max_length=1_000, description="Where several hold, the last one does."),
    ] = ()


class PhaseAnswer(Answer):
    """A stretch in which equipment works more or less than usual."""

    name: str
    equipment: str | None
    start: datetime
    end: datetime
    duty: float


class RigPlanAnswer(Answer):
    """What a rig is to do, and what an hour costs that it stands."""

    rig_id: str
    hour_cost: float
    phases: tuple[PhaseAnswer, ...]
    version: int


class RigPlanList(Answer):
    """What rigs are to do, by rig."""

    plans: list[RigPlanAnswer]
