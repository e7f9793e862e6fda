"""Muds: what the pumps push round."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from numpy.random import Generator

from idrill.errors import InvalidSimulation
from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Uniform


@dataclass(frozen=True, slots=True)
class Mud:
    """A Herschel-Bulkley mud with gels."""

    density: float
    """[kg/m³]"""
    yield_stress: float
    """[Pa]"""
    consistency: float
    """[Pa·sⁿ]"""
    flow_index: float
    """[-]"""
    gel_strength: float
    """Stress that a mud at rest adds in the end to its yield stress [Pa]."""
    gel_build_time: float
    """[s]"""
    gel_breaking_strain: float
    """[-]"""
    compressibility: float
    """Of mud and pipe together [1/Pa]."""
    background_gas: float
    """Share of gas at the shakers while no gas comes from the rock drilled [-]."""
    temperature: float
    """In the pits [K]."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value >= 0.0 or (value == 0.0 and field.name not in _MAY_BE_ZERO):
                raise InvalidSimulation(f"mud: {field.name} is {value}, it must be above zero")
        if not self.flow_index <= 1.0:
            raise InvalidSimulation(f"mud: flow_index is {self.flow_index}, it must be at most 1")


_MAY_BE_ZERO = {"yield_stress", "gel_strength", "background_gas"}

_SPREAD: Mapping[str, Distribution] = {
    # Herschel-Bulkley figures as oil- and water-based muds show them [e]
    "yield_stress": LogUniform(1.0, 6.0),
    "consistency": LogNormal(0.16, 0.4),
    "flow_index": Uniform(0.65, 0.9),
    "gel_strength": LogUniform(3.0, 15.0),
    "gel_build_time": LogUniform(120.0, 900.0),
    "gel_breaking_strain": LogUniform(5.0, 50.0),
    # water 4.5e-10, oil 7e-10, and what the pipe yields
    "compressibility": Uniform(4.5e-10, 8e-10),
    "background_gas": LogUniform(5e-4, 8e-3),
    "temperature": Uniform(290.0, 325.0),
}

SPUD_DENSITY = Uniform(1_030.0, 1_100.0)
"""Sea water and sweeps, where the hole has no riser [kg/m³] [e]."""
OVERBALANCE = Uniform(40.0, 160.0)
"""Of the mud over the pores, as density [kg/m³] [e]."""


def draw_mud(random: Generator, density: float) -> Mud:
    """A mud of the density [kg/m³]."""
    return Mud(density=density, **{name: spread.draw(random) for name, spread in _SPREAD.items()})
