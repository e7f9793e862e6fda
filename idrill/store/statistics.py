"""Statistics of buckets of any width: from the tables of minutes, hours and days where they fit.

Days that still have rows in SQL are reckoned from their readings, so that an answer reaches to the
latest of them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from idrill.aggregation import downsample, roll_up
from idrill.aggregation.buckets import width_of
from idrill.dvr.tracks import HISTORY
from idrill.errors import FrameError, InvalidRequest
from idrill.frame import KEYS, channels_in, quality_of
from idrill.store import seam
from idrill.store.lake import Lake
from idrill.store.live_readings import midnight
from idrill.store.tables import DAILY, HOURLY, MINUTE, LakeTable

ONE_DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FINER = (
    (timedelta(days=1), DAILY),
    (timedelta(hours=1), HOURLY),
    (timedelta(minutes=1), MINUTE),
)
"""Widths of buckets that lie in the lake, the widest first."""

FIGURES = ("count", "min", "mean", "max", "last", "std", "coverage")

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400)
WIDTHS = tuple(timedelta(seconds=step) for step in (*_STEPS, 21_600, 28_800, 43_200, 86_400))
"""Widths that `width_for` chooses from."""


def width_named(words: str) -> timedelta:
    """The width that a number and a unit name.

    Raises:
        InvalidRequest: If they name none, or one that does not divide a day.

    Example:
        >>> width_named("90m")
        datetime.timedelta(seconds=5400)
    """
    number, unit = words[:-1], words[-1:]
    if unit not in _UNITS or not number.isdecimal() or not 0 < int(number) <= _UNITS["d"]:
        raise InvalidRequest(f"{words!r} is no bucket: write a number and s, m, h or d, as 15m")
    width = timedelta(seconds=int(number) * _UNITS[unit])
    try:
        width_of(width)
    except FrameError as error:
        raise InvalidRequest(f"buckets of {words} do not divide a day") from error
    return width


def words_of(width: timedelta) -> str:
    """The name of a width, such as `15m`.

    Example:
        >>> [words_of(width_named(words)) for words in ("60m", "90s", "24h")]
        ['1h', '90s', '1d']
    """
    seconds = int(width.total_seconds())
    unit = next(unit for unit, size in _UNITS.items() if seconds % size == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def width_for(start: datetime, end: datetime, points: int) -> timedelta:
    """The narrowest width that cuts a stretch into at most `points` buckets.

    The smallest and the largest value of each bucket stand in its row, so that a chart of them
    loses no peak.

    Raises:
        InvalidRequest: If there are more days than points.
    """
    for width in WIDTHS:
        buckets = -((start - end) // width) + ((start - EPOCH) % width > timedelta(0))
        if buckets <= points:
            return width
    raise InvalidRequest(f"the time range has more than {points} days: ask for more points")


def base_of(width: timedelta) -> tuple[timedelta, LakeTable] | None:
    """The widest buckets of the lake that make up `width`; None where only readings do."""
    return next((one for one in FINER if not width % one[0]), None)


def statistics(
    lake: Lake,
    rig_id: str,
    names: Sequence[str],
    width: timedelta,
    start: datetime,
    end: datetime,
) -> pl.DataFrame:
    """Statistics of the buckets that begin in a stretch, by time, channel and origin.

    Args:
        lake: The history.
        rig_id: The rig.
        names: Channels.
        width: Of a bucket; divides a day.
        start: First instant.
        end: First instant left out.

    Returns:
        `time`, `origin`, `channel` and `FIGURES`.
    """
    whole = (start - (start - EPOCH) % width, end + (EPOCH - end) % width)
    live = seam.live_days_of(lake, rig_id, *whole)
    base = base_of(width)
    if base is None:
        days = [start.date() + ONE_DAY * ahead for ahead in range(_days(*whole))]
        parts = [_reckoned(lake, rig_id, names, width, day, *whole) for day in days]
    else:
        past = _past(lake, base[1], rig_id, names, live, *whole)
        parts = [past if width == base[0] else roll_up(past, width, finer=base[0])]
        parts += [_reckoned(lake, rig_id, names, width, day, *whole) for day in live]
    table = pl.concat([part.select("time", "origin", "channel", *FIGURES) for part in parts])
    within = table.filter(pl.col("time").is_between(start, end, closed="left"))
    return within.sort("time", "channel", pl.col("origin").cast(pl.String))


def _days(start: datetime, end: datetime) -> int:
    return ((end - timedelta(microseconds=1)).date() - start.date()).days + 1


def _past(
    lake: Lake,
    table: LakeTable,
    rig_id: str,
    names: Sequence[str],
    live: Sequence[date],
    start: datetime,
    end: datetime,
) -> pl.DataFrame:
    last = (end - timedelta(microseconds=1)).date()
    within = (
        pl.col("rig_id") == rig_id,
        pl.col("day").is_between(start.date(), last) & ~pl.col("day").is_in(list(live)),
        pl.col("time").is_between(start, end, closed="left"),
        pl.col("channel").is_in(list(names)),
    )
    return lake.scan(table).filter(*within).drop("day").collect()


def _reckoned(
    lake: Lake,
    rig_id: str,
    names: Sequence[str],
    width: timedelta,
    day: date,
    start: datetime,
    end: datetime,
) -> pl.DataFrame:
    """Statistics of the part of a day that lies in a stretch, from its readings."""
    first, last = midnight(day), midnight(day + ONE_DAY)
    # What stands from before the stretch reaches into its first bucket.
    early = max(first, start - HISTORY)
    rows = seam.readings(lake, rig_id, early, min(last, end))
    found = channels_in(set(names) & set(rows.columns))
    columns = [column for name in found for column in (name, quality_of(name))]
    return downsample(rows.select(*KEYS, *columns), width)
