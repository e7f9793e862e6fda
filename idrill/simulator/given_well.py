"""Wells that are given: profile, formations, casing and string as far as they are known."""

from numpy.random import Generator

from idrill import wells
from idrill.errors import InvalidSimulation
from idrill.simulator.crew import Crew
from idrill.simulator.formation import draw_formation
from idrill.simulator.path import path_of
from idrill.simulator.pressures import draw_pressures
from idrill.simulator.well_plan import HOLE_SIZES, PlannedHole, WellPlan, hole_sections
from idrill.wells import Well

HOLED = ("casing", "conductor", "liner", "hole")
"""Kinds of section that a hole was drilled for; not risers, not tubing."""


def from_well(well: Well, crew: Crew, random: Generator) -> WellPlan:
    """A real well as its records tell it; what they leave out is drawn.

    A casing or a liner stands in a hole of the smallest usual size that leaves it room; the hole of
    an open section is its own. Where the records end at the last casing, the largest usual hole
    that passes it is drilled below. Lithologies come from the formations met. The first hole is
    drilled from the sea floor, or the ground, with a riser or a conductor in place.

    Args:
        well: Trajectory, sections, formations and strings, as far as they are known.
        crew: Who drills it.
        random: Where the rest comes from.

    Raises:
        InvalidSimulation: If the records hold no section of casing, liner or open hole, or what
            cannot be; the message names the field.
    """
    water, air_gap = well.water_depth or 0.0, well.air_gap or 0.0
    string = max(well.strings, key=lambda one: len(one.components), default=None)
    drilled = [one for one in well.sections if any(kind in one.kind.lower() for kind in HOLED)]
    for section in drilled:
        _check(section, well.id)
    # A casing of two wall thicknesses is two sections in one hole.
    holes = {_hole_of(one): one for one in sorted(drilled, key=lambda one: one.bottom)}
    plans = [
        PlannedHole(size, one.bottom, string, None if _open(one) else one.inner_diameter)
        for size, one in holes.items()
    ]
    if not plans:
        raise InvalidSimulation(f"well {well.id}: sections: the records hold no hole to drill")
    if not any(_open(section) for section in drilled):
        plans.append(_below(plans[-1], well))
    bottom = plans[-1].bottom
    pressures = draw_pressures(water, air_gap, random)
    path = path_of(well.trajectory, bottom)
    sections = hole_sections(plans, (water + air_gap, False), (path, pressures), crew, random)
    formation = draw_formation(bottom + 1.0, pressures, random, well.formations)
    return WellPlan(well.id, well.trajectory, formation, sections, start=water + air_gap)


def _check(section: wells.Section, well: str) -> None:
    what = f"well {well}: sections: {section.kind} to {section.bottom} m"
    inner, outer = section.inner_diameter, section.outer_diameter
    if not section.top < section.bottom:
        raise InvalidSimulation(f"{what}: top {section.top} m is not above it")
    if not (inner or outer):
        raise InvalidSimulation(f"{what}: neither inner_diameter nor outer_diameter is known")
    if inner and outer and not inner < outer:
        raise InvalidSimulation(
            f"{what}: inner_diameter {inner} m does not fit into outer_diameter {outer} m"
        )


def _open(section: wells.Section) -> bool:
    return "hole" in section.kind.lower()


def _hole_of(section: wells.Section) -> float:
    outside = section.outer_diameter or section.inner_diameter or 0.0
    if _open(section):
        return section.inner_diameter or outside
    return next((size for size in HOLE_SIZES if size > 1.1 * outside), 1.25 * outside)


def _below(last: PlannedHole, well: Well) -> PlannedHole:
    passing = (size for size in HOLE_SIZES if size < last.inside)
    diameter = max(passing, default=0.98 * last.inside)
    deepest = max((one.measured_depth for one in well.trajectory), default=0.0)
    return PlannedHole(diameter, max(deepest, last.bottom + 1_000.0), last.string)
