"""Rigs, what they are made of and how it fails.

Words for equipment, components and failure modes follow ISO 14224; the failure-mode codes are those
of its annex B.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from idrill.errors import InvalidName

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
    """A class of equipment that hangs on a rig."""

    MUD_PUMP = "mud_pump"
    TOP_DRIVE = "top_drive"
    DRAWWORKS = "drawworks"


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
    kind: EquipmentKind

    @property
    def components(self) -> tuple[ComponentKind, ...]:
        """The maintainable items it consists of."""
        return tuple(item for item in COMPONENT_KINDS if item.equipment is self.kind)


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
