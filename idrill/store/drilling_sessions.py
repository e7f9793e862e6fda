"""Which well a rig drilled from when to when, as a person says it: one well at a time.

What files tell is entered by `idrill.store.wells.record_session`, which unites what touches.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from idrill.errors import InvalidWell, NotFound, Overlap
from idrill.store import rigs, wells
from idrill.store.orm import SessionRow
from idrill.wells import DrillingSession

YEARS = range(1971, 2200)
"""When a rig can have drilled anything."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A drilling session and its number."""

    id: int
    drilled: DrillingSession


def of_rig(session: Session, rig_id: str) -> list[Numbered]:
    """The sessions of a rig as they are recorded, by start.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.get(session, rig_id)
    query = select(SessionRow).where(SessionRow.rig_id == rig_id)
    rows = session.scalars(query.order_by(SessionRow.start, SessionRow.id))
    return [_numbered(row) for row in rows]


def get(session: Session, number: int) -> Numbered:
    """The session with this number.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(SessionRow, number, populate_existing=True)
    if row is None:
        raise absent(number)
    return _numbered(row)


def add(session: Session, drilled: DrillingSession) -> Numbered:
    """Enter a session.

    Raises:
        NotFound: If there is no such rig or well.
        InvalidWell: If it ends before it starts, or at no time that can be.
        Overlap: If the rig drilled something then.
    """
    rigs.lock(session, drilled.rig_id)
    wells.lock(session, drilled.well_id)
    _require_free(session, drilled, None)
    row = SessionRow(
        rig_id=drilled.rig_id, well_id=drilled.well_id, start=drilled.start, end=drilled.end
    )
    session.add(row)
    session.flush()
    return _numbered(row)


def change(session: Session, number: int, start: datetime, end: datetime | None) -> Numbered:
    """Correct when a session began or ended.

    Args:
        session: Of the store.
        number: Of the drilling session.
        start: When it began.
        end: None: it goes on.

    Raises:
        NotFound: If there is no such session.
        InvalidWell: If it would end before it starts, or at no time that can be.
        Overlap: If the rig drilled something else then.
    """
    rigs.lock(session, get(session, number).drilled.rig_id)
    row = session.get(SessionRow, number, populate_existing=True)
    if row is None:
        raise absent(number)
    row.start, row.end = start, end
    _require_free(session, _numbered(row).drilled, number)
    session.flush()
    return _numbered(row)


def remove(session: Session, number: int) -> None:
    """Remove a session that never was.

    Raises:
        NotFound: If there is no such session.
    """
    rigs.lock(session, get(session, number).drilled.rig_id)
    session.execute(delete(SessionRow).where(SessionRow.id == number))


def absent(number: int) -> NotFound:
    """What is told where there is no such session, or none that one may see."""
    return NotFound(f"no drilling session that you may see has the number {number}")


def _require_free(session: Session, drilled: DrillingSession, number: int | None) -> None:
    """See that a session can be, and that no other of its rig overlaps with it."""
    told = [at for at in (drilled.start, drilled.end) if at is not None]
    if any(at.year not in YEARS for at in told):
        raise InvalidWell(f"a session lies between {YEARS[0]} and {YEARS[-1]}")
    if drilled.end is not None and drilled.end <= drilled.start:
        raise InvalidWell(f"it would end {drilled.end.isoformat()}, not after its start")
    others = [
        SessionRow.rig_id == drilled.rig_id,
        or_(SessionRow.end.is_(None), SessionRow.end > drilled.start),
    ]
    if drilled.end is not None:
        others.append(SessionRow.start < drilled.end)
    if number is not None:
        others.append(SessionRow.id != number)
    with session.no_autoflush:
        found = session.scalars(select(SessionRow).where(*others).limit(1)).first()
    if found is not None:
        until = found.end.isoformat() if found.end else "now"
        raise Overlap(
            f"{drilled.rig_id} was on {found.well_id} from {found.start.isoformat()} to {until} "
            f"(session {found.id}): end or remove that one first"
        )


def _numbered(row: SessionRow) -> Numbered:
    drilled = DrillingSession(row.rig_id, row.well_id, row.start, row.end)
    return Numbered(row.id, drilled)
