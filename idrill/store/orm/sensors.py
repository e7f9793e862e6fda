"""Tables of which sensors count since when, and how far senders of live readings were followed."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Key, RigId, RigKey, Row


class SensorSwitchRow(Row):
    """From when on the readings of a sensor are taken, or refused; only ever added to."""

    __tablename__ = "sensor_switches"

    rig_id: Mapped[RigKey]
    channel: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    """In time of the rig."""
    active: Mapped[bool]
    """Whether readings are taken from then on."""
    reason: Mapped[str]
    told_by: Mapped[str]
    told_at: Mapped[datetime]


class FeedPositionRow(Row):
    """How far a sender of live readings was followed."""

    __tablename__ = "feed_positions"

    rig_id: Mapped[RigKey]
    feed: Mapped[str] = mapped_column(primary_key=True)
    """What is followed, such as a log of a WITSML store."""
    last_time: Mapped[datetime]
    """Of the newest reading that was handed on."""
    changed_at: Mapped[datetime]


class InjectionRow(Row):
    """Something that is to happen, or happened, to a simulated rig while it runs."""

    __tablename__ = "injections"

    id: Mapped[Key]
    rig_id: Mapped[RigId]
    kind: Mapped[str]
    """Of event, or of sensor fault."""
    channel: Mapped[str | None]
    """Of the sensor that goes wrong; null: it happens to the rig."""
    severity: Mapped[float]
    growth: Mapped[float]
    """From nothing to full severity [s]."""
    lasting: Mapped[float]
    """As a whole [s]."""
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    start: Mapped[datetime | None]
    """When it began, in time of the rig; null: no simulation took it up yet."""
    refused: Mapped[str | None]
    """Why it cannot happen."""


class FacilityRow(Row):
    """A place that rigs belong to: a field, a platform, a yard."""

    __tablename__ = "facilities"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str | None]
    created_at: Mapped[datetime]


class FacilityRigRow(Row):
    """Which facility a rig belongs to."""

    __tablename__ = "facility_rigs"

    rig_id: Mapped[RigKey]
    facility_id: Mapped[str] = mapped_column(ForeignKey("facilities.id"))
