"""How the components of a rig wear out: a hidden gamma process under the load laws.

Damage grows by independent gamma increments whose mean is load law times unit factor; wear is
damage that feeds on itself (`physics.wear.accelerated`). A unit fails when its wear passes a
threshold of its own, or without any precursor when its damage passes a hidden limit. Gamma
increments are infinitely divisible, so the process is the same at every step length (J. M. van
Noortwijk, *A survey of the application of gamma processes in maintenance*, Reliab. Eng. Syst. Saf.
94 (2009) 2-21).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.errors import InvalidSimulation
from idrill.physics.compiled import compiled
from idrill.physics.wear import accelerated, damage_for, visibility
from idrill.rigs import COMPONENT_KINDS, FailureMode
from idrill.simulator.distributions import LogNormal, Uniform
from idrill.simulator.wearing import WEARING, Variant, Wearing

Array = NDArray[np.float64]

UNIT_SPREAD = Uniform(0.3, 0.5)
"""Standard deviation of the logarithm of the unit factor [e]."""
THRESHOLD_SPREAD = Uniform(0.10, 0.125)
"""Coefficient of variation of the wear at which a unit fails [e]."""
SUDDEN_SHARE = Uniform(0.10, 0.20)
"""Share of lives that end without a precursor [e]."""
ROUGHNESS = Uniform(250.0, 500.0)
"""Gamma shape per life: its inverse square root is the spread of a life at constant load [e]."""
INITIAL_WEAR = Uniform(0.0, 0.15)
"""Wear that is left after a repair [e]."""
SHOWN_GAIN = LogNormal(1.0, 0.2)
"""How strongly the wear of a unit shows [e]."""
SHOWN_OFFSET = 0.12
"""Standard deviation of what a new unit shows, as share of a fault's full effect [e]."""


_MODES = MappingProxyType({kind.name: kind.failure_modes for kind in COMPONENT_KINDS})


@dataclass(frozen=True, slots=True)
class Population:
    """What the units of one component kind in one fleet have in common."""

    wearing: Wearing
    unit_spread: float
    threshold_spread: float
    sudden_share: float
    acceleration: float
    roughness: float


@dataclass(frozen=True, slots=True)
class Unit:
    """One item from installation to replacement; nothing of it but its variant may be seen."""

    variant: str
    rated_life: float
    """[own hours]"""
    factor: float
    """How much faster than the typical unit it wears [-]."""
    initial_wear: float
    threshold: float
    """Wear at which it fails [-]."""
    sudden_limit: float | None
    """Damage at which it fails without a precursor; None if it does not."""
    acceleration: float
    roughness: float
    sharpness: float
    gain: float
    """How strongly its wear shows [-]."""
    offset: float
    """What it shows when new, as share of the full effect [-]."""
    failure_mode: FailureMode

    @property
    def damage_rate(self) -> float:
        """Mean damage per own hour at reference load [1/h].

        The typical unit reaches wear 1 after its rated life.
        """
        return self.factor * damage_for(1.0, self.acceleration) / self.rated_life

    @property
    def damage_limit(self) -> float:
        """Damage at which it fails, one way or the other [-]."""
        worn_out = damage_for(self.threshold, self.acceleration)
        return worn_out if self.sudden_limit is None else min(worn_out, self.sudden_limit)


def draw_population(component: str, random: Generator) -> Population:
    """What the units of a component kind have in common in one fleet.

    Raises:
        InvalidSimulation: If nothing is known about how the component wears.
    """
    if component not in WEARING:
        raise InvalidSimulation(
            f"component {component!r} does not wear here; there are {', '.join(WEARING)}"
        )
    wearing = WEARING[component]
    return Population(
        wearing,
        UNIT_SPREAD.draw(random),
        THRESHOLD_SPREAD.draw(random),
        SUDDEN_SHARE.draw(random),
        wearing.acceleration.draw(random),
        ROUGHNESS.draw(random),
    )


def draw_unit(
    population: Population, random: Generator, shares: Mapping[str, float] | None = None
) -> Unit:
    """A newly installed or repaired unit.

    Args:
        population: What it has in common with others.
        random: Where it is drawn from.
        shares: How often a variant is installed, by name, where that differs from the usual.

    Returns:
        The unit, its initial wear included.
    """
    variant = _variant(population.wearing.variants, random, shares or {})
    threshold = LogNormal(1.0, population.threshold_spread).draw(random)
    initial = INITIAL_WEAR.draw(random)
    start = damage_for(initial, population.acceleration)
    end = damage_for(threshold, population.acceleration)
    # Both are drawn whatever comes of them, so that one share more does not move other draws.
    chance, where = random.random(), random.random()
    modes = _MODES[population.wearing.component]
    return Unit(
        variant=variant.name,
        rated_life=variant.rated_life.draw(random),
        factor=LogNormal(1.0, population.unit_spread).draw(random),
        initial_wear=initial,
        threshold=threshold,
        sudden_limit=start + where * (end - start) if chance < population.sudden_share else None,
        acceleration=population.acceleration,
        roughness=population.roughness,
        sharpness=population.wearing.sharpness.draw(random),
        gain=SHOWN_GAIN.draw(random),
        offset=SHOWN_OFFSET * random.standard_normal(),
        failure_mode=modes[int(random.integers(len(modes)))],
    )


def _variant(
    variants: tuple[Variant, ...], random: Generator, shares: Mapping[str, float]
) -> Variant:
    weights = np.array([shares.get(variant.name, variant.share) for variant in variants])
    bounds = np.cumsum(weights) / weights.sum()
    return variants[int(np.searchsorted(bounds, random.random(), side="right"))]


def damage_path(unit: Unit, load: Array, start: float, random: Generator) -> Array:
    """Damage at the end of each step.

    Args:
        unit: What takes the load.
        load: Own hours of each step times the relative rate of the load law [h].
        start: Damage before the first step [-].
        random: Where the increments are drawn from; one that belongs to these very steps, so that
            a chunk drawn later or alone is the same.

    Returns:
        Damage, never falling (step).

    Raises:
        InvalidSimulation: If a load is negative or not a number.
    """
    if load.size and not load.min() >= 0.0:
        raise InvalidSimulation("load: a component cannot be loaded by less than nothing")
    shape = load * (unit.damage_rate * unit.roughness)
    increments = random.standard_gamma(shape) / unit.roughness
    return np.asarray(start + np.cumsum(increments))


def initial_damage(unit: Unit) -> float:
    """Damage that corresponds to the wear a unit starts with [-]."""
    return damage_for(unit.initial_wear, unit.acceleration)


@compiled
def wear_path(damage: Array, acceleration: float) -> Array:
    """Wear that corresponds to each damage (step)."""
    wear = np.empty_like(damage)
    for step in range(damage.size):
        wear[step] = accelerated(damage[step], acceleration)
    return wear


def shown_path(wearing: Wearing, unit: Unit, wear: Array) -> Array:
    """Share of the fault's full effect that a unit shows at each wear (step).

    Below zero and above one are possible: units differ when new, and in how they show.
    """
    near = wear / (unit.threshold if wearing.shows_by_threshold else 1.0)
    late = (1.0 - wearing.faint) * _visibility_path(near, unit.sharpness)
    return np.asarray(unit.offset + unit.gain * (wearing.faint * near + late))


@compiled
def _visibility_path(wear: Array, sharpness: float) -> Array:
    share = np.empty_like(wear)
    for step in range(wear.size):
        share[step] = visibility(wear[step], sharpness)
    return share


def expected_life(unit: Unit, rate: float) -> float:
    """Own hours until failure when damage grows at its mean under a constant load [h].

    Args:
        unit: Newly installed.
        rate: Of the load law, relative to the reference, above zero [-].

    Example:
        >>> unit = Unit(
        ...     variant="metal",
        ...     rated_life=650.0,
        ...     factor=1.0,
        ...     initial_wear=0.0,
        ...     threshold=1.0,
        ...     sudden_limit=None,
        ...     acceleration=1.0,
        ...     roughness=60.0,
        ...     sharpness=1.0,
        ...     gain=1.0,
        ...     offset=0.0,
        ...     failure_mode=FailureMode.LOW_OUTPUT,
        ... )
        >>> round(expected_life(unit, 2.0), 6)
        325.0
    """
    return (unit.damage_limit - initial_damage(unit)) / (unit.damage_rate * rate)
