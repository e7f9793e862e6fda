"""What the store knows that a maintenance plan is made from."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from idrill.maintenance.consequences import Consequence, Norm, consequence_of, norm_of
from idrill.maintenance.life_law import FEWEST_FAILURES, WAITING, LifeLaw
from idrill.maintenance.outlook import Outlook, SaidBy, by_age, by_prognosis
from idrill.maintenance.plan_inputs import Known, Place, PlanInputs
from idrill.maintenance.rig_plan import RigPlan
from idrill.maintenance.tasks import OVER, Activity, State
from idrill.prognosis import InputQuality, Prognosis
from idrill.rigs import Rig
from idrill.rul.components import ComponentLife
from idrill.store import component_lives, maintenance_inputs, predictions, rigs, tasks
from idrill.store.model_trust import trusts
from idrill.store.tasks import Task, Wanted

PLANNER = "maintenance plan"
"""Who proposes what a plan wants."""
ALWAYS = 1.0
"""Own hours in an hour of the calendar, where nothing says how much a component works [-]."""
SETTLED = timedelta(days=1)
"""Time in service below which an age says nothing of how much a component works."""
RENEWED = "installed after the newest prognosis"
"""Why what was said of a unit holds no more: it is another one."""
MOST_TASKS = 10_000
"""Open tasks that are read."""


@dataclass(frozen=True, eq=False)
class _Told:
    """What people and models said."""

    at: datetime
    failures: tuple[Consequence, ...]
    work: tuple[Norm, ...]
    laws: Mapping[tuple[bool, str, str], LifeLaw]
    """By whether the rigs are simulated, component and make; "" of any make."""
    shares: Mapping[tuple[bool, str], float]
    """Own hours in an hour of the calendar on record, by the same but the make."""
    rig_plans: tuple[RigPlan, ...]
    trust: Mapping[tuple[bool, str], float]
    """How many times as often units failed as prognoses said, by the same [-]."""


def gathered(session: Session, at: datetime, wanted: Sequence[str] | None = None) -> PlanInputs:
    """What a plan is made from.

    Args:
        session: Of the store.
        at: The instant from which it is planned.
        wanted: Rigs that are planned; None: every one that is in use.

    Raises:
        NotFound: If a rig that is named does not exist.
    """
    planned = _rigs(session, wanted)
    upkeep = [one for one, _ in maintenance_inputs.upkeep(session)]
    every = {rig.id: component_lives.of_rig(session, rig.id) for rig in rigs.all_rigs(session)}
    kinds = {rig.id: rig.synthetic for rig in rigs.all_rigs(session)}
    lives = [(kinds[rig], life) for rig, those in every.items() for life in those]
    told = _Told(
        at,
        tuple(failure for one in upkeep for failure in one.failures),
        tuple(norm for one in upkeep for norm in one.work),
        _laws(lives),
        _shares(lives),
        tuple(plan for plan, _ in maintenance_inputs.rig_plans(session)),
        _trust(session, lives),
    )
    said = {
        (one.prognosis.rig_id, one.prognosis.equipment, one.prognosis.component): one.prognosis
        for one in predictions.latest(session, at=at)
    }
    installed = {
        (life.rig_id, life.equipment, life.component): life
        for life in (life for _, life in lives)
        if life.end is None
    }
    places = tuple(
        _place(told, rig, (rig.id, item.id, kind.name), said, installed)
        for rig in planned
        for item in rig.equipment
        for kind in item.components
    )
    return PlanInputs(
        at,
        places,
        _known(session, told, planned),
        tuple(crew for crew, _ in maintenance_inputs.crews(session)),
        tuple(part for part, _ in maintenance_inputs.parts(session)),
        told.rig_plans,
    )


def inputs_mark(session: Session) -> str:
    """Hash of what people said and what is installed: it changes when a plan should be made anew.

    Prognoses change every day and have the plan of the morning; a task changes by plans, too, so
    of tasks only those that people proposed or that ended count.
    """
    upkeep = [(one.component, version) for one, version in maintenance_inputs.upkeep(session)]
    crews = [(one.name, version) for one, version in maintenance_inputs.crews(session)]
    parts = [(one.name, version) for one, version in maintenance_inputs.parts(session)]
    plans = [(one.rig_id, version) for one, version in maintenance_inputs.rig_plans(session)]
    found = tasks.listed(session, Wanted(None, limit=MOST_TASKS))
    work = [
        (one.id, one.state.value)
        for one in found
        if one.created_by != PLANNER or one.state in (State.IN_PROGRESS, State.DONE)
    ]
    rigs_known = [rig.id for rig in _rigs(session, None)]
    told = repr((upkeep, crews, parts, plans, work, rigs_known))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _rigs(session: Session, wanted: Sequence[str] | None) -> list[Rig]:
    if wanted is not None:
        return [rigs.get(session, rig_id) for rig_id in sorted(set(wanted))]
    return [
        rig for rig in rigs.all_rigs(session) if rigs.standing(session, rig.id).retired_at is None
    ]


def _place(
    told: _Told,
    rig: Rig,
    at: tuple[str, str, str],
    said: Mapping[tuple[str, str, str], Prognosis],
    installed: Mapping[tuple[str, str, str], ComponentLife],
) -> Place:
    prognosis, life = said.get(at), installed.get(at)
    rig_id, equipment, component = at
    if prognosis is not None and life is not None and life.start > prognosis.as_of:
        prognosis = replace(prognosis, quantiles=None, age=None, reason=RENEWED)
    norm = norm_of(told.work, component, Activity.REPLACE)
    modes = prognosis.failure_modes if prognosis else ()
    consequence = consequence_of(told.failures, component, modes)
    law = _law(told, rig, component, life)
    usual, age = _pace(told, rig, component, prognosis, life)
    outlook, why = _outlook(told, prognosis, law, age, usual)
    trust = told.trust.get((rig.synthetic, component))
    if outlook is not None and outlook.said_by is SaidBy.PROGNOSIS and trust is not None:
        outlook = outlook.weighed(trust)
        why = "; ".join(filter(None, (why, f"its warnings came true {trust:.2f} times as told")))
    return Place(
        rig_id, equipment, component, outlook, why, usual, norm, consequence,
        _hour_cost(told, rig_id, norm, consequence, law, prognosis, outlook),
    )  # fmt: skip


def _law(told: _Told, rig: Rig, component: str, life: ComponentLife | None) -> LifeLaw | None:
    make = (life.variant if life else None) or ""
    own = told.laws.get((rig.synthetic, component, make))
    return own or told.laws.get((rig.synthetic, component, ""))


def _pace(
    told: _Told,
    rig: Rig,
    component: str,
    prognosis: Prognosis | None,
    life: ComponentLife | None,
) -> tuple[float, float | None]:
    """Own hours in an hour of the calendar, and the age of the unit now; None: nobody knows."""
    usual = told.shares.get((rig.synthetic, component), ALWAYS)
    if prognosis is not None and prognosis.age is not None:
        if life is not None and prognosis.as_of - life.start > SETTLED:
            usual = min(prognosis.age / ((prognosis.as_of - life.start) / timedelta(hours=1)), 1.0)
        return usual, prognosis.age + usual * _hours(prognosis.as_of, told.at)
    return usual, None if life is None else usual * _hours(life.start, told.at)


def _hours(start: datetime, end: datetime) -> float:
    return max((end - start) / timedelta(hours=1), 0.0)


def _outlook(
    told: _Told,
    prognosis: Prognosis | None,
    law: LifeLaw | None,
    age: float | None,
    usual: float,
) -> tuple[Outlook | None, str]:
    """What is known of the unit, and why it is not more."""
    if prognosis is not None and (found := by_prognosis(prognosis, law)) is not None:
        doubtful = prognosis.quality is InputQuality.DOUBTFUL
        later = found.after(usual * _hours(prognosis.as_of, told.at))
        return later, prognosis.reason if doubtful else ""
    why = (prognosis.reason if prognosis else "") or "no prognosis"
    if law is None:
        return None, f"{why}; fewer than {FEWEST_FAILURES} failures on record to plan by age"
    if age is None:
        return None, f"{why}; no record of when it was installed to plan by age"
    return by_age(law, age), why


def _hour_cost(
    told: _Told,
    rig_id: str,
    norm: Norm | None,
    consequence: Consequence | None,
    law: LifeLaw | None,
    prognosis: Prognosis | None,
    outlook: Outlook | None,
) -> float:
    """What an own hour of a unit costs in the long run [money].

    By the law of its kind that of the best age of replacement; without one between that of running
    to failure and that of perfect foresight, over twice the cap, which is the median life. More
    where a prognosis will say more tomorrow.
    """
    if norm is None or consequence is None or outlook is None:
        return 0.0
    plan = next((one for one in told.rig_plans if one.rig_id == rig_id), None)
    failed = consequence.cost + (plan.hour_cost * consequence.lost_hours if plan else 0.0)
    waiting = WAITING if outlook.said_by is SaidBy.PROGNOSIS else 1.0
    if law is not None:
        return waiting * law.hour_cost(norm.cost, failed)
    cap = prognosis.cap if prognosis else None
    return waiting * math.sqrt(norm.cost * failed) / (2.0 * cap) if cap else 0.0


def _laws(
    lives: Sequence[tuple[bool, ComponentLife]],
) -> dict[tuple[bool, str, str], LifeLaw]:
    """Laws of lives whose hours were counted, of each make and of all."""
    from idrill.rul.baselines.age import weibull

    groups: dict[tuple[bool, str, str], list[tuple[float, bool]]] = {}
    for synthetic, life in lives:
        if life.end is not None and life.own_hours:
            for make in {life.variant or "", ""}:
                key = (synthetic, life.component, make)
                groups.setdefault(key, []).append((life.own_hours, life.failed))
    found = {}
    for key, group in groups.items():
        ends, failed = np.array([end for end, _ in group]), np.array([one for _, one in group])
        if failed.sum() >= FEWEST_FAILURES:
            shape, scale = weibull(np.zeros(ends.size), ends, failed)
            found[key] = LifeLaw(shape, scale, int(failed.sum()))
    return found


def _trust(
    session: Session, lives: Sequence[tuple[bool, ComponentLife]]
) -> dict[tuple[bool, str], float]:
    """How far warnings came true, apart for simulated rigs and real ones."""
    shares, found = _shares(lives), dict[tuple[bool, str], float]()
    for kind in (False, True):
        own = {component: share for (one, component), share in shares.items() if one is kind}
        those = [life for synthetic, life in lives if synthetic is kind]
        told = trusts(session, those, own)
        found |= {(kind, component): trust for component, trust in told.items()}
    return found


def _shares(lives: Sequence[tuple[bool, ComponentLife]]) -> dict[tuple[bool, str], float]:
    groups: dict[tuple[bool, str], list[float]] = {}
    for synthetic, life in lives:
        if life.end is not None and life.own_hours and life.end - life.start > SETTLED:
            share = life.own_hours / _hours(life.start, life.end)
            groups.setdefault((synthetic, life.component), []).append(share)
    return {key: min(float(np.median(group)), 1.0) for key, group in groups.items()}


def _known(session: Session, told: _Told, planned: Sequence[Rig]) -> tuple[Known, ...]:
    """Open tasks; those of rigs that are not planned stay when they are."""
    states = [state for state in State if state not in OVER]
    found = tasks.listed(session, Wanted(None, states, limit=MOST_TASKS))
    by_id = {rig.id: rig for rig in planned}
    known = [_task(told, by_id.get(one.work.rig_id), one) for one in reversed(found)]
    elsewhere = (one for one in known if one.rig_id not in by_id)
    stays = {one.task for one in elsewhere if one.start is None}
    return tuple(one for one in known if one.task not in stays)


def _task(told: _Told, rig: Rig | None, task: Task) -> Known:
    work, plan = task.work, task.plan
    carried = {item.id: item.kind.value for item in rig.equipment} if rig else {}
    subject = work.component or carried.get(work.equipment or "")
    return Known(
        task.id, plan.title, work.rig_id, work.equipment, work.component, work.activity,
        task.state, plan.due, plan.planned_start, plan.planned_end, plan.assigned_to,
        task.state is State.PROPOSED and task.created_by == PLANNER,
        norm_of(told.work, subject, work.activity) if rig else None,
        task.version,
        rig is None,
    )  # fmt: skip
