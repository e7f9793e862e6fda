"""Work that competes with no other work, so that each parcel of it is planned on its own."""

from collections.abc import Sequence

from idrill.maintenance.jobs import Job
from idrill.maintenance.limits import Limits


def parcels(jobs: Sequence[Job], limits: Limits) -> list[list[int]]:
    """Numbers of jobs that share a rig, a crew or a scarce part, directly or by others.

    Args:
        jobs: What may be placed.
        limits: Of the plan.
    """
    scarce = {part for part, _, _ in limits.supplies}
    found: list[tuple[set[str], list[int]]] = []
    for number, job in enumerate(jobs):
        needs = {f"rig {job.rig_id}"} | {f"crew {option.crew}" for option in job.options}
        needs |= {f"part {job.norm.part}"} if job.norm.part in scarce else set()
        numbers = [number]
        for other in [one for one in found if one[0] & needs]:
            needs |= other[0]
            numbers += other[1]
            found.remove(other)
        found.append((needs, numbers))
    return sorted(sorted(numbers) for _, numbers in found)
