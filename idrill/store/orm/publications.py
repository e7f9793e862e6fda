"""Tables of what is published in the lake, and of what must stay there."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.store.orm.columns import Large, RigKey, Row, WellKey, one_of
from idrill.store.publication import State


class Publication:
    """What is wanted and what is published of something."""

    state: Mapped[str]
    wanted: Mapped[str]
    published: Mapped[str | None]
    rows: Mapped[Large | None]
    lake_version: Mapped[int | None]
    reason: Mapped[str | None]
    updated_at: Mapped[datetime]


class RigDayRow(Publication, Row):
    """What is wanted and what is published of a rig's day."""

    __tablename__ = "rig_days"
    __table_args__ = (one_of("state", *State), Index(None, "state"))

    rig_id: Mapped[RigKey]
    day: Mapped[date] = mapped_column(primary_key=True)


class WellLogRow(Publication, Row):
    """What is wanted and what is published of a well's depth data."""

    __tablename__ = "well_logs"
    __table_args__ = (one_of("state", *State), Index(None, "state"))

    well_id: Mapped[WellKey]


class LakePinRow(Row):
    """A version of a lake table that something cites, and that must stay."""

    __tablename__ = "lake_pins"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[Large] = mapped_column(primary_key=True)
    cited_by: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
