"""Wells to be drilled: where they go, in which sections, through what, with what.

A plan is drawn, or made from the records of a real well; what those leave out is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi

import numpy as np
from numpy.random import Generator

from idrill import wells
from idrill.errors import InvalidSimulation
from idrill.simulator.bits import DrawnBit, draw_bit
from idrill.simulator.crew import Crew, SetPoints, draw_set_points
from idrill.simulator.distributions import LogUniform, Uniform
from idrill.simulator.drill_strings import DrillString, draw_string, string_of
from idrill.simulator.formation import Formation, draw_formation
from idrill.simulator.mud import OVERBALANCE, SPUD_DENSITY, Mud, draw_mud
from idrill.simulator.path import Path, path_of
from idrill.simulator.pressures import Pressures, draw_pressures
from idrill.units import GRAVITY
from idrill.wells import Station, Well

HOLE_SIZES = (0.2159, 0.3112, 0.4445, 0.6604)
"""8½, 12¼, 17½ and 26 in [m]."""
CASING_BORES = {0.3112: 0.2205, 0.4445: 0.3153, 0.6604: 0.4858}
"""Of the casing that is run into a hole: 9⅝, 13⅜ and 20 in [m]."""
BOTTOMS = ((0.4445, 0.30), (0.3112, 0.75), (0.2159, 1.0))
"""Hole sizes of a drawn well and the share of its depth that each reaches [e]."""

DEPTH = LogUniform(2_000.0, 4_500.0)
"""Of a well, along the hole [m] [e]."""
INCLINATION = Uniform(0.0, 70.0 * pi / 180)
"""That it is built to [rad] [e]."""
BUILD_RATE = Uniform(2.0 / 30 * pi / 180, 3.5 / 30 * pi / 180)
"""2 to 3.5° per 30 m [rad/m] [e]."""
KICK_OFF = Uniform(0.12, 0.35)
"""Share of the depth where building begins [-] [e]."""
OFFSHORE = 0.6
"""Share of the wells [-] [e]."""
RISERLESS = 0.5
"""Share of the wells off shore whose top section has no riser [-] [e]."""
CASED_FRICTION = Uniform(0.12, 0.25)
OPEN_FRICTION = Uniform(0.18, 0.35)
"""Of the string on the wall [-]; Johancsik et al. (1984) found 0.25 to 0.4."""


@dataclass(frozen=True, slots=True)
class HoleSection:
    """A stretch of hole drilled with one size, one mud and one string."""

    bottom: float
    """Measured depth [m]."""
    diameter: float
    """[m]"""
    casing_bottom: float
    """Of the casing or riser above, through which it is drilled [m]."""
    casing_diameter: float
    """Its inside [m]."""
    riser: bool
    """Whether the mud comes back to the rig."""
    mud: Mud
    string: DrillString
    bit: DrawnBit
    set_points: SetPoints
    cased_friction: float
    open_friction: float

    def __post_init__(self) -> None:
        if not self.diameter > 0.0:
            raise InvalidSimulation(f"section: diameter is {self.diameter} m")
        if not self.bit.bit.diameter <= self.diameter:
            raise InvalidSimulation(
                f"section: bit diameter {self.bit.bit.diameter} m is larger than the hole, "
                f"{self.diameter} m"
            )
        if self.casing_bottom > 0.0 and not self.bit.bit.diameter < self.casing_diameter:
            raise InvalidSimulation(
                f"section: bit diameter {self.bit.bit.diameter} m does not pass the casing, "
                f"{self.casing_diameter} m"
            )
        for name in ("pipe", "heavy", "collars"):
            if not getattr(self.string, name).outer_diameter < self.diameter:
                raise InvalidSimulation(f"section: {name} is wider than the hole")


@dataclass(frozen=True, slots=True)
class WellPlan:
    """A well to be drilled, from `start` to the bottom of its last section."""

    id: str
    stations: tuple[Station, ...]
    formation: Formation
    sections: tuple[HoleSection, ...]
    start: float = 0.0
    """Depth of the hole when the simulation begins [m]."""

    def __post_init__(self) -> None:
        if not self.sections:
            raise InvalidSimulation("well: sections: there must be at least one")
        if any(below.bottom <= above.bottom for above, below in pairwise(self.sections)):
            raise InvalidSimulation("well: sections must go from top to bottom")
        if not 0.0 <= self.start < self.bottom:
            raise InvalidSimulation(
                f"well: start {self.start} m does not lie above the bottom, {self.bottom} m"
            )

    @property
    def bottom(self) -> float:
        """Measured depth [m]."""
        return self.sections[-1].bottom

    def path(self) -> Path:
        """Where the hole goes, down to its bottom and a little beyond."""
        return path_of(self.stations, self.bottom)

    def section_at(self, depth: float) -> HoleSection:
        """The section that a depth lies in; the last one below the bottom.

        Args:
            depth: Measured [m].
        """
        inside = (section for section in self.sections if depth < section.bottom)
        return next(inside, self.sections[-1])


def draw_well(name: str, crew: Crew, random: Generator) -> WellPlan:
    """A well of three sections, to be drilled from the mud line or from the ground.

    Args:
        name: What it is called.
        crew: Who drills it, and chooses the set-points.
        random: Where the numbers come from.
    """
    depth = DEPTH.draw(random)
    stations = _stations(depth, random)
    offshore = random.random() < OFFSHORE
    water = Uniform(60.0, 350.0).draw(random) if offshore else 0.0
    air_gap = Uniform(8.0, 40.0).draw(random)
    pressures = draw_pressures(water, air_gap, random)
    plans = [_Planned(diameter, share * depth) for diameter, share in BOTTOMS]
    without_riser = offshore and random.random() < RISERLESS
    path = path_of(stations, depth)
    sections = _sections(plans, (water + air_gap, without_riser), (path, pressures), crew, random)
    formation = draw_formation(depth + 1.0, pressures, random)
    return WellPlan(wells.well_id(name), stations, formation, sections, start=water + air_gap)


@dataclass(frozen=True, slots=True)
class _Planned:
    diameter: float
    bottom: float
    string: wells.DrillString | None = None


def from_well(well: Well, crew: Crew, random: Generator) -> WellPlan:
    """A real well as its records tell it; what they leave out is drawn.

    A casing or a liner stands in a hole of the smallest usual size that leaves it room; the hole of
    an open section is its own. Where the records end at the last casing, the next smaller hole is
    drilled below it. Lithologies come from the formations met.

    Args:
        well: Trajectory, sections, formations and strings, as far as they are known.
        crew: Who drills it.
        random: Where the rest comes from.

    Raises:
        InvalidSimulation: If the records hold no section of casing, liner or open hole.
    """
    water, air_gap = well.water_depth or 0.0, well.air_gap or 0.0
    string = max(well.strings, key=lambda one: len(one.components), default=None)
    plans = [
        _Planned(_hole_of(section), section.bottom, string)
        for section in sorted(well.sections, key=lambda one: one.bottom)
        if "riser" not in section.kind
    ]
    if not plans:
        raise InvalidSimulation(f"well {well.id}: sections: the records hold no hole to drill")
    if not any("hole" in section.kind for section in well.sections):
        plans.append(_below(plans[-1], well))
    bottom = plans[-1].bottom
    pressures = draw_pressures(water, air_gap, random)
    path = path_of(well.trajectory, bottom)
    sections = _sections(plans, (water + air_gap, False), (path, pressures), crew, random)
    formation = draw_formation(bottom + 1.0, pressures, random, well.formations)
    start = min(water + air_gap, 0.5 * plans[0].bottom)
    return WellPlan(well.id, well.trajectory, formation, sections, start)


def _hole_of(section: wells.Section) -> float:
    if "hole" in section.kind and section.inner_diameter:
        return section.inner_diameter
    outside = section.outer_diameter or section.inner_diameter or 0.0
    return next((size for size in HOLE_SIZES if size > 1.1 * outside), 1.25 * outside)


def _below(last: _Planned, well: Well) -> _Planned:
    smaller = max((size for size in HOLE_SIZES if size < 0.8 * last.diameter), default=None)
    deepest = max((one.measured_depth for one in well.trajectory), default=0.0)
    diameter = smaller or 0.7 * last.diameter
    return _Planned(diameter, max(deepest, last.bottom + 1_000.0), last.string)


def _stations(depth: float, random: Generator) -> tuple[Station, ...]:
    """Vertical, built to an inclination, held."""
    kick_off = KICK_OFF.draw(random) * depth
    inclination, azimuth = INCLINATION.draw(random), random.uniform(0.0, 2 * pi)
    length = min(inclination / BUILD_RATE.draw(random), 0.8 * (depth - kick_off))
    return (
        Station(kick_off, 0.0, azimuth),
        Station(kick_off + length, inclination, azimuth),
        Station(depth, inclination, azimuth),
    )


def _sections(
    plans: Sequence[_Planned],
    top: tuple[float, bool],
    surroundings: tuple[Path, Pressures],
    crew: Crew,
    random: Generator,
) -> tuple[HoleSection, ...]:
    """The planned holes with mud, string and bit; the first one may lack a riser."""
    conductor, without_riser = top
    casing_bottom, casing = conductor, 1.5 * plans[0].diameter
    sections = []
    for plan in plans:
        density = (
            SPUD_DENSITY.draw(random) if without_riser else _density(plan, surroundings, random)
        )
        string = draw_string(plan.diameter, random)
        if plan.string is not None:
            string = string_of(plan.string, plan.diameter, random)
        points = draw_set_points(crew, plan.diameter, string.pipe.outer_diameter, random)
        sections.append(
            HoleSection(
                bottom=plan.bottom,
                diameter=plan.diameter,
                casing_bottom=casing_bottom,
                casing_diameter=casing,
                riser=not without_riser,
                mud=draw_mud(random, density),
                string=string,
                bit=draw_bit(plan.diameter, points.flow, random),
                set_points=points,
                cased_friction=CASED_FRICTION.draw(random),
                open_friction=OPEN_FRICTION.draw(random),
            )
        )
        casing_bottom, without_riser = plan.bottom, False
        casing = CASING_BORES.get(plan.diameter, 0.72 * plan.diameter)
    return tuple(sections)


def _density(plan: _Planned, surroundings: tuple[Path, Pressures], random: Generator) -> float:
    """Of a mud that holds the highest pore pressure of the section back, as density [kg/m³]."""
    path, pressures = surroundings
    depth = float(path.vertical_depth[round(plan.bottom / path.spacing)])
    held = float(pressures.pore(np.array([depth]))[0]) / (GRAVITY * depth)
    return held + OVERBALANCE.draw(random)
