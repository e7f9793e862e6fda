"""Readings and their statistics, out of the lake."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from idrill.channels import channel
from idrill.errors import StoreError
from idrill.frame import quality_of
from idrill.store import rigs
from idrill.store.lake import Lake
from idrill.store.tables import DAILY, HOURLY, MINUTE, RECONCILED, LakeTable


class Resolution(StrEnum):
    """How fine the answer is."""

    RAW = "raw"
    MINUTE = "1m"
    HOUR = "1h"
    DAY = "1d"


_TABLES = {Resolution.MINUTE: MINUTE, Resolution.HOUR: HOURLY, Resolution.DAY: DAILY}

_REACH = {
    Resolution.RAW: timedelta(days=1),
    Resolution.MINUTE: timedelta(days=7),
    Resolution.HOUR: timedelta(days=180),
    Resolution.DAY: timedelta(days=3660),
}
"""How far one step of a page reads."""

_STATISTICS = ("count", "min", "mean", "max", "last", "std", "coverage")


def read_sensor_data(
    lake: Lake,
    *,
    rig_id: str,
    channels: Sequence[str],
    start: datetime,
    end: datetime,
    resolution: Resolution,
) -> pl.DataFrame:
    """Readings of a rig from `start` until before `end`.

    Args:
        lake: Where they lie.
        rig_id: The rig.
        channels: Names of channels.
        start: First instant.
        end: First instant left out.
        resolution: Readings as reconciled, or statistics of minutes, hours or days.

    Returns:
        Raw: `time`, and value and quality of each channel. Otherwise one row per bucket and
        channel: `time`, `channel`, `count`, `min`, `mean`, `max`, `last`, `std`, `coverage`.

    Raises:
        UnknownChannel: If a channel does not exist.
        NotFound: If the rig does not exist.
        StoreError: If the time range is empty.
    """
    names = [channel(name).name for name in channels]
    if end <= start:
        raise StoreError(f"the time range is empty: it ends {end:%F %T}, before {start:%F %T}")
    with lake.database.session() as session:
        rigs.get(session, rig_id)
    if resolution is Resolution.RAW:
        columns = [column for name in names for column in (name, quality_of(name))]
        return _between(lake, RECONCILED, rig_id, start, end).select("time", *columns).collect()
    rows = _between(lake, _TABLES[resolution], rig_id, start, end)
    return (
        rows.filter(pl.col("channel").is_in(names))
        .select("time", "channel", *_STATISTICS)
        .sort("time", "channel")
        .collect()
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which readings are wanted."""

    rig_id: str
    channels: tuple[str, ...]
    start: datetime
    end: datetime
    """First instant left out."""
    resolution: Resolution


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the last instant, and of statistics the last channel."""

    time: datetime
    channel: str = ""


def read_page(lake: Lake, wanted: Selection, *, after: Place | None, limit: int) -> pl.DataFrame:
    """The first rows of a selection, those behind `after`, read no further than they reach.

    Returns:
        As `read_sensor_data`, with the origin of each row behind `time`.

    Raises:
        UnknownChannel: If a channel does not exist.
    """
    names = list(dict.fromkeys(channel(name).name for name in wanted.channels))
    found: list[pl.DataFrame] = []
    rows, start = 0, wanted.start if after is None else max(wanted.start, after.time)
    while rows < limit:
        end = min(wanted.end, start + _REACH[wanted.resolution])
        piece = _piece(lake, replace(wanted, start=start, end=end), names, after)
        found.append(piece.head(limit - rows).collect())
        rows += found[-1].height
        if end >= wanted.end:
            break
        start = end
    return pl.concat(found)


def last_place(page: pl.DataFrame) -> Place:
    """Where a page ends that has rows."""
    last = page.row(-1, named=True)
    return Place(last["time"], last.get("channel", ""))


def _piece(lake: Lake, wanted: Selection, names: list[str], after: Place | None) -> pl.LazyFrame:
    """A stretch of a selection."""
    raw = wanted.resolution is Resolution.RAW
    table = RECONCILED if raw else _TABLES[wanted.resolution]
    rows = _between(lake, table, wanted.rig_id, wanted.start, wanted.end)
    if raw:
        columns = [column for name in names for column in (name, quality_of(name))]
        behind = rows if after is None else rows.filter(pl.col("time") > after.time)
        return behind.select("time", "origin", *columns)
    if after is not None:
        same = (pl.col("time") == after.time) & (pl.col("channel") > after.channel)
        rows = rows.filter((pl.col("time") > after.time) | same)
    chosen = rows.filter(pl.col("channel").is_in(names))
    return chosen.select("time", "origin", "channel", *_STATISTICS).sort("time", "channel")


def _between(
    lake: Lake, table: LakeTable, rig_id: str, start: datetime, end: datetime
) -> pl.LazyFrame:
    last = (end - timedelta(microseconds=1)).date()
    return (
        lake.scan(table)
        .filter(
            pl.col("rig_id") == rig_id,
            pl.col("day").is_between(start.date(), last),
            pl.col("time").is_between(start, end, closed="left"),
        )
        .sort("time")
    )
