"""Why a plan does nothing about a unit, and what somebody who acts on it should know."""

from idrill.maintenance.jobs import Job
from idrill.maintenance.limits import Limits
from idrill.maintenance.plan_inputs import Asked, Place


def reason_of(place: Place, job: Job | None) -> str:
    """Why nothing is done about a unit.

    Args:
        place: Where it is.
        job: Its replacement, where that was looked at.
    """
    if place.outlook is None:
        return f"not planned: {place.why or 'nothing says how long it lasts'}"
    if place.norm is None:
        return "not planned: nobody said what replacing it takes"
    if place.consequence is None:
        return "not planned: nobody said what its failure costs"
    if job is None:
        return "later is cheaper"
    return "later is cheaper than what is free"


def notes(asked: Asked, limits: Limits) -> tuple[str, ...]:
    """What limits were told so that the plan could not keep to them, and where it knows little."""
    grid, found = asked.grid, []
    for (crew, slot), busy in sorted(limits.busy.items()):
        if busy > limits.sizes[crew]:
            found.append(
                f"frozen work takes {busy} of crew {limits.crews[crew]} "
                f"at {grid.at(slot):%Y-%m-%d %H:%M}, which does {limits.sizes[crew]} at once"
            )
    rigs = sorted({place.rig_id for place in asked.inputs.places})
    unplanned = [rig for rig in rigs if asked.inputs.rig_plan(rig) is None]
    if unplanned:
        found.append(
            f"no rig plan of {', '.join(unplanned)}: an hour that they stand costs nothing here"
        )
    listed = {part.name for part in asked.inputs.parts}
    used = {place.norm.part for place in asked.inputs.places if place.norm is not None}
    if unlisted := sorted(part for part in used if part is not None and part not in listed):
        found.append(f"nobody said how many there are, so as if enough: {', '.join(unlisted)}")
    short = [place.name for place in asked.inputs.places if _ends(asked, place)]
    if short:
        found.append(
            "beyond the cap of the prognosis nothing is known, so no risk is counted: "
            + ", ".join(short)
        )
    return tuple(found)


def _ends(asked: Asked, place: Place) -> bool:
    """Whether what is known of a unit ends before the plan does."""
    hours = place.usual * asked.wish.days * 24.0
    return place.outlook is not None and place.outlook.known_to < hours
