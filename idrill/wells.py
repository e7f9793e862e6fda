"""Wells: where they go, what holds them open, what they drill through, who drilled them when."""

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

    def hole_diameter(self, measured_depth: float) -> float | None:
        """Inside diameter at a depth [m]; of nested sections the narrowest counts.

        Args:
            measured_depth: [m]
        """
        inside = [
            section.inner_diameter
            for section in self.sections
            if section.inner_diameter and section.top <= measured_depth <= section.bottom
        ]
        return min(inside) if inside else None


@dataclass(frozen=True, slots=True)
class DrillingSession:
    """A rig drilled a well from one instant to another."""

    rig_id: str
    well_id: str
    start: datetime
    end: datetime | None = None
    """None while it goes on."""
