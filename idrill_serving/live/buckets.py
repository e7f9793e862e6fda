"""Statistics of the buckets of a rig's live readings, as they are now."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
from sqlalchemy.orm import Session

from idrill.frame import channels_in
from idrill.store import live_changes, live_readings
from idrill.store.live_changes import Changes
from idrill.store.live_outlet import Verdict
from idrill.store.live_readings import LiveRig

FURTHEST = timedelta(hours=6)
"""How far back buckets are read anew when late readings come."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def touched(changes: Sequence[Changes], width: timedelta) -> list[datetime]:
    """The beginnings of the buckets of which anything changed."""
    times = [time for one in changes for time in one.rows.times]
    times += [verdict.time for one in changes for verdict in one.verdicts]
    return sorted({_start(time, width) for time in times})


def read(
    session: Session, rig: LiveRig, starts: Sequence[datetime], width: timedelta
) -> tuple[pl.DataFrame, tuple[Verdict, ...]]:
    """Minimum, mean and maximum of each channel in some buckets, as told; the verdicts likewise.

    A verdict on a bucket has the activity of its last reading and every bit that one of its
    readings has.
    """
    first, end = starts[0], starts[-1] + width
    first = max(first, end - FURTHEST)
    rows = live_readings.between(session, rig, first, end)
    table = statistics(rows, width).filter(pl.col("time").is_in(list(starts)))
    verdicts = live_changes.verdicts_between(session, rig.rig_id, first, end)
    wanted = set(starts)
    return table, tuple(one for one in merged(verdicts, width) if one.time in wanted)


def statistics(rows: pl.DataFrame, width: timedelta) -> pl.DataFrame:
    """Rows as buckets: per channel a structure of minimum, mean and maximum."""
    names = channels_in(rows.columns)
    bucket = pl.col("time").dt.truncate(width)
    told = [
        pl.struct(
            pl.col(name).min().alias("min"),
            pl.col(name).mean().alias("mean"),
            pl.col(name).max().alias("max"),
        ).alias(name)
        for name in names
    ]
    return rows.group_by(bucket).agg(told).sort("time")


def merged(verdicts: Sequence[Verdict], width: timedelta) -> list[Verdict]:
    """Verdicts on buckets, from those on their readings by time."""
    found: dict[datetime, Verdict] = {}
    for one in verdicts:
        start = _start(one.time, width)
        bits = dict(found[start].bits) if start in found else {}
        for name, flags in one.bits.items():
            bits[name] = bits.get(name, 0) | flags
        found[start] = Verdict(start, one.activity, bits, one.sequence)
    return list(found.values())


def _start(time: datetime, width: timedelta) -> datetime:
    return time - (time - _EPOCH) % width
