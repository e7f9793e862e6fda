"""The versions of sources as they stand in the tables, and which of them count."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from idrill.readers.reading import Kind
from idrill.store.orm import SourceRow, VersionRow


@dataclass(frozen=True, slots=True)
class SourceVersion:
    """What a source held when it arrived, and how it was read."""

    id: int
    rig_id: str
    name: str
    number: int
    """Counts the versions of the source, from 1."""
    content: str
    """SHA-256 of the file."""
    kind: Kind
    rank: int
    """The lower, the sooner it is believed where sources disagree."""
    well_id: str | None
    rows_read: int
    rows_kept: int
    rows_rejected: int
    interval: float | None
    """Median time [s] or depth [m] between rows."""
    first: datetime | float | None
    last: datetime | float | None
    map_hash: str
    reader_version: str
    arrived_at: datetime

    @property
    def identity(self) -> tuple[str, int, str, str]:
        """What its rows are a function of."""
        return self.content, self.rank, self.map_hash, self.reader_version


def combined(versions: Iterable["SourceVersion"], before: str = "") -> str:
    """Hash of what the rows of several sources are a function of; "" when there is none.

    Args:
        versions: In any order.
        before: The same hash of the day before, whose end the filters warm up on.
    """
    identities = sorted(version.identity for version in versions)
    if not identities:
        return ""
    told = json.dumps([identities, before] if before else identities)
    return hashlib.sha256(told.encode()).hexdigest()


VERSIONS = select(VersionRow, SourceRow.rig_id, SourceRow.name).join(
    SourceRow, SourceRow.id == VersionRow.source_id
)
"""Every version of every source, with its rig and name, as `version_from` takes them."""

CURRENT = VERSIONS.where(VersionRow.is_current)
"""Those that count."""


def holds_time() -> ColumnElement[bool]:
    """Whether the rows of a version are indexed by time."""
    return VersionRow.kind == Kind.TIME.value


def holds_depth() -> ColumnElement[bool]:
    """Whether the rows of a version are indexed by depth."""
    return VersionRow.kind == Kind.DEPTH.value


def repeated() -> ColumnElement[bool]:
    """Whether the content of a current version counts under a name that comes before its own.

    For a query over `VersionRow` joined with `SourceRow`.
    """
    twin, source = aliased(VersionRow), aliased(SourceRow)
    same_rig_day = and_(holds_time(), source.rig_id == SourceRow.rig_id)
    same_well = and_(holds_depth(), twin.well_id == VersionRow.well_id)
    before = or_(
        source.name < SourceRow.name,
        and_(source.name == SourceRow.name, source.rig_id < SourceRow.rig_id),
    )
    return exists().where(
        twin.content == VersionRow.content,
        twin.is_current,
        twin.kind == VersionRow.kind,
        source.id == twin.source_id,
        or_(same_rig_day, same_well),
        before,
    )


def all_in(session: Session, query: Select[Any]) -> list[SourceVersion]:
    """The versions that a query over `VERSIONS` finds."""
    found = session.execute(query, execution_options={"populate_existing": True})
    return [version_from(row) for row in found]


def version_from(found: Sequence[Any]) -> SourceVersion:
    """The version in one row of `VERSIONS`."""
    row, rig_id, name = found
    return SourceVersion(
        id=row.id,
        rig_id=rig_id,
        name=name,
        number=row.number,
        content=row.content,
        kind=Kind(row.kind),
        rank=row.rank,
        well_id=row.well_id,
        rows_read=row.rows_read,
        rows_kept=row.rows_kept,
        rows_rejected=row.rows_rejected,
        interval=row.interval,
        first=row.first_depth if row.first_time is None else row.first_time,
        last=row.last_depth if row.last_time is None else row.last_time,
        map_hash=row.map_hash,
        reader_version=row.reader_version,
        arrived_at=row.arrived_at,
    )
