"""Tables of what scoring makes of live readings, in the order in which it was told."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Large, RigKey, Row


class LiveOutletRow(Row):
    """How far the scoring of a rig is; its lock makes those who tell take turns."""

    __tablename__ = "live_outlets"

    rig_id: Mapped[RigKey]
    sequence: Mapped[Large]
    """Counts what was told of the rig: the verdicts of one step together, each event by itself."""
    pruned_to: Mapped[Large]
    """Up to here, what was told may be gone."""
    scored_to: Mapped[Large]
    """The revision of the live readings up to which they were scored."""
    state: Mapped[dict[str, object]]
    """What the next step has to know of those before it."""
    changed_at: Mapped[datetime]


class LiveVerdictRow(Row):
    """What validation says of a live reading."""

    __tablename__ = "live_verdicts"
    __table_args__ = (Index(None, "rig_id", "sequence"), Index(None, "told_at"))

    rig_id: Mapped[RigKey]
    time: Mapped[datetime] = mapped_column(primary_key=True)
    sequence: Mapped[Large]
    """Of the step that said it last."""
    activity: Mapped[str]
    bits: Mapped[dict[str, object]]
    """By channel, the quality bits that are set; a channel without any is not there."""
    told_at: Mapped[datetime]


class LiveEventRow(Row):
    """Something that was told of a rig beside its readings, such as a prediction or an alert."""

    __tablename__ = "live_events"
    __table_args__ = (Index(None, "told_at"),)

    rig_id: Mapped[RigKey]
    sequence: Mapped[Large] = mapped_column(primary_key=True)
    kind: Mapped[str]
    time: Mapped[datetime]
    """Of what it tells, in time of the rig."""
    body: Mapped[dict[str, object]]
    told_at: Mapped[datetime]
