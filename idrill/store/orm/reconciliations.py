"""Tables of what rig-days leave to the next ones, and of what corrects their sensors."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idrill.dvr.calibration import Approval
from idrill.store.orm.columns import Key, Large, RigId, RigKey, Row, one_of


class HandoverRow(Row):
    """What a rig-day was started from and what it left, by the table of the lake it lies in."""

    __tablename__ = "handovers"

    rig_id: Mapped[RigKey]
    day: Mapped[date] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    received: Mapped[str]
    """Hash; "" where there was nothing to start from."""
    left: Mapped[str]
    """Hash."""


class CalibrationRow(Row):
    """A calibration of a sensor, whatever became of it."""

    __tablename__ = "calibrations"
    __table_args__ = (Index(None, "rig_id"),)

    id: Mapped[Key]
    rig_id: Mapped[RigId]
    channel: Mapped[str]


class CalibrationVersionRow(Row):
    """What was said of a calibration, and who said so; only ever added to."""

    __tablename__ = "calibration_versions"
    __table_args__ = (
        UniqueConstraint("calibration_id", "number"),
        one_of("state", *Approval),
    )

    id: Mapped[Key]
    calibration_id: Mapped[Large] = mapped_column(ForeignKey("calibrations.id"))
    number: Mapped[int]
    state: Mapped[str]
    day: Mapped[date]
    """The rig-day that proposed it last."""
    start: Mapped[datetime]
    end: Mapped[datetime | None]
    gain: Mapped[float]
    offset: Mapped[float]
    sd: Mapped[float | None]
    reason: Mapped[str]
    """Why it was proposed."""
    by: Mapped[str]
    note: Mapped[str]
    """Why it was decided so."""
    at: Mapped[datetime]
