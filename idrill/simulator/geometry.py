"""Volumes of hole and string, by depth."""

from math import pi

from idrill.physics.compiled import compiled
from idrill.simulator.parameters import Assembly, Hole, Job


@compiled
def circle(diameter: float) -> float:
    """Area of a circle [m²].

    Example:
        >>> round(circle(2.0), 6)
        3.141593
    """
    return pi / 4 * diameter**2


@compiled
def hole_volume(hole: Hole, depth: float) -> float:
    """Of casing and open hole from the top of the mud down to a depth [m³]."""
    cased = max(min(hole.casing_bottom, depth) - hole.top, 0.0)
    uncased = max(depth - max(hole.casing_bottom, hole.top), 0.0)
    return cased * circle(hole.casing_diameter) + uncased * circle(hole.diameter)


@compiled
def length_of(assembly: Assembly, part: int, depth: float) -> float:
    """Of collars (0), heavy pipe (1) or pipe (2) that hangs in a hole down to the bit [m]."""
    collars = min(assembly.collars_length, depth)
    heavy = min(assembly.heavy_length, depth - collars)
    if part == 0:
        return collars
    return heavy if part == 1 else depth - collars - heavy


@compiled
def string_bore(assembly: Assembly, depth: float) -> float:
    """Volume inside a string with the bit at a depth [m³]."""
    volume = 0.0
    for part in range(3):
        volume += length_of(assembly, part, depth) * circle(assembly.inner[part])
    return volume


@compiled
def string_bulk(assembly: Assembly, depth: float, top: float) -> float:
    """Volume that a string fills below `top`, bore and all [m³]."""
    left, volume = max(depth - top, 0.0), 0.0
    for part in range(3):
        length = min(length_of(assembly, part, depth), left)
        left -= length
        volume += length * circle(assembly.outer[part])
    return volume


@compiled
def annulus_capacity(hole: Hole, assembly: Assembly, hole_depth: float, bit_depth: float) -> float:
    """Volume of the hole that the string leaves free [m³]."""
    return hole_volume(hole, hole_depth) - string_bulk(assembly, bit_depth, hole.top)


@compiled
def on_path(job: Job, row: int, depth: float) -> float:
    """A property of the path at a depth, between its steps."""
    values = job.path[row]
    place = max(depth, 0.0) / job.hole.path_spacing
    step = min(int(place), len(values) - 2)
    share = min(place - step, 1.0)
    return float(values[step] + share * (values[step + 1] - values[step]))
