"""The risk that a plan leaves: what may fail before it is replaced, or while nothing is done."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np

from idrill.maintenance.jobs import Job, Option
from idrill.maintenance.limits import Limits, slots_of
from idrill.maintenance.plan import Entry, Forestalled, Risk
from idrill.maintenance.plan_inputs import Asked, Known, Place
from idrill.maintenance.rig_plan import duty, worked
from idrill.maintenance.tasks import RENEWING


def chance_of(asked: Asked, place: Place, before: int | None = None) -> float | None:
    """Chance that a unit fails before a slot, or the end of the plan; None: nothing says so."""
    if place.outlook is None:
        return None
    grid = asked.grid
    relative = duty(asked.inputs.rig_plan(place.rig_id), place.equipment, grid)
    at = grid.count if before is None else min(max(before, 0), grid.count)
    hours = worked(place.usual, relative, grid)[at : at + 1]
    return float(place.outlook.failed(hours)[0])


def failure_cost(asked: Asked, place: Place) -> float | None:
    """What a failure costs with the hours that the rig stands [money]; None: nobody said."""
    if place.consequence is None:
        return None
    plan = asked.inputs.rig_plan(place.rig_id)
    standing = plan.hour_cost * place.consequence.lost_hours if plan else 0.0
    return place.consequence.cost + standing


def entry_of(asked: Asked, limits: Limits, job: Job, option: Option) -> Entry:
    """A job at its time."""
    start, known = asked.grid.at(option.slot), job.known
    crew = limits.crews[option.crew]
    slots = range(option.slot, option.slot + job.slots)
    return Entry(
        rig_id=job.rig_id,
        equipment=job.equipment,
        component=job.component,
        activity=job.norm.activity,
        title=known.title if known else job.name,
        start=start,
        end=start + timedelta(hours=job.norm.hours),
        crew=crew,
        part=job.norm.part,
        cost=job.norm.cost,
        lost_hours=_lost(limits, job.rig_id, ((slot, limits.share(job, slot)) for slot in slots)),
        forestalls=_forestalled(asked, job.place, option.slot),
        task=known.task if known else None,
        moved=known is not None and known.start not in (None, start),
    )


def frozen_entry(asked: Asked, limits: Limits, known: Known) -> Entry:
    """A task that stays when it is."""
    grid, norm = asked.grid, known.norm
    start, end = known.start or grid.start, known.end or grid.start
    renews = known.activity in RENEWING
    place = next((one for one in asked.inputs.places if renews and one.at == known.at), None)
    stops = float(norm is None or norm.stops)
    return Entry(
        rig_id=known.rig_id,
        equipment=known.equipment,
        component=known.component,
        activity=known.activity,
        title=known.title,
        start=start,
        end=end,
        crew=known.crew,
        part=norm.part if norm else None,
        cost=norm.cost if norm else 0.0,
        lost_hours=_lost(limits, known.rig_id, ((slot, stops) for slot in slots_of(known, grid))),
        forestalls=_forestalled(asked, place, grid.since(start)),
        task=known.task,
        fixed=True,
    )


def at_risk(asked: Asked, entries: Sequence[Entry]) -> Risk:
    """What may still fail before the plan ends."""
    renewed = {
        (one.rig_id, one.equipment, one.component): one.forestalls
        for one in entries
        if one.forestalls is not None
    }
    left: list[tuple[float, float]] = []
    nothing, unknown = 0.0, 0
    for place in asked.inputs.places:
        whole, forestalled = chance_of(asked, place), renewed.get(place.at)
        if whole is None:
            unknown += 1
            continue
        nothing += whole
        failed = forestalled.failed_before if forestalled else whole
        left.append((failed, failure_cost(asked, place) or 0.0))
    chances = np.minimum([failed for failed, _ in left], 1.0 - 1e-12)
    return Risk(
        failures=sum(failed for failed, _ in left),
        any_failure=float(-np.expm1(np.sum(np.log1p(-chances)))) if left else 0.0,
        failures_if_nothing=nothing,
        cost=sum(failed * cost for failed, cost in left),
        unknown=unknown,
    )


def _forestalled(asked: Asked, place: Place | None, slot: int) -> Forestalled | None:
    if place is None or place.outlook is None:
        return None
    return Forestalled(
        failed_before=chance_of(asked, place, slot) or 0.0,
        failed_if_left=chance_of(asked, place) or 0.0,
        cost=failure_cost(asked, place),
        said_by=place.outlook.said_by,
        model=place.outlook.model,
        doubt=place.why,
    )


def _lost(limits: Limits, rig_id: str, shares: Iterable[tuple[int, float]]) -> float:
    """Hours of slots in which standing costs something [h]."""
    needed = (share for slot, share in shares if limits.standing_cost(rig_id, slot))
    return limits.slot_hours * sum(needed)
