"""Tables of what arrived, and of what became of its rows."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from idrill.readers.reading import Kind
from idrill.store.orm.columns import Key, Large, RigId, Row, one_of

_CURRENT = text("is_current")


class SourceRow(Row):
    """A source of a rig's readings, known by its name."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("rig_id", "name"),)

    id: Mapped[Key]
    rig_id: Mapped[RigId]
    name: Mapped[str]


class VersionRow(Row):
    """What a source held when it arrived, and what the reader made of it."""

    __tablename__ = "source_versions"
    __table_args__ = (
        UniqueConstraint("source_id", "number"),
        one_of("kind", *Kind),
        CheckConstraint("rows_read = rows_kept + rows_rejected", name="rows_add_up"),
        Index(None, "content"),
        Index(None, "well_id"),
        Index(
            "uq_source_versions_current",
            "source_id",
            unique=True,
            postgresql_where=_CURRENT,
            sqlite_where=_CURRENT,
        ),
    )

    id: Mapped[Key]
    source_id: Mapped[Large] = mapped_column(ForeignKey("sources.id"))
    number: Mapped[int]
    content: Mapped[str]
    size: Mapped[Large]
    kind: Mapped[str]
    format: Mapped[str]
    rank: Mapped[int]
    well_id: Mapped[str | None] = mapped_column(ForeignKey("wells.id"))
    reader_version: Mapped[str]
    map_hash: Mapped[str]
    arrived_at: Mapped[datetime]
    is_current: Mapped[bool]
    rows_read: Mapped[Large]
    rows_kept: Mapped[Large]
    rows_rejected: Mapped[Large]
    interval: Mapped[float | None]
    first_time: Mapped[datetime | None]
    last_time: Mapped[datetime | None]
    first_depth: Mapped[float | None]
    last_depth: Mapped[float | None]
    report: Mapped[dict[str, object]] = mapped_column(deferred=True)


class SourceDayRow(Row):
    """How many rows a version of a source holds of one day."""

    __tablename__ = "source_days"
    __table_args__ = (Index(None, "day"),)

    version_id: Mapped[Large] = mapped_column(ForeignKey("source_versions.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rows: Mapped[Large]


class RejectedRow(Row):
    """A run of rows of a source that could not be used, or lost against another."""

    __tablename__ = "rejected_rows"
    __table_args__ = (
        one_of("stage", "read", "merge"),
        Index(None, "version_id"),
        Index(None, "rig_id", "day"),
        Index(None, "well_id"),
    )

    id: Mapped[Key]
    version_id: Mapped[Large] = mapped_column(ForeignKey("source_versions.id"))
    rig_id: Mapped[str | None] = mapped_column(ForeignKey("rigs.id"))
    well_id: Mapped[str | None] = mapped_column(ForeignKey("wells.id"))
    """Set instead of rig and day where it lost in the merge of a well's logs."""
    day: Mapped[date | None]
    stage: Mapped[str]
    first_line: Mapped[Large]
    last_line: Mapped[Large]
    rows: Mapped[Large]
    whole: Mapped[bool]
    """False where the row contributed other channels, and so does not count as rejected."""
    reason: Mapped[str]
    channel: Mapped[str | None]
    detail: Mapped[str]
    sample: Mapped[str]


class MergeCountRow(Row):
    """What became of the rows of one version in the merge of a rig-day, or of a well's logs."""

    __tablename__ = "merge_counts"
    __table_args__ = (
        UniqueConstraint("version_id", "day"),
        CheckConstraint("(rig_id IS NULL) = (day IS NULL)", name="rig_with_day"),
        CheckConstraint("(rig_id IS NULL) <> (well_id IS NULL)", name="rig_or_well"),
        Index(None, "rig_id", "day"),
        Index(None, "well_id"),
    )

    id: Mapped[Key]
    rig_id: Mapped[str | None] = mapped_column(ForeignKey("rigs.id"))
    day: Mapped[date | None]
    well_id: Mapped[str | None] = mapped_column(ForeignKey("wells.id"))
    """Set instead of rig and day for the logs of a well."""
    version_id: Mapped[Large] = mapped_column(ForeignKey("source_versions.id"))
    contributing: Mapped[Large]
    duplicate: Mapped[Large]
    rejected: Mapped[Large]
