"""Which live rig-days are in the archive and how far, and which are to be closed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from idrill.store import live_readings, system_log
from idrill.store.live_readings import midnight
from idrill.store.orm import LIVE_READINGS, LiveDayRow, LiveOutletRow, LiveRigRow, RigDayRow
from idrill.store.publication import State
from idrill.store.system_log import Event, Kind

ONE_DAY = timedelta(days=1)

LONG_AGO = midnight(date(1971, 1, 1))
"""Before every reading."""

UNJUDGED_KEPT = timedelta(days=3)
"""For how long after their day was closed rows stay that scoring has not judged: a weekend, in
which somebody notices that it stands still. A row each second is 86400 a day."""


@dataclass(frozen=True, slots=True)
class LiveDay:
    """A rig-day that has rows in SQL."""

    rig_id: str
    day: date


def live_name(day: date) -> str:
    """What the source is called that a closed day leaves in the archive."""
    return f"live readings of {day}"


def watermarks(session: Session, rig_id: str) -> dict[date, int]:
    """By day, the revision up to which the live rows of a rig are in the archive."""
    query = select(LiveDayRow.day, LiveDayRow.watermark).where(LiveDayRow.rig_id == rig_id)
    return dict(session.execute(query).tuples().all())


def due(session: Session, now: datetime, close_after: timedelta) -> list[LiveDay]:
    """The rig-days with rows that are not in the archive, and that are over for long enough.

    Args:
        session: An open session.
        now: The time.
        close_after: How long after its midnight a day waits for readings that come late.
    """
    end = midnight((now - close_after).date())
    return [one for one in _all_until(session, end) if _has_news(session, one)]


def published(session: Session, now: datetime) -> list[LiveDay]:
    """The rig-days with rows that may be pruned."""
    return [one for one in _all_until(session, now) if _is_published(session, one)]


def mark(session: Session, one: LiveDay, watermark: int) -> None:
    """Remember that the rows of a rig-day are in the archive up to a revision."""
    row = session.get(LiveDayRow, (one.rig_id, one.day), populate_existing=True)
    if row is None:
        row = LiveDayRow(rig_id=one.rig_id, day=one.day)
        session.add(row)
    row.watermark, row.closed_at = watermark, datetime.now(UTC)
    session.flush()


def prune(session: Session, one: LiveDay, now: datetime | None = None) -> int:
    """Take the rows of a published rig-day out of SQL that are in the archive, and count them.

    Rows that came after it was archived stay, and all of them where it is not published. Where
    scoring follows the rig, rows that it has not judged stay for a while, too; those that go all
    the same are told of in the system log.

    Args:
        session: An open session.
        one: The rig-day.
        now: The time, if it is another one than that of the clock.
    """
    row = session.get(LiveDayRow, (one.rig_id, one.day), populate_existing=True)
    if row is None or not row.watermark or not _is_published(session, one):
        return 0
    scored_to = _scored_to(session, one.rig_id)
    unjudged = scored_to is not None and scored_to < row.watermark
    waits = unjudged and (now or datetime.now(UTC)) < row.closed_at + UNJUDGED_KEPT
    watermark = scored_to if waits and scored_to is not None else row.watermark
    if not _count(session, _archived(one, 0, watermark)):
        return 0
    if unjudged and not waits:
        _say_unjudged(session, one, _archived(one, scored_to or 0, watermark))
    # Answers that are kept are known by the revision.
    further = {"revision": LiveRigRow.revision + 1}
    session.execute(update(LiveRigRow).where(LiveRigRow.rig_id == one.rig_id).values(further))
    gone = delete(LIVE_READINGS).where(*_archived(one, 0, watermark))
    return session.connection().execute(gone).rowcount


def _scored_to(session: Session, rig_id: str) -> int | None:
    """The revision up to which a rig was scored; None where nobody ever scored it."""
    query = select(LiveOutletRow.scored_to).where(LiveOutletRow.rig_id == rig_id)
    return session.scalar(query)


def _archived(one: LiveDay, after: int, watermark: int) -> tuple[ColumnElement[bool], ...]:
    """Rows of a rig-day above one revision, and up to another one."""
    rows, (start, end) = LIVE_READINGS.c, _span(one.day)
    within = rows.rig_id == one.rig_id, rows.time >= start, rows.time < end
    return *within, rows.revision > after, rows.revision <= watermark


def _count(session: Session, those: tuple[ColumnElement[bool], ...]) -> int:
    query = select(func.count()).select_from(LIVE_READINGS).where(*those)
    return session.scalar(query) or 0


def _say_unjudged(session: Session, one: LiveDay, those: tuple[ColumnElement[bool], ...]) -> None:
    if count := _count(session, those):
        said = f"{count} live rows of {one.day} left without a verdict: scoring stood still"
        subject = f"rig-day {one.day}|{one.rig_id}"
        system_log.record(session, Event(Kind.READINGS_UNJUDGED, subject, said, one.rig_id))


def _has_news(session: Session, one: LiveDay) -> bool:
    newest = live_readings.revisions(session, one.rig_id, *_span(one.day))
    return newest > watermarks(session, one.rig_id).get(one.day, 0)


def _is_published(session: Session, one: LiveDay) -> bool:
    state = select(RigDayRow.state).where(RigDayRow.rig_id == one.rig_id, RigDayRow.day == one.day)
    return session.scalar(state) == State.PUBLISHED.value


def _all_until(session: Session, end: datetime) -> list[LiveDay]:
    rigs = session.scalars(select(LiveRigRow.rig_id).order_by(LiveRigRow.rig_id)).all()
    return [
        LiveDay(rig, day) for rig in rigs for day in live_readings.days(session, rig, LONG_AGO, end)
    ]


def _span(day: date) -> tuple[datetime, datetime]:
    return midnight(day), midnight(day + ONE_DAY)
