"""Why no plan keeps to every limit: which one would have to give, and by how much.

First what no crew could ever do; then, of all plans that break limits, the one that breaks them by
least (hours late, hours of a crew, parts), whose breaches are what is told.
"""

from collections import defaultdict
from collections.abc import Sequence

from idrill.maintenance.jobs import Job, open_slots
from idrill.maintenance.plan import Shortfall
from idrill.maintenance.plan_inputs import Asked
from idrill.maintenance.search import Found

AT = "%Y-%m-%d %H:%M"


def impossible(asked: Asked, jobs: Sequence[Job]) -> list[Shortfall]:
    """Work that has to be done and that no crew could do, whatever else is to do."""
    return [_nobody(asked, job) for job in jobs if job.left_out is None and not job.options]


def _nobody(asked: Asked, job: Job) -> Shortfall:
    able = [one for one in asked.inputs.crews if one.may(job.norm.skill, job.rig_id)]
    if not able:
        words = f"{job.name}: no crew with the skill {job.norm.skill} goes to {job.rig_id}"
        return Shortfall("skill", job.norm.skill, 1.0, "crew", words)
    grid = asked.grid
    longest = max(
        (len(stretch) * grid.slot_hours for crew in able for stretch in open_slots(crew, grid)),
        default=0.0,
    )
    by = job.slots * grid.slot_hours - longest
    words = (
        f"{job.name}: takes {job.norm.hours:g} h in one go, and those who can work at most "
        f"{longest:g} h: {by:g} h too few"
    )
    return Shortfall("shift", job.name, by, "h", words)


def shortfalls(asked: Asked, jobs: Sequence[Job], least: Found) -> list[Shortfall]:
    """What the plan breaks that breaks limits by least.

    Args:
        asked: Of the plan.
        jobs: What may be placed.
        least: That plan.
    """
    found = []
    for job, at in zip(jobs, least.chosen, strict=False):
        if at is None and job.left_out is None:
            words = f"{job.name}: there is no time for it at all"
            found.append(Shortfall("crew", job.name, job.norm.hours, "h", words))
        elif at is not None and job.options[at].late:
            found.append(_late(asked, job, job.options[at].late))
    return found + _crews(asked, least) + _parts(asked, least) + _equipment(asked, least)


def _late(asked: Asked, job: Job, late: float) -> Shortfall:
    due = job.known.due if job.known else None
    first = min(option.slot for option in job.options) + job.slots
    words = (
        f"{job.name}: due {due or asked.grid.end:{AT}}, done {late:g} h late at the earliest that "
        f"all limits allow (by its crews alone {asked.grid.at(first):{AT}})"
    )
    return Shortfall("due", job.name, late, "h", words)


def _crews(asked: Asked, least: Found) -> list[Shortfall]:
    short = defaultdict[str, list[tuple[int, int]]](list)
    for (limit, subject, slot), by in least.short.items():
        if limit == "crew":
            short[subject].append((slot, by))
    found, grid = [], asked.grid
    for crew, slots in sorted(short.items()):
        hours = sum(by for _, by in slots) * grid.slot_hours
        first, last = min(slots)[0], max(slots)[0]
        words = (
            f"crew {crew}: {hours:g} h too few between {grid.at(first):{AT}} and "
            f"{grid.at(last + 1):{AT}}"
        )
        found.append(Shortfall("crew", crew, hours, "h", words))
    return found


def _parts(asked: Asked, least: Found) -> list[Shortfall]:
    found = []
    for (limit, part, until), by in sorted(least.short.items()):
        if limit == "part":
            words = f"part {part}: {by} too few before {asked.grid.at(until):{AT}}"
            found.append(Shortfall("part", part, float(by), "parts", words))
    return found


def _equipment(asked: Asked, least: Found) -> list[Shortfall]:
    hours = defaultdict[str, float](float)
    for (limit, subject, _), by in least.short.items():
        if limit == "equipment":
            hours[subject] += by * asked.grid.slot_hours
    return [
        Shortfall("equipment", one, by, "h", f"{one}: {by:g} h of work at the same time as other")
        for one, by in sorted(hours.items())
    ]
