"""Tables of readings that came in live: the rows, how far each rig is, what was closed or lost."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Double, Index, Table, false
from sqlalchemy.orm import Mapped, mapped_column

from idrill.channels import CHANNELS
from idrill.frame import Origin
from idrill.store.orm.columns import Instant, Key, Large, RigId, RigKey, Row, Words, one_of

LIVE_READINGS = Table(
    "live_readings",
    Row.metadata,
    # `live_rigs` sees that the rig is there; to ask it for each row takes half the time of a COPY.
    Column("rig_id", Words(), primary_key=True),
    Column("time", Instant(), primary_key=True),
    Column("revision", BigInteger(), nullable=False),
    *(Column(channel.name, Double(), nullable=True) for channel in CHANNELS),
    Index(None, "rig_id", "revision"),
)
"""One row is one instant of one rig, with a column per channel; null where nobody told a value.
`revision` is that of the commit that changed it last."""


class LiveRigRow(Row):
    """How far the live readings of a rig are; its lock makes their writers take turns."""

    __tablename__ = "live_rigs"
    __table_args__ = (one_of("origin", Origin.LIVE, Origin.REPLAY, Origin.SYNTHETIC),)

    rig_id: Mapped[RigKey]
    origin: Mapped[str]
    """Of every reading; fixed by the first one."""
    revision: Mapped[Large]
    """Counts the commits of readings."""
    channels: Mapped[str]
    """Names of those that were ever told, separated by spaces."""
    last_time: Mapped[datetime | None]
    """Of the newest reading."""
    changed_at: Mapped[datetime]
    switched: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether any of its sensors was ever switched off."""


class LiveDayRow(Row):
    """How far the live readings of a rig-day are in the archive."""

    __tablename__ = "live_days"

    rig_id: Mapped[RigKey]
    day: Mapped[date] = mapped_column(primary_key=True)
    watermark: Mapped[Large]
    """Rows of the day whose revision is not above it are in the archive."""
    closed_at: Mapped[datetime]


class LiveRejectionRow(Row):
    """A reading that could not be used as it was told; one row however often it came."""

    __tablename__ = "live_rejections"
    __table_args__ = (Index(None, "rig_id", "received_at"),)

    id: Mapped[Key]
    digest: Mapped[str | None] = mapped_column(unique=True)
    """SHA-256 of what it told and why it was refused, in hexadecimal; of old rows there is none."""
    rig_id: Mapped[RigId]
    received_at: Mapped[datetime]
    """The last time."""
    times: Mapped[int]
    """How often it came."""
    sender: Mapped[str]
    place: Mapped[int]
    """Of the row in its batch, from 0."""
    reason: Mapped[str]
    detail: Mapped[str]
    sample: Mapped[str]
    """The row as it was told, cut."""
