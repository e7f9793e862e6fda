"""Rigs, what they are made of and how it fails.

Words for equipment, components and failure modes follow ISO 14224; the failure-mode codes are those
of its annex B. How equipment is connected: `idrill.layouts`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from idrill.errors import InvalidEquipment, InvalidName

_RIG_ID = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")


def rig_id(text: str) -> str:
    """`text`, if it can name a rig: capitals, digits, `_` and `-`, at most 32.

    Raises:
        InvalidName: If it cannot.

    Example:
        >>> rig_id("MAERSK_INSPIRER")
        'MAERSK_INSPIRER'
    """
    if not _RIG_ID.fullmatch(text):
        raise InvalidName(
            f"{text!r} cannot name a rig: use 1 to 32 of A-Z, 0-9, _ and -, "
            "starting with A-Z or 0-9"
        )
    return text


class EquipmentKind(StrEnum):
    """A class of equipment that hangs on a rig and is watched."""

    MUD_PUMP = "mud_pump"
    TOP_DRIVE = "top_drive"
    DRAWWORKS = "drawworks"


class FixtureKind(StrEnum):
    """A class of equipment that what is watched is connected to."""

    MUD_TANK = "mud_tank"
    SHALE_SHAKER = "shale_shaker"
    STANDPIPE = "standpipe"
    ELECTRIC_GENERATOR = "electric_generator"


@dataclass(frozen=True, slots=True)
class EquipmentClass:
    """A class of equipment in the taxonomy of ISO 14224."""

    code: str
    name: str


CLASSES = MappingProxyType(
    {
        EquipmentKind.MUD_PUMP: EquipmentClass("PU", "Pumps"),
        EquipmentKind.TOP_DRIVE: EquipmentClass("TD", "Top drives"),
        EquipmentKind.DRAWWORKS: EquipmentClass("DW", "Drawworks"),
        FixtureKind.MUD_TANK: EquipmentClass("TA", "Storage tanks"),
        FixtureKind.SHALE_SHAKER: EquipmentClass("MT", "Mud-treatment equipment"),
        FixtureKind.STANDPIPE: EquipmentClass("PI", "Piping"),
        FixtureKind.ELECTRIC_GENERATOR: EquipmentClass("EG", "Electric generators"),
    }
)
"""What ISO 14224 counts each kind of equipment as."""


class FailureMode(StrEnum):
    """How a component fails."""

    LOW_OUTPUT = "LOO"
    INTERNAL_LEAK = "INL"
    EXTERNAL_LEAK = "ELU"
    VIBRATION = "VIB"
    OVERHEATING = "OHE"
    PARAMETER_DEVIATION = "PDE"
    BREAKDOWN = "BRD"


@dataclass(frozen=True, slots=True)
class ComponentKind:
    """A maintainable item of a class of equipment."""

    name: str
    equipment: EquipmentKind
    failure_modes: tuple[FailureMode, ...]
    life_clock: str
    """What its operating hours count."""


COMPONENT_KINDS = (
    ComponentKind("liner", EquipmentKind.MUD_PUMP, (FailureMode.LOW_OUTPUT,), "hours with strokes"),
    ComponentKind(
        "piston", EquipmentKind.MUD_PUMP, (FailureMode.LOW_OUTPUT,), "hours with strokes"
    ),
    ComponentKind(
        "valve", EquipmentKind.MUD_PUMP, (FailureMode.INTERNAL_LEAK,), "hours with strokes"
    ),
    ComponentKind(
        "washpipe",
        EquipmentKind.TOP_DRIVE,
        (FailureMode.EXTERNAL_LEAK,),
        "hours of pressurised rotation",
    ),
    ComponentKind(
        "gearbox",
        EquipmentKind.TOP_DRIVE,
        (FailureMode.VIBRATION, FailureMode.OVERHEATING),
        "hours rotating under torque",
    ),
    ComponentKind(
        "brake",
        EquipmentKind.DRAWWORKS,
        (FailureMode.OVERHEATING, FailureMode.PARAMETER_DEVIATION),
        "braking energy in equivalent hours",
    ),
)
"""What is watched on a rig."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """One piece of equipment of one rig."""

    id: str
    """Unique on its rig, such as `mud_pump_1`."""
    kind: EquipmentKind | FixtureKind
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None

    @property
    def iso14224(self) -> EquipmentClass:
        """What ISO 14224 counts it as."""
        return CLASSES[self.kind]

    @property
    def components(self) -> tuple[ComponentKind, ...]:
        """The maintainable items it consists of."""
        return tuple(item for item in COMPONENT_KINDS if item.equipment is self.kind)


def require_component(equipment: Equipment, component: str | None) -> None:
    """See that a piece of equipment has a component.

    Args:
        equipment: Of a rig.
        component: None: the piece as a whole is meant.

    Raises:
        InvalidEquipment: If it has not; says which it has.
    """
    names = [item.name for item in equipment.components]
    if component is not None and component not in names:
        known = ", ".join(names) or "none that is watched"
        raise InvalidEquipment(f"{equipment.id} has no {component!r}; it has: {known}")


STANDARD_EQUIPMENT = (
    *(Equipment(f"mud_pump_{number}", EquipmentKind.MUD_PUMP) for number in (1, 2, 3)),
    Equipment("top_drive", EquipmentKind.TOP_DRIVE),
    Equipment("drawworks", EquipmentKind.DRAWWORKS),
)
"""What a rig carries unless told otherwise; the channels of `channels.py` watch these."""


@dataclass(frozen=True, slots=True)
class Rig:
    """A drilling rig."""

    id: str
    name: str
    synthetic: bool = False
    """Whether its telemetry is made by a simulator; fixed when the rig is created."""
    owner: str | None = None
    kind: str | None = None
    block_weight: float | None = None
    """Weight of travelling block and top drive [kN]."""
    equipment: tuple[Equipment, ...] = STANDARD_EQUIPMENT

    def __post_init__(self) -> None:
        rig_id(self.id)

    def require(self, equipment: str | None, component: str | None) -> None:
        """See that it carries a piece of equipment, and that this has a component.

        Args:
            equipment: None: the rig as a whole is meant.
            component: None: the piece as a whole is meant.

        Raises:
            InvalidEquipment: If not; says what there is.
        """
        if equipment is None:
            if component is not None:
                raise InvalidEquipment(f"a {component} is part of some equipment: say of which")
            return
        carried = {item.id: item for item in self.equipment}
        if equipment not in carried:
            known = ", ".join(carried) or "none"
            raise InvalidEquipment(f"{self.id} carries no {equipment!r}; it carries: {known}")
        require_component(carried[equipment], component)
