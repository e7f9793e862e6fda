"""What scoring tells of each rig, in one order: verdicts on readings, predictions, alerts.

Everything that is told of a rig has a sequence number. Who tells holds the rig's row until the
commit, so numbers become visible in their order: whoever has read up to one misses nothing by going
on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.store import live_wake
from idrill.store.inserting import insert_absent
from idrill.store.orm import LiveEventRow, LiveOutletRow, LiveVerdictRow


class EventKind(StrEnum):
    """What an event tells."""

    PREDICTION = "prediction"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What validation says of the reading of one instant."""

    time: datetime
    activity: str
    bits: Mapping[str, int]
    """By channel, where any is set."""
    sequence: int = 0
    """0 until it is told."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is told of a rig beside its readings."""

    kind: EventKind
    time: datetime
    """In time of the rig."""
    body: Mapping[str, object]
    sequence: int = 0
    """0 until it is told."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """How far the scoring of a rig is."""

    sequence: int = 0
    pruned_to: int = 0
    """Whoever has read less cannot go on without a gap."""
    scored_to: int = 0
    """The revision of the live readings up to which they were scored."""
    state: Mapping[str, object] = field(default_factory=dict)


def outlet_of(session: Session, rig_id: str) -> Outlet:
    """How far the scoring of a rig is, or may begin."""
    row = session.get(LiveOutletRow, rig_id, populate_existing=True)
    if row is None:
        return Outlet()
    return Outlet(row.sequence, row.pruned_to, row.scored_to, row.state)


def hold(session: Session, rig_id: str) -> None:
    """Take one's turn to tell of a rig, before rows are locked that others lock on their turn."""
    _taken(session, rig_id)


def tell(
    session: Session, rig_id: str, verdicts: Sequence[Verdict] = (), events: Sequence[Event] = ()
) -> int:
    """Tell something of a rig, and give the sequence number that it has now.

    A verdict on an instant takes the place of the one before it.
    """
    if not verdicts and not events:
        return outlet_of(session, rig_id).sequence
    begin, now = _taken(session, rig_id), datetime.now(UTC)
    first = begin + bool(verdicts)
    _keep_verdicts(session, rig_id, verdicts, first, now)
    rows = [
        {"rig_id": rig_id, "sequence": number, "kind": one.kind.value}
        | {"time": one.time, "body": dict(one.body), "told_at": now}
        for number, one in enumerate(events, first + 1)
    ]
    if rows:
        session.execute(insert(LiveEventRow), rows)
    last = first + len(rows)
    _change(session, rig_id, {"sequence": last})
    live_wake.tell(session)
    return last


def note_scored(session: Session, rig_id: str, scored_to: int, state: Mapping[str, object]) -> None:
    """Remember up to which revision a rig was scored, and what the next step has to know."""
    _taken(session, rig_id)
    _change(session, rig_id, {"scored_to": scored_to, "state": dict(state)})


def verdicts_after(session: Session, rig_id: str, sequence: int, limit: int) -> list[Verdict]:
    """The verdicts of a rig that were told after a sequence number, in its order and by time.

    At most `limit`, but for the verdicts of one step, which stay together.
    """
    row = LiveVerdictRow
    newer = row.rig_id == rig_id, row.sequence > sequence
    ranked = select(row.sequence).where(*newer).order_by(row.sequence)
    first, last = session.scalar(ranked.limit(1)), session.scalar(ranked.offset(limit).limit(1))
    query = select(row.time, row.activity, row.bits, row.sequence).where(*newer)
    if last is not None and first is not None:
        query = query.where(row.sequence < last if first < last else row.sequence == last)
    return [
        Verdict(time, activity, {name: int(str(value)) for name, value in bits.items()}, number)
        for time, activity, bits, number in session.execute(query.order_by(row.sequence, row.time))
    ]


def events_after(session: Session, rig_id: str, sequence: int, limit: int) -> list[Event]:
    """The first `limit` events of a rig that were told after a sequence number, in order."""
    row = LiveEventRow
    query = select(row.kind, row.time, row.body, row.sequence).where(
        row.rig_id == rig_id, row.sequence > sequence
    )
    found = session.execute(query.order_by(row.sequence).limit(limit))
    return [Event(EventKind(kind), time, body, number) for kind, time, body, number in found]


def prune(session: Session, before: datetime) -> int:
    """Take what was told before an instant out of SQL, and count it."""
    gone = 0
    for row in (LiveVerdictRow, LiveEventRow):
        old = row.told_at < before
        newest = select(row.rig_id, func.max(row.sequence)).where(old).group_by(row.rig_id)
        for rig_id, number in session.execute(newest).all():
            if number > (begin := outlet_of(session, rig_id).pruned_to):
                _change(session, rig_id, {"pruned_to": max(begin, number)})
        gone += session.connection().execute(delete(row).where(old)).rowcount
    return gone


def _taken(session: Session, rig_id: str) -> int:
    """The sequence number of a rig, held until the transaction ends."""
    hold = (
        update(LiveOutletRow)
        .where(LiveOutletRow.rig_id == rig_id)
        .values(sequence=LiveOutletRow.sequence)
        .returning(LiveOutletRow.sequence)
        .execution_options(synchronize_session=False)
    )
    number = session.scalar(hold)
    if number is None:
        begun = {"rig_id": rig_id, "sequence": 0, "pruned_to": 0, "scored_to": 0}
        now = datetime.now(UTC)
        insert_absent(session, LiveOutletRow, [begun | {"state": {}, "changed_at": now}])
        number = session.scalars(hold).one()
    return number


def _change(session: Session, rig_id: str, values: Mapping[str, object]) -> None:
    session.execute(
        update(LiveOutletRow)
        .where(LiveOutletRow.rig_id == rig_id)
        .values(**values, changed_at=datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )


def _keep_verdicts(
    session: Session, rig_id: str, verdicts: Sequence[Verdict], sequence: int, now: datetime
) -> None:
    if not verdicts:
        return
    dialect = session.get_bind().dialect.name
    new = (postgresql if dialect == "postgresql" else sqlite).insert(LiveVerdictRow)
    changed = ("sequence", "activity", "bits", "told_at")
    statement = new.on_conflict_do_update(
        index_elements=["rig_id", "time"], set_={name: new.excluded[name] for name in changed}
    )
    about = {"rig_id": rig_id, "sequence": sequence, "told_at": now}
    # PostgreSQL refuses a statement that changes one instant twice.
    last = {one.time: one for one in verdicts}
    rows = [
        about | {"time": one.time, "activity": one.activity, "bits": dict(one.bits)}
        for one in last.values()
    ]
    session.execute(statement, rows)
