"""Who wants to be told of which alerts, and how."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idrill.errors import IllegalMove, NotFound
from idrill.maintenance.alerts import Priority
from idrill.maintenance.notices import Means
from idrill.store.orm import SubscriptionRow
from idrill.store.users import email_of

MOST = 20
"""How many a person may have."""


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What somebody wants to be told of."""

    means: Means
    target: str
    """A URL, or an address of e-mail."""
    from_priority: Priority = Priority.LOW
    rigs: tuple[str, ...] = ()
    """Empty: every rig that they see."""
    returns: bool = False
    """Whether the end of a condition is told too."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What somebody is told of."""

    id: int
    owner_id: int
    wanted: NewSubscription
    secret: str
    """What webhooks are signed with; "" for e-mail."""
    created_at: datetime


def create(session: Session, owner_id: int, new: NewSubscription) -> Subscription:
    """Tell somebody of alerts from now on.

    Raises:
        InvalidAccount: If the address of e-mail is none.
        IllegalMove: If they have as many as anybody may have.
    """
    own = SubscriptionRow.owner_id == owner_id
    count = session.scalar(select(func.count()).where(own, SubscriptionRow.active)) or 0
    if count >= MOST:
        raise IllegalMove(f"nobody has more than {MOST} subscriptions: remove one first")
    webhook = new.means is Means.WEBHOOK
    row = SubscriptionRow(
        owner_id=owner_id,
        rigs=" ".join(new.rigs),
        from_priority=new.from_priority.value,
        means=new.means.value,
        target=new.target if webhook else email_of(new.target),
        secret=secrets.token_urlsafe(32) if webhook else "",
        returns=new.returns,
        active=True,
        created_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return _of(row)


def of_owner(session: Session, owner_id: int) -> list[Subscription]:
    """What somebody is told of, oldest first."""
    row = SubscriptionRow
    query = select(row).where(row.owner_id == owner_id, row.active).order_by(row.id)
    return [_of(one) for one in session.scalars(query)]


def get(session: Session, number: int, owner_id: int | None) -> Subscription:
    """A subscription.

    Args:
        session: An open session.
        number: Of the subscription.
        owner_id: Whose it has to be; None: anybody's.

    Raises:
        NotFound: If there is none of this number.
    """
    row = session.get(SubscriptionRow, number)
    if row is None or owner_id not in (None, row.owner_id) or not row.active:
        raise NotFound(f"no subscription that you may see has the number {number}")
    return _of(row)


def remove(session: Session, number: int, owner_id: int | None) -> None:
    """Tell somebody no longer; what waits is not delivered.

    Raises:
        NotFound: If there is none of this number.
    """
    get(session, number, owner_id)
    session.get_one(SubscriptionRow, number).active = False
    session.flush()


def _of(row: SubscriptionRow) -> Subscription:
    wanted = NewSubscription(
        Means(row.means),
        row.target,
        Priority(row.from_priority),
        tuple(row.rigs.split()),
        row.returns,
    )
    return Subscription(row.id, row.owner_id, wanted, row.secret, row.created_at)
