"""Drill strings: pipe, heavy pipe and collars above a bit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi

from numpy.random import Generator

from idrill import wells
from idrill.errors import InvalidSimulation
from idrill.physics.vibration import Collars
from idrill.simulator.distributions import LogUniform, Uniform
from idrill.simulator.possible import require_above_zero
from idrill.units import GRAVITY
from idrill.wells import STEEL_DENSITY

SHEAR_MODULUS = 79.3e9
"""Of steel [Pa]."""
YOUNGS_MODULUS = 207e9
"""Of steel [Pa]."""


@dataclass(frozen=True, slots=True)
class Pipe:
    """A stretch of equal pipe."""

    length: float
    """[m]"""
    outer_diameter: float
    """[m]"""
    inner_diameter: float
    """[m]"""
    linear_mass: float
    """With tool joints [kg/m]."""

    def __post_init__(self) -> None:
        if not self.length >= 0.0:
            raise InvalidSimulation(f"pipe: length is {self.length} m")
        if not 0.0 < self.inner_diameter < self.outer_diameter:
            raise InvalidSimulation(
                f"pipe: inner_diameter {self.inner_diameter} m does not fit into outer_diameter "
                f"{self.outer_diameter} m"
            )
        if not self.linear_mass > 0.0:
            raise InvalidSimulation(f"pipe: linear_mass is {self.linear_mass} kg/m")

    @property
    def polar_moment(self) -> float:
        """Of the cross-section [m⁴]."""
        return pi / 32 * (self.outer_diameter**4 - self.inner_diameter**4)

    @property
    def rigidity(self) -> float:
        """Shear modulus times polar moment, GJ [N·m²].

        Example:
            >>> round(Pipe(1.0, 0.127, 0.1086, 31.9).rigidity / 1e5, 2)
            9.42
        """
        return SHEAR_MODULUS * self.polar_moment

    @property
    def inertia(self) -> float:
        """About its axis [kg·m²]."""
        return STEEL_DENSITY * self.polar_moment * self.length

    @property
    def outer_area(self) -> float:
        """What its outside displaces per length [m²]."""
        return pi / 4 * self.outer_diameter**2


@dataclass(frozen=True, slots=True)
class DrillString:
    """Pipe down to the heavy pipe, heavy pipe, collars."""

    pipe: Pipe
    """Its length is what the depth asks for; the length here is not used."""
    heavy: Pipe
    collars: Pipe
    stabiliser_spacing: float
    """Between the lowest two stabilisers [m]."""
    eccentricity: float
    """Of the collars' centre of mass [m]."""
    bending_damping: float
    """Ratio [-]."""
    whirl_band: float
    """Half width of a speed band with whirl, as a fraction [-]."""
    rotation_damping: float
    """Of the bottom-hole assembly, in the mud [N·m·s/rad]."""
    stabiliser_torque: float
    """Friction of turning stabilisers, whatever the string weighs on them [N·m]."""
    downhole_pressure_drop: float
    """Of motor and measuring tools at `reference_flow` in water [Pa]; it goes with density and flow
    squared."""
    reference_flow: float
    """[m³/s]"""

    def __post_init__(self) -> None:
        require_above_zero("string", self, "stabiliser_spacing", "reference_flow")

    @property
    def bottom_inertia(self) -> float:
        """Of the collars and a third of the heavy pipe [kg·m²]."""
        return self.collars.inertia + self.heavy.inertia / 3

    def span(self, mud_density: float) -> Collars:
        """The lowest span of collars, with the mud inside and as much again as they displace.

        Args:
            mud_density: [kg/m³]
        """
        bore = pi / 4 * self.collars.inner_diameter**2
        carried = mud_density * (bore + self.collars.outer_area)
        return Collars(
            length=self.stabiliser_spacing,
            bending_stiffness=YOUNGS_MODULUS * self.collars.polar_moment / 2,
            linear_mass=self.collars.linear_mass + carried,
            diameter=self.collars.outer_diameter,
            eccentricity=self.eccentricity,
            damping_ratio=self.bending_damping,
            band=self.whirl_band,
        )


def _steel(length: float, outer: float, inner: float) -> Pipe:
    area = pi / 4 * (outer**2 - inner**2)
    return Pipe(length, outer, inner, STEEL_DENSITY * area)


DRILL_PIPES = (
    # API 5DP sizes with adjusted mass: 5 in 19.5 lb/ft, 5½ in 21.9, 5⅞ in 23.4
    Pipe(1.0, 0.1270, 0.1086, 32.6),
    Pipe(1.0, 0.1397, 0.1214, 36.2),
    Pipe(1.0, 0.1492, 0.1310, 39.0),
)
HEAVY_PIPE = Pipe(1.0, 0.1270, 0.0762, 73.4)
"""5 in outside, 3 in inside, 49.3 lb/ft."""
SLIM = 1.5
"""Hole by pipe diameter below which the annulus costs too much pressure [-] [e]."""
COLLARS = ((0.165, 0.071), (0.203, 0.076), (0.241, 0.076))
"""6½, 8 and 9½ in: outside and bore [m]."""


def draw_string(hole_diameter: float, random: Generator) -> DrillString:
    """A string that fits a hole; lengths and the rest [e].

    Args:
        hole_diameter: [m]
        random: Where the numbers come from.

    Raises:
        InvalidSimulation: If no collars fit into the hole.
    """
    fitting = [sizes for sizes in COLLARS if sizes[0] <= 0.82 * hole_diameter]
    if not fitting:
        raise InvalidSimulation(f"hole: diameter {hole_diameter} m is too small for any collars")
    pipe = DRILL_PIPES[random.integers(len(DRILL_PIPES))]
    return DrillString(
        pipe if hole_diameter > SLIM * pipe.outer_diameter else DRILL_PIPES[0],
        replace(HEAVY_PIPE, length=Uniform(60.0, 160.0).draw(random)),
        _steel(Uniform(60.0, 160.0).draw(random), *fitting[-1]),
        stabiliser_spacing=Uniform(9.0, 18.0).draw(random),
        eccentricity=LogUniform(1e-3, 5e-3).draw(random),
        bending_damping=Uniform(0.05, 0.15).draw(random),
        whirl_band=Uniform(0.03, 0.09).draw(random),
        rotation_damping=LogUniform(40.0, 75.0).draw(random),
        stabiliser_torque=Uniform(1.5e3, 3e3).draw(random),
        downhole_pressure_drop=Uniform(1e6, 4e6).draw(random),
        reference_flow=0.055,
    )


def string_of(
    components: wells.DrillString, hole_diameter: float, random: Generator
) -> DrillString:
    """A string as a well's records describe it; what they leave out is drawn.

    Args:
        components: From the bit upwards.
        hole_diameter: [m]
        random: Where the rest comes from.
    """
    drawn = draw_string(hole_diameter, random)
    found: dict[str, list[wells.StringComponent]] = {"pipe": [], "heavy": [], "collars": []}
    for part in components.components:
        name = _place(part.kind.lower())
        if name is not None and _whole(part):
            found[name].append(part)
    pipe, heavy, collars = (_joined(found[name]) for name in ("pipe", "heavy", "collars"))
    return replace(
        drawn,
        pipe=pipe or drawn.pipe,
        heavy=heavy or drawn.heavy,
        collars=collars or drawn.collars,
    )


def _place(kind: str) -> str | None:
    """What a component counts as, from what WITSML calls it."""
    if "collar" in kind:
        return "collars"
    if "heavy" in kind:
        return "heavy"
    return "pipe" if kind == "drill pipe" else None


def _whole(part: wells.StringComponent) -> bool:
    return bool(part.outer_diameter and part.inner_diameter and part.length > 0.0)


def _joined(parts: Sequence[wells.StringComponent]) -> Pipe | None:
    """The parts as one pipe: the longest part's diameters, all their length and mass."""
    if not parts:
        return None
    main = max(parts, key=lambda part: part.length)
    length = sum(part.length for part in parts)
    mass = sum((part.weight or 0.0) * 1e3 / GRAVITY for part in parts)
    return Pipe(length, main.outer_diameter or 0.0, main.inner_diameter or 0.0, mass / length)
