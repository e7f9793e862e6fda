"""A good plan made better, a few rigs at a time.

Where many rigs share few crews the whole program is too large to be solved to its end; with the
work of all other rigs held where it is, that of a few rigs is not (large neighbourhood search).
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from idrill.maintenance.jobs import Job
from idrill.maintenance.limits import Limits
from idrill.maintenance.program import strict_program
from idrill.maintenance.search import Effort, Verdict, solved

RIGS = 3
"""At a time."""
SHARE = 0.05
"""Of the effort that one neighbourhood may take [-]."""
IDLE = 2
"""Rounds over all rigs that bring nothing, after which it ends."""


def improved(
    jobs: Sequence[Job], limits: Limits, chosen: Sequence[int | None], effort: Effort
) -> tuple[tuple[int | None, ...], float, bool]:
    """A plan that costs no more.

    Args:
        jobs: What may be placed.
        limits: Of the plan.
        chosen: Option of each job; None: left out (job).
        effort: Of all neighbourhoods together.

    Returns:
        The option of each job, the deterministic seconds that were spent, and whether the clock
        ended it.
    """
    random, spent, end = Random(effort.seed), 0.0, time.monotonic() + effort.seconds  # noqa: S311
    best, rigs, idle = list(chosen), sorted({job.rig_id for job in jobs}), 0
    while idle < IDLE and len(rigs) > 1:
        random.shuffle(rigs)
        before = list(best)
        for first in range(0, len(rigs), RIGS):
            left = effort.deterministic - spent
            if left <= 0.0 or time.monotonic() >= end:
                return tuple(best), spent, left > 0.0
            seconds = max(end - time.monotonic(), 0.01)
            a_bit = Effort(min(SHARE * effort.deterministic, left), seconds, effort.seed)
            spent += max(_improve(jobs, limits, best, set(rigs[first : first + RIGS]), a_bit), 1e-3)
        idle = idle + 1 if best == before else 0
    return tuple(best), spent, False


def _improve(
    jobs: Sequence[Job], limits: Limits, best: list[int | None], rigs: set[str], effort: Effort
) -> float:
    """Place the work of some rigs anew, if that is cheaper; the deterministic seconds it took."""
    own = [number for number, job in enumerate(jobs) if job.rig_id in rigs]
    if not own:
        return 0.0
    others = [
        (jobs[number], at)
        for number, at in enumerate(best)
        if at is not None and jobs[number].rig_id not in rigs
    ]
    program = strict_program([jobs[number] for number in own], _less(limits, others))
    found = solved(program, effort, [best[number] for number in own])
    if found.verdict in (Verdict.OPTIMAL, Verdict.FEASIBLE):
        for number, at in zip(own, found.chosen, strict=True):
            best[number] = at
    return found.spent


def _less(limits: Limits, taken: Sequence[tuple[Job, int]]) -> Limits:
    """What work that is held leaves of the limits."""
    busy = Counter(limits.busy)
    for job, at in taken:
        option = job.options[at]
        busy.update((option.crew, slot) for slot in range(option.slot, option.slot + job.slots))
    supplies = tuple(
        (
            part,
            until,
            count
            - sum(job.norm.part == part and job.options[at].slot < until for job, at in taken),
        )
        for part, until, count in limits.supplies
    )
    return replace(limits, busy=busy, supplies=supplies)
