"""Statistics of each channel per minute, hour or day, from usable values only.

The result is a long table, one row per bucket and channel:

| column                            | meaning                                                    |
|-----------------------------------|------------------------------------------------------------|
| `rig_id`, `origin`                | as in the frame                                            |
| `time`                            | start of the bucket                                        |
| `channel`                         | name of the channel                                        |
| `count`                           | usable values in the bucket                                |
| `min`, `mean`, `max`, `last`      | of those, in the channel's unit                            |
| `std`                             | their sample standard deviation; null for a single value   |
| `coverage`                        | share of the bucket for which a usable value stood         |

A value stands until the channel's next usable one, at most 1.5 of the channel's intervals and not
past midnight. Where the last value of a bucket still stands in the next and that one has no value
of its own, it has a row with count 0, its coverage, and null statistics; so coverage adds up
exactly, whether an hour is made of minutes or of seconds.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.aggregation.buckets import (
    BUCKET_SCHEMA,
    Buckets,
    Every,
    Pattern,
    buckets_of,
    rig_days,
    width_of,
)
from idrill.frame import TIME, channels_in, quality_of, usable

THREADS = 4
"""How many channels are worked on at once."""

STATISTICS = ("min", "mean", "max", "last", "std")


def downsample(frame: pl.DataFrame, every: Every) -> pl.DataFrame:
    """Statistics per bucket and channel, ordered by rig, origin, day, channel and time.

    Args:
        frame: Validated rows: a value that is no number must be flagged.
        every: Width of a bucket.

    Returns:
        A long table (`BUCKET_SCHEMA`); where no usable value of a channel stands, it has no row.

    Raises:
        FrameError: If the width does not divide a day.
    """
    width = width_of(every)
    # numpy lets other threads run while it adds up, so the channels share the cores
    with ThreadPoolExecutor(THREADS) as pool:
        days = [_day(rows, width, pool) for rows in rig_days(frame)]
    return pl.concat([BUCKET_SCHEMA.to_frame(), *days])


def _day(rows: pl.DataFrame, width: int, pool: ThreadPoolExecutor) -> pl.DataFrame:
    """The long table of one rig-day of one origin."""
    instants = rows["time"].to_physical()
    patterns = _patterns(rows)
    distinct = {pattern.key: pattern for pattern in patterns.values()}
    placed = pool.map(lambda pattern: buckets_of(instants, pattern, width), distinct.values())
    found = dict(zip(distinct, placed, strict=True))
    buckets = {name: found[pattern.key] for name, pattern in patterns.items()}
    names = [name for name in patterns if len(buckets[name].starts)]
    figures = pool.map(
        lambda name: _statistics(_filtered(rows[name], patterns[name].usable), buckets[name]),
        names,
    )
    return _long(
        rows, [(name, buckets[name], each) for name, each in zip(names, figures, strict=True)]
    )


def _patterns(rows: pl.DataFrame) -> dict[str, Pattern]:
    """Which values count, per channel."""
    names = channels_in(rows.columns)
    gaps = [name for name in names if rows[name].null_count()]
    measured = rows.select(pl.col(gaps).is_not_null()).to_dict()
    flagged = rows.select(pl.col(map(quality_of, names)).max() > 0).row(0) if names else ()
    suspect = [name for name, some in zip(names, flagged, strict=True) if some]
    good = rows.select(usable(name).alias(name) for name in suspect).to_dict()
    return {name: _pattern(good.get(name), measured.get(name)) for name in names}


def _pattern(good: pl.Series | None, measured: pl.Series | None) -> Pattern:
    # what is usable was measured, so as many are the same ones
    if good is None or (measured is not None and good.sum() == measured.sum()):
        return Pattern(measured, measured)
    return Pattern(good, measured)


def _filtered(values: pl.Series, mask: pl.Series | None) -> NDArray[np.float64]:
    kept: NDArray[np.float64] = (values if mask is None else values.filter(mask)).to_numpy()
    return kept


def _statistics(values: NDArray[np.float64], buckets: Buckets) -> dict[str, NDArray[np.float64]]:
    """Statistics per bucket; NaN where a bucket has no value, or one and so no deviation."""
    counts, starts = buckets.counts[buckets.counts > 0], buckets.starts
    mean = np.add.reduceat(values, starts) / counts
    squares = np.take(mean, buckets.owner)
    np.subtract(values, squares, out=squares)
    np.multiply(squares, squares, out=squares)
    found = {
        "min": np.minimum.reduceat(values, starts),
        "mean": mean,
        "max": np.maximum.reduceat(values, starts),
        "last": values[starts + counts - 1],
        "std": np.sqrt(np.add.reduceat(squares, starts) / np.where(counts > 1, counts - 1, np.nan)),
    }
    return {name: _spread(column, buckets) for name, column in found.items()}


def _spread(column: NDArray[np.float64], buckets: Buckets) -> NDArray[np.float64]:
    if len(column) == len(buckets.counts):
        return column
    full = np.full(len(buckets.counts), np.nan)
    full[buckets.counts > 0] = column
    return full


_Block = tuple[str, Buckets, dict[str, NDArray[np.float64]]]


def _long(rows: pl.DataFrame, blocks: list[_Block]) -> pl.DataFrame:
    if not blocks:
        return BUCKET_SCHEMA.to_frame()
    names = pl.Series([name for name, _, _ in blocks])
    lengths = [len(buckets.times) for _, buckets, _ in blocks]
    height = sum(lengths)
    columns = {
        "rig_id": rows["rig_id"].new_from_index(0, height),
        "time": _joined([buckets.times for _, buckets, _ in blocks]).cast(TIME),
        "origin": rows["origin"].new_from_index(0, height),
        "channel": names.gather(np.repeat(np.arange(len(blocks)), lengths)),
        "count": _joined([buckets.counts for _, buckets, _ in blocks]),
    }
    for name in STATISTICS:
        columns[name] = _joined([statistics[name] for _, _, statistics in blocks])
    columns["coverage"] = _joined([buckets.coverage for _, buckets, _ in blocks])
    return pl.DataFrame(columns)


def _joined(parts: list[NDArray[np.int64]] | list[NDArray[np.float64]]) -> pl.Series:
    return pl.Series(np.concatenate(parts), nan_to_null=True)
