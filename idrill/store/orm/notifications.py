"""Tables of who is told of alerts, and of what was told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idrill.maintenance.alerts import Priority
from idrill.maintenance.notices import Delivery, Means
from idrill.store.orm.columns import Key, Large, Row, one_of


class SubscriptionRow(Row):
    """Who wants to be told of which alerts, and how."""

    __tablename__ = "alert_subscriptions"
    __table_args__ = (
        Index(None, "owner_id"),
        one_of("from_priority", *Priority),
        one_of("means", *Means),
    )

    id: Mapped[Key]
    owner_id: Mapped[Large] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    rigs: Mapped[str]
    """Names with spaces between; "": every rig that the owner sees."""
    from_priority: Mapped[str]
    means: Mapped[str]
    target: Mapped[str]
    """A URL or an address of e-mail."""
    secret: Mapped[str]
    """What webhooks are signed with; "" for e-mail."""
    returns: Mapped[bool]
    """Whether the end of a condition is told too."""
    active: Mapped[bool]
    created_at: Mapped[datetime]


class NotificationRow(Row):
    """A change of an alert that a subscription is told of, until it was."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("alert_id", "change", "subscription_id"),
        Index(None, "state", "due_at"),
        Index(None, "subscription_id"),
        one_of("state", *Delivery),
    )

    id: Mapped[Key]
    alert_id: Mapped[Large] = mapped_column(ForeignKey("alerts.id"))
    change: Mapped[int]
    """Number of the entry in the history of the alert."""
    subscription_id: Mapped[Large] = mapped_column(
        ForeignKey("alert_subscriptions.id", ondelete="CASCADE")
    )
    state: Mapped[str]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    """Not before; moved on while somebody delivers it, so that two do not."""
    body: Mapped[dict[str, object]]
    error: Mapped[str]
    """Why the last attempt failed; "" if none did."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
