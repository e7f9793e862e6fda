"""What became of each row: the counts of every merge, the rows that lost, the ledger of a rig."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from idrill.readers.reading import Kind, Reason, Rejection
from idrill.store import rigs, wells
from idrill.store.orm import MergeCountRow, RejectedRow, SourceDayRow, SourceRow, VersionRow
from idrill.store.source_versions import (
    CURRENT,
    VERSIONS,
    SourceVersion,
    combined,
    repeated,
    version_from,
)


@dataclass(frozen=True, slots=True)
class MergeCount:
    """What became of the rows that one version of a source holds of a rig-day, or of a well."""

    version_id: int
    contributing: int
    duplicate: int
    rejected: int


@dataclass(frozen=True, slots=True)
class MergeRejection:
    """Rows that lost against those of another source."""

    version_id: int
    rejection: Rejection
    channel: str | None
    whole: bool
    """False where the row contributed other channels, and so does not count as rejected."""


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """A run of rows of a source that could not be used, or lost against another."""

    name: str
    """Of the source."""
    version_id: int
    day: date | None
    """The rig-day in whose merge they lost; None where the reader rejected them."""
    channel: str | None
    whole: bool
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class SourceLedger:
    """Where the rows of a source went: `read = contributing + rejected + duplicate + pending`."""

    version: SourceVersion
    read: int
    contributing: int
    rejected: int
    duplicate: int
    pending: int
    """Not merged yet."""

    @property
    def name(self) -> str:
        """What the source is called."""
        return self.version.name

    @property
    def is_balanced(self) -> bool:
        """Whether every row is accounted for."""
        return self.read == self.contributing + self.rejected + self.duplicate + self.pending


def record_merge(
    session: Session,
    rig_id: str,
    day: date,
    counts: Iterable[MergeCount],
    rejections: Iterable[MergeRejection],
) -> None:
    """Enter what became of each source's rows of a rig-day, in place of what stood there.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.lock(session, rig_id)
    session.execute(
        delete(MergeCountRow).where(MergeCountRow.rig_id == rig_id, MergeCountRow.day == day)
    )
    session.execute(
        delete(RejectedRow).where(
            RejectedRow.rig_id == rig_id, RejectedRow.day == day, RejectedRow.stage == "merge"
        )
    )
    _enter(session, counts, rejections, {"rig_id": rig_id, "day": day, "well_id": None})


def record_log_merge(
    session: Session,
    well_id: str,
    counts: Iterable[MergeCount],
    rejections: Iterable[MergeRejection],
) -> None:
    """Enter what became of the rows of a well's depth-indexed logs, in place of what stood there.

    Raises:
        NotFound: If there is no such well.
    """
    wells.lock(session, well_id)
    session.execute(delete(MergeCountRow).where(MergeCountRow.well_id == well_id))
    session.execute(delete(RejectedRow).where(RejectedRow.well_id == well_id))
    _enter(session, counts, rejections, {"rig_id": None, "day": None, "well_id": well_id})


def merged_version(session: Session, rig_id: str, day: date) -> str:
    """`sources.day_version` of what was merged, which may be older than what arrived since."""
    query = (
        VERSIONS.add_columns(MergeCountRow.day)
        .join(MergeCountRow, MergeCountRow.version_id == VersionRow.id)
        .where(MergeCountRow.rig_id == rig_id)
        .where(MergeCountRow.day.between(day - timedelta(days=1), day))
    )
    found: dict[bool, list[SourceVersion]] = {True: [], False: []}
    for *version, merged in session.execute(query):
        found[merged == day].append(version_from(version))
    return combined(found[True], before=combined(found[False]))


def ledger(session: Session, rig_id: str) -> list[SourceLedger]:
    """Where the rows of each current source of a rig went, by name.

    A content that counts under another name is a duplicate as a whole.
    """
    merged, unmerged = _merged(session, rig_id), _unmerged(session, rig_id)
    query = CURRENT.add_columns(repeated()).where(SourceRow.rig_id == rig_id)
    found: list[SourceLedger] = []
    for *row, is_repeated in session.execute(query.order_by(SourceRow.name)):
        version = version_from(row)
        if is_repeated:
            found.append(_duplicate(version))
        else:
            count = merged.get(version.id)
            waiting = unmerged.get(version.id, 0)
            if version.kind is Kind.DEPTH and count is None:
                waiting = version.rows_kept
            found.append(_account(version, count or MergeCount(version.id, 0, 0, 0), waiting))
    return found


def rejected(session: Session, rig_id: str, *, limit: int) -> list[RejectedRows]:
    """The first `limit` runs of rejected rows of a rig's current sources, by source and line."""
    query = (
        select(RejectedRow, SourceRow.name)
        .join(VersionRow, VersionRow.id == RejectedRow.version_id)
        .join(SourceRow, SourceRow.id == VersionRow.source_id)
        .where(SourceRow.rig_id == rig_id, VersionRow.is_current)
        .order_by(SourceRow.name, RejectedRow.first_line, RejectedRow.id)
    )
    return [_rejected_rows(row, name) for row, name in session.execute(query.limit(limit))]


def rejected_values(rejection: Rejection) -> dict[str, object]:
    """The columns of `rejected_rows` that a rejection fills."""
    return {
        "first_line": rejection.first_line,
        "last_line": rejection.last_line,
        "rows": rejection.rows,
        "reason": rejection.reason.value,
        "detail": rejection.detail,
        "sample": rejection.sample,
    }


def _enter(
    session: Session,
    counts: Iterable[MergeCount],
    rejections: Iterable[MergeRejection],
    place: dict[str, object],
) -> None:
    counted = [
        place
        | {
            "version_id": count.version_id,
            "contributing": count.contributing,
            "duplicate": count.duplicate,
            "rejected": count.rejected,
        }
        for count in counts
    ]
    lost = [
        place
        | {"version_id": loss.version_id, "stage": "merge", "whole": loss.whole}
        | {"channel": loss.channel}
        | rejected_values(loss.rejection)
        for loss in rejections
    ]
    if counted:
        session.execute(insert(MergeCountRow), counted)
    if lost:
        session.execute(insert(RejectedRow), lost)


def _of_rig(rig_id: str, query: Select[Any], version_id: ColumnElement[int]) -> Select[Any]:
    return (
        query.join(VersionRow, VersionRow.id == version_id)
        .join(SourceRow, SourceRow.id == VersionRow.source_id)
        .where(SourceRow.rig_id == rig_id, VersionRow.is_current)
        .group_by(version_id)
    )


def _merged(session: Session, rig_id: str) -> dict[int, MergeCount]:
    query = select(
        MergeCountRow.version_id,
        func.sum(MergeCountRow.contributing),
        func.sum(MergeCountRow.duplicate),
        func.sum(MergeCountRow.rejected),
    )
    rows = session.execute(_of_rig(rig_id, query, MergeCountRow.__table__.c.version_id))
    return {row[0]: MergeCount(row[0], *map(int, row[1:])) for row in rows}


def _unmerged(session: Session, rig_id: str) -> dict[int, int]:
    """Rows of each version in days whose merge did not count it yet."""
    counted = exists().where(
        MergeCountRow.version_id == SourceDayRow.version_id,
        MergeCountRow.day == SourceDayRow.day,
    )
    query = select(SourceDayRow.version_id, func.sum(SourceDayRow.rows)).where(~counted)
    rows = session.execute(_of_rig(rig_id, query, SourceDayRow.__table__.c.version_id))
    return {version_id: int(waiting) for version_id, waiting in rows}


def _duplicate(version: SourceVersion) -> SourceLedger:
    return SourceLedger(
        version, version.rows_read, 0, version.rows_rejected, version.rows_kept, pending=0
    )


def _account(version: SourceVersion, count: MergeCount, pending: int) -> SourceLedger:
    return SourceLedger(
        version=version,
        read=version.rows_read,
        contributing=count.contributing,
        rejected=version.rows_rejected + count.rejected,
        duplicate=count.duplicate,
        pending=pending,
    )


def _rejected_rows(row: RejectedRow, name: str) -> RejectedRows:
    rejection = Rejection(
        row.first_line, row.last_line, row.rows, Reason(row.reason), row.detail, row.sample
    )
    return RejectedRows(name, row.version_id, row.day, row.channel, row.whole, rejection)
