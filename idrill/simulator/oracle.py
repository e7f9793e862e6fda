"""Whoever sees the hidden state: what a model can at best infer, and none may surpass.

It sees a unit's wear, the load it has borne and how hard it works at the moment; it sees neither at
which wear the unit fails nor what the rig will do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from idrill.errors import InvalidSimulation
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig
from idrill.simulator.upkeep import EndedBy

Array = NDArray[np.float64]

NEIGHBOURS = 100
"""Rows that the oracle averages over, a fifth of all where there are fewer than five times that."""
WORKING = 0.9
"""Share of the usual own hours of a step from which the unit counts as at work in it [-]."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What is to be seen of one life at the steps in which its unit was at work."""

    unit: str
    """Such as `SIM_0001/mud_pump_1/liner/2`."""
    failed: bool
    own_hours: Array
    """Since installation at the end of each step [own hours] (step)."""
    whole: float
    """Own hours of the life."""
    wear: Array
    """(step)"""
    borne: Array
    """Load since installation [own hours at reference load] (step)."""
    rate: Array
    """Load of the step by its own hours, relative to the reference [-] (step)."""

    @property
    def remaining(self) -> Array:
        """[own hours] (step)."""
        return self.whole - self.own_hours

    def at(self, steps: NDArray[np.int64]) -> Array:
        """Wear, and the remaining life if wear and load went on as they came (step, 2)."""
        return projection(self.wear[steps], self.borne[steps], self.rate[steps])


def sights(rig: SimulatedRig, component: str) -> Iterator[Sight]:
    """Every life of a component on a rig."""
    for life in rig.lives:
        slot = rig.slots[life.slot]
        if slot.component != component:
            continue
        hours = rig.own_hours(life)
        worked = np.diff(hours, prepend=0.0)
        if not worked.any():
            continue
        load = rig.loads.load[life.slot, life.first : life.last + 1]
        at_work = np.flatnonzero(worked > WORKING * np.median(worked[worked > 0.0]))
        yield Sight(
            f"{rig.rig.id}/{slot.equipment}/{component}/{life.number}",
            life.ended_by is EndedBy.FAILURE,
            hours[at_work],
            float(hours[-1]),
            life.wear[at_work],
            np.cumsum(load)[at_work],
            load[at_work] / worked[at_work],
        )


def projection(wear: Array, borne: Array, rate: Array) -> Array:
    """Wear, and the logarithm of the hours left if wear and load went on as they came (row, 2)."""
    worn = np.maximum(wear, 0.02)
    left = borne * np.maximum(1.05 - worn, 0.02) / worn
    return np.column_stack([wear, np.log(left / np.maximum(rate, 1e-3) + 1e-3)])


class Nearest:
    """The mean target of the known rows that are nearest.

    Args:
        known: (row, coordinate)
        target: (row)
    """

    def __init__(self, known: Array, target: Array) -> None:
        self._centre, self._scale = known.mean(axis=0), known.std(axis=0) + 1e-12
        self._places = cKDTree((known - self._centre) / self._scale)
        self._count = max(min(NEIGHBOURS, len(known) // 5), 1)
        self._target = target

    def __call__(self, asked: Array) -> Array:
        """(row), of rows to ask about (row, coordinate)."""
        places = (asked - self._centre) / self._scale
        _, found = self._places.query(places, k=[*range(1, self._count + 1)])
        return np.asarray(self._target[found].mean(axis=1))


def nearest(known: Array, target: Array, asked: Array) -> Array:
    """The mean target of the known rows that are nearest to those asked about (row)."""
    return Nearest(known, target)(asked)


class Oracle:
    """Foresees lives of some fleets by what was seen of others.

    Args:
        known: What it has seen, of units of other fleets to their end.
        cap: Of the remaining life [own hours].
        steps: Of each life that it remembers.

    Raises:
        InvalidSimulation: If no unit failed.
    """

    def __init__(self, known: Iterable[Sight], cap: float, *, steps: int = 40) -> None:
        random = np.random.default_rng(0)
        seen = [
            (one.at(at), np.minimum(one.remaining[at], cap))
            for one in known
            if one.failed and one.own_hours.size
            for at in [random.integers(0, one.own_hours.size, steps)]
        ]
        if not seen:
            raise InvalidSimulation("no unit failed that an oracle could learn from")
        self._nearest = Nearest(
            np.concatenate([rows for rows, _ in seen]),
            np.concatenate([target for _, target in seen]),
        )

    def remaining(self, one: Sight, passed: Array) -> Array:
        """Remaining life of a unit, capped [own hours] (row).

        Args:
            one: What is to be seen of it.
            passed: Share of its life that is over (row).
        """
        steps = np.searchsorted(one.own_hours, passed * one.whole, side="right") - 1
        return self._nearest(one.at(np.maximum(steps, 0)))


def sights_by_unit(fleet: SimulatedFleet, component: str) -> Mapping[str, Sight]:
    """What is to be seen of each unit of a fleet."""
    return {one.unit: one for rig in fleet for one in sights(rig, component)}
