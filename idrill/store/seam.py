"""Where recent readings in SQL meet the history in the lake: one table, each instant once.

A rig-day is in the lake once it was closed and published, and in SQL until it is pruned, so for a
while in both; and a reading may come late. Rows of one instant are one row: what came since the day
was last archived stands before what the lake holds, and what the lake holds before the rest. Live
rows are validated as in the batch path, and not reconciled yet.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
from sqlalchemy.orm import Session

from idrill import frame as frames
from idrill.dvr.tracks import AHEAD, HISTORY
from idrill.dvr.validation import validate
from idrill.frame import ACTIVITY, ORIGIN, QUALITY, TIME, channels_in, quality_of
from idrill.store import live_days, live_readings
from idrill.store.lake import Lake
from idrill.store.live_readings import LiveRig
from idrill.store.tables import RECONCILED

_INSTANT = timedelta(microseconds=1)
_AHEAD = timedelta(microseconds=AHEAD)


def first_readings(
    lake: Lake, rig_id: str, names: Sequence[str], start: datetime, end: datetime, *, limit: int
) -> pl.DataFrame:
    """The first `limit` readings of a rig in a stretch, wherever they lie.

    Args:
        lake: The history.
        rig_id: The rig.
        names: Channels.
        start: First instant.
        end: First instant left out.
        limit: How many rows at most.

    Returns:
        `time`, `origin`, and value and quality of each channel.
    """
    wanted = _columns(names)
    with lake.database.session() as session:
        rig = live_readings.mark_of(session, rig_id)
        last = rig and live_readings.last_of_first(session, rig_id, start, end, limit)
        live = _judged(session, rig, start, last + _INSTANT) if rig and last else None
    past = _past(lake, rig_id, start, end).select("time", "origin", *wanted).head(limit).collect()
    if live is None:
        return past
    return _joined(past, live, names).select("time", "origin", *wanted).head(limit)


def readings(lake: Lake, rig_id: str, start: datetime, end: datetime) -> pl.DataFrame:
    """All readings of a rig in a stretch, as a validated frame with every measured channel."""
    with lake.database.session() as session:
        rig = live_readings.mark_of(session, rig_id)
        live = _judged(session, rig, start, end) if rig else None
    past = _past(lake, rig_id, start, end).drop("day").collect()
    past = frames.measured(past.select(_frame_columns(past)))
    if live is None or live.is_empty():
        return past
    names = channels_in([*past.columns, *live.columns])
    columns = ("rig_id", "time", "origin", *_columns(names), "activity")
    return _joined(past, live, names).with_columns(pl.lit(rig_id).alias("rig_id")).select(columns)


def live_days_of(lake: Lake, rig_id: str, start: datetime, end: datetime) -> list[date]:
    """The UTC days of a stretch that have rows of a rig in SQL."""
    with lake.database.session() as session:
        return live_readings.days(session, rig_id, start, end)


def _past(lake: Lake, rig_id: str, start: datetime, end: datetime) -> pl.LazyFrame:
    within = (
        pl.col("rig_id") == rig_id,
        pl.col("day").is_between(start.date(), (end - _INSTANT).date()),
        pl.col("time").is_between(start, end, closed="left"),
    )
    return lake.scan(RECONCILED).filter(*within).sort("time")


def _columns(names: Sequence[str]) -> list[str]:
    return [column for name in names for column in (name, quality_of(name))]


def _frame_columns(past: pl.DataFrame) -> list[str]:
    return ["rig_id", "time", "origin", *_columns(channels_in(past.columns)), "activity"]


def _judged(session: Session, rig: LiveRig, start: datetime, end: datetime) -> pl.DataFrame:
    """The live rows of a stretch with their bits and activity, and whether they are `fresh`."""
    rows = live_readings.between(session, rig, start - HISTORY, end + _AHEAD)
    marks = live_days.watermarks(session, rig.rig_id)
    history = rows.filter(pl.col("time") < start).drop("revision")
    frame = rows.filter(pl.col("time") >= start)
    judged = validate(frame.drop("revision"), history=history if history.height else None).frame
    closed = pl.col("time").dt.date().replace_strict(marks, default=0, return_dtype=pl.Int64)
    fresh = frame.select((pl.col("revision") > closed).alias("fresh")).to_series()
    return judged.with_columns(fresh).filter(pl.col("time") < end)


def _joined(past: pl.DataFrame, live: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Rows of both, those of one instant made one; each with `activity` if either has it."""
    left = _with_all(past, names)
    right = _with_all(live, names).with_columns(live["fresh"])
    both = left.join(right, on="time", how="full", coalesce=True, suffix="_live").sort("time")
    fresh = pl.col("fresh").fill_null(value=False)
    taken = [column for name in names for column in _taken(name, fresh)]
    origin = pl.coalesce("origin", "origin_live").alias("origin")
    doing = pl.coalesce("activity", "activity_live").alias("activity")
    return both.select("time", origin, *taken, doing)


def _taken(name: str, fresh: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Value and quality of a channel where both sides may have some."""
    bits = quality_of(name)
    lives = pl.col(f"{name}_live").is_not_null() & (fresh | pl.col(name).is_null())
    told = lives | pl.col(bits).is_null()
    return (
        pl.when(lives).then(f"{name}_live").otherwise(name).alias(name),
        pl.when(told).then(f"{bits}_live").otherwise(bits).alias(bits),
    )


def _with_all(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The frame with a column for everything that a joined row has."""
    types = {"time": TIME, "origin": ORIGIN, "activity": ACTIVITY}
    types |= dict.fromkeys(names, pl.Float64()) | {quality_of(one): QUALITY for one in names}
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in types.items()
    )
