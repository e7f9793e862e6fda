"""Wells to be drilled: where they go, in which sections, through what, with what.

Here a plan is drawn; `given_well.py` makes one from what is known of a well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, pi

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
from idrill.wells import Station

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
        for name in ("bottom", "diameter", "cased_friction", "open_friction"):
            if not getattr(self, name) > 0.0:
                raise InvalidSimulation(f"section: {name} is {getattr(self, name)}")
        if not 0.0 <= self.casing_bottom < self.bottom:
            raise InvalidSimulation(
                f"section: casing_bottom {self.casing_bottom} m does not lie above the bottom of "
                f"the hole, {self.bottom} m"
            )
        bit = self.bit.bit.diameter
        if not bit <= self.diameter:
            raise InvalidSimulation(
                f"section: bit diameter {bit} m is larger than the hole, {self.diameter} m"
            )
        if not bit < self.room:
            raise InvalidSimulation(
                f"section: bit diameter {bit} m does not pass the casing, {self.room} m"
            )
        for name in ("pipe", "heavy", "collars"):
            outside = getattr(self.string, name).outer_diameter
            if not outside < min(self.diameter, self.room):
                raise InvalidSimulation(
                    f"section: {name}: outer_diameter {outside} m is wider than the hole"
                )

    @property
    def room(self) -> float:
        """Inside of the casing above, without end where there is none [m]."""
        return self.casing_diameter if self.casing_bottom > 0.0 else inf


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
        for above, below in pairwise(self.sections):
            if below.diameter > above.diameter:
                raise InvalidSimulation(
                    f"well: sections: a hole of {below.diameter} m does not fit below one of "
                    f"{above.diameter} m"
                )
            if below.casing_bottom > above.bottom:
                raise InvalidSimulation(
                    f"well: sections: casing_bottom {below.casing_bottom} m is deeper than the "
                    f"hole above, {above.bottom} m"
                )
        self._check_start()
        self.path()

    def _check_start(self) -> None:
        if not 0.0 <= self.start < self.bottom:
            raise InvalidSimulation(
                f"well: start {self.start} m does not lie above the bottom, {self.bottom} m"
            )
        shoe = self.section_at(self.start).casing_bottom
        if self.start < shoe:
            raise InvalidSimulation(
                f"well: start {self.start} m lies inside the casing, which ends at {shoe} m"
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
    plans = [PlannedHole(diameter, share * depth) for diameter, share in BOTTOMS]
    without_riser = offshore and random.random() < RISERLESS
    path = path_of(stations, depth)
    sections = hole_sections(
        plans, (water + air_gap, without_riser), (path, pressures), crew, random
    )
    formation = draw_formation(depth + 1.0, pressures, random)
    return WellPlan(wells.well_id(name), stations, formation, sections, start=water + air_gap)


@dataclass(frozen=True, slots=True)
class PlannedHole:
    """A hole to be drilled, before anyone has chosen what with."""

    diameter: float
    """[m]"""
    bottom: float
    """Measured depth [m]."""
    string: wells.DrillString | None = None
    """That hangs in it; drawn unless given."""
    bore: float | None = None
    """Inside of the casing that is run into it; as is usual unless given [m]."""

    @property
    def inside(self) -> float:
        """Of the casing that is run into it [m]."""
        return self.bore or CASING_BORES.get(self.diameter, 0.72 * self.diameter)


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


def hole_sections(
    plans: Sequence[PlannedHole],
    top: tuple[float, bool],
    surroundings: tuple[Path, Pressures],
    crew: Crew,
    random: Generator,
) -> tuple[HoleSection, ...]:
    """The planned holes with mud, string and bit.

    Args:
        plans: From top to bottom.
        top: Depth of sea floor or ground [m], and whether the first hole lacks a riser.
        surroundings: Where the holes go, and what the pores hold there.
        crew: Who drills, and chooses the set-points.
        random: Where the rest comes from.
    """
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
        casing = plan.inside
    return tuple(sections)


def _density(plan: PlannedHole, surroundings: tuple[Path, Pressures], random: Generator) -> float:
    """Of a mud that holds the highest pore pressure of the section back, as density [kg/m³]."""
    path, pressures = surroundings
    depth = float(path.vertical_depth[round(plan.bottom / path.spacing)])
    held = float(pressures.pore(np.array([depth]))[0]) / (GRAVITY * depth)
    return held + OVERBALANCE.draw(random)
