"""Readings and their statistics, out of the lake."""

from collections.abc import Sequence
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
