"""Alerts of rigs: how each stands, and all that was ever done to it.

A shelf whose time is up ends when anybody next looks: the alert is unacknowledged again, and its
history says since when.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from idrill.channels import channel
from idrill.errors import InvalidRequest
from idrill.maintenance.alerts import LONGEST_SHELF, Action, Priority, State
from idrill.maintenance.escalations import Escalation, ascending
from idrill.store import alert_changes as changes
from idrill.store import live_outlet, rigs
from idrill.store.alert_changes import CLOCK, RAISED, Done, absent, locked, remember
from idrill.store.listing import newest
from idrill.store.orm import AlertHistoryRow, AlertRow

__all__ = [
    "CLOCK",
    "Alert",
    "Event",
    "Found",
    "NewAlert",
    "Wanted",
    "absent",
    "act",
    "end_shelves",
    "get",
    "history",
    "listed",
    "raise_alert",
    "shelve",
]


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What somebody has to look at."""

    rig_id: str
    message: str
    priority: Priority
    equipment: str | None = None
    component: str | None = None
    channel: str | None = None
    escalations: tuple[Escalation, ...] = ()
    """What follows by the clock while nobody acknowledges it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found, and when, in time of the rig."""

    rule: str
    rule_version: int
    key: str
    """What of the rig it concerns; "": the rig itself."""
    value: float | None
    event_at: datetime
    """When the condition first began."""
    turned_at: datetime
    """When it last began or ended."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it stands."""

    id: int
    told: NewAlert
    raised_by: str
    raised_at: datetime
    state: State
    version: int
    """Counts what was done to it, from 1."""
    shelved_until: datetime | None
    active: bool
    """Whether its condition holds."""
    base_priority: Priority
    """Its priority but for escalation."""
    found: Found | None
    """None: a person raised it."""


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to an alert."""

    number: int
    """From 1."""
    action: str
    state: State
    """What came of it."""
    by: str
    note: str
    at: datetime
    shelved_until: datetime | None
    event_at: datetime | None
    """In time of the rig; None: a person did it."""
    priority: Priority | None
    """What came of it; None: an earlier version did not note it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts are asked for."""

    rigs: Collection[str] | None
    """None: of every rig."""
    states: Collection[State]
    priorities: Collection[Priority] = tuple(Priority)
    before: int | None = None
    """Only those with a smaller number."""
    limit: int = 100


def raise_alert(session: Session, new: NewAlert, *, by: str) -> Alert:
    """Enter an alert.

    Raises:
        NotFound: If there is no such rig.
        InvalidEquipment: If the rig carries no such thing.
        UnknownChannel: If there is no such channel.
        InvalidRequest: If escalations do not follow each other.
    """
    rigs.get(session, new.rig_id).require(new.equipment, new.component)
    if new.channel is not None:
        channel(new.channel)
    if not ascending(new.priority, new.escalations):
        raise InvalidRequest("each escalation comes later, and is higher, than what is before it")
    now, steps = datetime.now(UTC), new.escalations
    live_outlet.hold(session, new.rig_id)
    row = AlertRow(
        rig_id=new.rig_id,
        equipment=new.equipment,
        component=new.component,
        channel=new.channel,
        priority=new.priority.value,
        message=new.message,
        raised_by=by,
        raised_at=now,
        state=State.UNACKNOWLEDGED.value,
        version=1,
        active=True,
        key="",
        escalations={"steps": [[step.after, step.to.value] for step in steps]},
        escalate_at=now + timedelta(seconds=steps[0].after) if steps else None,
    )
    session.add(row)
    session.flush()
    remember(session, row, RAISED, Done(by, at=now))
    return _alert(row)


def act(session: Session, number: int, action: Action, *, by: str, note: str) -> Alert:
    """Do something to an alert; `shelve` puts it aside instead of `Action.SHELVE`.

    Raises:
        NotFound: If there is no such alert.
        IllegalMove: If that cannot be done to it.
    """
    row = locked(session, number)
    changes.act(session, row, action, Done(by, note))
    return _alert(row)


def shelve(session: Session, number: int, time: timedelta, *, by: str, note: str) -> Alert:
    """Put an alert aside for some time.

    Raises:
        NotFound: If there is no such alert.
        InvalidRequest: If the time is none, or too long.
        IllegalMove: If it cannot be put aside.
    """
    if not timedelta() < time <= LONGEST_SHELF:
        raise InvalidRequest(f"an alert is put aside for at most {LONGEST_SHELF.days} days")
    row, now = locked(session, number), datetime.now(UTC)
    changes.act(session, row, Action.SHELVE, Done(by, note, until=now + time, at=now))
    return _alert(row)


def get(session: Session, number: int) -> Alert:
    """The alert with this number.

    Raises:
        NotFound: If there is none.
    """
    end_shelves(session, datetime.now(UTC))
    row = session.get(AlertRow, number, populate_existing=True)
    if row is None:
        raise absent(number)
    return _alert(row)


def listed(session: Session, wanted: Wanted) -> list[Alert]:
    """Alerts, the newest first."""
    end_shelves(session, datetime.now(UTC))
    priorities = [one.value for one in wanted.priorities]
    query = newest(AlertRow, wanted).where(AlertRow.priority.in_(priorities))
    return [_alert(row) for row in session.scalars(query)]


def history(session: Session, number: int) -> list[Event]:
    """All that was done to an alert, oldest first."""
    query = select(AlertHistoryRow).where(AlertHistoryRow.alert_id == number)
    return [_event(row) for row in session.scalars(query.order_by(AlertHistoryRow.number))]


def end_shelves(session: Session, at: datetime) -> None:
    """Put back the alerts that were put aside until `at` or before."""
    due = select(AlertRow.id).where(AlertRow.shelved_until <= at).order_by(AlertRow.id)
    for number in session.scalars(due).all():
        locked(session, number)


def _alert(row: AlertRow) -> Alert:
    told = NewAlert(
        row.rig_id, row.message, Priority(row.priority), row.equipment, row.component, row.channel
    )
    return Alert(
        id=row.id,
        told=told,
        raised_by=row.raised_by,
        raised_at=row.raised_at,
        state=State(row.state),
        version=row.version,
        shelved_until=row.shelved_until,
        active=row.active,
        base_priority=Priority(row.base_priority or row.priority),
        found=_found(row),
    )


def _found(row: AlertRow) -> Found | None:
    rule = changes.rule_of(row)
    if rule is None or row.event_at is None or row.turned_at is None:
        return None
    version = row.rule_version or 1
    return Found(rule, version, row.key, row.value, row.event_at, row.turned_at)


def _event(row: AlertHistoryRow) -> Event:
    return Event(
        number=row.number,
        action=row.action,
        state=State(row.state),
        by=row.by,
        note=row.note,
        at=row.at,
        shelved_until=row.shelved_until,
        event_at=row.event_at,
        priority=Priority(row.priority) if row.priority else None,
    )
