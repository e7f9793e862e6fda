"""Hours of a rig as the models of its components see them: one row an hour, one column a statistic.

The hourly table of the lake and a frame of a simulated fleet lead to the same hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.errors import InvalidRequest
from idrill.frame import TIME, channels_in, usable

Array = NDArray[np.float64]

AN_HOUR = 3_600_000_000
"""[µs]"""

_STATISTICS = ("mean", "square", "high", "last", "coverage")
"""Mean, mean of the square, largest, last, and share of the hour that is covered."""


@dataclass(frozen=True, eq=False)
class Hours:
    """Hours of one rig in order of time; an hour in which nothing was measured may be absent."""

    start: NDArray[np.int64]
    """Of each hour [µs since 1970] (hour)."""
    columns: pl.DataFrame
    """`CHANNEL/STATISTIC`, NaN where nothing usable was measured (hour)."""

    def __len__(self) -> int:
        return int(self.start.size)

    def of(self, channel: str, statistic: str = "mean") -> Array:
        """A statistic of a channel, NaN where there is none (hour)."""
        name = f"{channel}/{statistic}"
        if name not in self.columns.columns:
            return np.full(len(self), np.nan)
        return self.columns[name].to_numpy()

    def since(self, start: int) -> "Hours":
        """The hours that begin at an instant [µs since 1970] or later."""
        first = int(np.searchsorted(self.start, start))
        return Hours(self.start[first:], self.columns[first:])

    def before(self, end: int) -> "Hours":
        """The hours that are over by an instant [µs since 1970]."""
        last = int(np.searchsorted(self.start, end - AN_HOUR, side="right"))
        return Hours(self.start[:last], self.columns[:last])


def instant(when: datetime) -> int:
    """An instant [µs since 1970].

    Raises:
        InvalidRequest: If it has no time zone.
    """
    if when.tzinfo is None:
        raise InvalidRequest(f"{when} has no time zone, such as UTC")
    return (when - datetime.fromtimestamp(0, tz=when.tzinfo)) // timedelta(microseconds=1)


def hours_of(buckets: pl.DataFrame, channels: Sequence[str] | None = None) -> Hours:
    """The hours of one rig from the hourly table.

    Where two origins report the same hour, its values are taken together.

    Args:
        buckets: `aggregation.BUCKET_SCHEMA`, in any order.
        channels: Just these; otherwise all.
    """
    chosen = buckets if channels is None else buckets.filter(pl.col("channel").is_in(channels))
    count, mean = pl.col("count").cast(pl.Float64), pl.col("mean").fill_null(0.0)
    spread = (count - 1.0).clip(0.0) * pl.col("std").fill_null(0.0) ** 2
    total = count.sum()
    long = (
        chosen.sort("time")
        .group_by("time", "channel", maintain_order=True)
        .agg(
            pl.when(total > 0).then((count * mean).sum() / total).alias("mean"),
            pl.when(total > 0).then((spread + count * mean**2).sum() / total).alias("square"),
            pl.col("max").max().alias("high"),
            pl.col("last").drop_nulls().last(),
            pl.col("coverage").sum().clip(0.0, 1.0),
        )
    )
    return _hours(
        long.pivot("channel", index="time", values=list(_STATISTICS), separator="/"), swap=True
    )


def hours_of_frame(frame: pl.DataFrame, channels: Sequence[str] | None = None) -> Hours:
    """The hours of one rig from rows that are evenly spaced, such as those of a simulated fleet.

    Args:
        frame: A canonical frame in order of time.
        channels: Just these; otherwise all.
    """
    names = [name for name in channels_in(frame.columns) if channels is None or name in channels]
    values = frame.select("time", *(pl.when(usable(name)).then(name).alias(name) for name in names))
    grouped = values.group_by(pl.col("time").dt.truncate("1h"), maintain_order=True)
    return _hours(grouped.agg(*(each for name in names for each in _statistics(name))), swap=False)


def _statistics(name: str) -> tuple[pl.Expr, ...]:
    value = pl.col(name)
    return (
        value.mean().alias(f"{name}/mean"),
        (value**2).mean().alias(f"{name}/square"),
        value.max().alias(f"{name}/high"),
        value.drop_nulls().last().alias(f"{name}/last"),
        (value.count() / pl.len()).alias(f"{name}/coverage"),
    )


def joined(parts: Sequence[Hours]) -> Hours:
    """Hours of pieces that follow each other."""
    return Hours(
        np.concatenate([part.start for part in parts]),
        pl.concat([part.columns for part in parts]),
    )


def _hours(table: pl.DataFrame, *, swap: bool) -> Hours:
    if swap:
        table = table.rename(
            {name: "/".join(reversed(name.split("/"))) for name in table.columns if name != "time"}
        )
    ordered = table.sort("time")
    numbers = ordered.drop("time").with_columns(pl.all().fill_null(float("nan")))
    return Hours(ordered["time"].cast(TIME).to_physical().to_numpy(), numbers)
