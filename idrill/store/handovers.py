"""What each rig-day was started from and what it left, as hashes.

A rig-day is a function of its sources, of the calibrations that are approved, and of what the
rig-day before left: limits between activities and the state of reconciliation. The rig-day before
is the last one that left something: a day without readings, or one that is held, is passed over.
"""

import hashlib
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from idrill.store import calibrations
from idrill.store.calibrations import CalibrationVersion
from idrill.store.merges import merged_version
from idrill.store.orm import HandoverRow
from idrill.store.sources import day_versions
from idrill.store.tables import RECONCILIATIONS

WARM_UP = timedelta(minutes=15)
"""How far into the day before a rig-day looks back."""


def before(session: Session, rig_id: str, day: date, table: str) -> date | None:
    """The last day before `day` that left something in `table`; None if there is none."""
    query = select(func.max(HandoverRow.day)).where(
        HandoverRow.rig_id == rig_id, HandoverRow.table_name == table, HandoverRow.day < day
    )
    return session.scalar(query)


def left_by(session: Session, rig_id: str, day: date, table: str) -> str:
    """Hash of what a rig-day left in `table`; "" if nothing."""
    row = session.get(HandoverRow, (rig_id, day, table), populate_existing=True)
    return row.left if row else ""


def applied(session: Session, rig_id: str, day: date) -> list[CalibrationVersion]:
    """The approved calibrations that a rig-day, or the end of the day before it, needs."""
    return _of_day(calibrations.approved(session, rig_id), day)


def received(left: str, applied: Iterable[CalibrationVersion] = ()) -> str:
    """Hash of what a rig-day is started from; "" where that is nothing.

    Args:
        left: Hash of what the rig-day before left; "" if nothing.
        applied: The calibrations that are applied.
    """
    version = calibrations.version(list(applied))
    return _hash([left, version]) if version else left


def enter(
    session: Session, rig_id: str, day: date, table: str, *, received: str, left: str
) -> bool:
    """Remember what a rig-day was started from, and what it left.

    Args:
        session: An open session.
        rig_id: The rig.
        day: The day.
        table: The table of the lake that what it left lies in.
        received: As `received` says.
        left: Hash of it; "" where the rig-day left nothing, so that it is passed over.

    Returns:
        Whether it left something else before.
    """
    known = left_by(session, rig_id, day, table)
    session.execute(
        delete(HandoverRow).where(
            HandoverRow.rig_id == rig_id, HandoverRow.day == day, HandoverRow.table_name == table
        )
    )
    if left:
        session.add(
            HandoverRow(rig_id=rig_id, day=day, table_name=table, received=received, left=left)
        )
        session.flush()
    return known != left


def next_to_leave(session: Session, rig_id: str, day: date, table: str) -> date | None:
    """The first day after `day` that left something in `table`; None if there is none."""
    query = select(func.min(HandoverRow.day)).where(
        HandoverRow.rig_id == rig_id, HandoverRow.table_name == table, HandoverRow.day > day
    )
    return session.scalar(query)


def wanted_versions(session: Session, rig_id: str, days: Iterable[date]) -> dict[date, str]:
    """Hash of all that each rig-day is a function of; "" where no source touches it."""
    sources = day_versions(session, rig_id, days)
    expected = _expected(session, rig_id, sources)
    return {day: _combined(version, expected[day]) for day, version in sources.items()}


def made_version(session: Session, rig_id: str, day: date) -> str:
    """Hash of all that the rig-day in the lake was made from."""
    query = select(HandoverRow).where(HandoverRow.rig_id == rig_id, HandoverRow.day == day)
    rows = session.scalars(query, execution_options={"populate_existing": True})
    used = {row.table_name: row.received for row in rows}
    return _combined(merged_version(session, rig_id, day), used)


def tried_version(session: Session, rig_id: str, day: date) -> str:
    """Hash of all that a rig-day would have been made from that failed on the way."""
    expected = _expected(session, rig_id, [day])
    return _combined(merged_version(session, rig_id, day), expected[day])


def _combined(sources: str, received: Mapping[str, str]) -> str:
    told = {table: version for table, version in received.items() if version}
    return _hash([sources, told]) if sources and told else sources


def _hash(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _expected(session: Session, rig_id: str, days: Iterable[date]) -> dict[date, dict[str, str]]:
    """What each of `days` would be started from now, by table."""
    asked = sorted(set(days))
    if not asked:
        return {}
    known: dict[str, list[tuple[date, str]]] = defaultdict(list)
    query = select(HandoverRow.table_name, HandoverRow.day, HandoverRow.left).where(
        HandoverRow.rig_id == rig_id, HandoverRow.day < asked[-1]
    )
    for table, day, left in session.execute(query.order_by(HandoverRow.day)):
        known[table].append((day, left))
    approved = calibrations.approved(session, rig_id)
    return {
        day: {table: _last(handed, day) for table, handed in known.items()}
        | {
            RECONCILIATIONS.name: received(
                _last(known[RECONCILIATIONS.name], day), _of_day(approved, day)
            )
        }
        for day in asked
    }


def _last(handed: list[tuple[date, str]], day: date) -> str:
    """What the last of the days before `day` left."""
    place = bisect_left(handed, day, key=lambda pair: pair[0])
    return handed[place - 1][1] if place else ""


def _of_day(approved: list[CalibrationVersion], day: date) -> list[CalibrationVersion]:
    midnight = datetime.combine(day, time(), UTC)
    return calibrations.within(approved, midnight - WARM_UP, midnight + timedelta(days=1))
