"""A recorded rig-day told again, in the order in which it was made, to a rig of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Event

import polars as pl
from sqlalchemy.orm import Session

from idrill.errors import NotFound, OriginRefused
from idrill.frame import Origin, channels_in
from idrill.rigs import Rig
from idrill.sources.pacing import Pace
from idrill.sources.sinks import Address, Sink, kept_waiting
from idrill.store import live_readings, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.live_readings import midnight
from idrill.store.tables import RAW

SENDER = "replay"


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded of a rig on a day."""

    rig_id: str
    day: date
    table: pl.DataFrame
    """`time` and channels, by time."""


def recorded(database: Database, lake: Lake, rig_id: str, day: date) -> Recording:
    """What there is of a rig-day: live readings and what lies in the lake, which comes first.

    Raises:
        NotFound: If there is no such rig, or nothing of that day.
    """
    with database.session() as session:
        rigs.get(session, rig_id)
        mark = live_readings.mark_of(session, rig_id)
        start = midnight(day)
        live = (
            None
            if mark is None
            else live_readings.between(session, mark, start, start + timedelta(days=1))
        )
    tables = [_told(lake.read(RAW, {"rig_id": rig_id, "day": day}))]
    tables += [] if live is None else [_told(live)]
    table = pl.concat(tables, how="diagonal")
    if table.is_empty():
        raise NotFound(f"nothing of {rig_id} is recorded on {day}")
    names = channels_in(table.columns)
    told = table.group_by("time", maintain_order=True).agg(pl.col(names).drop_nulls().first())
    used = [name for name in names if told[name].null_count() < told.height]
    return Recording(rig_id, day, told.select("time", *used).sort("time"))


def require_replay(session: Session, recording_of: str, to: str, *, register: bool) -> None:
    """See that a rig is one to replay another one on.

    Args:
        session: Of the store.
        recording_of: The rig that was recorded.
        to: The rig that it is told to.
        register: Whether that is entered if need be.

    Raises:
        NotFound: If there is none, and none is to be entered.
        OriginRefused: If it is the same, or holds other readings.
        InvalidName: If a rig cannot be called that.
    """
    if to == recording_of:
        raise OriginRefused(f"{to} is not replayed on itself: name a rig of its own with --to")
    if register:
        # Never as a simulated one, whatever was recorded: what it holds is a replay.
        rigs.register(session, Rig(to, f"replay of {recording_of}"))
    rigs.get(session, to)
    mark = live_readings.mark_of(session, to)
    if mark is not None and mark.origin is not Origin.REPLAY:
        raise OriginRefused(f"{to} holds {mark.origin} readings: replay to a rig of its own")


def told_until(session: Session, recording: Recording, to: str) -> datetime | None:
    """Up to which instant of a recording a rig holds it; None: nothing of it yet."""
    mark = live_readings.mark_of(session, to)
    if mark is None:
        return None
    start = midnight(recording.day)
    held = live_readings.between(session, mark, start, start + timedelta(days=1))
    last = held["time"].max()
    return last.astimezone(UTC) if isinstance(last, datetime) else None


def replayed(
    recording: Recording, to: str, sink: Sink, pace: Pace, say: Callable[[str], None], ending: Event
) -> Iterator[int]:
    """Tell a recording again at a pace; how many readings were kept, each time some were.

    Args:
        recording: The rows that are to be told.
        to: The rig.
        sink: Keeps them.
        pace: When they are due.
        say: Is told why readings wait.
        ending: Ends it.
    """
    address = Address(to, Origin.REPLAY, SENDER)
    step = f"{int(pace.step().total_seconds())}s"
    due = recording.table.with_columns(pl.col("time").dt.truncate(step).alias("due"))
    for part in due.partition_by("due", maintain_order=True):
        rows = part.drop("due")
        if not pace.wait(rows["time"][-1]):
            return
        if not kept_waiting(partial(sink.put_table, address, rows), say, ending):
            return
        yield rows.height


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("time", *channels_in(frame.columns))
