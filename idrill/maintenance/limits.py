"""What a plan has to keep to, slot by slot, once frozen work has taken its share."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.maintenance.jobs import Job
from idrill.maintenance.plan_inputs import Asked, Known
from idrill.maintenance.rig_plan import Grid, duty

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Limits:
    """Who and what is free when."""

    slot_hours: float
    crews: tuple[str, ...]
    sizes: tuple[int, ...]
    busy: Counter[tuple[int, int]]
    """Pieces of frozen work of each crew and slot."""
    taken: frozenset[tuple[str, int]]
    """Equipment, as `RIG equipment`, and slots in which frozen work is done on it."""
    supplies: tuple[tuple[str, int, int], ...]
    """Part, slot until which, and how many may be used before it."""
    standing: dict[str, Array]
    """What a slot costs in which a rig stands [money] (slot)."""
    idle: frozenset[tuple[str, int]]
    """Equipment that is told apart, as `RIG equipment`, and slots in which it is not needed."""

    def free(self, crew: int, slot: int) -> int:
        """Pieces of work that a crew can do in a slot beside what is frozen."""
        return max(self.sizes[crew] - self.busy[crew, slot], 0)

    def standing_cost(self, rig_id: str, slot: int) -> float:
        """What it costs that a rig stands in a slot [money]."""
        return float(self.standing[rig_id][slot]) if rig_id in self.standing else 0.0

    def share(self, job: Job, slot: int) -> float:
        """For how much of a slot the rig stands for a job that is done in it [-]."""
        if not job.norm.stops or (at_of(job.rig_id, job.equipment), slot) in self.idle:
            return 0.0
        return min(job.norm.hours / (job.slots * self.slot_hours), 1.0)


def limits_of(asked: Asked) -> Limits:
    """The limits of a plan."""
    grid, inputs = asked.grid, asked.inputs
    names = tuple(one.name for one in inputs.crews)
    busy, taken = Counter[tuple[int, int]](), set[tuple[str, int]]()
    for known in asked.frozen:
        for slot in slots_of(known, grid):
            if known.crew in names:
                busy[names.index(known.crew), slot] += 1
            taken.add((at_of(known.rig_id, known.equipment), slot))
    return Limits(
        slot_hours=grid.slot_hours,
        crews=names,
        sizes=tuple(one.size for one in inputs.crews),
        busy=busy,
        taken=frozenset(taken),
        supplies=_supplies(asked),
        standing={
            plan.rig_id: plan.hour_cost * grid.slot_hours * np.minimum(duty(plan, None, grid), 1.0)
            for plan in inputs.rig_plans
        },
        idle=frozenset(
            (at_of(plan.rig_id, equipment), int(slot))
            for plan in inputs.rig_plans
            for equipment in {one.equipment for one in plan.phases if one.equipment}
            for slot in np.flatnonzero(duty(plan, equipment, grid) == 0.0)
        ),
    )


def at_of(rig_id: str, equipment: str | None) -> str:
    """A piece of equipment, or a rig as a whole.

    Example:
        >>> at_of("RIG_01", "drawworks"), at_of("RIG_01", None)
        ('RIG_01 drawworks', 'RIG_01')
    """
    return f"{rig_id} {equipment or ''}".strip()


def slots_of(known: Known, grid: Grid) -> range:
    """The slots that a task with a time meets."""
    if known.start is None or known.end is None:
        return range(0)
    first = max((known.start - grid.start) // grid.slot, 0)
    return range(first, min(grid.since(known.end), grid.count))


def _supplies(asked: Asked) -> tuple[tuple[str, int, int], ...]:
    """Until which slot how many parts may be used, less what frozen work uses."""
    grid, found = asked.grid, []
    for part in asked.inputs.parts:
        frozen = [
            one for one in asked.frozen if one.norm is not None and one.norm.part == part.name
        ]
        for until, count in part.supply(asked.inputs.now):
            used = sum(one.start is not None and one.start < until for one in frozen)
            found.append((part.name, min(grid.since(until), grid.count), max(count - used, 0)))
    return tuple(found)
