"""Notices of alerts to people: written with the change that they tell of, kept until delivered.

Each change of an alert is one notice for each subscription, however often it is told. A notice that
somebody delivers is put off for as long as a delivery may take, so no two deliver it at once and
one whose deliverer died is delivered by another.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idrill.maintenance.alerts import Action, Priority
from idrill.maintenance.notices import ATTEMPTS, Delivery, Means, pause_after, reaches
from idrill.store import users
from idrill.store.inserting import insert_absent
from idrill.store.orm import AlertRow, NotificationRow, SubscriptionRow

LEASE = timedelta(minutes=2)
"""For how long a notice is left to who delivers it."""

TOLD = frozenset({"raise", Action.RECUR.value, Action.ESCALATE.value})
"""Changes that everybody is told of whom the alert concerns."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A change of an alert that somebody is to be told of."""

    id: int
    subscription_id: int
    means: Means
    target: str
    secret: str
    body: dict[str, Any]
    attempts: int
    """How often it was tried before."""

    @property
    def key(self) -> str:
        """What tells a receiver that it has this one already."""
        return f"alert-{self.body['alert']}-{self.body['change']}-{self.subscription_id}"


@dataclass(frozen=True, slots=True)
class Told:
    """How a notice stands."""

    id: int
    alert_id: int
    change: int
    subscription_id: int
    state: Delivery
    attempts: int
    due_at: datetime
    error: str
    created_at: datetime
    ended_at: datetime | None


def enter(session: Session, alert: AlertRow, action: str, body: dict[str, object]) -> None:
    """Enter notices of a change of an alert, one for each subscription that it concerns."""
    if action not in TOLD and action != Action.RETURN.value:
        return
    now = datetime.now(UTC)
    rows = [
        {
            "alert_id": alert.id,
            "change": alert.version,
            "subscription_id": one.id,
            "state": Delivery.WAITING.value,
            "attempts": 0,
            "due_at": now,
            "body": body | {"at": now},
            "error": "",
            "created_at": now,
        }
        for one in session.scalars(select(SubscriptionRow).where(SubscriptionRow.active))
        if _concerns(session, one, alert, action)
    ]
    insert_absent(session, NotificationRow, rows)


def take(session: Session, limit: int) -> list[Notice]:
    """Notices that are due, left to who asks for as long as a delivery may take.

    Those of people who are disabled by now, or who may no longer see the rig, are given up.
    """
    now = datetime.now(UTC)
    row = NotificationRow
    due = select(row.id).where(row.state == Delivery.WAITING, row.due_at <= now)
    wanted = select(SubscriptionRow.id).where(SubscriptionRow.active)
    due = due.where(row.subscription_id.in_(wanted))
    due = due.order_by(row.due_at, row.id).limit(limit).with_for_update(skip_locked=True)
    taken = update(row).where(row.id.in_(due)).values(due_at=now + LEASE)
    numbers = session.scalars(
        taken.returning(row.id), execution_options={"synchronize_session": False}
    ).all()
    query = select(row, SubscriptionRow, AlertRow.rig_id).where(row.id.in_(numbers))
    query = query.join(SubscriptionRow).join(AlertRow, AlertRow.id == row.alert_id)
    taken_now = session.execute(query.order_by(row.id)).all()
    return [_notice(one, of) for one, of, rig_id in taken_now if _may_go(session, one, of, rig_id)]


def deliver(session: Session, number: int) -> None:
    """Enter that a notice was delivered."""
    _end(session, number, Delivery.DELIVERED, "")


def fail(session: Session, number: int, error: str) -> Delivery:
    """Enter that a notice could not be delivered: it is tried again later, or given up."""
    row = session.get_one(NotificationRow, number, populate_existing=True)
    row.attempts += 1
    if row.attempts >= ATTEMPTS:
        _end(session, number, Delivery.DEAD, error)
        return Delivery.DEAD
    row.error, row.due_at = error[:500], datetime.now(UTC) + pause_after(row.attempts)
    session.flush()
    return Delivery.WAITING


def give_up(session: Session, number: int, error: str) -> None:
    """Enter that a notice can never be delivered."""
    _end(session, number, Delivery.DEAD, error)


def next_due(session: Session) -> datetime | None:
    """When the next notice is due; None: none waits."""
    query = select(NotificationRow.due_at).where(NotificationRow.state == Delivery.WAITING)
    query = query.join(SubscriptionRow).where(SubscriptionRow.active)
    return session.scalar(query.order_by(NotificationRow.due_at).limit(1))


def prune(session: Session, before: datetime) -> int:
    """Forget notices that arrived or were given up before an instant, and count them."""
    old = delete(NotificationRow).where(NotificationRow.ended_at < before)
    return session.connection().execute(old).rowcount


def listed(
    session: Session, subscription_id: int, states: list[Delivery], before: int | None, limit: int
) -> list[Told]:
    """Notices of a subscription, the newest first."""
    row = NotificationRow
    query = select(row).where(row.subscription_id == subscription_id, row.state.in_(states))
    if before is not None:
        query = query.where(row.id < before)
    return [_told(one) for one in session.scalars(query.order_by(row.id.desc()).limit(limit))]


def _end(session: Session, number: int, state: Delivery, error: str) -> None:
    ended = {"state": state.value, "error": error[:500], "ended_at": datetime.now(UTC)}
    row = session.get_one(NotificationRow, number, populate_existing=True)
    for name, value in ended.items():
        setattr(row, name, value)
    session.flush()


def _concerns(session: Session, one: SubscriptionRow, alert: AlertRow, action: str) -> bool:
    """Whether a change of an alert is told to a subscription."""
    if action not in TOLD and not one.returns:
        return False
    if not reaches(Priority(alert.priority), Priority(one.from_priority)):
        return False
    if one.rigs and alert.rig_id not in one.rigs.split():
        return False
    owner = users.get(session, one.owner_id)
    return owner.active and owner.sees(alert.rig_id)


def _may_go(session: Session, row: NotificationRow, of: SubscriptionRow, rig_id: str) -> bool:
    """Whether somebody may still be told of a rig; a notice that may not go is given up."""
    owner = users.get(session, of.owner_id)
    if owner.active and owner.sees(rig_id):
        return True
    why = f"may no longer see {rig_id}" if owner.active else "is disabled"
    give_up(session, row.id, f"withheld: {owner.email} {why}")
    return False


def _notice(row: NotificationRow, of: SubscriptionRow) -> Notice:
    return Notice(
        row.id, of.id, Means(of.means), of.target, of.secret, dict(row.body), row.attempts
    )


def _told(row: NotificationRow) -> Told:
    return Told(
        row.id,
        row.alert_id,
        row.change,
        row.subscription_id,
        Delivery(row.state),
        row.attempts,
        row.due_at,
        row.error,
        row.created_at,
        row.ended_at,
    )
