"""What the items of WITS level 0 mean: their units, and the channels they feed.

Frames state neither units nor time zone nor which number stands for "no value": the two ends of a
link agree on them, and a `ColumnMap` says what was agreed (`units`, `utc_offset`, `null_values`;
its columns are named by record and item). Units are those of the WITS specification, records 1 and
11, where KDN is a force of 10 kN and KLB one of 1,000 lbf.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from math import isfinite
from types import MappingProxyType

from idrill.channels import Channel, by_wits0, channel
from idrill.readers.columns import ColumnMap
from idrill.readers.wits0.frames import Frame
from idrill.units import Conversion, conversion

NULLS = frozenset({-9999.0, -999.25, -8888.0})
"""Numbers that stand for "no value", besides those agreed on."""

_SYSTEMS: Mapping[str, Mapping[str, str]] = {
    "metric": {
        "depth": "m", "speed": "m/h", "force": "kdaN", "torque": "kN.m", "pressure": "kPa",
        "volume": "m3", "flow": "L/min", "density": "kg/m3", "temperature": "degC",
    },
    "field": {
        "depth": "ft", "speed": "ft/h", "force": "klbf", "torque": "kft.lbf", "pressure": "psi",
        "volume": "bbl", "flow": "gal/min", "density": "lb/gal", "temperature": "degF",
    },
}  # fmt: skip

_QUANTITIES = {
    "depth": "0108 0109 0110 0111 0112 0139 1108 1109",
    "speed": "0113",
    "force": "0114 0115 0116 0117",
    "torque": "0118 0119",
    "pressure": "0121 0122",
    "volume": "0126 0127 1110 1111 1112 1113 1115 1116 1117 1118 1119 1120 1121 1122 1123 1124 "
    "1125 1126 1127 1128 1129 1130",
    "flow": "0129 0130",
    "density": "0131 0132",
    "temperature": "0133 0134",
}
_IN_BOTH = {"rpm": "0120", "1/min": "0123 0124 0125", "%": "0128 0140"}


def _units(system: str) -> Mapping[str, str]:
    own = {_SYSTEMS[system][quantity]: codes for quantity, codes in _QUANTITIES.items()}
    return MappingProxyType(
        {code: unit for unit, codes in (own | _IN_BOTH).items() for code in codes.split()}
    )


ITEM_UNITS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {system: _units(system) for system in _SYSTEMS}
)
"""Unit of each item by system (`metric`, `field`), then record and item."""


@dataclass(frozen=True, slots=True)
class Target:
    """The channel that an item feeds."""

    channel: Channel
    conversion: Conversion
    rank: int
    """Which item wins where several feed the channel: the lowest."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the two ends of a WITS link agreed on."""

    system: str = "metric"
    utc_offset: timedelta = timedelta(0)
    """What the sender's clock is ahead of UTC."""
    nulls: frozenset[float] = NULLS
    columns: ColumnMap = field(default_factory=ColumnMap)

    def channel(self, code: str) -> Channel | None:
        """The channel that an item feeds, if it does."""
        entry = self.columns.entry(code)
        if entry.ignore:
            return None
        return channel(entry.channel) if entry.channel else _fed_by(code)

    def target(self, code: str) -> Target | None:
        """The channel that an item feeds, if it does, and how its values become the channel's.

        Raises:
            UnitError: If the map gives the item a unit of another quantity.

        Example:
            >>> hook_load = Agreement("field").target("0114")
            >>> hook_load.channel.name, round(hook_load.conversion.factor, 6)
            ('hook_load', 4.448222)
        """
        fed = self.channel(code)
        if fed is None:
            return None
        unit = self.columns.entry(code).unit or ITEM_UNITS[self.system].get(code, fed.unit)
        rank = fed.wits0.index(code) if code in fed.wits0 else -1
        return Target(fed, conversion(unit, fed.unit), rank)


@cache
def _fed_by(code: str) -> Channel | None:
    return next(by_wits0(code), None)


def agreed(columns: ColumnMap | None) -> Agreement:
    """What a map says was agreed on: metric units and UTC where it is silent."""
    if columns is None:
        return Agreement()
    nulls = {value for text in columns.null_values if (value := number(text)) is not None}
    return Agreement(
        columns.units or "metric", columns.utc_offset or timedelta(0), NULLS | nulls, columns
    )


def number(text: str) -> float | None:
    """The finite number that a text is.

    Example:
        >>> number("-20.36"), number("+5"), number("DRLG"), number("1_0"), number("inf")
        (-20.36, 5.0, None, None, None)
    """
    try:
        value = float(text) if "_" not in text else float("nan")
    except ValueError:
        return None
    return value if isfinite(value) else None


def channel_values(frame: Frame, agreement: Agreement) -> dict[str, float]:
    """The channels that one frame carries, in their own units.

    Example:
        >>> frame = Frame(1, {"0108": "6707.1", "0114": "134.68", "0122": "-9999"}, "")
        >>> channel_values(frame, Agreement())
        {'bit_depth': 6707.1, 'hook_load': 1346.8}
    """
    found: dict[str, tuple[int, float]] = {}
    for code, text in frame.items.items():
        target, value = agreement.target(code), number(text)
        if target is None or value is None or value in agreement.nulls:
            continue
        converted = value * target.conversion.factor + target.conversion.shift
        name = target.channel.name
        found[name] = min(found.get(name, (target.rank, converted)), (target.rank, converted))
    return {name: value for name, (_, value) in found.items()}
