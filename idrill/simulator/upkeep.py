"""When units are replaced and why: the lives of a rig's components under a maintenance policy.

Time here is time of work; what a repair costs is added by `downtime`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.rigs import Equipment
from idrill.simulator.degradation import (
    Population,
    Unit,
    damage_path,
    draw_unit,
    initial_damage,
    wear_path,
)
from idrill.simulator.distributions import Uniform
from idrill.simulator.noise import stream

Array = NDArray[np.float64]


class EndedBy(StrEnum):
    """Why a life ended."""

    FAILURE = "failure"
    PREVENTIVE = "preventive"
    OPPORTUNISTIC = "opportunistic"
    END_OF_DATA = "end_of_data"


class PolicyKind(StrEnum):
    """What makes a crew replace a unit that still works."""

    RUN_TO_FAILURE = "run_to_failure"
    """Nothing but the failure of a neighbour, when a worn unit is replaced with it."""
    FIXED_INTERVAL = "fixed_interval"
    CONDITION_BASED = "condition_based"
    ONLY_FAILED = "only_failed"
    """Nothing at all: every unit shows how long it lasts."""


USUAL_POLICIES = (
    PolicyKind.RUN_TO_FAILURE,
    PolicyKind.FIXED_INTERVAL,
    PolicyKind.CONDITION_BASED,
)
"""Those that crews follow."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When a rig's units are replaced."""

    kind: PolicyKind
    interval: float
    """Own hours after which a unit is replaced, as share of its rated life [-]."""
    inspection: float
    """Own hours between inspections, as share of the rated life [-]."""
    alarm: float
    """Wear found at an inspection that has the unit replaced [-]."""
    opportunistic: float
    """Wear at which a unit is replaced when its neighbour is [-]."""
    reading_spread: float
    """Standard deviation of the logarithm of wear as inspected [-]."""


_INTERVAL = Uniform(0.7, 1.4)
_INSPECTION = Uniform(0.05, 0.12)
_ALARM = Uniform(0.6, 0.85)
_OPPORTUNISTIC = Uniform(0.55, 0.85)
_READING_SPREAD = Uniform(0.1, 0.25)
"""All of these [e]; wear runs away in the end, so crews act well before it is complete."""


def draw_policy(kind: PolicyKind, random: Generator) -> Policy:
    """How one rig applies a policy; without a rule its figure is infinite."""
    never = float("inf")
    fixed, condition = kind is PolicyKind.FIXED_INTERVAL, kind is PolicyKind.CONDITION_BASED
    patient = kind is PolicyKind.ONLY_FAILED
    drawn = Policy(
        kind,
        _INTERVAL.draw(random),
        _INSPECTION.draw(random),
        _ALARM.draw(random),
        _OPPORTUNISTIC.draw(random),
        _READING_SPREAD.draw(random),
    )
    return replace(
        drawn,
        interval=drawn.interval if fixed else never,
        inspection=drawn.inspection if condition else never,
        opportunistic=never if patient else drawn.opportunistic,
    )


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on a rig where a unit is installed."""

    equipment: str
    component: str

    @property
    def name(self) -> str:
        """Such as `mud_pump_1_liner`."""
        return f"{self.equipment}_{self.component}"


def slots_of(equipment: Sequence[Equipment]) -> tuple[Slot, ...]:
    """Every place of a rig where a unit is installed, equipment by equipment."""
    return tuple(Slot(item.id, part.name) for item in equipment for part in item.components)


@dataclass(frozen=True, slots=True)
class Life:
    """What became of one unit."""

    slot: int
    number: int
    """Counted from 1 in its slot."""
    unit: Unit
    first: int
    """Step in which it began to run."""
    last: int
    """Step in which it ended."""
    ended_by: EndedBy
    wear: Array
    """At the end of each step of its own (step)."""


@dataclass(frozen=True, slots=True)
class Loads:
    """What the steps of a slot demand (slot, step)."""

    load: Array
    """Own hours of a step times the relative rate of the load law [h]."""
    reach: Array
    """Its sum at the end of each step [h]."""
    hours: Array
    """Own hours at the end of each step since the start [h]."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Who keeps a rig running, and with what parts."""

    seed: int
    rig_id: str
    slots: tuple[Slot, ...]
    populations: Mapping[str, Population]
    policy: Policy
    change: tuple[int, Mapping[str, float]] | None = None
    """Step from which other variants are installed, and how often, by name."""

    def shares(self, step: int) -> Mapping[str, float]:
        """How often a variant is installed at a step, where that differs from the usual."""
        return self.change[1] if self.change is not None and step >= self.change[0] else {}


def lives(upkeep: Upkeep, loads: Loads) -> Iterator[Life]:
    """Every life on a rig in the order of its end, those still running last."""
    planned = [_install(upkeep, loads, slot, 1, 0) for slot in range(len(upkeep.slots))]
    steps = loads.load.shape[1]
    while True:
        first = min(planned, key=lambda life: (life.last, life.slot))
        if first.ended_by is EndedBy.END_OF_DATA:
            yield from (life for life in planned if life.first < steps)
            return
        for life in _replaced(upkeep, planned, first):
            yield life
            planned[life.slot] = _install(upkeep, loads, life.slot, life.number + 1, life.last + 1)


def _replaced(upkeep: Upkeep, planned: Sequence[Life], first: Life) -> Iterator[Life]:
    """The life that ends and those of worn neighbours that end with it."""
    yield first
    equipment = upkeep.slots[first.slot].equipment
    random = stream(upkeep.seed, upkeep.rig_id, upkeep.slots[first.slot].name, "neighbours",
                    str(first.number))  # fmt: skip
    for life in planned:
        if life.slot == first.slot or upkeep.slots[life.slot].equipment != equipment:
            continue
        age = first.last - life.first
        seen = (
            life.wear[age] * random.lognormal(0.0, upkeep.policy.reading_spread) if age >= 0 else 0
        )
        if seen >= upkeep.policy.opportunistic and life.last > first.last:
            yield replace(life, last=first.last, ended_by=EndedBy.OPPORTUNISTIC,
                          wear=life.wear[: age + 1])  # fmt: skip


def _install(upkeep: Upkeep, loads: Loads, slot: int, number: int, first: int) -> Life:
    """A unit put in at a step, and what will become of it unless a neighbour's end comes first."""
    place = upkeep.slots[slot]
    random = stream(upkeep.seed, upkeep.rig_id, place.name, "life", str(number))
    unit = draw_unit(upkeep.populations[place.component], random, upkeep.shares(first))
    damage = _until_failure(unit, loads, (slot, first), random)
    wear = wear_path(damage, unit.acceleration)
    ends = {
        EndedBy.FAILURE: int(np.searchsorted(damage, unit.damage_limit)),
        EndedBy.PREVENTIVE: _preventive(
            upkeep.policy, unit, loads.hours[slot, first:], wear, random
        ),
    }
    cause, end = min(ends.items(), key=lambda item: item[1])
    last = first + end
    if last >= loads.load.shape[1]:
        return Life(slot, number, unit, first, loads.load.shape[1] - 1, EndedBy.END_OF_DATA, wear)
    return Life(slot, number, unit, first, last, cause, wear[: end + 1])


_REACH = 2.0
"""How many times the damage a life needs is drawn at once; more is drawn if it does not do."""


def _until_failure(unit: Unit, loads: Loads, since: tuple[int, int], random: Generator) -> Array:
    """Damage step by step, from a slot and a step on, until the unit fails or the steps end."""
    slot, start = since
    parts = [np.empty(0)]
    damage, reach, steps = initial_damage(unit), loads.reach[slot], loads.reach.shape[1]
    while start < steps and damage < unit.damage_limit:
        behind = reach[start - 1] if start else 0.0
        ahead = behind + _REACH * (unit.damage_limit - damage) / unit.damage_rate
        end = min(int(np.searchsorted(reach, ahead, side="right")) + 1, steps)
        end = max(end, start + 1)
        parts.append(damage_path(unit, loads.load[slot, start:end], damage, random))
        damage, start = float(parts[-1][-1]), end
    return np.concatenate(parts)


def _preventive(policy: Policy, unit: Unit, hours: Array, wear: Array, random: Generator) -> int:
    """Step at the end of which the unit is replaced though it works; beyond the last if never."""
    never = int(hours.size)
    if not hours.size:
        return never
    aged = hours - hours[0]
    if np.isfinite(policy.interval):
        return int(np.searchsorted(aged, policy.interval * unit.rated_life))
    if not np.isfinite(policy.inspection):
        return never
    every = policy.inspection * unit.rated_life
    looks = np.searchsorted(aged, np.arange(every, aged[-1] + every, every))
    looks = looks[looks < wear.size]
    seen = wear[looks] * random.lognormal(0.0, policy.reading_spread, looks.size)
    alarms = looks[seen >= policy.alarm]
    return int(alarms[0]) if alarms.size else never
