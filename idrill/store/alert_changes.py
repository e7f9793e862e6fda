"""What changes on an alert, whoever does it: its state, its history, and who is told.

A change, its entry in the history, the event that sockets read and the notices to people are one
transaction.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.maintenance.alerts import Action, Priority, State, after
from idrill.maintenance.escalations import Escalation
from idrill.store import live_outlet, notifications
from idrill.store.holding import held
from idrill.store.live_outlet import Event, EventKind
from idrill.store.orm import AlertHistoryRow, AlertRow

CLOCK = "clock"
"""Who ends a shelf, and who escalates."""

RAISED = "raise"


@dataclass(frozen=True, slots=True)
class Done:
    """Who did something to an alert, when and why."""

    by: str
    note: str = ""
    event_at: datetime | None = None
    """In time of the rig; None: a person did it."""
    until: datetime | None = None
    """When a shelf ends."""
    at: datetime | None = None
    """By the clock; None: now."""


def absent(number: int) -> NotFound:
    """What is told where there is no such alert, or none that one may see."""
    return NotFound(f"no alert that you may see has the number {number}")


def locked(session: Session, number: int) -> AlertRow:
    """An alert that nobody else changes until the transaction ends, its shelf ended if it is due.

    Raises:
        NotFound: If there is none.
    """
    found = session.get(AlertRow, number, populate_existing=True)
    if found is None:
        raise absent(number)
    # Who scores takes its turn before it locks alerts, so everybody does.
    live_outlet.hold(session, found.rig_id)
    row = held(session, AlertRow, number)
    if row is None:
        raise absent(number)
    until = row.shelved_until
    if until is not None and until <= datetime.now(UTC):
        act(session, row, Action.UNSHELVE, Done(CLOCK, "its time was up", at=until))
    return row


def act(session: Session, row: AlertRow, action: Action, done: Done) -> None:
    """Do something to an alert that is locked, and what follows from it.

    Raises:
        IllegalMove: If that cannot be done to it.
    """
    _move(session, row, action, done)
    if action is Action.RETURN:
        row.active = False
    elif action is Action.RECUR:
        row.active = True
    elif action in (Action.UNSHELVE, Action.UNSUPPRESS) and not row.active:
        over = Done(CLOCK, "its condition is over meanwhile", row.turned_at, at=done.at)
        _move(session, row, Action.RETURN, over)
    _pace(session, row, action, done)


def follow(session: Session, row: AlertRow, action: Action, done: Done) -> None:
    """Enter what became of the condition of an alert that is put aside; its state stays."""
    row.active = action is Action.RECUR
    row.version += 1
    remember(session, row, action.value, done)


def escalate(session: Session, row: AlertRow, due: datetime) -> None:
    """Give an alert that is locked the priority of the next step.

    Raises:
        IllegalMove: If somebody acknowledged it.
    """
    step, *rest = steps_of(row)
    base = row.base_priority or row.priority
    row.priority = step.to.value
    note = f"unacknowledged for {timedelta(seconds=step.after)}"
    in_event_time = due if row.rule_id is not None else None
    _move(session, row, Action.ESCALATE, Done(CLOCK, note, in_event_time))
    row.base_priority = base
    row.escalate_at = due + timedelta(seconds=rest[0].after - step.after) if rest else None
    session.flush()


def steps_of(row: AlertRow) -> list[Escalation]:
    """The steps that are left, of those that lead above its priority."""
    stored = (row.escalations or {}).get("steps", [])
    steps = [Escalation(float(after), Priority(to)) for after, to in stored]  # type: ignore[attr-defined]
    order = list(Priority)
    return [step for step in steps if order.index(step.to) > order.index(Priority(row.priority))]


def remember(session: Session, row: AlertRow, action: str, done: Done) -> None:
    """Enter what was done to an alert, and tell who wants to know."""
    session.add(
        AlertHistoryRow(
            alert_id=row.id,
            number=row.version,
            action=action,
            state=row.state,
            by=done.by,
            note=done.note,
            at=done.at or datetime.now(UTC),
            shelved_until=row.shelved_until,
            event_at=done.event_at,
            priority=row.priority,
        )
    )
    session.flush()
    body = _told(row, action, done)
    at = done.event_at or done.at or datetime.now(UTC)
    live_outlet.tell(session, row.rig_id, events=[Event(EventKind.ALERT, at, body)])
    notifications.enter(session, row, action, body)


def _move(session: Session, row: AlertRow, action: Action, done: Done) -> None:
    row.state = after(State(row.state), action).value
    row.shelved_until = done.until
    row.version += 1
    remember(session, row, action.value, done)


def _pace(session: Session, row: AlertRow, action: Action, done: Done) -> None:
    """Begin to wait for the next step, or end it and take the priority back."""
    if action is Action.RECUR and (steps := steps_of(row)):
        began = done.event_at or datetime.now(UTC)
        row.escalate_at = began + timedelta(seconds=steps[0].after)
    if action not in (Action.ACKNOWLEDGE, Action.RETURN):
        return
    row.escalate_at = None
    base, row.base_priority = row.base_priority, None
    if base is not None and base != row.priority and row.state != State.CLOSED:
        row.priority = base
        why = "acknowledged" if action is Action.ACKNOWLEDGE else "its condition is over"
        _move(session, row, Action.DEESCALATE, Done(CLOCK, why, done.event_at, at=done.at))


def _told(row: AlertRow, action: str, done: Done) -> dict[str, object]:
    """What an event says of an alert."""
    return {
        "alert": row.id,
        "change": row.version,
        "rig_id": row.rig_id,
        "action": action,
        "state": row.state,
        "active": row.active,
        "priority": row.priority,
        "message": row.message,
        "rule": rule_of(row),
        "key": row.key,
        "equipment": row.equipment,
        "component": row.component,
        "channel": row.channel,
        "value": row.value,
        "event_at": done.event_at,
        "by": done.by,
        "note": done.note,
    }


def rule_of(row: AlertRow) -> str | None:
    """The rule that raised an alert; None: a person did."""
    return None if row.rule_id is None else row.raised_by.removeprefix(RULE)


RULE = "rule "
"""What stands before the name of the rule that raised an alert."""
