"""Bodies of rigs and what they are made of."""

from typing import Annotated

from pydantic import Field

from idrill.rigs import EquipmentKind, FailureMode
from idrill_serving.schemas.strict import Answer


class RigAnswer(Answer):
    """A drilling rig."""

    id: str
    name: str
    synthetic: Annotated[bool, Field(description="Whether its telemetry is simulated.")]
    owner: str | None
    kind: str | None
    block_weight: Annotated[float | None, Field(description="[kN]")]


class RigList(Answer):
    """The rigs that somebody may see, by name."""

    rigs: list[RigAnswer]


class ComponentAnswer(Answer):
    """A maintainable item of a class of equipment."""

    name: str
    failure_modes: Annotated[list[FailureMode], Field(description="Codes of ISO 14224.")]
    life_clock: Annotated[str, Field(description="What its operating hours count.")]


class EquipmentAnswer(Answer):
    """A piece of equipment of a rig."""

    id: str
    kind: EquipmentKind
    components: list[ComponentAnswer]


class EquipmentList(Answer):
    """What a rig is made of."""

    rig_id: str
    equipment: list[EquipmentAnswer]
