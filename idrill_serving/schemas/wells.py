"""Bodies of well profiles and drilling sessions."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.well_profiles import DEEPEST, WIDEST
from idrill_serving.schemas.fields import Instant, RigName, Seen
from idrill_serving.schemas.strict import Answer, Strict

Depth = Annotated[
    float, Field(ge=0.0, le=DEEPEST, description="Measured depth [m].", examples=[1500.0])
]
Diameter = Annotated[float, Field(gt=0.0, le=WIDEST, description="[m]", examples=[0.3112])]
Density = Annotated[float, Field(gt=0.0, le=5_000.0, description="[kg/m³]", examples=[1250.0])]
WellId = Annotated[
    str,
    Field(
        pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=64, examples=["15-9-F-7"]
    ),
]  # fmt: skip
WellName = Annotated[str, Field(min_length=1, max_length=100, examples=["15/9-F-7"])]
Word = Annotated[str, Field(min_length=1, max_length=100, examples=["claystone"])]


class SectionBody(Strict):
    """A hole of one diameter; each begins where the one above it ends."""

    kind: Word = "hole"
    top: Depth
    bottom: Depth
    diameter: Diameter


class CasingBody(Strict):
    """A string of casing or liner; the shallowest shoe first."""

    kind: Annotated[str, Field(min_length=1, max_length=100, examples=["surface casing"])]
    top: Depth
    bottom: Annotated[
        float, Field(ge=0.0, le=DEEPEST, description="Of its shoe [m].", examples=[1500.0])
    ]
    inner_diameter: Diameter
    outer_diameter: Diameter


class MudBody(Strict):
    """The mud of a stretch; each begins where the one above it ends."""

    kind: Annotated[str, Field(min_length=1, max_length=100, examples=["water-based"])]
    top: Depth
    bottom: Depth
    density: Density
    plastic_viscosity: Annotated[float | None, Field(ge=0.0, le=1.0, description="[Pa·s]")] = None
    yield_point: Annotated[float | None, Field(ge=0.0, le=200.0, description="[Pa]")] = None


class FormationBody(Strict):
    """A rock layer; each begins where the one above it ends."""

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["Hordaland"])]
    top: Depth
    bottom: Depth
    lithology: Word | None = None
    pore_density: Annotated[
        float | None,
        Field(ge=0.0, le=5_000.0, description="Mud that balances its pores [kg/m³]."),
    ] = None
    fracture_density: Annotated[
        float | None, Field(ge=0.0, le=5_000.0, description="Mud that breaks it [kg/m³].")
    ] = None


class LimitBody(Strict):
    """What a channel may be set to in a stretch; control holds set-points against it."""

    channel: Annotated[str, Field(max_length=64, examples=["weight_on_bit"])]
    top: Depth
    bottom: Depth
    low: Annotated[
        float | None, Field(allow_inf_nan=False, description="In the channel's unit.")
    ] = None
    high: Annotated[
        float | None, Field(allow_inf_nan=False, description="In the channel's unit.")
    ] = None


class Profile(Strict):
    """What is said of a well; depths are measured depths."""

    name: WellName
    field: Word | None = None
    operator: Word | None = None
    rig_id: Annotated[RigName | None, Field(description="The rig that is to drill it.")] = None
    water_depth: Annotated[float | None, Field(ge=0.0, le=DEEPEST, description="[m]")] = None
    air_gap: Annotated[
        float | None,
        Field(ge=0.0, le=DEEPEST, description="Rotary table above sea level [m]."),
    ] = None
    total_depth: Annotated[
        float | None, Field(gt=0.0, le=DEEPEST, description="Nothing lies below it [m].")
    ] = None
    sections: Annotated[tuple[SectionBody, ...], Field(max_length=50)] = ()
    casing: Annotated[tuple[CasingBody, ...], Field(max_length=50)] = ()
    muds: Annotated[tuple[MudBody, ...], Field(max_length=50)] = ()
    formations: Annotated[tuple[FormationBody, ...], Field(max_length=500)] = ()
    limits: Annotated[tuple[LimitBody, ...], Field(max_length=500)] = ()


class NewProfile(Profile):
    """A new well; `id` is made of its name unless it is told."""

    id: WellId | None = None


class ProfileChange(Profile):
    """All that is said of a well from now on; survey and drill strings stay."""

    version: Seen


class SectionAnswer(Answer):
    """A stretch of hole, or of a pipe that a file told of."""

    kind: str
    top: float
    bottom: float
    diameter: Annotated[float | None, Field(description="Inside [m].")]


class CasingAnswer(Answer):
    """A string of casing or liner."""

    kind: str
    top: float
    bottom: float
    inner_diameter: float
    outer_diameter: float


class MudAnswer(Answer):
    """The mud of a stretch."""

    kind: str
    top: float
    bottom: float
    density: float
    plastic_viscosity: float | None
    yield_point: float | None


class FormationAnswer(Answer):
    """A rock layer."""

    name: str
    top: float
    bottom: float | None
    lithology: str | None
    pore_density: float | None
    fracture_density: float | None


class LimitAnswer(Answer):
    """What a channel may be set to in a stretch."""

    channel: str
    top: float
    bottom: float
    low: float | None
    high: float | None


class WellSummary(Answer):
    """A well without its profile."""

    id: str
    name: str
    field: str | None
    operator: str | None
    rig_id: Annotated[str | None, Field(description="The rig that is to drill it.")]
    water_depth: Annotated[float | None, Field(description="[m]")]
    air_gap: Annotated[float | None, Field(description="Rotary table above sea level [m].")]
    total_depth: Annotated[float | None, Field(description="[m]")]


class WellAnswer(WellSummary):
    """A well and its profile."""

    version: Annotated[int, Field(description="Send it back with a change.")]
    sections: list[SectionAnswer]
    casing: list[CasingAnswer]
    muds: list[MudAnswer]
    formations: list[FormationAnswer]
    limits: list[LimitAnswer]


class WellPage(Answer):
    """Some wells, by identifier."""

    wells: list[WellSummary]
    next: Annotated[str | None, Field(description="`after` of the next page.")]


class SessionRequest(Strict):
    """Which well a rig drills, or drilled, from when to when."""

    rig_id: RigName
    well_id: WellId
    start: Annotated[Instant, Field(examples=["2026-03-01T06:00:00Z"])]
    end: Annotated[Instant | None, Field(description="None: it goes on.")] = None


class SessionChange(Strict):
    """When a session began or ended; what is left out stays."""

    start: Annotated[Instant | None, Field(description="null: as it was.")] = None
    end: Annotated[Instant | None, Field(description="null: it goes on.")] = None


class SessionAnswer(Answer):
    """Which well a rig drilled from when to when."""

    id: int
    rig_id: str
    well_id: str
    start: datetime
    end: datetime | None


class SessionList(Answer):
    """The sessions of a rig, by start."""

    rig_id: str
    sessions: list[SessionAnswer]
