"""Tables of scoring itself: who does it, which rigs it fails on, hours that are not in the lake."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Large, Position, RigKey, Row


class ScorerRow(Row):
    """The process that scores; there is one row."""

    __tablename__ = "live_scorers"

    id: Mapped[Position]
    holder: Mapped[str]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When it was last at work, by its own clock."""
    note: Mapped[str]
    """What it cannot do, and why; "" if it does everything."""


class ScoringFaultRow(Row):
    """A rig on which the last attempt to score it failed."""

    __tablename__ = "live_faults"

    rig_id: Mapped[RigKey]
    attempts: Mapped[Large]
    """That failed in a row."""
    at: Mapped[datetime]
    """Of the last of them."""
    detail: Mapped[str]


class LiveHourRow(Row):
    """What a channel showed live in an hour: a row of the hourly table before the lake has it."""

    __tablename__ = "live_hours"

    rig_id: Mapped[RigKey]
    time: Mapped[datetime] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[Large]
    min: Mapped[float | None]
    mean: Mapped[float | None]
    max: Mapped[float | None]
    last: Mapped[float | None]
    std: Mapped[float | None]
    coverage: Mapped[float]
