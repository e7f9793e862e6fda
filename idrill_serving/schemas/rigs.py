"""Bodies of rigs, what they are made of, and how that is connected."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.channels import channel
from idrill.layouts import LinkKind
from idrill.rigs import EquipmentKind, FailureMode, FixtureKind
from idrill_serving.schemas.fields import RigName, Seen
from idrill_serving.schemas.strict import Answer, Strict

HEAVIEST = channel("hook_load").high
"""Greatest weight of a block [kN]."""

Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Deep Driller"])]
Weight = Annotated[float, Field(gt=0.0, le=HEAVIEST, description="[kN]", examples=[350.0])]
Kind = Annotated[EquipmentKind | FixtureKind, Field(examples=[EquipmentKind.MUD_PUMP])]
PartName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["mud_pump_1"])]


class NewRig(Strict):
    """A new rig; it carries three mud pumps, a top drive and drawworks until told otherwise."""

    id: RigName
    name: Name
    synthetic: Annotated[bool, Field(description="Fixed: whether a simulator makes its data.")] = (
        False
    )
    owner: Name | None = None
    kind: Annotated[str | None, Field(max_length=100, examples=["jack-up"])] = None
    block_weight: Weight | None = None


class RigChange(Strict):
    """What becomes of a rig; what is left out stays, null takes it away where that can be."""

    version: Seen
    name: Annotated[Name | None, Field(description="null: as it was.")] = None
    owner: Name | None = None
    kind: Annotated[str | None, Field(max_length=100, examples=["jack-up"])] = None
    block_weight: Weight | None = None
    retired: Annotated[
        bool | None, Field(description="Whether it is in use no longer; null: as it was.")
    ] = None


class RigAnswer(Answer):
    """A drilling rig."""

    id: str
    name: str
    synthetic: Annotated[bool, Field(description="Whether its telemetry is simulated.")]
    owner: str | None
    kind: str | None
    block_weight: Annotated[float | None, Field(description="[kN]")]
    retired_at: Annotated[datetime | None, Field(description="Since when it is not in use.")]
    version: Annotated[int, Field(description="Send it back with a change.")]


class RigList(Answer):
    """The rigs that somebody may see, by name."""

    rigs: list[RigAnswer]


class ClassAnswer(Answer):
    """A class of equipment of ISO 14224."""

    code: str
    name: str


class ComponentAnswer(Answer):
    """A maintainable item of a class of equipment."""

    name: str
    failure_modes: Annotated[list[FailureMode], Field(description="Codes of ISO 14224.")]
    life_clock: Annotated[str, Field(description="What its operating hours count.")]


class EquipmentAnswer(Answer):
    """A piece of equipment of a rig."""

    id: str
    kind: EquipmentKind | FixtureKind
    iso14224: ClassAnswer
    manufacturer: str | None
    model: str | None
    serial_number: str | None
    components: list[ComponentAnswer]


class SensorAnswer(Answer):
    """What measures a channel."""

    name: str
    channel: str
    unit: str
    equipment: str
    component: str | None


class LinkAnswer(Answer):
    """What passes from one piece of equipment to another."""

    kind: LinkKind
    source: str
    target: str


class EquipmentList(Answer):
    """What a rig is made of, and how it is connected."""

    rig_id: str
    version: Annotated[int, Field(description="Send it back with a change.")]
    equipment: list[EquipmentAnswer]
    sensors: list[SensorAnswer]
    links: list[LinkAnswer]


class EquipmentBody(Strict):
    """A piece of equipment; its components follow from its kind."""

    id: PartName
    kind: Kind
    manufacturer: Name | None = None
    model: Name | None = None
    serial_number: Name | None = None


class SensorBody(Strict):
    """What measures a channel, and on what it sits."""

    name: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["pump_1_accelerometer"])
    ]
    channel: Annotated[str, Field(max_length=64, examples=["pump_1_vibration"])]
    equipment: PartName
    component: Annotated[str | None, Field(max_length=64, examples=["valve"])] = None


class LinkBody(Strict):
    """What passes from one piece of equipment to another."""

    kind: Annotated[LinkKind, Field(examples=[LinkKind.MUD])]
    source: PartName
    target: PartName


class LayoutChange(Strict):
    """All that a rig is made of from now on."""

    version: Seen
    equipment: Annotated[list[EquipmentBody], Field(max_length=200)]
    sensors: Annotated[tuple[SensorBody, ...], Field(max_length=500)] = ()
    links: Annotated[tuple[LinkBody, ...], Field(max_length=1000)] = ()
