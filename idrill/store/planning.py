"""From what the store knows to a maintenance plan, and from the plan to proposed tasks.

What a plan wants is proposed, never more: people approve it, schedule it and do it. What an earlier
plan proposed and this one does not want is taken back as long as nobody approved it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from idrill.errors import IDrillError, NoPlan
from idrill.maintenance.alerts import Priority
from idrill.maintenance.plan import Entry, Plan
from idrill.maintenance.plan_inputs import Asked, PlanInputs, Wish
from idrill.maintenance.plan_states import PlanState
from idrill.maintenance.tasks import State
from idrill.store import maintenance_plans, tasks
from idrill.store.database import Database
from idrill.store.maintenance_plans import Answer, KnownPlan, Request
from idrill.store.orm.columns import plain
from idrill.store.planned_from import PLANNER, gathered
from idrill.store.tasks import Author, Work

URGENT = ((0.5, Priority.HIGH), (0.2, Priority.MEDIUM), (0.0, Priority.LOW))
"""Priority of a proposal by the chance that the unit fails while the plan lasts [-]."""


def plan_now(database: Database, wanted: Request, at: datetime | None = None) -> KnownPlan:
    """Ask for a plan and make it."""
    with database.session() as session:
        number = maintenance_plans.request(session, wanted).id
    return answered(database, number, at)


def answered(database: Database, number: int, at: datetime | None = None) -> KnownPlan:
    """Make a plan that was asked for, unless somebody else does or did.

    Args:
        database: The store.
        number: Of the plan.
        at: The instant from which it is planned; now if left out.

    Raises:
        NotFound: If there is no such plan.
    """
    with database.session() as session:
        claimed = maintenance_plans.claim(session, number)
        if claimed is None:
            return maintenance_plans.get(session, number)
    try:
        found = _made(database, claimed, at or datetime.now(UTC))
    except NoPlan as error:
        found = Answer(PlanState.IMPOSSIBLE, problem=str(error))
    except IDrillError as error:
        found = Answer(PlanState.FAILED, problem=str(error))
    with database.session() as session:
        return maintenance_plans.answer(session, number, found)


def _made(database: Database, claimed: KnownPlan, at: datetime) -> Answer:
    # OR-Tools and pandas, which it brings, are loaded by who plans, not by who reads plans.
    from idrill.maintenance.planning import planned

    wish = Wish(**_fields(claimed.wish))
    with database.session() as session:
        inputs = gathered(session, at, claimed.rigs)
    plan = planned(Asked(inputs, wish))
    with database.session() as session:
        numbers = propose(session, inputs, plan, claimed.id)
    entries = [replace(one, task=numbers[at]) for at, one in enumerate(plan.entries)]
    told = in_json(replace(plan, entries=tuple(entries)))
    return Answer(PlanState.DONE, digest_of(inputs), told)


def _fields(wish: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for name, value in wish.items() if name in Wish.__dataclass_fields__}


def in_json(plan: Plan) -> dict[str, object]:
    """A plan as plain data, with the gap of its search."""
    told = plain(asdict(plan) | {"search": asdict(plan.search) | {"gap": plan.search.gap}})
    assert isinstance(told, dict)  # noqa: S101  a mapping stays one
    return told


def propose(session: Session, inputs: PlanInputs, plan: Plan, number: int) -> list[int]:
    """Carry a plan into tasks; the number of the task of each entry.

    Args:
        session: Of the store.
        inputs: That it was made from.
        plan: To carry out.
        number: Of the plan.

    Raises:
        VersionConflict: If somebody changed a task while the plan was made.
    """
    versions = {one.task: one.version for one in inputs.known}
    numbers = [_entered(session, one, versions, number) for one in plan.entries]
    for left in plan.left_out:
        if left.withdrawn and left.task is not None:
            author = Author(PLANNER, versions[left.task], f"plan {number}: {left.reason}")
            found = tasks.get(session, left.task)
            tasks.move(session, left.task, State.CANCELLED, author, found.plan)
    return numbers


def _entered(session: Session, entry: Entry, versions: Mapping[int, int], number: int) -> int:
    """The task of an entry: a new one, or the one that it is, with its time."""
    if entry.task is None:
        work = Work(entry.rig_id, entry.activity, entry.equipment, entry.component)
        said = tasks.Plan(_title(entry), _priority(entry), None, entry.start, entry.end, entry.crew)
        author = Author(PLANNER, 0, f"plan {number}{_because(entry)}")
        return tasks.propose(session, work, said, author).id
    if not entry.fixed:
        found = tasks.get(session, entry.task)
        timed = replace(
            found.plan, planned_start=entry.start, planned_end=entry.end, assigned_to=entry.crew
        )
        if timed != found.plan:
            author = Author(PLANNER, versions[entry.task], f"plan {number}{_because(entry)}")
            tasks.change(session, entry.task, timed, author)
    return entry.task


def _title(entry: Entry) -> str:
    return f"{entry.activity} {entry.component or ''} of {entry.equipment}".replace("_", " ")


def _priority(entry: Entry) -> Priority:
    chance = entry.forestalls.failed_if_left if entry.forestalls else 0.0
    return next(priority for least, priority in URGENT if chance >= least)


def _because(entry: Entry) -> str:
    known = entry.forestalls
    if known is None:
        return ""
    source = known.model or "its age"
    return f": by {source} {known.failed_if_left:.0%} fail while it lasts if left alone"


def digest_of(inputs: PlanInputs) -> str:
    """Hash of what a plan is made from, but for the instant."""
    told = {
        "places": [
            (one.name, one.why, one.usual, one.norm, one.consequence, one.hour_cost,
             None if one.outlook is None else (one.outlook.hours.round(3).tolist(),
                                               one.outlook.chance.round(6).tolist()))
            for one in inputs.places
        ],
        "known": inputs.known, "crews": inputs.crews, "parts": inputs.parts,
        "rig_plans": inputs.rig_plans,
    }  # fmt: skip
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()
