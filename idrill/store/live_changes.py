"""What changed of a rig since somebody looked: readings, verdicts and events, without a gap.

A position says how far somebody has read: the revision of the rig's readings, and the sequence
number of what scoring told. Both become visible in their order, so who goes on from a position
misses nothing and is told nothing twice. What is read up to a position may lack rows that changed
after it; those come, as they are then, to who goes on from there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Row, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from idrill.frame import Origin
from idrill.maintenance.alerts import State
from idrill.store import live_outlet, live_readings
from idrill.store.changed_rows import ChangedRows
from idrill.store.live_outlet import Event, EventKind, Verdict
from idrill.store.live_readings import LiveRig
from idrill.store.orm import (
    LIVE_READINGS,
    AlertRow,
    LiveEventRow,
    LiveOutletRow,
    LiveRigRow,
    LiveVerdictRow,
    RigRow,
)

LATEST = 50
"""Events that somebody sees who begins to watch."""

AT_ONCE = 10_000
"""Rows, verdicts or events that are read of a rig at once, unless one commit alone has more."""

_INSTANT = timedelta(microseconds=1)

_VERDICTS = select(
    LiveVerdictRow.time, LiveVerdictRow.activity, LiveVerdictRow.bits, LiveVerdictRow.sequence
)
_EVENTS = select(LiveEventRow.kind, LiveEventRow.time, LiveEventRow.body, LiveEventRow.sequence)


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has read of a rig."""

    revision: int = 0
    """Of its readings."""
    sequence: int = 0
    """Of what scoring told of it."""

    def covers(self, other: "Position") -> bool:
        """Whether who is here has read all that is up to another position."""
        return self.revision >= other.revision and self.sequence >= other.sequence


@dataclass(frozen=True, slots=True)
class Changes:
    """What is told of a rig between two positions."""

    rig: LiveRig
    after: Position
    position: Position
    rows: ChangedRows
    """Readings that changed, as they are now."""
    verdicts: tuple[Verdict, ...]
    events: tuple[Event, ...]


def standing(session: Session, rig_ids: Collection[str]) -> dict[str, tuple[LiveRig, Position]]:
    """Each of some rigs and how far it is; one that told nothing yet is at the beginning."""
    rig, live, outlet = RigRow, LiveRigRow, LiveOutletRow
    query = (
        select(rig.id, rig.synthetic, live.origin, live.revision, live.channels, live.last_time)
        .add_columns(outlet.sequence)
        .outerjoin(live, live.rig_id == rig.id)
        .outerjoin(outlet, outlet.rig_id == rig.id)
        .where(rig.id.in_(rig_ids))
    )
    found: dict[str, tuple[LiveRig, Position]] = {}
    for rig_id, synthetic, origin, revision, channels, last_time, sequence in session.execute(
        query
    ):
        usual = Origin.SYNTHETIC if synthetic else Origin.LIVE
        told = tuple((channels or "").split())
        known = LiveRig(rig_id, Origin(origin or usual), revision or 0, told, last_time)
        found[rig_id] = known, Position(revision or 0, sequence or 0)
    return found


def since(session: Session, rig: LiveRig, after: Position, now: Position) -> Changes:
    """What changed of a rig after a position: all of it up to `now`, or the first part of that.

    Args:
        session: Of the store.
        rig: As it is now, or was when `now` was read.
        after: What is known already.
        now: How far the rig is, read before.
    """
    rows, revision = _rows(session, rig, after.revision, now.revision)
    sequence = _whole(session, rig.rig_id, after.sequence, now.sequence)
    verdicts = _verdicts(session, rig.rig_id, after.sequence, sequence)
    events = _events(session, rig.rig_id, after.sequence, sequence)
    return Changes(rig, after, Position(revision, sequence), rows, verdicts, events)


def can_go_on(session: Session, rig_id: str, after: Position) -> bool:
    """Whether everything after a position is still there."""
    outlet = live_outlet.outlet_of(session, rig_id)
    pruned = Position(live_readings.pruned_to(session, rig_id), outlet.pruned_to)
    return after.covers(pruned)


def picture(session: Session, rig: LiveRig, at: Position, start: datetime) -> Changes:
    """What a rig told from an instant on, as far as a position goes; the latest events."""
    end = (rig.last_time or start) + _INSTANT
    rows = live_readings.between(session, rig, start, end)
    told = ChangedRows.of(rows).until(at.revision)
    verdicts = tuple(
        one
        for one in verdicts_between(session, rig.rig_id, start, end)
        if one.sequence <= at.sequence
    )
    events = latest_events(session, rig.rig_id, at.sequence)
    return Changes(rig, Position(), at, told, verdicts, events)


def verdicts_between(
    session: Session, rig_id: str, start: datetime, end: datetime
) -> tuple[Verdict, ...]:
    """The verdicts on the readings of a rig from `start` until before `end`, by time."""
    row = LiveVerdictRow
    within = row.rig_id == rig_id, row.time >= start, row.time < end
    return _read(session, _VERDICTS.where(*within).order_by(row.time))


def latest_events(session: Session, rig_id: str, sequence: int) -> tuple[Event, ...]:
    """The last `LATEST` events of a rig up to a sequence number, the oldest first.

    Before them the last one of each alert that is open and that they do not tell of.
    """
    row = LiveEventRow
    within = row.rig_id == rig_id, row.sequence <= sequence
    query = _EVENTS.where(*within).order_by(row.sequence.desc()).limit(LATEST)
    found = [*session.execute(query).all(), *_open_alerts(session, rig_id, sequence)]
    told = {one.sequence: one for one in found}
    return tuple(Event(EventKind(kind), *rest) for _, (kind, *rest) in sorted(told.items()))


def _open_alerts(session: Session, rig_id: str, sequence: int) -> Sequence[Row[Any]]:
    """The last event of each alert of a rig that is open."""
    row, alert = LiveEventRow, AlertRow
    still = alert.rig_id == rig_id, alert.state != State.CLOSED.value
    numbers = session.scalars(select(alert.id).where(*still)).all()
    if not numbers:
        return ()
    number = type_coerce(row.body, JSON)["alert"].as_integer()
    within = row.rig_id == rig_id, row.sequence <= sequence, row.kind == EventKind.ALERT.value
    newest = select(func.max(row.sequence)).where(*within, number.in_(numbers)).group_by(number)
    return session.execute(_EVENTS.where(row.rig_id == rig_id, row.sequence.in_(newest))).all()


def _rows(session: Session, rig: LiveRig, after: int, now: int) -> tuple[ChangedRows, int]:
    """Rows that changed after a revision, and the one up to which they are whole.

    Rows of later revisions than the rig was read at may have channels that it did not have then.
    """
    columns = LIVE_READINGS.c
    if now <= after:
        return ChangedRows(), after
    query = select(columns.time, columns.revision, *(columns[name] for name in rig.channels))
    within = columns.rig_id == rig.rig_id, columns.revision > after, columns.revision <= now
    ordered = query.where(*within).order_by(columns.revision, columns.time)
    found = session.execute(ordered.limit(AT_ONCE + 1)).all()
    if len(found) > AT_ONCE:
        rows = ChangedRows.of(live_readings.after(session, rig, after, AT_ONCE))
        return rows.until(now), min(rows.revisions[-1], now)
    return ChangedRows.read(found, rig.channels), now


def _whole(session: Session, rig_id: str, after: int, until: int) -> int:
    """The number up to which what was told after another one can be read at once."""
    row = LiveVerdictRow
    until = min(until, after + AT_ONCE)
    if until <= after:
        return after
    newer = row.rig_id == rig_id, row.sequence > after, row.sequence <= until
    ranked = select(row.sequence).where(*newer).order_by(row.sequence)
    beyond = session.scalar(ranked.offset(AT_ONCE).limit(1))
    if beyond is None:
        return until
    first = session.scalars(ranked.limit(1)).one()
    return beyond if first == beyond else beyond - 1


def _verdicts(session: Session, rig_id: str, after: int, until: int) -> tuple[Verdict, ...]:
    row = LiveVerdictRow
    within = row.rig_id == rig_id, row.sequence > after, row.sequence <= until
    query = _VERDICTS.where(*within).order_by(row.sequence, row.time)
    return _read(session, query) if until > after else ()


def _events(session: Session, rig_id: str, after: int, until: int) -> tuple[Event, ...]:
    row = LiveEventRow
    within = row.rig_id == rig_id, row.sequence > after, row.sequence <= until
    found = session.execute(_EVENTS.where(*within).order_by(row.sequence)) if until > after else ()
    return tuple(Event(EventKind(kind), *rest) for kind, *rest in found)


def _read(
    session: Session, query: Select[tuple[datetime, str, dict[str, object], int]]
) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(time, activity, {name: int(str(value)) for name, value in bits.items()}, number)
        for time, activity, bits, number in session.execute(query)
    )
