"""What is wanted of each rig-day, what is published of it, and what is held back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.store import handovers, rigs, system_log
from idrill.store.orm import RigDayRow
from idrill.store.publication import State, after_holding, after_publishing, after_wanting
from idrill.store.system_log import Event, Kind

__all__ = [
    "RigDay",
    "State",
    "between",
    "get",
    "hand_over",
    "held",
    "hold",
    "publish",
    "release",
    "stale",
    "want",
]


@dataclass(frozen=True, slots=True)
class RigDay:
    """One UTC day of one rig."""

    rig_id: str
    day: date
    state: State
    wanted: str
    """What all that it is a function of amounts to, as `handovers.wanted_versions` says."""
    published: str | None
    """The same of what the lake holds; None before the first time."""
    rows: int | None
    """That the lake holds."""
    lake_version: int | None
    """Of the table, once those rows were committed."""
    reason: str | None
    """Why it is held."""
    updated_at: datetime


def want(session: Session, rig_id: str, days: Iterable[date]) -> list[RigDay]:
    """Ask of each of `days` what it is a function of now; sorted by day.

    Days that no source touches and that nobody asked for before are left out.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.lock(session, rig_id)
    wanted = handovers.wanted_versions(session, rig_id, days)
    known = _rows(session, rig_id, wanted)
    for day, version in wanted.items():
        if day in known:
            _rewant(known[day], version)
        elif version:
            known[day] = _new(session, rig_id, day, version)
    session.flush()
    return [_rig_day(known[day]) for day in sorted(known)]


def hand_over(
    session: Session, rig_id: str, day: date, table: str, *, received: str, left: str
) -> None:
    """Remember what a rig-day left; days that were made from something else become stale.

    A rig-day that is held stays so: it was held for its readings.

    Args:
        session: An open session.
        rig_id: The rig.
        day: The day.
        table: The table of the lake that what it left lies in.
        received: Hash of what it was started from.
        left: Hash of what it left; "" for nothing.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.lock(session, rig_id)
    if not handovers.enter(session, rig_id, day, table, received=received, left=left):
        return
    last = handovers.next_to_leave(session, rig_id, day, table) or date.max
    made = select(RigDayRow).where(
        RigDayRow.rig_id == rig_id,
        or_(RigDayRow.published.is_not(None), RigDayRow.state == State.HELD.value),
        RigDayRow.day > day,
        RigDayRow.day <= last,
    )
    rows = session.scalars(made, execution_options={"populate_existing": True}).all()
    wanted = handovers.wanted_versions(session, rig_id, [row.day for row in rows])
    for row in rows:
        if row.state == State.HELD.value:
            row.wanted = wanted[row.day]
        else:
            _rewant(row, wanted[row.day])
    session.flush()


def publish(
    session: Session, rig_id: str, day: date, *, version: str, rows: int, lake_version: int
) -> RigDay:
    """Remember that the lake holds `version` of a rig-day.

    It stays stale where what it is a function of changed while it was being made.

    Raises:
        NotFound: If there is no such rig.
    """
    row = _locked(session, rig_id, day, version)
    row.wanted = handovers.wanted_versions(session, rig_id, [day])[day]
    row.state = after_publishing(row.wanted, version).value
    row.published, row.rows, row.lake_version = version, rows, lake_version
    row.reason, row.updated_at = None, datetime.now(UTC)
    session.flush()
    return _rig_day(row)


def hold(session: Session, rig_id: str, day: date, *, version: str, reason: str) -> RigDay:
    """Remember why `version` of a rig-day may not be published; what is published stays.

    It is stale, not held, where what it is a function of changed while it was being made.

    Raises:
        NotFound: If there is no such rig.
    """
    row = _locked(session, rig_id, day, version)
    row.wanted = handovers.wanted_versions(session, rig_id, [day])[day]
    state = after_holding(row.wanted, version)
    row.state, row.updated_at = state.value, datetime.now(UTC)
    row.reason = reason if state is State.HELD else None
    session.flush()
    if state is State.HELD:
        held = Event(Kind.RIG_DAY_HELD, f"rig-day {day}|{rig_id}", reason, rig_id)
        system_log.record_once(session, held)
    return _rig_day(row)


def release(session: Session, rig_id: str, day: date) -> None:
    """Let a rig-day go that passed the check it was held for; it is stale until published."""
    row = session.get(RigDayRow, (rig_id, day), populate_existing=True)
    if row is not None and row.state == State.HELD.value:
        row.state, row.reason, row.updated_at = State.STALE.value, None, datetime.now(UTC)


def get(session: Session, rig_id: str, day: date) -> RigDay:
    """What is known of a rig-day.

    Raises:
        NotFound: If no source ever touched it.
    """
    row = session.get(RigDayRow, (rig_id, day), populate_existing=True)
    if row is None:
        raise NotFound(f"nothing is known of {rig_id} on {day}: no source touches that day")
    return _rig_day(row)


def between(session: Session, rig_id: str, first: date, last: date) -> list[RigDay]:
    """What is known of a rig's days from `first` to `last`, both included, by day."""
    query = select(RigDayRow).where(RigDayRow.rig_id == rig_id)
    return _found(session.scalars(query.where(RigDayRow.day.between(first, last))))


def stale(session: Session, rig_id: str | None = None) -> list[RigDay]:
    """The rig-days to be published, of one rig or all; those held for what is wanted are not."""
    return _in_state(session, State.STALE, rig_id)


def held(session: Session, rig_id: str | None = None) -> list[RigDay]:
    """The rig-days held back, of one rig or all."""
    return _in_state(session, State.HELD, rig_id)


def any_published(session: Session) -> bool:
    """Whether the lake ever held a rig-day."""
    some = select(RigDayRow.rig_id).where(RigDayRow.published.is_not(None)).limit(1)
    return session.scalar(some) is not None


def _in_state(session: Session, state: State, rig_id: str | None) -> list[RigDay]:
    query = select(RigDayRow).where(RigDayRow.state == state.value)
    if rig_id is not None:
        query = query.where(RigDayRow.rig_id == rig_id)
    return _found(session.scalars(query))


def _found(rows: Iterable[RigDayRow]) -> list[RigDay]:
    return sorted(map(_rig_day, rows), key=lambda found: (found.rig_id, found.day))


def _rows(session: Session, rig_id: str, days: Iterable[date]) -> dict[date, RigDayRow]:
    asked = set(days)
    if not asked:
        return {}
    query = select(RigDayRow).where(
        RigDayRow.rig_id == rig_id, RigDayRow.day.between(min(asked), max(asked))
    )
    rows = session.scalars(query, execution_options={"populate_existing": True})
    return {row.day: row for row in rows if row.day in asked}


def _locked(session: Session, rig_id: str, day: date, version: str) -> RigDayRow:
    rigs.lock(session, rig_id)
    row = session.get(RigDayRow, (rig_id, day), populate_existing=True)
    return row or _new(session, rig_id, day, version)


def _new(session: Session, rig_id: str, day: date, wanted: str) -> RigDayRow:
    row = RigDayRow(
        rig_id=rig_id,
        day=day,
        state=State.STALE.value,
        wanted=wanted,
        updated_at=datetime.now(UTC),
    )
    session.add(row)
    return row


def _rewant(row: RigDayRow, wanted: str) -> None:
    state = after_wanting(State(row.state), row.wanted, wanted, row.published)
    if (row.state, row.wanted) == (state.value, wanted):
        return
    row.state, row.wanted = state.value, wanted
    row.reason, row.updated_at = None, datetime.now(UTC)


def _rig_day(row: RigDayRow) -> RigDay:
    return RigDay(
        rig_id=row.rig_id,
        day=row.day,
        state=State(row.state),
        wanted=row.wanted,
        published=row.published,
        rows=row.rows,
        lake_version=row.lake_version,
        reason=row.reason,
        updated_at=row.updated_at,
    )
