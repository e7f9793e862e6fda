"""What a rig is made of, as a graph: its equipment, its sensors, and what passes between them.

Mud goes round: from a tank through pump, standpipe, top drive and well back to a tank. A loop of
mud that passes no tank cannot be, nor can a loop of drives or of power supplies.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from idrill.channels import channel
from idrill.errors import InvalidEquipment
from idrill.rigs import Equipment, EquipmentKind, FixtureKind, require_component

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class LinkKind(StrEnum):
    """What passes from one piece of equipment to another."""

    MUD = "mud"
    DRIVE = "drive"
    """Torque, or the pull of a line."""
    POWER = "power"
    """Electricity."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """What measures a channel."""

    name: str
    """Unique on its rig."""
    channel: str
    equipment: str
    """On which it sits."""
    component: str | None = None
    """Of that equipment, which it watches."""


@dataclass(frozen=True, slots=True)
class Link:
    """What passes from one piece of equipment to another."""

    kind: LinkKind
    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.kind} from {self.source} to {self.target}"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a rig is made of and how it is connected.

    Raises:
        InvalidEquipment: If a name is none or stands twice, an end is unknown, or a loop cannot be.
        UnknownChannel: If a sensor measures no known channel.
    """

    equipment: tuple[Equipment, ...]
    sensors: tuple[Sensor, ...] = ()
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        _require_names("equipment", (item.id for item in self.equipment))
        _require_names("sensor", (item.name for item in self.sensors))
        carried = {item.id: item for item in self.equipment}
        for sensor in self.sensors:
            channel(sensor.channel)
            _require_known(f"sensor {sensor.name}", sensor.equipment, carried)
            require_component(carried[sensor.equipment], sensor.component)
        for link in self.links:
            _require_ends(link, carried)
        _require_once("link", map(str, self.links))
        for kind in LinkKind:
            _require_no_loop(kind, self.links, carried)


_CARRIES: dict[LinkKind, set[StrEnum]] = {
    LinkKind.MUD: {
        EquipmentKind.MUD_PUMP,
        EquipmentKind.TOP_DRIVE,
        FixtureKind.MUD_TANK,
        FixtureKind.SHALE_SHAKER,
        FixtureKind.STANDPIPE,
    },
    LinkKind.DRIVE: set(EquipmentKind),
    LinkKind.POWER: {
        *EquipmentKind,
        FixtureKind.ELECTRIC_GENERATOR,
        FixtureKind.SHALE_SHAKER,
        FixtureKind.MUD_TANK,
    },
}
"""What kinds of equipment each kind of link may begin or end at."""


def _require_names(what: str, names: Iterable[str]) -> None:
    listed = list(names)
    for name in listed:
        if not _NAME.fullmatch(name):
            raise InvalidEquipment(
                f"{name!r} cannot name {what}: use 1 to 64 of a-z, 0-9 and _, starting with a-z"
            )
    _require_once(what, listed)


def _require_once(what: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InvalidEquipment(f"{what} {twice[0]} is told more than once")


def _require_known(what: str, end: str, carried: dict[str, Equipment]) -> None:
    if end not in carried:
        known = ", ".join(carried) or "none"
        raise InvalidEquipment(f"{what}: no equipment is called {end!r}; there is: {known}")


def _require_ends(link: Link, carried: dict[str, Equipment]) -> None:
    for end in (link.source, link.target):
        _require_known(str(link), end, carried)
        if carried[end].kind not in _CARRIES[link.kind]:
            kind = carried[end].kind.replace("_", " ")
            raise InvalidEquipment(f"{link}: a {kind} has no {link.kind} to pass")
    if link.source == link.target:
        raise InvalidEquipment(f"{link}: it leads nowhere")


def _require_no_loop(kind: LinkKind, links: Iterable[Link], carried: dict[str, Equipment]) -> None:
    graph = TopologicalSorter[str]()
    for one in links:
        ends = (carried[one.source].kind, carried[one.target].kind)
        at_tank = kind is LinkKind.MUD and FixtureKind.MUD_TANK in ends
        if one.kind is kind and not at_tank:
            graph.add(one.target, one.source)
    try:
        graph.prepare()
    except CycleError as error:
        loop = " to ".join(error.args[1])
        passing = " that passes no tank" if kind is LinkKind.MUD else ""
        raise InvalidEquipment(f"{kind} goes round in a loop{passing}: {loop}") from error
