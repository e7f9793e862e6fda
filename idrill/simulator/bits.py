"""Bits that a crew may be given: drag bits with their nozzles, and how fast the unit wears."""

from collections.abc import Mapping
from dataclasses import dataclass

from numpy.random import Generator

from idrill.errors import InvalidSimulation
from idrill.physics.cutting import Bit
from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Uniform

NOZZLE_VELOCITY = LogNormal(85.0, 0.15)
"""Jet speed that nozzles are chosen for [m/s]; field practice asks for 70 to 110 [e]."""
BLADES = (4, 8)
"""Fewest and most [-]."""
UNIT_FACTOR = LogNormal(1.0, 0.3)
"""How fast a unit wears relative to its kind [-]; SIMULATOR's unit variation."""

_SPREAD: Mapping[str, Distribution] = {
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

_ABOVE_ZERO = ("diameter", "cutting_ratio", "cutter_inclination", "contact_depth", "exposure")


@dataclass(frozen=True, slots=True)
class DrawnBit:
    """One bit."""

    bit: Bit
    nozzle_area: float
    """Of all nozzles [m²]."""
    blades: int
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


def draw_bit(diameter: float, flow: float, random: Generator) -> DrawnBit:
    """A bit for a hole.

    Args:
        diameter: Of the hole [m].
        flow: That its nozzles are chosen for [m³/s].
        random: Where the numbers come from.
    """
    shape = {name: spread.draw(random) for name, spread in _SPREAD.items()}
    return DrawnBit(
        Bit(diameter=diameter, **shape),
        nozzle_area=flow / NOZZLE_VELOCITY.draw(random),
        blades=int(random.integers(*BLADES, endpoint=True)),
        wear_factor=UNIT_FACTOR.draw(random),
        weakening=Uniform(0.15, 0.35).draw(random),
        weakening_speed=LogUniform(0.2, 0.4).draw(random),
    )
