"""Tables of changes of set-points and of what became of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idrill.control.changes import State
from idrill.store.orm.columns import Key, Large, RigId, Row, one_of


class ChangeRow(Row):
    """A set-point that somebody wants."""

    __tablename__ = "change_requests"
    __table_args__ = (
        Index(None, "rig_id", "state"),
        Index(None, "expires_at"),
        one_of("state", *State),
    )

    id: Mapped[Key]
    rig_id: Mapped[RigId]
    channel: Mapped[str]
    set_point: Mapped[float]
    """In the channel's unit."""
    previous: Mapped[float | None]
    """What was set before, in the channel's unit."""
    hole_depth: Mapped[float | None]
    """Where it is meant for [m]."""
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposer_id: Mapped[Large] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int]
    """Counts what was said of it, from 1."""


class ChangeHistoryRow(Row):
    """What was said of a change; triggers refuse to change or delete it."""

    __tablename__ = "change_history"
    __table_args__ = (UniqueConstraint("change_id", "number"), one_of("state", *State))

    id: Mapped[Key]
    change_id: Mapped[Large] = mapped_column(ForeignKey("change_requests.id"))
    number: Mapped[int]
    state: Mapped[str]
    by: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
    details: Mapped[dict[str, object]]
    """Of an assessment: what was checked, against what."""
