"""What came in live and was not pruned yet: rows per rig and instant, how far each rig is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from idrill import frame as frames
from idrill.errors import OriginRefused
from idrill.frame import TIME, Origin, channels_in, quality_of
from idrill.store.orm import LIVE_READINGS, LiveDayRow, LiveRejectionRow, LiveRigRow

AT_ONCE = 20_000
"""Rejections of a rig that are pruned in one transaction, so that nobody waits for long."""


@dataclass(frozen=True, slots=True)
class LiveRig:
    """How far the live readings of a rig are."""

    rig_id: str
    origin: Origin
    revision: int
    channels: tuple[str, ...]
    """Those that were ever told."""
    last_time: datetime | None


def mark_of(session: Session, rig_id: str) -> LiveRig | None:
    """How far the live readings of a rig are; None if it never had any."""
    row = session.get(LiveRigRow, rig_id, populate_existing=True)
    if row is None:
        return None
    channels = tuple(row.channels.split())
    return LiveRig(row.rig_id, Origin(row.origin), row.revision, channels, row.last_time)


def require_no_replay(session: Session, rig_id: str) -> None:
    """See that a rig is not one on which readings of another one are replayed.

    Raises:
        OriginRefused: If it is.
    """
    mark = mark_of(session, rig_id)
    if mark is not None and mark.origin is Origin.REPLAY:
        raise OriginRefused(f"{rig_id} holds a replay: files go to another rig")


def between(session: Session, rig: LiveRig, start: datetime, end: datetime) -> pl.DataFrame:
    """The live rows of a rig from `start` until before `end`, as a raw frame with `revision`."""
    query = _rows(rig.channels).where(*_within(rig.rig_id, start, end))
    return _framed(session, rig, query)


def after(session: Session, rig: LiveRig, revision: int, limit: int) -> pl.DataFrame:
    """The live rows of a rig that changed after a revision, each as it is now.

    Args:
        session: Of the store.
        rig: Whose rows.
        revision: That is known already.
        limit: Rows at most, unless one revision alone has more.

    Returns:
        A raw frame with `revision`, in its order and then by time; all rows of each revision that
        is in it. Rows that were pruned are not there: `pruned_to` tells how far they go.
    """
    columns = LIVE_READINGS.c
    newer = columns.rig_id == rig.rig_id, columns.revision > revision
    ranked = select(columns.revision).where(*newer).order_by(columns.revision)
    last = session.scalar(ranked.offset(limit).limit(1))
    first = session.scalar(ranked.limit(1))
    query = _rows(rig.channels).where(*newer).order_by(None)
    if last is not None and first is not None:
        query = query.where(columns.revision < last if first < last else columns.revision == last)
    return _framed(session, rig, query.order_by(columns.revision, columns.time))


def pruned_to(session: Session, rig_id: str) -> int:
    """The revision up to which rows of a rig may have been pruned; 0 if none were."""
    archived = select(func.max(LiveDayRow.watermark)).where(LiveDayRow.rig_id == rig_id)
    return session.scalar(archived) or 0


def revisions(session: Session, rig_id: str, start: datetime, end: datetime) -> int:
    """The latest revision of the live rows of a rig from `start` until before `end`; 0 if none."""
    newest = select(func.max(LIVE_READINGS.c.revision)).where(*_within(rig_id, start, end))
    return session.scalar(newest) or 0


def last_of_first(
    session: Session, rig_id: str, start: datetime, end: datetime, limit: int
) -> datetime | None:
    """The last instant of the first `limit` live rows of a rig in a stretch; None if none."""
    times = select(LIVE_READINGS.c.time).where(*_within(rig_id, start, end))
    first = times.order_by(LIVE_READINGS.c.time).limit(limit).subquery()
    found: datetime | None = session.scalar(select(func.max(first.c.time)))
    return found


def days(session: Session, rig_id: str, start: datetime, end: datetime) -> list[date]:
    """The UTC days from `start` until before `end` that have live rows of a rig."""
    found: list[date] = []
    while True:
        first = select(func.min(LIVE_READINGS.c.time)).where(*_within(rig_id, start, end))
        instant = session.scalar(first)
        if instant is None:
            return found
        found.append(instant.date())
        start = midnight(instant.date()) + timedelta(days=1)


def midnight(day: date) -> datetime:
    """The first instant of a UTC day."""
    return datetime.combine(day, time(), UTC)


def _within(rig_id: str, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    columns = LIVE_READINGS.c
    return columns.rig_id == rig_id, columns.time >= start, columns.time < end


def _rows(names: Sequence[str]) -> Select[Any]:
    columns = LIVE_READINGS.c
    wanted = (columns.time, columns.revision, *(columns[name] for name in names))
    return select(*wanted).order_by(columns.time)


def _framed(session: Session, rig: LiveRig, query: Select[Any]) -> pl.DataFrame:
    schema = {"time": TIME, "revision": pl.Int64()} | dict.fromkeys(rig.channels, pl.Float64())
    table = pl.DataFrame(session.execute(query).all(), schema=schema, orient="row")
    return frames.measured(_as_frame(table, rig))


def rejections(session: Session, rig_id: str, *, limit: int) -> list[LiveRejectionRow]:
    """The latest live readings of a rig that could not be used as told, newest first."""
    query = select(LiveRejectionRow).where(LiveRejectionRow.rig_id == rig_id)
    return list(session.scalars(query.order_by(LiveRejectionRow.id.desc()).limit(limit)))


def prune_rejections(session: Session, before: datetime) -> int:
    """Take readings that could not be used out of SQL, the oldest first, and count them.

    Args:
        session: Of the store.
        before: Those that were received before this; `AT_ONCE` of a rig at most.
    """
    gone, row = 0, LiveRejectionRow
    for rig_id in session.scalars(select(LiveRigRow.rig_id).order_by(LiveRigRow.rig_id)).all():
        old = select(row.id).where(row.rig_id == rig_id, row.received_at < before)
        oldest = old.order_by(row.received_at, row.id).limit(AT_ONCE)
        gone += session.connection().execute(delete(row).where(row.id.in_(oldest))).rowcount
    return gone


def _as_frame(table: pl.DataFrame, mark: LiveRig) -> pl.DataFrame:
    names = channels_in(table.columns)
    return table.select(
        pl.lit(mark.rig_id).alias("rig_id"),
        "time",
        pl.lit(mark.origin.value, frames.ORIGIN).alias("origin"),
        "revision",
        *names,
        *(pl.lit(0, frames.QUALITY).alias(quality_of(name)) for name in names),
    )
