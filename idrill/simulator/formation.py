"""Rock as a bit meets it: layers and hard stringers, by measured depth along the hole.

Median strengths of rock kinds lie within the ranges of E. Fjær et al., *Petroleum Related Rock
Mechanics* (2nd ed., 2008), app. A; the other figures are judgement [e]. Abrasiveness is drawn on
its own: a strong rock need not be an abrasive one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill import wells
from idrill.errors import InvalidSimulation
from idrill.physics.cutting import Rock
from idrill.simulator.distributions import LogNormal, LogUniform, Uniform
from idrill.simulator.pressures import Pressures

Array = NDArray[np.float64]

WEAKEST, STRONGEST = 20e6, 200e6
"""Unconfined strengths that rock has here [Pa]."""

_DEGREE = pi / 180


@dataclass(frozen=True, slots=True)
class RockKind:
    """What layers of one lithology have in common."""

    name: str
    share: float
    """How often it is met, relative to the others [-]."""
    strength: LogNormal
    """Unconfined [Pa]."""
    friction_angle: Uniform
    """[rad]"""
    cleaning_energy: LogUniform
    """Hydraulic energy that clears a volume of cuttings: clays stick [Pa]."""


def _kind(
    name: str, share: float, strength: float, angles: tuple[float, float], sticky: float
) -> RockKind:
    friction = Uniform(angles[0] * _DEGREE, angles[1] * _DEGREE)
    cleaning = LogUniform(0.5 * sticky, 2.0 * sticky)
    return RockKind(name, share, LogNormal(strength, 0.25), friction, cleaning)


KINDS = (
    # name, share, median strength [Pa], friction angles [°], median cleaning energy [Pa]
    _kind("claystone", 3.0, 28e6, (15, 25), 250e6),
    _kind("shale", 3.0, 45e6, (18, 30), 180e6),
    _kind("siltstone", 1.5, 55e6, (25, 35), 100e6),
    _kind("sandstone", 2.0, 60e6, (30, 42), 60e6),
    _kind("marl", 1.0, 40e6, (20, 30), 180e6),
    _kind("chalk", 1.0, 32e6, (25, 35), 80e6),
    _kind("limestone", 1.5, 90e6, (32, 42), 60e6),
    _kind("dolomite", 0.5, 120e6, (35, 44), 60e6),
    _kind("anhydrite", 0.5, 100e6, (30, 40), 80e6),
)

STRINGER = _kind("stringer", 0.0, 140e6, (35, 44), 60e6)
"""Thin, hard, cemented."""

THICKNESS = LogUniform(5.0, 150.0)
"""Of a layer [m]."""
STRINGER_THICKNESS = Uniform(0.2, 2.0)
"""[m]"""
STRINGERS = LogUniform(0.002, 0.02)
"""Stringers per length of hole, drawn for each layer [1/m] [e]."""
GRADUAL_SHARE = Uniform(0.2, 0.5)
"""Share of the boundaries that are no boundaries but gradual changes [-] [e]."""
TRANSITION = Uniform(2.0, 25.0)
"""Length of a gradual change [m] [e]."""
ABRASIVENESS = LogUniform(1.5e-11, 8e-11)
"""Whatever the strength [1/J]: the median bit lives some 60 h at 100 kN and two turns a second."""
BIT_FRICTION = Uniform(0.25, 0.7)
"""Of wear flats on rock; Detournay and Defourny (1992) found 0.3 to 1 with the bit constant [-]."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A stretch of one rock."""

    top: float
    """Measured depth where it begins [m]."""
    name: str
    rock: Rock
    transition: float = 0.0
    """Length over which the rock above turns into it; 0 at a sharp boundary [m]."""


@dataclass(frozen=True, slots=True)
class Stringer:
    """A thin hard bed inside a layer."""

    top: float
    """[m]"""
    thickness: float
    """[m]"""
    rock: Rock


class RockColumn(NamedTuple):
    """The rock along the hole, at even steps of measured depth from 0 (step)."""

    spacing: float
    """[m]"""
    unconfined_strength: Array
    """[Pa]"""
    friction_angle: Array
    """[rad]"""
    bit_friction: Array
    cleaning_energy: Array
    """[Pa]"""
    abrasiveness: Array
    """[1/J]"""


@dataclass(frozen=True, slots=True)
class Formation:
    """Everything below the rotary table, down to the well's end and beyond."""

    layers: tuple[Layer, ...]
    pressures: Pressures
    stringers: tuple[Stringer, ...] = ()

    def __post_init__(self) -> None:
        if not self.layers:
            raise InvalidSimulation("formation: layers: a well needs at least one")
        if any(below.top <= above.top for above, below in pairwise(self.layers)):
            raise InvalidSimulation("formation: layers must go from top to bottom")
        if any(below.top < above.top + above.transition for above, below in pairwise(self.layers)):
            raise InvalidSimulation("formation: a layer's transition must end inside it")
        rocks = [layer.rock for layer in self.layers] + [bed.rock for bed in self.stringers]
        for rock in rocks:
            for name in ("unconfined_strength", "cleaning_energy", "abrasiveness"):
                if not getattr(rock, name) > 0.0:
                    raise InvalidSimulation(f"formation: {name} must be above zero")
            if not 0.0 <= rock.friction_angle < pi / 2:
                raise InvalidSimulation("formation: friction_angle must lie from 0 to below pi / 2")

    def column(self, bottom: float, spacing: float = 0.1) -> RockColumn:
        """The rock along the hole, on a grid fine enough for stringers.

        Args:
            bottom: Measured depth that the column must reach [m].
            spacing: Of the grid [m].
        """
        depths: Array = spacing * np.arange(int(np.ceil(bottom / spacing)) + 2, dtype=np.float64)
        values = [self._along(depths, field) for field in range(len(Rock._fields))]
        for stringer in self.stringers:
            first, last = np.searchsorted(depths, [stringer.top, stringer.top + stringer.thickness])
            for along, value in zip(values, stringer.rock, strict=True):
                along[first:last] = value
        return RockColumn(spacing, *values)

    def _along(self, depths: Array, field: int) -> Array:
        """One property of the layers at the depths: steps, and ramps at gradual changes."""
        places, values = [0.0], [self.layers[0].rock[field]]
        for above, below in pairwise(self.layers):
            places += [below.top, below.top + below.transition]
            values += [above.rock[field], below.rock[field]]
        return np.interp(depths, places, values)


def draw_rock(kind: RockKind, random: Generator) -> Rock:
    """One rock of a kind."""
    strength = kind.strength.draw(random)
    while not WEAKEST <= strength <= STRONGEST:
        strength = kind.strength.draw(random)
    return Rock(
        unconfined_strength=strength,
        friction_angle=kind.friction_angle.draw(random),
        bit_friction=BIT_FRICTION.draw(random),
        cleaning_energy=kind.cleaning_energy.draw(random),
        abrasiveness=ABRASIVENESS.draw(random),
    )


def draw_formation(
    bottom: float,
    pressures: Pressures,
    random: Generator,
    tops: Sequence[wells.Formation] = (),
) -> Formation:
    """The rock under a rig.

    Args:
        bottom: Measured depth that it reaches at least [m].
        pressures: What it holds.
        random: Where the numbers come from.
        tops: Formations as a real well met them; their lithology is kept where it is known.

    Raises:
        InvalidSimulation: If the bottom is not below the rotary table.
    """
    if not bottom > 0.0:
        raise InvalidSimulation(f"formation: bottom is {bottom} m, nothing to drill")
    gradual = GRADUAL_SHARE.draw(random)
    layers = tuple(_layers(bottom, gradual, random, tops))
    ends = (*(layer.top for layer in layers[1:]), bottom)
    stringers = [
        stringer
        for layer, end in zip(layers, ends, strict=True)
        for stringer in _stringers(layer.top + layer.transition, end, random)
    ]
    return Formation(layers, pressures, tuple(stringers))


def _layers(
    bottom: float, gradual: float, random: Generator, tops: Sequence[wells.Formation]
) -> Iterator[Layer]:
    depth = 0.0
    while depth < bottom:
        kind = _lithology(depth, tops) or _any_kind(random)
        thickness = THICKNESS.draw(random)
        ends = [top.top for top in tops if depth < top.top < depth + thickness]
        length = min([*ends, depth + thickness]) - depth
        ramp = TRANSITION.draw(random) if random.random() < gradual else 0.0
        transition = min(ramp, 0.5 * length) if depth > 0.0 else 0.0
        yield Layer(depth, kind.name, draw_rock(kind, random), transition)
        depth += length


def _any_kind(random: Generator) -> RockKind:
    shares = np.array([kind.share for kind in KINDS])
    return KINDS[random.choice(len(KINDS), p=shares / shares.sum())]


def _lithology(depth: float, tops: Sequence[wells.Formation]) -> RockKind | None:
    """The kind that the formation met at a depth is said to be."""
    met = max((top for top in tops if top.top <= depth), key=lambda top: top.top, default=None)
    said = "" if met is None else f"{met.lithology or ''} {met.name}".lower()
    return next((kind for kind in KINDS if kind.name in said), None)


def _stringers(top: float, bottom: float, random: Generator) -> Iterator[Stringer]:
    """Hard beds at random places of a layer, none within another."""
    rate, depth = STRINGERS.draw(random), top
    while (depth := depth + random.exponential(1.0 / rate)) < bottom:
        thickness = min(STRINGER_THICKNESS.draw(random), bottom - depth)
        if thickness >= STRINGER_THICKNESS.low:
            yield Stringer(depth, thickness, draw_rock(STRINGER, random))
        depth += thickness
