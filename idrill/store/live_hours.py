"""Hours of live readings as the hourly table has them, for the time until the lake has them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.aggregation import BUCKET_SCHEMA, downsample
from idrill.dvr.activities import came_late
from idrill.frame import KEYS, ORIGIN, channels_in, quality_of
from idrill.store.live_readings import LiveRig, midnight
from idrill.store.live_verdicts import first_judged, judged_between
from idrill.store.orm import LiveDayRow, LiveHourRow

HOUR = timedelta(hours=1)

BEFORE = timedelta(minutes=5)
"""How much before an hour is read, as a value may stand on into it."""

_FIGURES = ("count", "min", "mean", "max", "last", "std", "coverage")


def ended(
    session: Session, rig: LiveRig, judged: pl.DataFrame, start: datetime, end: datetime
) -> pl.DataFrame:
    """The hours of a rig from `start` until `end` in which rows were judged, as `BUCKET_SCHEMA`.

    Rows that came late have no part in them: the lake will know of those.

    Args:
        session: Of the store, which has the rows that were judged before.
        rig: Whose hours, and of which channels.
        judged: Validated rows that are not in the store yet, in order of time.
        start: Of the first hour.
        end: Of the last hour.
    """
    found = [BUCKET_SCHEMA.to_frame()]
    new = _punctual(judged.select(name for name in judged.columns if _is_told(rig, name)))
    while (hour := _next(session, rig, new, start, end)) is not None:
        before = judged_between(session, rig, hour - BEFORE, hour + HOUR)
        within = new.filter(pl.col("time").is_between(hour - BEFORE, hour + HOUR, closed="left"))
        rows = pl.concat([_punctual(before), within], how="diagonal").sort("time")
        found.append(_hour(rows, hour))
        start = hour + HOUR
    return pl.concat(found)


def _is_told(rig: LiveRig, column: str) -> bool:
    told = {*rig.channels, *map(quality_of, rig.channels)}
    return column in told or column in {*KEYS, "activity"}


def _punctual(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(~came_late(rows))


def _next(
    session: Session, rig: LiveRig, new: pl.DataFrame, start: datetime, end: datetime
) -> datetime | None:
    """The first hour of a stretch in which anything was judged."""
    first = new.filter(pl.col("time").is_between(start, end, closed="left"))["time"].min()
    found = [first_judged(session, rig.rig_id, start, end), first]
    known = [one for one in found if isinstance(one, datetime)]
    return min(known).replace(minute=0, second=0, microsecond=0) if known else None


def _hour(rows: pl.DataFrame, start: datetime) -> pl.DataFrame:
    """One hour of the rows in it and in the `BEFORE` before it."""
    # No value stands on over midnight.
    same_day = rows.filter(pl.col("time") >= midnight(start.date()))
    if not channels_in(same_day.columns):
        return BUCKET_SCHEMA.to_frame()
    return downsample(same_day, "1h").filter(pl.col("time") == start)


def keep(session: Session, hours: pl.DataFrame) -> None:
    """Keep hours; one that is there is replaced."""
    if hours.is_empty():
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    new = (postgresql.insert if postgres else sqlite.insert)(LiveHourRow)
    statement = new.on_conflict_do_update(
        index_elements=["rig_id", "time", "channel"],
        set_={name: new.excluded[name] for name in _FIGURES},
    )
    session.execute(statement, hours.drop("origin").to_dicts())


def of(session: Session, rig: LiveRig, names: Sequence[str], *, before: datetime) -> pl.DataFrame:
    """The hours of some channels of a rig that are over by an instant, as `BUCKET_SCHEMA`."""
    row = LiveHourRow
    wanted = row.rig_id == rig.rig_id, row.time <= before - HOUR
    query = select(row.time, row.channel, *(getattr(row, name) for name in _FIGURES)).where(
        *wanted, row.channel.in_(names)
    )
    columns: dict[str, Any] = {name: BUCKET_SCHEMA[name] for name in ("time", "channel", *_FIGURES)}
    found = session.execute(query.order_by(row.channel, row.time)).all()
    table = pl.DataFrame(found, schema=columns, orient="row").with_columns(
        pl.lit(rig.rig_id).alias("rig_id"), pl.lit(rig.origin.value, ORIGIN).alias("origin")
    )
    return table.select(BUCKET_SCHEMA.names())


def last(session: Session, rig_id: str) -> datetime | None:
    """The start of the newest hour that is kept of a rig."""
    query = select(func.max(LiveHourRow.time)).where(LiveHourRow.rig_id == rig_id)
    found: datetime | None = session.scalar(query)
    return found


def prune(session: Session, before: datetime) -> int:
    """Take old hours of rigs whose day is in the lake out of SQL, and count their rows.

    Args:
        session: Of the store.
        before: Those of days that were closed before this.
    """
    row, day = LiveHourRow, LiveDayRow
    kept = session.execute(select(row.rig_id, row.time).distinct()).all()
    days = {(rig_id, time.date()) for rig_id, time in kept}
    gone = 0
    for rig_id, one in sorted(days):
        closed = session.get(day, (rig_id, one))
        if closed is not None and closed.closed_at < before:
            within = row.time >= midnight(one), row.time < midnight(one) + 24 * HOUR
            old = delete(row).where(row.rig_id == rig_id, *within)
            gone += session.connection().execute(old).rowcount
    return gone
