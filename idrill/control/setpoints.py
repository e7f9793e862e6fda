"""Set-points: the channels that a driller sets, and what may be ordered of each on any rig.

A sensor may show what nobody may order: its zero wanders below nothing, its range is wider than
what a machine does. So the limits of an order are its own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idrill.channels import PUMPS, channel
from idrill.errors import InvalidChange


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """What may be ordered of a channel, in its unit."""

    low: float
    high: float
    source: str
    """Why no more; `[e]`: engineering judgement."""


_STROKES = OrderLimits(0.0, 165.0, "triplex pumps are rated at 105 to 165 strokes a minute [e]")

ORDERS: Mapping[str, OrderLimits] = MappingProxyType(
    {
        "weight_on_bit": OrderLimits(0.0, 450.0, "100,000 lbf, for the largest bits [e]"),
        "rotary_speed": OrderLimits(0.0, 250.0, "top drives turn at 200 to 250 rpm at most [e]"),
        "rate_of_penetration": OrderLimits(0.0, 200.0, "cuttings of more are not carried out [e]"),
        "flow_in": OrderLimits(0.0, 6_000.0, "three large pumps, 1,600 gal/min [e]"),
        **{f"pump_{number}_stroke_rate": _STROKES for number in range(1, PUMPS + 1)},
        "choke_pressure": OrderLimits(0.0, 69_000.0, "chokes of the 10,000 psi class, API 16C"),
        "mud_density_in": OrderLimits(
            750.0, 2_400.0, "from base oil to 20 lbm/gal, weighted with barite [e]"
        ),
    }
)
"""What may be ordered anywhere; the profile of a well may say less. Ratings of a rig's own machines
are not known, but how many pumps it carries."""

SET_POINTS = tuple(ORDERS)
"""The channels that a driller sets; all others follow from these and the rock."""


@dataclass(frozen=True, slots=True)
class SetPoint:
    """What somebody wants to set on a rig.

    Raises:
        InvalidChange: If it is nothing that a driller sets.
        UnknownChannel: If there is no such channel.
    """

    channel: str
    value: float
    """In the channel's unit."""
    previous: float | None = None
    """What was set before, in the channel's unit."""
    hole_depth: float | None = None
    """Where it is meant for [m]."""

    def __post_init__(self) -> None:
        unit = channel(self.channel).unit
        if self.channel not in ORDERS:
            settable = ", ".join(SET_POINTS)
            raise InvalidChange(f"{self.channel} follows from what is set; set one of {settable}")
        for value in (self.value, self.previous, self.hole_depth):
            if value is not None and not math.isfinite(value):
                raise InvalidChange(f"{self.channel}: {value} {unit} cannot be set")
        if self.hole_depth is not None and self.hole_depth < 0.0:
            raise InvalidChange(f"a hole depth of {self.hole_depth:g} m is none")

    @property
    def pump(self) -> int | None:
        """Which pump is set, from 1; None where it is no pump.

        Example:
            >>> SetPoint("pump_2_stroke_rate", 60.0).pump
            2
        """
        first, _, rest = self.channel.partition("_")
        return int(rest.partition("_")[0]) if first == "pump" else None
