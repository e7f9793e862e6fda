"""The serial rule: what has to end soonest is placed first, where it then costs least.

A planner with a board works like this (serial schedule generation by latest finish; Kolisch 1996).
It gives the solver a plan to begin with, and whoever judges the solver a rule to beat.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from idrill.maintenance.jobs import Job, Option
from idrill.maintenance.limits import Limits, at_of


@dataclass(frozen=True, eq=False)
class Board:
    """What is taken so far."""

    limits: Limits
    busy: Counter[tuple[int, int]] = field(default_factory=Counter)
    taken: set[tuple[str, int]] = field(default_factory=set)
    used: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Slots in which parts are used, by part."""
    stands: defaultdict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    """For how much of a slot a rig stands, by rig and slot [-]."""

    def fits(self, job: Job, option: Option) -> bool:
        """Whether an option of a job is within the limits that are left."""
        at, slots = at_of(job.rig_id, job.equipment), range(option.slot, option.slot + job.slots)
        crew, limits = option.crew, self.limits
        return (
            not option.late
            and all(self.busy[crew, one] < limits.free(crew, one) for one in slots)
            and not any((at, one) in self.taken or (at, one) in limits.taken for one in slots)
            and self._has_part(job, option.slot)
        )

    def _has_part(self, job: Job, slot: int) -> bool:
        return all(
            slot >= until or sum(one < until for one in self.used[part]) < count
            for part, until, count in self.limits.supplies
            if part == job.norm.part
        )

    def cost(self, job: Job, option: Option) -> float:
        """What an option costs, the hours included for which the rig would not stand anyway."""
        return option.cost + sum(
            max(self.limits.share(job, slot) - self.stands[job.rig_id, slot], 0.0)
            * self.limits.standing_cost(job.rig_id, slot)
            for slot in range(option.slot, option.slot + job.slots)
        )

    def place(self, job: Job, option: Option) -> None:
        """Take what an option needs."""
        for slot in range(option.slot, option.slot + job.slots):
            self.busy[option.crew, slot] += 1
            self.taken.add((at_of(job.rig_id, job.equipment), slot))
            there = self.stands[job.rig_id, slot]
            self.stands[job.rig_id, slot] = max(there, self.limits.share(job, slot))
        if job.norm.part is not None:
            self.used[job.norm.part].append(option.slot)


def cost_of(jobs: Sequence[Job], limits: Limits, chosen: Sequence[int | None]) -> float:
    """What a plan costs [money].

    Args:
        jobs: What may be placed.
        limits: Of the plan.
        chosen: Option of each job; None: left out (job).
    """
    board, total = Board(limits), 0.0
    for job, at in zip(jobs, chosen, strict=True):
        if at is None:
            total += job.left_out or 0.0
        else:
            total += board.cost(job, job.options[at])
            board.place(job, job.options[at])
    return total


def by_latest_finish(
    jobs: Sequence[Job], limits: Limits
) -> tuple[tuple[int | None, ...], float] | None:
    """A plan by the serial rule and its cost; None if it cannot place what has to be done.

    Returns:
        The option of each job, None where it is left out (job), and the cost [money].
    """
    board, total = Board(limits), 0.0
    found: list[int | None] = [None] * len(jobs)
    for number in sorted(range(len(jobs)), key=lambda one: _urgency(jobs[one])):
        job = jobs[number]
        fitting = [at for at, option in enumerate(job.options) if board.fits(job, option)]
        costs = {at: board.cost(job, job.options[at]) for at in fitting}
        best = min(fitting, key=lambda at: (costs[at], at), default=None)
        if best is not None and (job.left_out is None or costs[best] < job.left_out):
            board.place(job, job.options[best])
            found[number], total = best, total + costs[best]
        elif job.left_out is None:
            return None
        else:
            total += job.left_out
    return tuple(found), total


def _urgency(job: Job) -> tuple[bool, int, str]:
    """What has to be done comes first, then by the last slot in which it pays to begin."""
    latest = max((one.slot for one in job.options if not one.late), default=0)
    return job.left_out is not None, latest + job.slots, job.name
