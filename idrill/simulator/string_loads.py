"""What the string weighs, and how it rubs, along the path of the hole."""

from math import sqrt

from idrill.physics.compiled import compiled
from idrill.physics.hoisting import (
    axial_share,
    buoyed_weight,
    friction_torque,
    side_force,
    tension_above,
)
from idrill.simulator.geometry import on_path
from idrill.simulator.parameters import AZIMUTH, INCLINATION, Assembly, Hole, Job
from idrill.simulator.state import Hoist, Mud

PIECES = 24
"""Pieces of equal length that a string is looked at in."""


@compiled
def weight_below(assembly: Assembly, density: float, length: float) -> float:
    """Buoyed weight of the lowest metres of a string [N]."""
    weight, left = 0.0, length
    reach = (assembly.collars_length, assembly.heavy_length, left)
    for part in range(3):
        here = max(min(reach[part], left), 0.0)
        left -= here
        weight += here * buoyed_weight(
            assembly.mass[part], assembly.outer[part], assembly.inner[part], density, density
        )
    return weight


@compiled
def part_at(assembly: Assembly, above_bit: float) -> int:
    """Collars (0), heavy pipe (1) or pipe (2)."""
    if above_bit < assembly.collars_length:
        return 0
    return 1 if above_bit < assembly.collars_length + assembly.heavy_length else 2


@compiled
def friction_at(job: Job, mud: Mud, depth: float, more_drag: float) -> float:
    """Coefficient of friction of string on wall [-]."""
    hole: Hole = job.hole
    cased = depth < hole.casing_bottom
    friction = hole.cased_friction if cased else hole.open_friction
    return friction * more_drag * (1.0 + job.surroundings.bed_drag * mud.bed_share)


@compiled
def hang(job: Job, hoist: Hoist, mud: Mud, turning: float, rising: float, more_drag: float) -> None:
    """Work out tension and friction of the string, from the bit upwards.

    Args:
        job: The string in its hole.
        hoist: Where it hangs; takes the results.
        mud: What it hangs in.
        turning: Its speed [1/s].
        rising: Speed of the string upwards [m/s].
        more_drag: Factor on the friction [-].
    """
    assembly, density = job.assembly, job.fluid.density
    length = hoist.bit_depth / PIECES
    tension, pipe_torque, below = -hoist.weight, 0.0, 0.0
    collar_torque = assembly.stabiliser_torque
    inclination = on_path(job, INCLINATION, hoist.bit_depth)
    azimuth = on_path(job, AZIMUTH, hoist.bit_depth)
    for piece in range(PIECES):
        depth = hoist.bit_depth - (piece + 1) * length
        upper = on_path(job, INCLINATION, depth)
        bearing = on_path(job, AZIMUTH, depth)
        reached = weight_below(assembly, density, (piece + 1) * length)
        weight, below = (reached - below) * (1.0 - hoist.parted), reached
        outer = assembly.outer[part_at(assembly, (piece + 0.5) * length)]
        mean = (inclination + upper) / 2
        pressing = side_force(tension, weight, mean, upper - inclination, bearing - azimuth)
        pressing += job.surroundings.tortuosity * weight
        share = axial_share(rising, turning, outer)
        friction = friction_at(job, mud, depth, more_drag)
        tension = tension_above(tension, weight, mean, friction * share * pressing)
        torque = friction_torque(friction * sqrt(1.0 - share**2), pressing, outer)
        if (piece + 0.5) * length < assembly.collars_length:
            collar_torque += torque
        else:
            pipe_torque += torque
        inclination, azimuth = upper, bearing
    hoist.tension = max(tension, 0.0)
    hoist.string_torque, hoist.collar_torque = pipe_torque, collar_torque
