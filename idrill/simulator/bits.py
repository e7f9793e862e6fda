"""Bits that a crew may be given, with their nozzles, and how fast the unit wears."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from numpy.random import Generator

from idrill.errors import InvalidSimulation
from idrill.physics.cutting import Bit
from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Uniform

NOZZLE_VELOCITY = LogNormal(85.0, 0.15)
"""Jet speed that nozzles are chosen for [m/s]; field practice asks for 70 to 110 [e]."""
BLADES = (4, 8)
"""Of a drag bit, fewest and most [-]."""
CONES = 3
"""Of a roller cone bit, which shakes the string three times a turn [-]."""
UNIT_FACTOR = LogNormal(1.0, 0.3)
"""How fast a unit wears relative to its kind [-]; SIMULATOR's unit variation."""


class BitKind(Enum):
    """What cuts the rock."""

    DRAG = "drag"
    """Fixed cutters that shear it."""
    ROLLER = "roller"
    """Teeth on cones that press into it."""


ROLLER_SHARE = 0.2
"""Share of the bits that are roller cones, in holes up to `WIDE` [-] [e]."""
WIDE = 0.4
"""Diameter above which bits are roller cones, as of 17½ in and more they mostly are [m] [e]."""

_DRAG: Mapping[str, Distribution] = {
    "cutting_ratio": Uniform(1.2, 2.5),
    "cutter_inclination": Uniform(0.6, 1.0),  # Detournay and Defourny (1992): 0.5 to 0.8 and more
    "bit_constant": Uniform(1.0, 1.33),
    "sharp_contact": LogUniform(0.3e-3, 2e-3),
    "worn_contact": LogUniform(6e-3, 20e-3),
    "contact_depth": LogUniform(1e-4, 5e-4),
    "exposure": Uniform(3.5e-3, 9e-3),
    "founder_slope": Uniform(-0.1, 0.35),
}
"""Of a drag bit [e]; [m] and [-]."""
_ROLLER: Mapping[str, Distribution] = {
    "cutting_ratio": Uniform(0.5, 1.0),
    "cutter_inclination": Uniform(2.0, 4.0),
    "bit_constant": Uniform(0.2, 0.4),
}
"""Where a roller cone differs [e]. Teeth need thrust and hardly rub: torque by weight and diameter
is about a third of a drag bit's, as the sliding coefficients of R. C. Pessier and M. J. Fear, SPE
24584 (1992), tell. The law of drag bits stands in for a law of its own."""
_WEAKENING: Mapping[BitKind, Distribution] = {
    BitKind.DRAG: Uniform(0.15, 0.35),
    BitKind.ROLLER: Uniform(0.05, 0.15),
}
"""`DrawnBit.weakening`; roller cones seldom make a string stick [-] [e]."""

_ABOVE_ZERO = ("diameter", "cutting_ratio", "cutter_inclination", "contact_depth", "exposure")


@dataclass(frozen=True, slots=True)
class DrawnBit:
    """One bit."""

    bit: Bit
    nozzle_area: float
    """Of all nozzles [m²]."""
    blades: int
    """Or cones [-]."""
    wear_factor: float
    """How fast this unit wears relative to others of its kind [-]."""
    weakening: float
    """How much more torque it takes at rest than turning fast, as a fraction [-]."""
    weakening_speed: float
    """Where half of that is gone [1/s]."""

    def __post_init__(self) -> None:
        for name in ("nozzle_area", "blades", "wear_factor", "weakening_speed"):
            if not getattr(self, name) > 0.0:
                raise InvalidSimulation(f"bit: {name} must be above zero")
        for name in _ABOVE_ZERO:
            if not getattr(self.bit, name) > 0.0:
                raise InvalidSimulation(f"bit: {name} must be above zero")


def draw_bit(
    diameter: float, flow: float, random: Generator, kind: BitKind | None = None
) -> DrawnBit:
    """A bit for a hole.

    Args:
        diameter: Of the hole [m].
        flow: That its nozzles are chosen for [m³/s].
        random: Where the numbers come from.
        kind: Drawn unless given.
    """
    drawn = BitKind.ROLLER if random.random() < ROLLER_SHARE or diameter > WIDE else BitKind.DRAG
    kind = kind or drawn
    spreads = {**_DRAG, **_ROLLER} if kind is BitKind.ROLLER else _DRAG
    shape = {name: spread.draw(random) for name, spread in spreads.items()}
    return DrawnBit(
        Bit(diameter=diameter, **shape),
        nozzle_area=flow / NOZZLE_VELOCITY.draw(random),
        blades=CONES if kind is BitKind.ROLLER else int(random.integers(*BLADES, endpoint=True)),
        wear_factor=UNIT_FACTOR.draw(random),
        weakening=_WEAKENING[kind].draw(random),
        weakening_speed=LogUniform(0.2, 0.4).draw(random),
    )
