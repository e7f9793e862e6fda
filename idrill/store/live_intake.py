"""Readings as they come in: kept at once, one row per rig and instant, whatever their order.

Rows of one instant fill each other. Where two values are told of one channel and instant, the
larger stands whichever came first, and both are kept among `live_rejections`; so readings that
come twice, late or in another order leave the same rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
from sqlalchemy import exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.errors import OriginRefused
from idrill.frame import TIME, Origin, channels_in
from idrill.readers.posted import Posted, RejectedReading
from idrill.readers.reading import Reason
from idrill.store import rigs
from idrill.store.inserting import insert_absent
from idrill.store.orm import LIVE_READINGS, LiveRejectionRow, LiveRigRow, SourceRow

_SMALL = 64
"""Up to so many instants are asked for one by one."""


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
    mark = _taken(session, batch.rig_id, batch.origin)
    rejected = batch.posted.rejected
    if batch.posted.table.is_empty():
        _keep(session, batch, rejected)
        return Committed(mark.revision, 0, 0, rejected, ())
    rows, conflicts = _settled(_known(session, mark, batch.posted.table), batch.posted.table)
    if rows.height:
        _move(mark, rows)
        _upsert(session, mark, rows)
    _keep(session, batch, (*rejected, *conflicts))
    session.flush()
    used = batch.posted.table.height
    return Committed(mark.revision, used, rows.height, rejected, conflicts)


def _taken(session: Session, rig_id: str, origin: Origin | None) -> LiveRigRow:
    """The mark of a rig, held until the transaction ends; made if there was none."""
    hold = (
        update(LiveRigRow)
        .where(LiveRigRow.rig_id == rig_id)
        .values(revision=LiveRigRow.revision)
        .returning(LiveRigRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    mark = session.scalar(hold)
    if mark is None:
        _begin(session, rig_id, origin)
        mark = session.scalars(hold).one()
    if origin is not None and origin != mark.origin:
        raise OriginRefused(
            f"readings of {rig_id} are {mark.origin}, these are {origin}: "
            "send them to a rig of their own"
        )
    return mark


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
    never = {"last_time": None, "changed_at": datetime.now(UTC)}
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


def _settled(
    known: pl.DataFrame, table: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[RejectedReading, ...]]:
    """The instants that are to be written, and the readings that contradict others of theirs."""
    names = channels_in(table.columns)
    if known.is_empty() and table["time"].n_unique() == table.height:
        return table.drop("place"), ()
    stack = pl.concat([known, table.drop("place")], how="diagonal")
    best = stack.group_by("time", maintain_order=True).agg(pl.col(names).max())
    fresh = best.filter(pl.col("time").is_in(table["time"].implode()))
    changed = fresh.join(known, on=["time", *names], how="anti", nulls_equal=True)
    return changed, _contradicted(table, stack, names)


def _contradicted(
    table: pl.DataFrame, stack: pl.DataFrame, names: list[str]
) -> tuple[RejectedReading, ...]:
    """Readings told of an instant of which another value of a channel was told."""
    told = stack.group_by("time").agg(pl.col(names).drop_nulls().unique().sort())
    where = told.filter(pl.any_horizontal(pl.col(names).list.len() > 1))
    met = table.select("place", "time", *names).join(where, on="time", suffix="_told")
    return tuple(
        RejectedReading(row["place"], Reason.CONFLICT, words, str(row["time"]))
        for row in met.sort("place").iter_rows(named=True)
        if (words := _words(row, names))
    )


def _words(row: dict[str, Any], names: Iterable[str]) -> str:
    """What contradicts a reading, in full: the values that lose are kept nowhere else."""
    differing = [name for name in names if row[name] is not None and len(row[f"{name}_told"]) > 1]
    return "; ".join(
        f"{name} {row[name]!r}: {', '.join(map(repr, row[f'{name}_told']))} are told of this "
        "instant; the largest stands"
        for name in differing
    )


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


def _upsert(session: Session, mark: LiveRigRow, rows: pl.DataFrame) -> None:
    dialect = session.get_bind().dialect.name
    new = (postgresql if dialect == "postgresql" else sqlite).insert(LIVE_READINGS)
    changed = ["revision", *channels_in(rows.columns)]
    statement = new.on_conflict_do_update(
        index_elements=["rig_id", "time"], set_={name: new.excluded[name] for name in changed}
    )
    place = {"rig_id": mark.rig_id, "revision": mark.revision}
    session.execute(statement, [place | row for row in rows.iter_rows(named=True)])


def _keep(session: Session, batch: Batch, lost: Sequence[RejectedReading]) -> None:
    if not lost:
        return
    told = {"rig_id": batch.rig_id, "received_at": datetime.now(UTC), "sender": batch.sender}
    values = [
        told
        | {"place": one.place, "reason": one.reason.value}
        | {"detail": one.detail, "sample": one.sample}
        for one in lost
    ]
    session.execute(insert(LiveRejectionRow), values)
