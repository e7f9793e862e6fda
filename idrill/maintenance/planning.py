"""From what is known to a maintenance plan, or to what keeps it from being."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from idrill.errors import NoPlan
from idrill.maintenance.jobs import Job, job_of_place, job_of_task
from idrill.maintenance.limits import Limits, limits_of
from idrill.maintenance.neighbourhoods import improved
from idrill.maintenance.parcels import parcels
from idrill.maintenance.plan import Entry, LeftOut, Plan, Search, Shortfall
from idrill.maintenance.plan_inputs import Asked, Known, Place, Where
from idrill.maintenance.program import relaxed_program, strict_program
from idrill.maintenance.reasons import notes, reason_of
from idrill.maintenance.risks import at_risk, chance_of, entry_of, failure_cost, frozen_entry
from idrill.maintenance.search import CLOSE, Effort, Found, Verdict, solved
from idrill.maintenance.serial_rule import by_latest_finish, cost_of
from idrill.maintenance.shortfalls import impossible, shortfalls
from idrill.maintenance.tasks import RENEWING

WHOLE = 0.5
"""Share of the effort for the whole program; the rest is for neighbourhoods of it [-]."""


def planned(asked: Asked) -> Plan:
    """The cheapest plan that was found within every limit.

    Raises:
        NoPlan: If there is none; says which limits would have to give, and by how much.
    """
    begun = time.perf_counter()
    jobs, limits = jobs_of(asked), limits_of(asked)
    found, serial = _found(asked, jobs, limits)
    search = Search(
        status=str(found.verdict),
        cost=found.cost,
        bound=found.bound,
        serial_cost=serial,
        seconds=time.perf_counter() - begun,
        jobs=len(jobs),
        options=sum(len(job.options) for job in jobs),
        cut_short=found.cut_short,
    )
    return _told(asked, jobs, limits, found.chosen, search)


def serial_plan(asked: Asked) -> Plan:
    """The plan of the serial rule.

    Raises:
        NoPlan: If it places not all that has to be done.
    """
    jobs, limits = jobs_of(asked), limits_of(asked)
    found = by_latest_finish(jobs, limits)
    if found is None:
        raise NoPlan("the serial rule cannot place all that has to be done")
    chosen, cost = found
    options = sum(len(job.options) for job in jobs)
    search = Search("serial rule", cost, 0.0, cost, 0.0, len(jobs), options, cut_short=False)
    return _told(asked, jobs, limits, chosen, search)


def jobs_of(asked: Asked) -> list[Job]:
    """The work that a plan may place: renewals that can pay, and tasks that are not frozen."""
    frozen = {one.task for one in asked.frozen}
    free = [one for one in asked.inputs.known if one.task not in frozen]
    jobs: list[Job] = []
    for place in asked.inputs.places:
        if place.at in _renewed(asked.frozen):
            continue
        known = next((one for one in free if _renews(one, place)), None)
        job = job_of_place(asked, place, known)
        if job is not None:
            free = [one for one in free if one is not known]
            jobs += [job] if job.options or job.left_out is None else []
    return jobs + [job for one in free if (job := job_of_task(asked, one)) is not None]


def _renewed(known: Iterable[Known]) -> set[Where]:
    return {one.at for one in known if one.activity in RENEWING}


def _renews(known: Known, place: Place) -> bool:
    return known.at == place.at and known.activity in RENEWING


def _found(asked: Asked, jobs: Sequence[Job], limits: Limits) -> tuple[Found, float | None]:
    """The best plan, and what the serial rule's costs.

    Raises:
        NoPlan: If there is none.
    """
    if told := impossible(asked, jobs):
        raise _none(told)
    options = max(sum(len(job.options) for job in jobs), 1)
    chosen: list[int | None] = [None] * len(jobs)
    parts, serial = list[Found](), list[float | None]()
    for numbers in parcels(jobs, limits):
        own = [jobs[number] for number in numbers]
        share = sum(len(job.options) for job in own) / options
        part, by_rule = _parcel(asked, own, limits, share)
        parts.append(part)
        serial.append(by_rule)
        for number, at in zip(numbers, part.chosen, strict=True):
            chosen[number] = at
    return _joined(parts, chosen), None if None in serial else sum(one or 0.0 for one in serial)


def _joined(parts: Sequence[Found], chosen: Sequence[int | None]) -> Found:
    optimal = all(part.verdict is Verdict.OPTIMAL for part in parts)
    return Found(
        Verdict.OPTIMAL if optimal else Verdict.FEASIBLE,
        tuple(chosen),
        {},
        sum(part.cost for part in parts),
        sum(part.bound for part in parts),
        any(part.cut_short for part in parts),
        sum(part.spent for part in parts),
    )


def _parcel(
    asked: Asked, jobs: Sequence[Job], limits: Limits, share: float
) -> tuple[Found, float | None]:
    """The best plan of work that competes with no other, and what the serial rule's costs.

    Raises:
        NoPlan: If there is none.
    """
    serial = by_latest_finish(jobs, limits)
    hint, rule = serial or (None, None)
    found = solved(strict_program(jobs, limits), _effort(asked, WHOLE * share), hint)
    if found.verdict is Verdict.INFEASIBLE:
        least = solved(relaxed_program(jobs, limits), _effort(asked, 1.0))
        raise _none(shortfalls(asked, jobs, least))
    if found.verdict is Verdict.UNKNOWN:
        if hint is None:
            raise NoPlan("no plan was found in time: ask for more effort, or for less time ahead")
        found = replace(found, verdict=Verdict.FEASIBLE, chosen=hint)
    if found.verdict is Verdict.FEASIBLE:
        found = _improved(jobs, limits, found, _effort(asked, (1.0 - WHOLE) * share))
    return found, rule


def _none(told: Sequence[Shortfall]) -> NoPlan:
    return NoPlan("no plan keeps to every limit: " + "; ".join(one.words for one in told), told)


def _improved(jobs: Sequence[Job], limits: Limits, found: Found, effort: Effort) -> Found:
    chosen, spent, late = improved(jobs, limits, found.chosen, effort)
    cost = cost_of(jobs, limits, chosen)
    optimal = cost - found.bound <= CLOSE * abs(cost)
    return replace(
        found,
        verdict=Verdict.OPTIMAL if optimal else Verdict.FEASIBLE,
        chosen=chosen,
        cost=cost,
        cut_short=found.cut_short or late,
        spent=found.spent + spent,
    )


def _effort(asked: Asked, share: float) -> Effort:
    wish = asked.wish
    return Effort(share * wish.effort, share * wish.seconds, wish.seed)


def _told(
    asked: Asked, jobs: Sequence[Job], limits: Limits, chosen: Sequence[int | None], search: Search
) -> Plan:
    placed = [
        (job, job.options[at]) for job, at in zip(jobs, chosen, strict=True) if at is not None
    ]
    entries: list[Entry] = [entry_of(asked, limits, job, option) for job, option in placed]
    entries += [frozen_entry(asked, limits, one) for one in asked.frozen if not one.elsewhere]
    out = [job for job, at in zip(jobs, chosen, strict=True) if at is None]
    left_out = _left_out(asked, jobs, out)
    return Plan(
        start=asked.grid.start,
        end=asked.grid.end,
        entries=tuple(sorted(entries, key=lambda one: (one.start, one.title))),
        left_out=tuple(left_out),
        risk=at_risk(asked, entries),
        search=search,
        notes=notes(asked, limits),
    )


def _left_out(asked: Asked, jobs: Sequence[Job], out: Sequence[Job]) -> list[LeftOut]:
    """Places and tasks about which nothing is done, each with the reason."""
    placed = {job.place.at for job in jobs if job.place and job not in out}
    placed |= _renewed(asked.frozen)
    left = [_left(asked, one, out) for one in asked.inputs.places if one.at not in placed]
    told = {job.known.task for job in jobs if job.known} | {one.task for one in left}
    told |= {one.task for one in asked.frozen}
    return left + [
        LeftOut(*one.at, f"nobody said what it takes: {one.activity}", None, None, one.task)
        for one in asked.inputs.known
        if one.task not in told
    ]


def _left(asked: Asked, place: Place, out: Sequence[Job]) -> LeftOut:
    job = next((one for one in out if one.place is place), None)
    known = next((one for one in asked.inputs.known if _renews(one, place)), None)
    return LeftOut(
        *place.at,
        reason_of(place, job),
        chance_of(asked, place),
        failure_cost(asked, place),
        known.task if known else None,
        known is not None and known.withdrawable,
    )
