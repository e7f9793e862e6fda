"""From finer buckets to coarser ones."""

from datetime import timedelta

import polars as pl

from idrill.aggregation.buckets import BUCKET_SCHEMA, Every, width_of
from idrill.channels import CHANNELS
from idrill.errors import FrameError

_ORDER = pl.Enum([channel.name for channel in CHANNELS])


def roll_up(long: pl.DataFrame, every: Every, *, finer: Every) -> pl.DataFrame:
    """Statistics of coarser buckets, exactly as `downsample` gives them for the same rows.

    Args:
        long: What `downsample` or `roll_up` returned.
        every: Width of the buckets wanted.
        finer: Width of the buckets of `long`.

    Raises:
        FrameError: If `finer` does not divide `every`, or a bucket of `long` starts off its grid.
    """
    width, part = width_of(every), width_of(finer)
    if width % part:
        raise FrameError(f"buckets of {finer} cannot be joined to buckets of {every}")
    if (long["time"].to_physical() % part != 0).any():
        raise FrameError(f"the rows are not buckets of {finer}")
    bucket = pl.col("time").dt.truncate(timedelta(microseconds=width))
    in_order = (
        "rig_id",
        "origin",
        pl.col("time").dt.date(),
        pl.col("channel").cast(_ORDER),
        "time",
    )
    joined = (
        long.sort("time")
        .group_by("rig_id", "origin", "channel", bucket, maintain_order=True)
        .agg(*_combined(part / width))
        .sort(*in_order)
    )
    return joined.select(BUCKET_SCHEMA.names())


def _combined(share: float) -> tuple[pl.Expr, ...]:
    """The statistics of a bucket from those of its parts.

    Squares of deviations add up as in Chan, Golub, LeVeque (1979): within the parts, and of their
    means from the mean of all.
    """
    count, mean, std = pl.col("count"), pl.col("mean"), pl.col("std")
    total = count.sum()
    mean_of_all = (count * mean).sum() / total
    squares = ((count - 1) * std**2).sum() + (count * (mean - mean_of_all) ** 2).sum()
    return (
        total,
        pl.col("min").min(),
        pl.when(total > 0).then(mean_of_all).alias("mean"),
        pl.col("max").max(),
        pl.col("last").drop_nulls().last(),
        pl.when(total > 1).then((squares / (total - 1)).sqrt()).alias("std"),
        (pl.col("coverage").sum() * share).clip(0.0, 1.0),
    )
