"""The plan as a program for OR-Tools CP-SAT: which job begins in which slot with which crew.

Each option of a job is a variable of zero or one, and so is whether a rig stands in a slot, so that
work that is done while the rig stands anyway costs no hour twice. Limits are sums over slots, which
keeps the program close to its linear relaxation (time-indexed formulation; Sousa and Wolsey, 1992).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from idrill.maintenance.jobs import Job, Option
from idrill.maintenance.limits import Limits, at_of

CENT = 100
"""Parts of a unit of money that the solver counts in."""
PERCENT = 100
"""Parts of a slot for which a rig may stand."""
LATE, CREW, PART, LEFT = 10, 20, 2_000, 200_000
"""What an hour late, an hour of a crew too few, a part too few, and a job left out weigh, where
limits are broken as little as can be."""


@dataclass(frozen=True, eq=False)
class Program:
    """The model, and its variables by what they mean."""

    model: cp_model.CpModel
    starts: tuple[tuple[cp_model.IntVar, ...], ...]
    """(job, option)"""
    out: tuple[cp_model.IntVar | None, ...]
    """Whether a job is left out; None: it may not be (job)."""
    short: dict[tuple[str, str, int], cp_model.IntVar]
    """By how much a limit is broken, by limit, subject and slot; empty where none may be."""
    relaxed: bool
    """Whether limits may be broken."""
    stands: list[tuple[cp_model.IntVar, list[list[tuple[int, int]]]]]
    """For how long a rig stands [percent of a slot], with what decides that: on each piece of
    equipment the variables of work and their shares."""


def strict_program(jobs: Sequence[Job], limits: Limits) -> Program:
    """The cheapest plan within every limit."""
    program = _program(jobs, limits, relaxed=False)
    terms = [(round(CENT * one.option.cost), one.variable) for one in _placements(program, jobs)]
    terms += [
        (round(CENT * (job.left_out or 0.0)), out)
        for job, out in zip(jobs, program.out, strict=True)
        if out is not None
    ]
    terms += _standing(program, jobs, limits)
    program.model.minimize(sum(cost * variable for cost, variable in terms))
    return program


def relaxed_program(jobs: Sequence[Job], limits: Limits) -> Program:
    """The plan that breaks limits by as little as can be."""
    program = _program(jobs, limits, relaxed=True)
    weights = {"crew": round(CREW * limits.slot_hours), "part": PART, "equipment": PART}
    terms = [(weights[limit], variable) for (limit, _, _), variable in program.short.items()]
    terms += [(round(LATE * one.option.late), one.variable) for one in _placements(program, jobs)]
    terms += [
        (LEFT, out)
        for job, out in zip(jobs, program.out, strict=True)
        if out is not None and job.left_out is None
    ]
    program.model.minimize(sum(cost * variable for cost, variable in terms))
    return program


@dataclass(frozen=True, slots=True)
class _Placement:
    """An option of a job, and the variable of whether it is taken."""

    number: int
    """Of the job."""
    job: Job
    option: Option
    variable: cp_model.IntVar

    @property
    def slots(self) -> range:
        return range(self.option.slot, self.option.slot + self.job.slots)


def _placements(program: Program, jobs: Sequence[Job]) -> Iterator[_Placement]:
    """Every option of every job."""
    for number, (job, variables) in enumerate(zip(jobs, program.starts, strict=True)):
        for option, variable in zip(job.options, variables, strict=True):
            yield _Placement(number, job, option, variable)


def _program(jobs: Sequence[Job], limits: Limits, *, relaxed: bool) -> Program:
    model = cp_model.CpModel()
    starts = tuple(tuple(model.new_bool_var("") for _ in job.options) for job in jobs)
    out = tuple(
        None if job.left_out is None and not relaxed else model.new_bool_var("") for job in jobs
    )
    program = Program(model, starts, out, {}, relaxed, [])
    for variables, left in zip(starts, out, strict=True):
        model.add_exactly_one([*variables, *([] if left is None else [left])])
    if not relaxed:
        for one in _placements(program, jobs):
            if one.option.late:
                model.add(one.variable == 0)
    _limit_crews(program, jobs, limits)
    _limit_equipment(program, jobs, limits)
    _limit_parts(program, jobs, limits)
    return program


def _limit_crews(program: Program, jobs: Sequence[Job], limits: Limits) -> None:
    busy = defaultdict[tuple[int, int], list[cp_model.IntVar]](list)
    for one in _placements(program, jobs):
        for slot in one.slots:
            busy[one.option.crew, slot].append(one.variable)
    for (crew, slot), those in sorted(busy.items(), key=lambda item: item[0]):
        _at_most(program, those, limits.free(crew, slot), ("crew", limits.crews[crew], slot))


def _limit_equipment(program: Program, jobs: Sequence[Job], limits: Limits) -> None:
    """One piece of work at a time on one piece of equipment."""
    busy = defaultdict[tuple[str, int], list[cp_model.IntVar]](list)
    for one in _placements(program, jobs):
        for slot in one.slots:
            busy[at_of(one.job.rig_id, one.job.equipment), slot].append(one.variable)
    for (equipment, slot), those in sorted(busy.items(), key=lambda item: item[0]):
        free = 0 if (equipment, slot) in limits.taken else 1
        _at_most(program, those, free, ("equipment", equipment, slot))


def _limit_parts(program: Program, jobs: Sequence[Job], limits: Limits) -> None:
    for part, until, count in limits.supplies:
        used = [
            one.variable
            for one in _placements(program, jobs)
            if one.job.norm.part == part and one.option.slot < until
        ]
        _at_most(program, used, count, ("part", part, until))


def _at_most(
    program: Program, those: list[cp_model.IntVar], most: int, what: tuple[str, str, int]
) -> None:
    if len(those) <= most:
        return
    if not program.relaxed:
        program.model.add(sum(those) <= most)
        return
    short = program.short[what] = program.model.new_int_var(0, len(those), "")
    program.model.add(sum(those) <= most + short)


def _standing(
    program: Program, jobs: Sequence[Job], limits: Limits
) -> list[tuple[int, cp_model.IntVar]]:
    """What it costs that rigs stand, by variables of how many percent of a slot they do."""
    there = defaultdict[tuple[str, int], list[_Placement]](list)
    for one in _placements(program, jobs):
        for slot in one.slots:
            there[one.job.rig_id, slot].append(one)
    terms = []
    for (rig_id, slot), those in sorted(there.items(), key=lambda item: item[0]):
        cost = round(CENT * limits.standing_cost(rig_id, slot) / PERCENT)
        if cost:
            stands = program.model.new_int_var(0, PERCENT, "")
            terms.append((cost, stands))
            _stand(program, limits, slot, those, stands)
    return terms


def _stand(
    program: Program,
    limits: Limits,
    slot: int,
    those: Sequence[_Placement],
    stands: cp_model.IntVar,
) -> None:
    """A rig stands at least as long as any of its equipment is worked on.

    As long as all of its work takes the crews that are there, too: whole plans do so anyway, but
    the linear relaxation would have thirds of three jobs share an hour with one crew.
    """
    at = defaultdict[str | None, list[tuple[cp_model.IntVar, int]]](list)
    for one in those:
        share = round(PERCENT * limits.share(one.job, slot))
        at[one.job.equipment].append((one.variable, share))
    for shares in at.values():
        program.model.add(sum(share * variable for variable, share in shares) <= stands)
    program.stands.append(
        (stands, [[(one.index, share) for one, share in shares] for shares in at.values()])
    )
    crews = {one.option.crew for one in those}
    at_once = max(sum(limits.free(crew, slot) for crew in crews), 1)
    if at_once < len(at):
        everywhere = [share * one for shares in at.values() for one, share in shares]
        program.model.add(sum(everywhere) <= at_once * stands)
