"""The work that a plan may place, and what each start of it would cost.

Of a unit that is replaced after u more own hours, by whatever comes first, the plan counts

    F(u) · failure + (1 - F(u)) · replacement + hour · (U - E[min(X, u)])

with F the chance of failure, X the hours that the unit would work, U the hours that the plan looks
ahead and `hour` what an own hour costs in the long run, so that a unit thrown away early is paid
for (the relative value of a renewal-reward process; Puterman, *Markov Decision Processes*, ch. 8).
Left alone until the plan ends, a unit is counted as if it were replaced at the best hour after.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from idrill.maintenance.consequences import Norm
from idrill.maintenance.crews import Crew
from idrill.maintenance.plan_inputs import Asked, Known, Place
from idrill.maintenance.rig_plan import Grid, duty, worked

Array = NDArray[np.float64]

SOONER = 0.01
"""What a slot later costs where nothing else tells two times apart [money]."""
LATER = 200
"""Hours after the plan's end at which replacing is looked at."""


@dataclass(frozen=True, slots=True)
class Option:
    """A crew and a slot in which work may begin."""

    crew: int
    slot: int
    cost: float
    """[money]"""
    late: float = 0.0
    """After it was due [h]."""


@dataclass(frozen=True, eq=False)
class Job:
    """Work that a plan may place."""

    name: str
    norm: Norm
    rig_id: str
    equipment: str | None
    component: str | None
    slots: int
    """That it takes."""
    options: tuple[Option, ...]
    left_out: float | None
    """Cost of leaving it out [money]; None: it has to be done."""
    place: Place | None
    """What it renews, where that has an outlook."""
    known: Known | None
    """The task that it is; None: it would be a new one."""


def job_of_place(asked: Asked, place: Place, known: Known | None) -> Job | None:
    """Replacing a unit; None where nothing says what that is worth.

    Args:
        asked: Of the plan.
        place: Where the unit is.
        known: The task to replace it, if there is one.
    """
    if place.outlook is None or place.norm is None or place.consequence is None:
        return None
    grid, plan = asked.grid, asked.inputs.rig_plan(place.rig_id)
    hours = worked(place.usual, duty(plan, place.equipment, grid), grid)
    standing = plan.hour_cost * place.consequence.lost_hours if plan else 0.0
    failure = place.consequence.cost + standing
    later = hours[-1] + np.linspace(0.0, max(place.outlook.hours[-1], 1.0), LATER)
    # Of what lies beyond what is known the plan makes nothing, neither risk nor gain.
    ahead = np.minimum(np.concatenate([hours[:-1], later]), place.outlook.known_to)
    costs = _costs(place, ahead, failure)
    costs = costs - costs.min() + place.norm.cost
    wait = float(costs[hours.size - 1 :].min())
    has_to = known is not None and not known.withdrawable
    options = _options(asked, place.norm, place.rig_id, known)
    priced = tuple(
        replace(one, cost=float(costs[one.slot]) + one.cost)
        for one in options
        if has_to or costs[one.slot] < wait
    )
    return Job(
        f"{place.name}: {place.norm.activity}", place.norm, place.rig_id, place.equipment,
        place.component, grid.lasting(place.norm.hours), priced,
        None if has_to else wait, place, known,
    )  # fmt: skip


def _costs(place: Place, ahead: Array, failure: float) -> Array:
    """What replacing after so many own hours costs, but for a constant (ahead)."""
    if place.outlook is None or place.norm is None:
        return np.zeros(ahead.size)
    failed = place.outlook.failed(ahead)
    spent = failed * failure + (1.0 - failed) * place.norm.cost
    return np.asarray(spent - place.hour_cost * place.outlook.lasting(ahead))


def job_of_task(asked: Asked, known: Known) -> Job | None:
    """A task that is no renewal of a unit with an outlook; None if nobody said what it takes."""
    if known.norm is None:
        return None
    grid, options = asked.grid, _options(asked, known.norm, known.rig_id, known)
    priced = tuple(replace(one, cost=one.cost + SOONER * one.slot) for one in options)
    where = " ".join(filter(None, (known.rig_id, known.equipment, known.component)))
    return Job(
        f"{where}: {known.activity}, task {known.task}", known.norm, known.rig_id,
        known.equipment, known.component, grid.lasting(known.norm.hours), priced, None, None, known,
    )  # fmt: skip


def open_slots(crew: Crew, grid: Grid) -> list[range]:
    """The slots in which a crew works, stretch by stretch."""
    spans = crew.rota.spans(grid.start, grid.end)
    found = (range(grid.since(one.start), grid.until(one.end)) for one in spans)
    return [one for one in found if len(one)]


def _options(asked: Asked, norm: Norm, rig_id: str, known: Known | None) -> list[Option]:
    """When a crew that may can do work in one go; those that come late are told so."""
    grid, found = asked.grid, list[Option]()
    lasting = grid.lasting(norm.hours)
    due = grid.until(known.due) if known and known.due else grid.count
    for number, crew in enumerate(asked.inputs.crews):
        if not crew.may(norm.skill, rig_id):
            continue
        for stretch in open_slots(crew, grid):
            for slot in range(stretch.start, stretch.stop - lasting + 1):
                late = max(slot + lasting - due, 0) * grid.slot_hours
                found.append(Option(number, slot, _move(asked, known, crew, slot), late))
    return found


def _move(asked: Asked, known: Known | None, crew: Crew, slot: int) -> float:
    """Cost of another time or crew than a task has [money]."""
    if known is None or known.start is None:
        return 0.0
    same = asked.grid.at(slot) == known.start and crew.name == known.crew
    return 0.0 if same else asked.wish.move_cost
