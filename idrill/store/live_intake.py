"""Readings as they come in: kept at once, one row per rig and instant, whatever their order.

Rows of one instant fill each other. Where two values are told of one channel and instant, the
larger stands whichever came first, and both are kept among `live_rejections`; so readings that
come twice, late or in another order leave the same rows.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from idrill.errors import OriginRefused
from idrill.frame import TIME, Origin, channels_in
from idrill.readers.posted import Posted, RejectedReading
from idrill.store import live_rejections, live_rows, rigs, sensor_switches
from idrill.store.inserting import insert_absent
from idrill.store.live_merging import settled
from idrill.store.live_rows import LiveRows
from idrill.store.orm import LIVE_READINGS, LiveRigRow, SourceRow

_SMALL = 64
"""Up to so many instants are asked for one by one."""

_TURN = 32
"""Bits of a place that tell it within its batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings of one rig that somebody tells."""

    rig_id: str
    origin: Origin | None
    """As told; None leaves it to what the rig is."""
    posted: Posted
    sender: str


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a batch."""

    revision: int
    """Of the rig's live readings, once they hold the batch; 0 if nothing of it could be used."""
    rows: int
    """That could be used, those included that changed nothing."""
    changed: int
    """Instants that are new or hold more than before."""
    rejected: tuple[RejectedReading, ...]
    conflicts: tuple[RejectedReading, ...]
    """Readings with a value that lost against another one of the same instant."""


def write(session: Session, batch: Batch) -> Committed:
    """Keep what can be used of a batch, and what cannot apart from it.

    Raises:
        NotFound: If there is no such rig.
        OriginRefused: If readings of this origin do not belong to it.
    """
    [done] = write_group(session, [batch])
    return done


def write_group(session: Session, batches: Sequence[Batch]) -> list[Committed]:
    """Keep batches as one would be kept; those of one rig become one revision of it.

    Raises:
        NotFound: If there is no rig of one of them.
        OriginRefused: If readings of the origin of one do not belong to its rig.
    """
    marks = _taken(session, batches)
    batches = [_without_inactive(session, marks[one.rig_id], one) for one in batches]
    turns: dict[str, list[int]] = defaultdict(list)
    for turn, batch in enumerate(batches):
        turns[batch.rig_id].append(turn)
    new: list[LiveRows] = []
    changed: list[LiveRows] = []
    done: dict[int, Committed] = {}
    for rig_id, theirs in turns.items():
        told = [batches[turn] for turn in theirs]
        ours = _settled_with(session, marks[rig_id], told)
        for rows, into in ((ours.new, new), (ours.changed, changed)):
            if rows.height:
                into.append(LiveRows(rig_id, marks[rig_id].revision, rows))
        done |= zip(theirs, ours.committed, strict=True)
    session.flush()
    live_rows.add(session, new)
    live_rows.fill(session, changed)
    found = [done[turn] for turn in range(len(batches))]
    for batch, one in zip(batches, found, strict=True):
        lost = (*one.rejected, *one.conflicts)
        live_rejections.keep(session, batch.rig_id, batch.sender, lost)
    return found


def _without_inactive(session: Session, mark: LiveRigRow, batch: Batch) -> Batch:
    """A batch whose readings of sensors that were switched off are among those rejected."""
    if not mark.switched:
        return batch
    return replace(batch, posted=sensor_switches.applied(session, batch.rig_id, batch.posted))


@dataclass(frozen=True, slots=True)
class _Settled:
    """What becomes of batches of one rig."""

    new: pl.DataFrame
    """Rows of instants of which there are none yet."""
    changed: pl.DataFrame
    committed: list[Committed]


def _settled_with(session: Session, mark: LiveRigRow, batches: Sequence[Batch]) -> _Settled:
    """What becomes of batches of a rig; its mark moves along."""
    table = _stacked([batch.posted.table for batch in batches])
    if table.is_empty():
        answers = [_answer(mark, batch, (), 0) for batch in batches]
        return _Settled(table, table, answers)
    known = _known(session, mark, table)
    rows, conflicts = settled(known, table)
    if rows.height:
        _move(mark, rows)
    new = rows if known.is_empty() else rows.join(known, on="time", how="anti")
    changed = rows.clear() if known.is_empty() else rows.join(known, on="time", how="semi")
    answers = [
        _answer(mark, batch, _of(turn, conflicts), _moved(batch, rows, len(batches)))
        for turn, batch in enumerate(batches)
    ]
    return _Settled(new, changed, answers)


def _stacked(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Tables as one; the turn of each stands in the high bits of its places."""
    if len(tables) == 1:
        return tables[0]
    stack = pl.concat(tables, how="diagonal")
    turns = [turn << _TURN for turn, table in enumerate(tables) for _ in range(table.height)]
    return stack.with_columns(pl.col("place") + pl.Series(turns, dtype=pl.Int64))


def _of(turn: int, conflicts: Sequence[RejectedReading]) -> tuple[RejectedReading, ...]:
    """The conflicts of one of the tables that were stacked, with its own places."""
    theirs = [one for one in conflicts if one.place >> _TURN == turn]
    return tuple(replace(one, place=one.place & ((1 << _TURN) - 1)) for one in theirs)


def _moved(batch: Batch, rows: pl.DataFrame, batches: int) -> int:
    """How many instants of a batch are among the rows that changed."""
    if batches == 1:
        return rows.height
    return len(set(batch.posted.table["time"].to_list()) & set(rows["time"].to_list()))


def _answer(
    mark: LiveRigRow, batch: Batch, conflicts: tuple[RejectedReading, ...], changed: int
) -> Committed:
    used = batch.posted.table.height
    return Committed(mark.revision, used, changed, batch.posted.rejected, conflicts)


def _taken(session: Session, batches: Sequence[Batch]) -> dict[str, LiveRigRow]:
    """The marks of rigs, held until the transaction ends, made where there is none.

    Writers that hold several take them in one order, or they might wait for each other.
    """
    origins = {batch.rig_id: batch.origin for batch in batches}
    marks: dict[str, LiveRigRow] = {}
    if len(origins) > 1 and _are_begun(session, origins):
        marks = _held(session, sorted(origins))
    else:
        for rig_id in sorted(origins):
            marks |= _held(session, [rig_id])
            if rig_id not in marks:
                _begin(session, rig_id, origins[rig_id])
                marks |= _held(session, [rig_id])
    for batch in batches:
        _require_origin(marks[batch.rig_id], batch.origin)
    return marks


def _are_begun(session: Session, rigs_told: Collection[str]) -> bool:
    query = select(func.count()).where(LiveRigRow.rig_id.in_(rigs_told))
    return session.scalar(query) == len(rigs_told)


def _held(session: Session, rigs_told: Sequence[str]) -> dict[str, LiveRigRow]:
    theirs = LiveRigRow.rig_id.in_(rigs_told)
    fresh = {"populate_existing": True}
    if session.get_bind().dialect.name != "postgresql":
        # A transaction that only reads could not write any more once somebody else did.
        hold = update(LiveRigRow).where(theirs).values(revision=LiveRigRow.revision)
        session.execute(hold, execution_options={"synchronize_session": False})
    query = select(LiveRigRow).where(theirs).order_by(LiveRigRow.rig_id).with_for_update()
    return {row.rig_id: row for row in session.scalars(query, execution_options=fresh)}


def _require_origin(mark: LiveRigRow, origin: Origin | None) -> None:
    if origin is not None and origin != mark.origin:
        raise OriginRefused(
            f"readings of {mark.rig_id} are {mark.origin}, these are {origin}: "
            "send them to a rig of their own"
        )


def _begin(session: Session, rig_id: str, origin: Origin | None) -> None:
    """Enter of what origin the live readings of a rig are from now on."""
    rigs.lock(session, rig_id)
    synthetic = rigs.get(session, rig_id).synthetic
    usual = Origin.SYNTHETIC if synthetic else Origin.LIVE
    told = origin or usual
    if told is Origin.FILE or (told is Origin.SYNTHETIC) != synthetic:
        raise OriginRefused(f"readings of {rig_id} cannot be {told}: it is {_kind(synthetic)}")
    if told is Origin.REPLAY and session.scalar(select(exists().where(SourceRow.rig_id == rig_id))):
        raise OriginRefused(f"{rig_id} holds readings from files: replay to a rig of its own")
    started = {"rig_id": rig_id, "origin": told.value, "revision": 0, "channels": ""}
    switched = sensor_switches.are_there(session, rig_id)
    never = {"last_time": None, "changed_at": datetime.now(UTC), "switched": switched}
    insert_absent(session, LiveRigRow, [started | never])


def _kind(synthetic: bool) -> str:  # noqa: FBT001  a word for each
    return "a simulated rig" if synthetic else "a real rig"


def _known(session: Session, mark: LiveRigRow, table: pl.DataFrame) -> pl.DataFrame:
    """What is there already of the instants and channels of a table."""
    names = channels_in(table.columns)
    schema = {"time": TIME} | dict.fromkeys(names, pl.Float64())
    times = table["time"]
    first, last = times.min(), times.max()
    if mark.last_time is None or not isinstance(first, datetime) or first > mark.last_time:
        return pl.DataFrame(schema=schema)
    query = select(LIVE_READINGS.c.time, *(LIVE_READINGS.c[name] for name in names)).where(
        LIVE_READINGS.c.rig_id == mark.rig_id, LIVE_READINGS.c.time.between(first, last)
    )
    if times.n_unique() <= _SMALL:
        query = query.where(LIVE_READINGS.c.time.in_(times.unique().to_list()))
    return pl.DataFrame(session.execute(query).all(), schema=schema, orient="row")


def _move(mark: LiveRigRow, rows: pl.DataFrame) -> None:
    """Note how far a rig is once it holds these rows."""
    mark.revision += 1
    mark.changed_at = datetime.now(UTC)
    newest = rows["time"].max()
    if isinstance(newest, datetime):
        mark.last_time = newest if mark.last_time is None else max(mark.last_time, newest)
    known = mark.channels.split()
    if not set(channels_in(rows.columns)) <= set(known):
        mark.channels = " ".join(channels_in([*known, *rows.columns]))
