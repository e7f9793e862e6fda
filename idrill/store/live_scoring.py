"""Which rigs wait to be scored, who scores them, and what it cannot do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, func, select, update
from sqlalchemy.orm import Session

from idrill.errors import StoreError
from idrill.store.inserting import insert_absent
from idrill.store.orm import LIVE_READINGS, LiveOutletRow, LiveRigRow, ScorerRow, ScoringFaultRow

GONE = timedelta(seconds=30)
"""Whoever was not seen at work for so long scores no more."""

_ONLY = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """A rig that could not be scored."""

    rig_id: str
    attempts: int
    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """How scoring is."""

    holder: str | None
    """Who scores; None while nobody does."""
    since: datetime | None
    seen_at: datetime | None
    """When somebody was last at work."""
    note: str
    """What it cannot do, and why."""
    waiting: int
    """Rigs with readings that are not scored."""
    lag: timedelta
    """Time of the rig between its newest reading and its newest verdict, where that is most.

    Of a rig without a verdict it counts from its first reading, or since its last one arrived if
    that is longer ago.
    """
    faults: tuple[Fault, ...]


def behind(session: Session) -> list[str]:
    """The rigs with live readings that are not scored, those that wait for longest first."""
    query = _behind(LiveRigRow.rig_id).order_by(LiveRigRow.changed_at, LiveRigRow.rig_id)
    return list(session.scalars(query))


def status(session: Session, now: datetime) -> Scoring:
    """How scoring is, at a time."""
    row = session.get(ScorerRow, _ONLY, populate_existing=True)
    at_work = row is not None and now - row.seen_at <= GONE
    # Of what the next step has to know, which is long, the newest instant alone.
    last = LiveOutletRow.state["last"].as_string()
    first = select(func.min(LIVE_READINGS.c.time))
    begun = first.where(LIVE_READINGS.c.rig_id == LiveRigRow.rig_id).scalar_subquery()
    unjudged = case((last.is_(None), begun))
    wanted = LiveRigRow.last_time, last, unjudged, LiveRigRow.changed_at
    waiting = session.execute(_behind(*wanted)).all()
    faults = session.scalars(
        select(ScoringFaultRow).order_by(ScoringFaultRow.at.desc()),
        execution_options={"populate_existing": True},
    )
    return Scoring(
        holder=row.holder if row is not None and at_work else None,
        since=row.since if row is not None and at_work else None,
        seen_at=row.seen_at if row is not None else None,
        note=row.note if row is not None and at_work else "",
        waiting=len(waiting),
        lag=max((_lag(now, *one) for one in waiting), default=timedelta()),
        faults=tuple(Fault(one.rig_id, one.attempts, one.at, one.detail) for one in faults),
    )


def note_at_work(session: Session, holder: str, since: datetime, note: str) -> bool:
    """Say who scores, and what it cannot do; False if somebody else has begun to score later.

    Args:
        session: Of the store.
        holder: Who scores.
        since: When it began.
        note: What it cannot do.
    """
    row = session.get(ScorerRow, _ONLY, populate_existing=True, with_for_update=True)
    if row is not None and row.holder != holder and row.since > since:
        return False
    told = ScorerRow(id=_ONLY, holder=holder, since=since, seen_at=datetime.now(UTC), note=note)
    session.merge(told)
    return True


def note_fault(session: Session, rig_id: str, detail: str) -> None:
    """Remember that a rig could not be scored."""
    row = session.get(ScoringFaultRow, rig_id)
    attempts = 1 if row is None else row.attempts + 1
    session.merge(
        ScoringFaultRow(rig_id=rig_id, attempts=attempts, at=datetime.now(UTC), detail=detail)
    )


def clear_fault(session: Session, rig_id: str) -> None:
    """Forget the fault of a rig that was scored again."""
    session.execute(delete(ScoringFaultRow).where(ScoringFaultRow.rig_id == rig_id))


def _lag(
    now: datetime,
    newest: datetime | None,
    last: str | None,
    first: datetime | None,
    arrived: datetime,
) -> timedelta:
    if newest is None:
        return timedelta()
    if last is not None:
        return max(newest - datetime.fromisoformat(last), timedelta())
    return max(newest - (first or newest), now - arrived, timedelta())


def _behind(*wanted: Any) -> Select[Any]:
    scored_to = func.coalesce(LiveOutletRow.scored_to, 0)
    return (
        select(*wanted)
        .select_from(LiveRigRow)
        .join(LiveOutletRow, LiveOutletRow.rig_id == LiveRigRow.rig_id, isouter=True)
        .where(LiveRigRow.revision > scored_to)
    )


def advance(
    session: Session, rig_id: str, *, scored_to: int, to: int, state: Mapping[str, object]
) -> None:
    """Hold the outlet of a rig until the commit, and note how far the rig is scored from then on.

    Args:
        session: Of the store.
        rig_id: The rig.
        scored_to: How far it was, when what is about to be told was made.
        to: How far it is now.
        state: What the next step has to know.

    Raises:
        StoreError: If somebody else has scored it meanwhile; nothing may be told then.
    """
    if not scored_to:
        begun = {"rig_id": rig_id, "sequence": 0, "pruned_to": 0, "scored_to": 0, "state": {}}
        insert_absent(session, LiveOutletRow, [begun | {"changed_at": datetime.now(UTC)}])
    moved = session.connection().execute(
        update(LiveOutletRow)
        .where(LiveOutletRow.rig_id == rig_id, LiveOutletRow.scored_to == scored_to)
        .values(scored_to=to, state=dict(state), changed_at=datetime.now(UTC))
    )
    if not moved.rowcount:
        raise StoreError(f"{rig_id} was scored by another process meanwhile: it is read anew")
