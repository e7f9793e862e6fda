"""Live rigs that fall silent altogether: the clock goes on in place of their time.

Rules are judged by rows, and where none comes nothing is judged. So the clock is let go on from the
last commit of readings, and what is stale by then is raised, with the instant at which the next row
would raise it too: whoever scores that row changes nothing. Where rows come later that show that
nothing was stale, the alert returns.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from idrill.frame import Origin
from idrill.maintenance.alerts import State
from idrill.maintenance.rules import Condition, Evaluator, Rule, Turn
from idrill.maintenance.rules.definition import Stale, leaves
from idrill.store import alert_conditions, alert_rules, live_outlet
from idrill.store.orm import AlertRow, AlertRuleRow, LiveRigRow

QUIET = timedelta(seconds=15)
"""Silence from which a rig is looked at."""
LONGEST = timedelta(days=2)
"""Silence by which everything stale was raised."""


def quiet(session: Session, now: datetime) -> list[str]:
    """Live rigs that told nothing lately."""
    changed = LiveRigRow.changed_at
    query = select(LiveRigRow.rig_id).where(LiveRigRow.origin == Origin.LIVE)
    query = query.where(changed <= now - QUIET, changed >= now - LONGEST)
    return list(session.scalars(query.order_by(LiveRigRow.rig_id)))


def judge(session: Session, rig_id: str, now: datetime) -> None:
    """Raise what is stale on a rig by the clock, and end what turned out not to be."""
    row = session.get(LiveRigRow, rig_id, populate_existing=True)
    outlet = live_outlet.outlet_of(session, rig_id)
    state = outlet.state.get("rules")
    if row is None or row.revision != outlet.scored_to or not isinstance(state, dict):
        return
    rules = [rule for rule in alert_rules.covering(session, rig_id) if _waits(rule)]
    evaluator = Evaluator(rig_id, rules, state)
    if evaluator.last is None:
        return
    stale = evaluator.advance(evaluator.last + (now - row.changed_at))
    unfounded = _unfounded(session, rig_id, rules, evaluator)
    alert_conditions.apply(session, rig_id, [*stale, *unfounded])


def _waits(rule: Rule) -> bool:
    return any(isinstance(leaf, Stale) for leaf in leaves(rule.term))


def _unfounded(
    session: Session, rig_id: str, rules: list[Rule], evaluator: Evaluator
) -> list[Condition]:
    """The ends of conditions that do not stand, as rows that came later show."""
    named, standing = {rule.name: rule for rule in rules}, evaluator.standing()
    query = select(AlertRow, AlertRuleRow.name).join(AlertRuleRow)
    query = query.where(AlertRow.rig_id == rig_id, AlertRow.active, AlertRuleRow.name.in_(named))
    return [
        _end(named[name], alert, evaluator.last)
        for alert, name in session.execute(query.where(AlertRow.state != State.CLOSED))
        if standing.get((name, alert.key)) is False
    ]


def _end(rule: Rule, alert: AlertRow, last: datetime | None) -> Condition:
    began = alert.turned_at or alert.raised_at
    return Condition(
        rule=rule.name,
        version=rule.version,
        key=alert.key,
        turn=Turn.RETURNED,
        at=max(last or began, began + timedelta(microseconds=1)),
        value=None,
        channel=alert.channel,
        priority=rule.priority,
        message="rows that came later show that it was not stale",
        equipment=alert.equipment,
        component=alert.component,
    )
