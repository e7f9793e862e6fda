"""What surrounds a rig and its well, and what no plan says: heat, gas, unevenness, habits of pits.

All figures are judgement [e] unless a source stands beside them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from numpy.random import Generator

from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Uniform


class Surroundings(NamedTuple):
    """What surrounds a rig and its well."""

    surface_temperature: float
    """[K]"""
    geothermal_gradient: float
    """[K/m]"""
    heat_exchange: float
    """Share of the way to the rock's temperature that mud goes on its round [-]."""
    pit_cooling: float
    """Time constant of the tanks [s]."""
    expansion: float
    """Of mud with temperature [1/K]."""
    cuttings_density: float
    """[kg/m³]"""
    cutting_size: float
    """[m]"""
    rock_gas: float
    """Gas at the shakers by volume of rock drilled [-]."""
    influx_gas: float
    """Gas in what flows in [-]."""
    rock_unevenness: float
    """Standard deviation of the logarithm of the strength within a layer [-]."""
    tortuosity: float
    """Side force in a straight hole, by weight [-]."""
    torque_noise: float
    """Of the bit's torque from second to second, as a share [-]."""
    flow_noise: float
    """Of the pumps' wandering speed, as a share [-]."""
    jerk: float
    """Of the drag's heavy-tailed wandering, by weight of the string [-]."""
    pack_off_length: float
    """Share of the annulus that a pack-off or a bed narrows [-]."""
    bed_drag: float
    """By how much a full bed adds to the friction of the string [-]."""
    refill_level: float
    """Share of the active tanks' capacity below which the crew tops them up [-]."""
    refill_volume: float
    """That it adds then [m³]."""
    refill_rate: float
    """[m³/s]"""
    wear_limit: float
    """Wear at which the crew pulls a bit [-]."""
    friction_drift: float = 0.0
    """By which friction drifts from stand to stand, as a share; none but by `mismatch` [-]."""


_SPREAD: Mapping[str, Distribution] = {
    "surface_temperature": Uniform(276.0, 293.0),
    "geothermal_gradient": Uniform(0.022, 0.040),  # 25 to 30 K/km is usual
    "heat_exchange": Uniform(0.15, 0.40),
    "pit_cooling": LogUniform(2 * 3600.0, 8 * 3600.0),
    "expansion": Uniform(3e-4, 7e-4),  # water 2e-4 to 5e-4, oil 8e-4
    "cuttings_density": Uniform(2_400.0, 2_700.0),
    "cutting_size": LogUniform(2e-3, 7e-3),
    "rock_gas": LogUniform(0.005, 0.10),
    "influx_gas": Uniform(0.2, 1.0),
    "rock_unevenness": Uniform(0.04, 0.15),
    "tortuosity": Uniform(0.02, 0.08),
    "torque_noise": LogUniform(0.06, 0.35),
    "flow_noise": LogUniform(2e-5, 3e-4),
    "jerk": LogUniform(1.3e-3, 7e-3),
    "pack_off_length": Uniform(0.05, 0.25),
    "bed_drag": Uniform(0.2, 0.8),
    "refill_level": Uniform(0.30, 0.45),
    "refill_volume": Uniform(4.0, 20.0),
    "refill_rate": LogNormal(0.020, 0.3),
    "wear_limit": Uniform(0.75, 1.0),
}


def draw_surroundings(random: Generator) -> Surroundings:
    """What surrounds one rig on one well."""
    return Surroundings(**{name: spread.draw(random) for name, spread in _SPREAD.items()})
