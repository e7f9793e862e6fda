"""How large the readings of a working rig are: what the claim of a unit is held against.

Two yardsticks come from physics. Circulating pressure grows with the flow to the power 1.8 and with
the length of the pipe (turbulent flow: Bourgoyne et al., *Applied Drilling Engineering*, SPE 1986,
ch. 4); the hook carries the blocks and the string. Their constants are the middle of what rigs of
very different kinds show while drilling (Volve 12¼" and 26", FORGE, an extended-reach well: all
within a factor of 1.5 of the first, 3 of the second). The others are plain magnitudes.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import log, sqrt
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from idrill.channels import Channel, channel
from idrill.units import conversion, unit

Floats = npt.NDArray[np.float64]

FIELD_UNITS = MappingProxyType(
    {
        "pressure": ("psi", "kPa", "bar", "MPa", "Pa"),
        "force": ("klbf", "kN", "kkgf", "lbf", "N", "daN", "kgf"),
        "torque": ("kN.m", "ft.lbf", "kft.lbf", "N.m", "daN.m"),
        "flow": ("gal/min", "L/min", "m3/min", "L/s", "m3/h", "bbl/min", "m3/s"),
        "speed": ("m/h", "ft/h", "m/s"),
        "frequency": ("rpm", "Hz", "rad/s"),
        "density": ("kg/m3", "g/cm3", "lb/gal", "lb/ft3"),
        "volume": ("m3", "bbl", "L", "gal"),
        "length": ("m", "ft"),
        "temperature": ("degC", "degF", "K"),
        "fraction": ("%", "Euc", "ppm"),
    }
)
"""Units that rigs write, by dimension, the most usual first."""

ODDS = 10.0
"""How many times likelier another unit must be before the one that is claimed is doubted."""

PUMPS_GIVE = 34_500.0
"""Pressure that the pumps of most rigs are rated for (5,000 psi) [kPa]."""

USUAL_LENGTH = 1_300.0
"""Length of a string that drills, of all there are the middle [m]."""

ALIKE = 0.15
"""Two units closer than this in the logarithm (kdaN, kkgf) cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another unit the file may have meant: what makes the stored values right."""

    unit: str
    factor: float
    shift: float

    @property
    def size(self) -> float:
        """How far the two units are apart [natural logarithm]."""
        return abs(log(self.factor))


@lru_cache(maxsize=256)
def alternatives(claimed: str, name: str) -> tuple[Alternative, ...]:
    """The units that a column of a channel may be in, other than the one it claims.

    Args:
        claimed: The unit its values were converted from.
        name: The channel.

    Example:
        >>> [(one.unit, round(one.factor, 3)) for one in alternatives("kPa", "standpipe_pressure")]
        [('psi', 6.895), ('bar', 100.0), ('MPa', 1000.0), ('Pa', 0.001)]
    """
    stored = channel(name).unit
    taken = conversion(claimed, stored)
    found = []
    for symbol in FIELD_UNITS.get(unit(stored).dimension, ()):
        meant = conversion(symbol, stored)
        factor = meant.factor / taken.factor
        one = Alternative(symbol, factor, meant.shift - factor * taken.shift)
        if one.size > ALIKE or abs(one.shift) > 1.0:
            found.append(one)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the readings of one channel are while drilling, in its unit or times a reference."""

    quantile: float
    """Of the readings that are not zero, the one that is judged."""
    low: float
    """Below, the readings make no sense."""
    high: float
    expected: float
    spread: float
    """What makes sense lies within this factor of `expected`."""
    scatter: float | None = None
    """Standard deviation of the logarithm of true readings about `expected`, where units a few
    times apart are told from each other by it."""

    def is_broken_by(self, level: float) -> bool:
        """Whether readings of this size make no sense."""
        return not self.low <= level <= self.high

    def is_met_by(self, level: float) -> bool:
        """Whether readings of this size make good sense."""
        return level > 0 and self.distance(level) <= log(self.spread)

    def is_outweighed(self, level: float, mended: float) -> bool:
        """Whether low readings are far likelier to be of the size they have in another unit.

        Only low ones: slim pipe raises a pressure fivefold, and nothing lowers it as far.
        """
        if self.scatter is None or not 0.0 < level < self.expected:
            return False
        gain = self.distance(level) ** 2 - self.distance(mended) ** 2
        return gain / (2.0 * self.scatter**2) >= log(ODDS)

    def distance(self, level: float) -> float:
        """How far a size is from what is expected [natural logarithm]."""
        return abs(log(level / self.expected)) if level > 0 else float("inf")


WHILE_DRILLING = MappingProxyType(
    {
        "hook_load": Yardstick(0.5, 10.0, 10_000.0, 900.0, 8.0),
        "weight_on_bit": Yardstick(0.95, 0.3, 1_000.0, 80.0, 12.0),
        "torque": Yardstick(0.9, 0.1, 150.0, 8.0, 12.0),
        "rotary_speed": Yardstick(0.9, 4.0, 400.0, 100.0, 4.0),
        "standpipe_pressure": Yardstick(0.5, 300.0, 70_000.0, 15_000.0, 4.0),
        "flow_in": Yardstick(0.9, 100.0, 8_000.0, 2_500.0, 4.0),
        "rate_of_penetration": Yardstick(0.9, 0.05, 400.0, 15.0, 8.0),
    }
)
"""Magnitudes in the unit of the channel; rows without hole being made are left out."""

ALWAYS = MappingProxyType(
    {
        "mud_density_in": Yardstick(0.5, 600.0, 2_800.0, 1_300.0, 1.9),
        "mud_density_out": Yardstick(0.5, 600.0, 2_800.0, 1_300.0, 1.9),
        "mud_temperature_in": Yardstick(0.5, -20.0, 150.0, 40.0, 3.0),
        "mud_temperature_out": Yardstick(0.5, -20.0, 200.0, 40.0, 3.0),
        "pit_volume_total": Yardstick(0.5, 0.0, 2_000.0, 200.0, 10.0),
        "pit_volume_active": Yardstick(0.5, 0.0, 1_000.0, 80.0, 10.0),
    }
)
"""Magnitudes whatever the rig is doing."""

CIRCULATING = Yardstick(0.5, 0.25, 8.0, 1.0, 2.5)
"""Standpipe pressure as a multiple of `expected_pressure`."""

DRILLED_WITH = replace(CIRCULATING, scatter=0.4)
"""The same where weight, flow and progress show that the bit drills."""

DRILLED_ANYWHERE = Yardstick(0.5, 0.02, 30.0, 1.0, 6.0, scatter=0.87)
"""Standpipe pressure as a multiple of that at `USUAL_LENGTH`, where no depth is known: two thirds
of what is drilled lies between 500 m and 3,300 m, nearly all between 100 m and 10,000 m."""

PUMPING = Yardstick(0.5, 8.0 ** (-1 / 1.8), 0.25 ** (-1 / 1.8), 1.0, 2.5 ** (1 / 1.8))
"""Flow as a multiple of what `expected_pressure` says for the pressure: the same, turned round."""

HANGING = Yardstick(0.5, 0.15, 6.0, 1.0, 3.5)
"""Hook load as a multiple of `expected_hook_load`."""


def expected_pressure(flow: pl.Expr, length: pl.Expr) -> pl.Expr:
    """Standpipe pressure that a rig shows at a flow [kPa].

    Args:
        flow: Flow in [L/min].
        length: Length of the string [m].
    """
    return (1_200.0 + 9.0 * length) * (flow / 3_000.0) ** 1.8


def expected_hook_load(length: pl.Expr) -> pl.Expr:
    """Weight of the blocks and of a string [kN].

    Args:
        length: Length of the string, along the vertical where that is known [m].
    """
    return 250.0 + 0.35 * length


@lru_cache(maxsize=256)
def limits(name: str) -> Yardstick:
    """The physical limits of a channel as a yardstick."""
    of: Channel = channel(name)
    floor = max(of.low, of.high / 1_000.0)
    middle = sqrt(floor * of.high)
    return Yardstick(0.5, min(of.low, 0.0), of.high, middle, max(of.high / middle, 1.1))
