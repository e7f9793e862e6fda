"""What arrived, which of it counts, and what became of each row.

A source is known by its name on a rig. Each time its content, its rank or the way it is read
changes, a new version of it becomes the current one; only current versions count. The same content
under two names counts once, under the name that comes first; the other is a duplicate as a whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.readers.reading import Reading, Rejection
from idrill.store import rigs
from idrill.store.inserting import insert_absent
from idrill.store.merges import (
    MergeCount,
    MergeRejection,
    RejectedRows,
    SourceLedger,
    ledger,
    record_log_merge,
    record_merge,
    rejected,
    rejected_values,
)
from idrill.store.orm import RejectedRow, SourceDayRow, SourceRow, VersionRow
from idrill.store.source_versions import (
    CURRENT,
    VERSIONS,
    SourceVersion,
    all_in,
    combined,
    holds_depth,
    holds_time,
    repeated,
    version_from,
)

__all__ = [
    "Arrival",
    "MergeCount",
    "MergeRejection",
    "RejectedRows",
    "SourceLedger",
    "SourceVersion",
    "all_of",
    "day_version",
    "day_versions",
    "ledger",
    "logs_of",
    "record",
    "record_log_merge",
    "record_merge",
    "rejected",
    "report",
    "sources_of",
    "versions",
    "well_version",
]


ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the arrival of a source changed."""

    version: SourceVersion
    """The version that is current now."""
    is_new: bool
    touched: frozenset[date]
    """Days whose sources are no longer what they were."""
    replaced: SourceVersion | None = None
    """The version that was current before."""


def record(
    session: Session,
    *,
    rig_id: str,
    name: str,
    content: str,
    size: int,
    rank: int,
    reader_version: str,
    map_hash: str,
    well_id: str | None,
    reading: Reading,
    days: Mapping[date, int],
    arrived_at: datetime,
) -> Arrival:
    """Enter a source that was read in the books, as the current version of its name.

    Nothing changes when the current version has the same content, was read in the same way and
    belongs to the same well. Writers of one rig take turns, so each version has one number.

    Args:
        session: An open session; nothing counts before it commits.
        rig_id: Whose readings they are.
        name: What the source is called on that rig.
        content: SHA-256 of the file.
        size: Of the file [bytes].
        rank: The lower, the sooner it is believed.
        reader_version: Of the code that read it.
        map_hash: SHA-256 of the user's map of columns, or "".
        well_id: The well that a log belongs to.
        reading: What the reader made of it.
        days: How many of the rows kept lie in each UTC day.
        arrived_at: When the file came in.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.lock(session, rig_id)
    source_id = _source_id(session, rig_id, name)
    previous = next(iter(all_in(session, CURRENT.where(VersionRow.source_id == source_id))), None)
    told = (content, rank, map_hash, reader_version), well_id
    if previous is not None and (previous.identity, previous.well_id) == told:
        return Arrival(previous, is_new=False, touched=frozenset())
    contents = {content} if previous is None else {content, previous.content}
    touched = {*days, *_days_of(session, rig_id, contents)}
    values = _version_values(reading) | {
        "source_id": source_id,
        "number": 1 if previous is None else previous.number + 1,
        "content": content,
        "size": size,
        "rank": rank,
        "well_id": well_id,
        "reader_version": reader_version,
        "map_hash": map_hash,
        "arrived_at": arrived_at,
        "is_current": True,
    }
    version_id = _enter(session, source_id, values)
    _enter_rows(session, version_id, rig_id, reading.report.rejections, days)
    [version] = all_in(session, VERSIONS.where(VersionRow.id == version_id))
    return Arrival(version, is_new=True, touched=frozenset(touched), replaced=previous)


def sources_of(session: Session, rig_id: str, day: date) -> list[SourceVersion]:
    """The sources that a rig-day is made of, one per content, by rank and content."""
    held = exists().where(SourceDayRow.version_id == VersionRow.id, SourceDayRow.day == day)
    query = CURRENT.where(holds_time(), SourceRow.rig_id == rig_id, held, ~repeated())
    return sorted(all_in(session, query), key=lambda version: (version.rank, version.content))


def day_version(session: Session, rig_id: str, day: date) -> str:
    """Hash of all that a rig-day is a function of; "" when no source touches it.

    That is its own sources and, because filters warm up on the end of the day before, those of that
    day.
    """
    return day_versions(session, rig_id, [day])[day]


def day_versions(session: Session, rig_id: str, days: Iterable[date]) -> dict[date, str]:
    """`day_version` of each of `days`, in one query."""
    asked = set(days)
    if not asked:
        return {}
    found: dict[date, list[SourceVersion]] = defaultdict(list)
    query = (
        CURRENT.add_columns(SourceDayRow.day)
        .join(SourceDayRow, SourceDayRow.version_id == VersionRow.id)
        .where(holds_time(), SourceRow.rig_id == rig_id, ~repeated())
        .where(SourceDayRow.day.between(min(asked) - ONE_DAY, max(asked)))
    )
    for *version, day in session.execute(query):
        found[day].append(version_from(version))
    return {day: combined(found[day], before=combined(found[day - ONE_DAY])) for day in asked}


def logs_of(session: Session, well_id: str) -> list[SourceVersion]:
    """The logs that a well's depth data is made of, one per content, by rank and content."""
    query = CURRENT.where(holds_depth(), VersionRow.well_id == well_id, ~repeated())
    return sorted(all_in(session, query), key=lambda version: (version.rank, version.content))


def well_version(session: Session, well_id: str) -> str:
    """Hash of all that a well's depth data is a function of; "" when it has no log."""
    return combined(logs_of(session, well_id))


def all_of(session: Session, rig_id: str) -> list[SourceVersion]:
    """The current version of every source of a rig, by name."""
    return all_in(session, CURRENT.where(SourceRow.rig_id == rig_id).order_by(SourceRow.name))


def versions(session: Session, rig_id: str, name: str) -> list[SourceVersion]:
    """Every version of a source, oldest first."""
    query = VERSIONS.where(SourceRow.rig_id == rig_id, SourceRow.name == name)
    return all_in(session, query.order_by(VersionRow.number))


def report(session: Session, version_id: int) -> dict[str, object]:
    """What the reader reported about a version of a source, as plain data.

    Raises:
        NotFound: If there is no such version.
    """
    row = session.scalar(select(VersionRow.report).where(VersionRow.id == version_id))
    if row is None:
        raise NotFound(f"no version of a source has the number {version_id}")
    lines = RejectedRow.first_line, RejectedRow.last_line, RejectedRow.rows
    words = RejectedRow.reason, RejectedRow.detail, RejectedRow.sample
    query = select(*lines, *words).where(
        RejectedRow.version_id == version_id, RejectedRow.stage == "read"
    )
    rejected = session.execute(query.order_by(RejectedRow.id)).mappings()
    return row | {"rejections": [dict(rejection) for rejection in rejected]}


def _source_id(session: Session, rig_id: str, name: str) -> int:
    insert_absent(session, SourceRow, [{"rig_id": rig_id, "name": name}])
    query = select(SourceRow.id).where(SourceRow.rig_id == rig_id, SourceRow.name == name)
    return session.execute(query).scalar_one()


def _days_of(session: Session, rig_id: str, contents: Iterable[str]) -> Sequence[date]:
    """Days that the current versions with one of `contents` touch, whatever they are called."""
    query = (
        select(SourceDayRow.day)
        .join(VersionRow, VersionRow.id == SourceDayRow.version_id)
        .join(SourceRow, SourceRow.id == VersionRow.source_id)
        .where(SourceRow.rig_id == rig_id, VersionRow.is_current)
        .where(VersionRow.content.in_(contents))
    )
    return session.scalars(query.distinct()).all()


def _version_values(reading: Reading) -> dict[str, object]:
    made = reading.report
    is_time = isinstance(made.first, datetime)
    return {
        "kind": reading.kind.value,
        "format": made.format,
        "rows_read": made.rows_read,
        "rows_kept": made.rows_kept,
        "rows_rejected": made.rows_rejected,
        "interval": made.interval,
        "first_time": made.first if is_time else None,
        "last_time": made.last if is_time else None,
        "first_depth": None if is_time else made.first,
        "last_depth": None if is_time else made.last,
        # The rejections are rows of their own.
        "report": replace(made, rejections=()).as_dict(),
    }


def _enter(session: Session, source_id: int, values: Mapping[str, object]) -> int:
    session.execute(
        update(VersionRow)
        .where(VersionRow.source_id == source_id, VersionRow.is_current)
        .values(is_current=False)
    )
    return session.execute(insert(VersionRow).values(values).returning(VersionRow.id)).scalar_one()


def _enter_rows(
    session: Session,
    version_id: int,
    rig_id: str,
    rejections: Sequence[Rejection],
    days: Mapping[date, int],
) -> None:
    if days:
        counts = [{"version_id": version_id, "day": day, "rows": days[day]} for day in sorted(days)]
        session.execute(insert(SourceDayRow), counts)
    if rejections:
        place = {"version_id": version_id, "rig_id": rig_id, "stage": "read", "whole": True}
        session.execute(
            insert(RejectedRow), [place | rejected_values(rejection) for rejection in rejections]
        )
