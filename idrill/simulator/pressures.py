"""What the fluid in the rock presses with, and what breaks the rock, by vertical depth."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.errors import InvalidSimulation
from idrill.simulator.distributions import Uniform
from idrill.units import GRAVITY

Array = NDArray[np.float64]

SEA_WATER = 1030.0
"""Density that normal pore pressure stands for [kg/m³]."""

ONSET = Uniform(1_500.0, 4_000.0)
"""Vertical depth where overpressure begins [m] [e]."""
EXCESS = Uniform(100.0, 900.0)
"""By how much faster the pore pressure rises below it [kg/m³] [e]."""
OVERBURDEN = Uniform(2_100.0, 2_350.0)
"""Mean density of the rock above [kg/m³] [e]."""
STRESS_RATIO = Uniform(0.6, 0.85)
"""Horizontal by vertical effective stress [-] [e]."""


@dataclass(frozen=True, slots=True)
class Pressures:
    """What the fluid in the rock presses with, and what breaks the rock.

    Pore pressure is normal down to an onset and rises faster below; the fracture pressure lies
    between it and the overburden by the stress ratio of W. R. Matthews and J. Kelly, *How to
    predict formation pressure and fracture gradient*, Oil & Gas J. 65 (20 Feb 1967) 92-106.
    """

    onset: float
    """Vertical depth below which the pores are overpressured [m]."""
    excess: float
    """By how much more the pore pressure rises there than sea water [kg/m³]."""
    overburden: float
    """Mean density of the rock above [kg/m³]."""
    stress_ratio: float
    """Horizontal by vertical effective stress [-]."""
    water_depth: float = 0.0
    """[m]"""
    air_gap: float = 0.0
    """From the rotary table to the sea, or to the ground [m]."""

    def __post_init__(self) -> None:
        for name in ("water_depth", "air_gap"):
            if not getattr(self, name) >= 0.0:
                raise InvalidSimulation(f"pressures: {name} cannot be negative")
        if not self.overburden > SEA_WATER:
            raise InvalidSimulation("pressures: overburden must be denser than sea water")
        if not 0.0 < self.stress_ratio <= 1.0:
            raise InvalidSimulation("pressures: stress_ratio must lie above 0 and up to 1")

    def pore(self, vertical_depth: Array) -> Array:
        """Pore pressure at depths below the rotary table [Pa].

        Example:
            >>> rock = Pressures(onset=2000.0, excess=500.0, overburden=2300.0, stress_ratio=0.7)
            >>> (rock.pore(np.array([1000.0, 3000.0])) / 1e6).round(3).tolist()
            [10.101, 35.206]
        """
        column = np.maximum(vertical_depth - self.air_gap, 0.0)
        below = np.maximum(vertical_depth - self.onset, 0.0)
        return GRAVITY * (SEA_WATER * column + self.excess * below)

    def fracture(self, vertical_depth: Array) -> Array:
        """Pressure that opens the rock [Pa]."""
        pore = self.pore(vertical_depth)
        rock = np.maximum(vertical_depth - self.air_gap - self.water_depth, 0.0)
        above = GRAVITY * (SEA_WATER * self.water_depth + self.overburden * rock)
        return pore + self.stress_ratio * np.maximum(above - pore, 0.0)


def draw_pressures(water_depth: float, air_gap: float, random: Generator) -> Pressures:
    """Pressures under a rig."""
    return Pressures(
        onset=ONSET.draw(random),
        excess=EXCESS.draw(random),
        overburden=OVERBURDEN.draw(random),
        stress_ratio=STRESS_RATIO.draw(random),
        water_depth=water_depth,
        air_gap=air_gap,
    )
