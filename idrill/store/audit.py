"""The audit trail: who changed what, when, and by which request. It is only ever added to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from idrill.store.audit_actions import Action, called
from idrill.store.orm import AuditRow


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where."""

    name: str
    """Email of a person, `key 3 of EMAIL`, or who ran the command line."""
    request_id: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody does."""

    action: str
    """Such as `user.disabled`; one of `Action`, but in entries of earlier versions."""
    subject: str
    """What it is done to, such as `user 3`."""
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did."""

    id: int
    at: datetime
    actor: Actor
    change: Change


def record(session: Session, actor: Actor, change: Change) -> None:
    """Add an entry, in the transaction of the change itself.

    Raises:
        ValueError: If the trail has no such word for what was done.
    """
    session.add(
        AuditRow(
            at=datetime.now(UTC),
            actor=actor.name,
            action=Action(change.action).value,
            subject=change.subject,
            request_id=actor.request_id,
            address=actor.address,
            details=change.details,
        )
    )
    session.flush()


def listed(
    session: Session, *, before: int | None, limit: int, action: str | None, actor: str | None
) -> list[Entry]:
    """Entries, the newest first.

    Args:
        session: An open session.
        before: Only entries with a smaller number.
        limit: How many at most.
        action: Only of this action, by the word of today or of earlier versions.
        actor: Only of this actor.
    """
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.id < before)
    if action is not None:
        query = query.where(AuditRow.action.in_(called(action)))
    if actor is not None:
        query = query.where(AuditRow.actor == actor)
    return [_entry(row) for row in session.scalars(query)]


def _entry(row: AuditRow) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        actor=Actor(row.actor, row.request_id, row.address),
        change=Change(row.action, row.subject, row.details),
    )
