"""What rules found becomes alerts: one for each rule and thing on a rig, however often it is told.

A condition is told in time of the rig, and its time grows from turn to turn of a rule and a thing;
so what was told before changes nothing when it is told again. An alert that is put aside follows
its condition silently.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from idrill.maintenance.alerts import Action, State
from idrill.maintenance.escalations import Escalation
from idrill.maintenance.rules import Condition, Turn, read_rule
from idrill.store import live_outlet
from idrill.store.alert_changes import (
    CLOCK,
    RAISED,
    RULE,
    Done,
    act,
    escalate,
    follow,
    locked,
    remember,
)
from idrill.store.inserting import insert_absent
from idrill.store.orm import AlertRow, AlertRuleRow, LiveOutletRow

_ASIDE = (State.SHELVED.value, State.SUPPRESSED.value)


def apply(session: Session, rig_id: str, conditions: Sequence[Condition]) -> None:
    """Raise alerts and have them return, as conditions tell.

    What a rule tells that was changed, switched off or taken from the rig meanwhile is passed over:
    the next judgement is made by what the rule is now.

    Args:
        session: An open session.
        rig_id: The rig.
        conditions: In order of time.
    """
    if all(_is_known(session, rig_id, condition) for condition in conditions):
        return
    live_outlet.hold(session, rig_id)
    # Who changes a rule takes the turns of all rigs too, so these stay as they are.
    rules = _rules(session, {one.rule for one in conditions})
    for condition in conditions:
        # So that what escalates does so however many rows are judged at once.
        escalate_rig(session, rig_id, condition.at)
        rule = rules.get(condition.rule)
        if rule is not None and rule.enabled and rule.version == condition.version:
            _apply(session, rig_id, rule, condition)


def escalate_rig(session: Session, rig_id: str, to: datetime) -> None:
    """Escalate what rules raised on a rig, as far as the rig's time has come."""
    _escalate(session, _due(to).where(AlertRow.rig_id == rig_id, AlertRow.rule_id.is_not(None)))


def escalate_by_clock(session: Session, now: datetime) -> None:
    """Escalate what people raised."""
    _escalate(session, _due(now).where(AlertRow.rule_id.is_(None)))


def withdraw(session: Session, rule_id: int, kept: str | None = None) -> None:
    """End the conditions of a rule that is judged no longer.

    Args:
        session: An open session.
        rule_id: The rule.
        kept: The rig that it is still judged on.
    """
    for rig_id in session.scalars(
        select(LiveOutletRow.rig_id).order_by(LiveOutletRow.rig_id)
    ).all():
        live_outlet.hold(session, rig_id)
    query = select(AlertRow.id).where(AlertRow.rule_id == rule_id, AlertRow.active)
    query = query.where(AlertRow.state != State.CLOSED)
    if kept is not None:
        query = query.where(AlertRow.rig_id != kept)
    for number in session.scalars(query.order_by(AlertRow.rig_id, AlertRow.id)).all():
        row = locked(session, number)
        _turn(session, row, Action.RETURN, Done(CLOCK, "its rule is judged no longer"))


def _rules(session: Session, names: Iterable[str]) -> dict[str, AlertRuleRow]:
    """Rules by name."""
    query = select(AlertRuleRow).where(AlertRuleRow.name.in_(sorted(names)))
    found = session.scalars(query, execution_options={"populate_existing": True})
    return {row.name: row for row in found}


def _is_known(session: Session, rig_id: str, condition: Condition) -> bool:
    """Whether a condition changes nothing; told without locking anything."""
    query = select(AlertRow.turned_at, AlertRow.active, AlertRow.state).join(AlertRuleRow)
    query = query.where(
        AlertRow.rig_id == rig_id,
        AlertRuleRow.name == condition.rule,
        AlertRow.key == condition.key,
    )
    newest = session.execute(query.order_by(AlertRow.id.desc()).limit(1)).one_or_none()
    if newest is None or newest.turned_at is None:
        return False
    stands = newest.active and newest.state != State.CLOSED and condition.turn is Turn.RAISED
    return bool(stands or condition.at <= newest.turned_at)


def _apply(session: Session, rig_id: str, rule: AlertRuleRow, condition: Condition) -> None:
    number = _newest(session, rig_id, rule.id, condition.key)
    row = None if number is None else locked(session, number)
    if row is not None and row.turned_at is not None and condition.at <= row.turned_at:
        return
    if row is None or row.state == State.CLOSED:
        if condition.turn is Turn.RAISED:
            _raise(session, rig_id, rule, condition)
        return
    wanted = condition.turn is Turn.RAISED
    if row.active is wanted:
        return
    row.turned_at = condition.at
    if wanted:
        row.value, row.message = condition.value, condition.message
        row.rule_version = condition.version
    action = Action.RECUR if wanted else Action.RETURN
    _turn(session, row, action, Done(f"{RULE}{rule.name}", condition.message, condition.at))


def _turn(session: Session, row: AlertRow, action: Action, done: Done) -> None:
    if row.state in _ASIDE:
        follow(session, row, action, done)
    else:
        act(session, row, action, done)


def _newest(session: Session, rig_id: str, rule_id: int, key: str) -> int | None:
    """The last alert of a rule and a thing."""
    query = select(AlertRow.id).where(
        AlertRow.rig_id == rig_id, AlertRow.rule_id == rule_id, AlertRow.key == key
    )
    return session.scalar(query.order_by(AlertRow.id.desc()).limit(1))


def _raise(session: Session, rig_id: str, rule: AlertRuleRow, condition: Condition) -> None:
    """Open an alert, unless there is an open one."""
    steps = _steps(rule, condition)
    first = timedelta(seconds=steps[0].after) if steps else None
    values: dict[str, object] = {
        "rig_id": rig_id,
        "equipment": condition.equipment,
        "component": condition.component,
        "channel": condition.channel,
        "priority": condition.priority.value,
        "message": condition.message,
        "raised_by": f"{RULE}{rule.name}",
        "raised_at": datetime.now(UTC),
        "state": State.UNACKNOWLEDGED.value,
        "version": 1,
        "rule_id": rule.id,
        "rule_version": condition.version,
        "key": condition.key,
        "active": True,
        "value": condition.value,
        "event_at": condition.at,
        "turned_at": condition.at,
        "escalations": {"steps": [[step.after, step.to.value] for step in steps]},
        "escalate_at": condition.at + first if first is not None else None,
    }
    before = _newest(session, rig_id, rule.id, condition.key)
    insert_absent(session, AlertRow, [values])
    number = _newest(session, rig_id, rule.id, condition.key)
    if number is not None and number != before:
        row = session.get_one(AlertRow, number, populate_existing=True)
        remember(session, row, RAISED, Done(row.raised_by, "", condition.at))


def _steps(rule: AlertRuleRow, condition: Condition) -> tuple[Escalation, ...]:
    return read_rule(rule.definition, condition.version).escalations


def _due(to: datetime) -> Select[tuple[int]]:
    query = select(AlertRow.id).where(AlertRow.escalate_at <= to)
    return query.where(AlertRow.state == State.UNACKNOWLEDGED).order_by(AlertRow.id)


def _escalate(session: Session, due: Select[tuple[int]]) -> None:
    """Take as many steps as are due."""
    while numbers := session.scalars(due).all():
        for number in numbers:
            row = locked(session, number)
            if row.escalate_at is not None and row.state == State.UNACKNOWLEDGED:
                escalate(session, row, row.escalate_at)
