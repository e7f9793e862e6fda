"""Wells: where they go, what holds them open, what they drill through, who drilled them when.

What a person says of a well is checked by `idrill.well_profiles`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from math import pi

from idrill.errors import InvalidName
from idrill.units import GRAVITY

STEEL_DENSITY = 7850.0
"""Density of drill-string steel [kg/m³]."""

_FOREIGN = re.compile(r"[^A-Z0-9]+")


def well_id(name: str) -> str:
    """The identifier of the well called `name`: capitals and digits, joined by `-`.

    Raises:
        InvalidName: If the name holds no letter and no digit.

    Example:
        >>> well_id("NO 15/9-F-7"), well_id("58-32")
        ('NO-15-9-F-7', '58-32')
    """
    identifier = _FOREIGN.sub("-", name.upper()).strip("-")[:64]
    if not identifier:
        raise InvalidName(f"{name!r} cannot name a well: it holds no letter and no digit")
    return identifier


@dataclass(frozen=True, slots=True)
class Section:
    """One stretch of casing, liner, riser or open hole."""

    kind: str
    top: float
    """Measured depth where it begins [m]."""
    bottom: float
    inner_diameter: float | None = None
    """Inside of the pipe, or the hole itself [m]."""
    outer_diameter: float | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """One survey of the well's direction."""

    measured_depth: float
    """[m]"""
    inclination: float
    """From the vertical [rad]."""
    azimuth: float
    """From north [rad]."""
    vertical_depth: float | None = None
    """[m]"""


@dataclass(frozen=True, slots=True)
class Formation:
    """One rock layer as prognosed or met."""

    name: str
    top: float
    """Measured depth where it begins [m]."""
    lithology: str | None = None
    bottom: float | None = None
    """Measured depth where it ends [m]; None: where the next one begins."""
    pore_density: float | None = None
    """Mud density that balances the fluid in its pores [kg/m³]."""
    fracture_density: float | None = None
    """Mud density that breaks it [kg/m³]."""


@dataclass(frozen=True, slots=True)
class Casing:
    """A string of casing or liner, cemented in."""

    kind: str
    top: float
    """Measured depth where it hangs [m]."""
    bottom: float
    """Measured depth of its shoe [m]."""
    inner_diameter: float
    """[m]"""
    outer_diameter: float
    """[m]"""


@dataclass(frozen=True, slots=True)
class Mud:
    """The mud that a stretch of the well is drilled with."""

    kind: str
    top: float
    """[m]"""
    bottom: float
    """[m]"""
    density: float
    """[kg/m³]"""
    plastic_viscosity: float | None = None
    """[Pa·s]"""
    yield_point: float | None = None
    """[Pa]"""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a channel may be set to in a stretch of the well."""

    channel: str
    top: float
    """[m]"""
    bottom: float
    """[m]"""
    low: float | None = None
    """In the channel's unit."""
    high: float | None = None
    """In the channel's unit."""


@dataclass(frozen=True, slots=True)
class StringComponent:
    """One part of a drill string, counted from the bit upwards."""

    sequence: int
    kind: str
    length: float
    """[m]"""
    outer_diameter: float | None = None
    """[m]"""
    inner_diameter: float | None = None
    linear_mass: float | None = None
    """Mass per length as its maker states it [kg/m]."""

    @property
    def weight(self) -> float | None:
        """Weight in air [kN], from the stated linear mass or else from the steel's volume.

        Example:
            >>> pipe = StringComponent(1, "drill pipe", 100.0, 0.127, 0.1086)
            >>> round(pipe.weight, 2)
            26.21
        """
        mass = self.linear_mass
        if mass is None and self.outer_diameter and self.inner_diameter is not None:
            mass = STEEL_DENSITY * pi / 4 * (self.outer_diameter**2 - self.inner_diameter**2)
        return None if mass is None else mass * self.length * GRAVITY / 1e3


@dataclass(frozen=True, slots=True)
class DrillString:
    """What hung in the hole."""

    name: str
    components: tuple[StringComponent, ...]

    @property
    def length(self) -> float:
        """Total length [m]."""
        return sum(component.length for component in self.components)

    @property
    def weight(self) -> float | None:
        """Weight in air [kN]; None where a component's weight is unknown."""
        weights = [component.weight for component in self.components]
        known = [weight for weight in weights if weight is not None]
        return sum(known) if weights and len(known) == len(weights) else None

    def buoyed_weight(self, mud_density: float) -> float | None:
        """Weight in mud [kN].

        Args:
            mud_density: [kg/m³]
        """
        return None if self.weight is None else self.weight * (1 - mud_density / STEEL_DENSITY)


@dataclass(frozen=True, slots=True)
class Well:
    """A well, or one wellbore of it, and everything known about its geometry."""

    id: str
    name: str
    field: str | None = None
    operator: str | None = None
    water_depth: float | None = None
    """[m]"""
    air_gap: float | None = None
    """Rotary table above sea level [m]."""
    sections: tuple[Section, ...] = ()
    trajectory: tuple[Station, ...] = ()
    formations: tuple[Formation, ...] = ()
    strings: tuple[DrillString, ...] = ()
    total_depth: float | None = None
    """Measured depth where it ends, or is to end [m]."""
    rig_id: str | None = None
    """The rig that is to drill it."""
    casing: tuple[Casing, ...] = ()
    muds: tuple[Mud, ...] = ()
    limits: tuple[Limit, ...] = ()

    def hole_diameter(self, measured_depth: float) -> float | None:
        """Inside diameter at a depth [m].

        Of nested sections the narrowest counts; where there is none, the narrowest casing.

        Args:
            measured_depth: [m]
        """
        for parts in (self.sections, self.casing):
            inside = [
                part.inner_diameter
                for part in parts
                if part.inner_diameter and part.top <= measured_depth <= part.bottom
            ]
            if inside:
                return min(inside)
        return None


@dataclass(frozen=True, slots=True)
class DrillingSession:
    """A rig drilled a well from one instant to another."""

    rig_id: str
    well_id: str
    start: datetime
    end: datetime | None = None
    """None while it goes on."""
