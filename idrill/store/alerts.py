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
from idrill.errors import InvalidRequest, NotFound
from idrill.maintenance.alerts import LONGEST_SHELF, Action, Priority, State, after
from idrill.store import rigs
from idrill.store.holding import held
from idrill.store.listing import newest
from idrill.store.orm import AlertHistoryRow, AlertRow

CLOCK = "clock"
"""Who ends a shelf."""

_RAISED = "raise"


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What somebody has to look at."""

    rig_id: str
    message: str
    priority: Priority
    equipment: str | None = None
    component: str | None = None
    channel: str | None = None


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
    """
    rigs.get(session, new.rig_id).require(new.equipment, new.component)
    if new.channel is not None:
        channel(new.channel)
    row = AlertRow(
        rig_id=new.rig_id,
        equipment=new.equipment,
        component=new.component,
        channel=new.channel,
        priority=new.priority.value,
        message=new.message,
        raised_by=by,
        raised_at=datetime.now(UTC),
        state=State.UNACKNOWLEDGED.value,
        version=1,
    )
    session.add(row)
    session.flush()
    _remember(session, row, _RAISED, by, "", row.raised_at)
    return _alert(row)


def act(session: Session, number: int, action: Action, *, by: str, note: str) -> Alert:
    """Do something to an alert; `shelve` puts it aside instead of `Action.SHELVE`.

    Raises:
        NotFound: If there is no such alert.
        IllegalMove: If that cannot be done to it.
    """
    row = _locked(session, number)
    return _move(session, row, action, by, note, datetime.now(UTC))


def shelve(session: Session, number: int, time: timedelta, *, by: str, note: str) -> Alert:
    """Put an alert aside for some time.

    Raises:
        NotFound: If there is no such alert.
        InvalidRequest: If the time is none, or too long.
        IllegalMove: If it cannot be put aside.
    """
    if not timedelta() < time <= LONGEST_SHELF:
        raise InvalidRequest(f"an alert is put aside for at most {LONGEST_SHELF.days} days")
    row, now = _locked(session, number), datetime.now(UTC)
    return _move(session, row, Action.SHELVE, by, note, now, until=now + time)


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
        _locked(session, number)


def absent(number: int) -> NotFound:
    """What is told where there is no such alert, or none that one may see."""
    return NotFound(f"no alert that you may see has the number {number}")


def _locked(session: Session, number: int) -> AlertRow:
    """An alert that nobody else changes until the transaction ends, its shelf ended if it is due.

    Raises:
        NotFound: If there is none.
    """
    row = held(session, AlertRow, number)
    if row is None:
        raise absent(number)
    until = row.shelved_until
    if until is not None and until <= datetime.now(UTC):
        _move(session, row, Action.UNSHELVE, CLOCK, "its time was up", until)
    return row


def _move(
    session: Session,
    row: AlertRow,
    action: Action,
    by: str,
    note: str,
    at: datetime,
    *,
    until: datetime | None = None,
) -> Alert:
    row.state = after(State(row.state), action).value
    row.shelved_until = until
    row.version += 1
    _remember(session, row, action.value, by, note, at)
    return _alert(row)


def _remember(
    session: Session, row: AlertRow, action: str, by: str, note: str, at: datetime
) -> None:
    session.add(
        AlertHistoryRow(
            alert_id=row.id,
            number=row.version,
            action=action,
            state=row.state,
            by=by,
            note=note,
            at=at,
            shelved_until=row.shelved_until,
        )
    )
    session.flush()


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
    )


def _event(row: AlertHistoryRow) -> Event:
    return Event(
        row.number, row.action, State(row.state), row.by, row.note, row.at, row.shelved_until
    )
