"""What the rows of a rig say of the load on its hook, and their windows."""

from datetime import timedelta

import numpy as np
import polars as pl

from idrill.dvr.rig_days.depths import AWAY, DRILLING, LEVEL, LOADED, OUTAGE, whole
from idrill.dvr.rig_days.settling import WINDOW, good
from idrill.frame import Activity

CHANNELS = ("hook_load", "weight_on_bit", "bit_depth", "hole_depth", "block_position")
CLEAR = 0.5
"""Above bottom no weight is on the bit [m] [e]."""
STILL = 0.1
"""Way of the block in a window up to which sheaves and wall do not rub [m] [e]."""
HANGING = 30.0
"""Depth of the bit from which a string hangs [m] [e]."""
NEAR = 15.0
"""Above bottom a connection is one of drilling, not of a trip: before it the block sank [m] [e]."""
STEADY = 0.02
"""Share by which the load may scatter in a window in slips [-] [e]."""


def loaded(known: pl.DataFrame) -> pl.DataFrame:
    """What rows say of the load.

    Args:
        known: Validated rows of one rig with their activity.

    Returns:
        `time`, `activity`, the usable values of `CHANNELS`, `drills` (on bottom, with weight), and
        over the last `LEVEL` of it: `level` of load and weight together [kN], `rows` of it.
    """
    rows = known.select(
        "time",
        "activity",
        *(
            good(name).alias(name)
            if name in known.columns
            else pl.lit(None, pl.Float64).alias(name)
            for name in CHANNELS
        ),
    )
    gap = (pl.col("time").diff() > OUTAGE).fill_null(value=False)
    drills = (
        pl.col("activity").is_in(DRILLING) & (pl.col("weight_on_bit") >= LOADED) & ~gap
    ).fill_null(value=False)
    rows = rows.with_columns(drills=drills & pl.col("hook_load").is_not_null())
    return rows.with_columns(**_level(rows))


def _level(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """Mean of load and weight over the last `LEVEL` of drilling without a break (row)."""
    there = rows["drills"].to_numpy()
    total = np.nan_to_num((rows["hook_load"] + rows["weight_on_bit"]).to_numpy().astype(np.float64))
    time = rows["time"].dt.epoch("us").to_numpy()
    place = np.arange(there.size)
    begun = np.maximum.accumulate(np.where(there, 0, place + 1))
    first = np.maximum(begun, np.searchsorted(time, time - LEVEL // timedelta(microseconds=1)))
    first = np.minimum(first, place)
    sums = np.concatenate([[0.0], np.cumsum(np.where(there, total, 0.0))])
    count = np.where(there, place + 1 - first, 0)
    level = np.where(there, (sums[place + 1] - sums[first]) / np.maximum(count, 1), np.nan)
    # Sums of a long day are not to the last digit those of an hour.
    return {"level": pl.Series(np.round(level, 4)), "rows": pl.Series(count)}


def windows(rows: pl.DataFrame) -> pl.DataFrame:
    """The windows of the clock, by their end.

    Args:
        rows: From `loaded`.

    Returns:
        `time`, `depth` of the bit [m], `out` (of the hole), and the load [kN] in `slips`, `off`
        bottom while the block stands, and with the weight `on` bottom; null where it is none of
        them; the variance of rows `off`, and `on` about their level; their memory from row to row.
    """
    above = pl.col("hole_depth") - pl.col("bit_depth")
    total = pl.col("hook_load") + pl.col("weight_on_bit")
    rows = rows.with_columns(missed=pl.when("drills").then(total - pl.col("level")))
    rows = rows.with_columns(before=pl.col("missed").shift())
    found = rows.group_by((pl.col("time").dt.truncate(WINDOW) + WINDOW).alias("end")).agg(
        depth=pl.col("bit_depth").mean(),
        above=above.min(),
        near=above.max(),
        way=pl.col("block_position").max() - pl.col("block_position").min(),
        load=pl.col("hook_load").mean(),
        middle=pl.col("hook_load").median(),
        variance=pl.col("hook_load").var(),
        total=total.mean(),
        on_variance=pl.col("missed").pow(2).mean(),
        memory=(pl.col("missed") * pl.col("before")).mean(),
        connecting=(pl.col("activity") == Activity.CONNECTION.value).all(),
        away=pl.col("activity").is_in(AWAY).any(),
        out=(pl.col("activity") == Activity.OUT_OF_HOLE.value).any(),
        drilled=pl.col("drills").all(),
    ).sort("end").rename({"end": "time"})  # fmt: skip
    hangs = ~pl.col("away") & (pl.col("above") > CLEAR) & (pl.col("depth") > HANGING)
    still = hangs & (pl.col("way") < STILL)
    rests = pl.col("connecting") & (pl.col("near") < NEAR)
    steady = pl.col("variance").sqrt() < STEADY * pl.col("middle")
    return whole(found, rows).select(
        "time",
        "depth",
        "out",
        slips=pl.when(rests & steady).then("middle"),
        off=pl.when(still & steady).then("load"),
        on=pl.when("drilled").then("total"),
        off_variance=pl.when(still & steady).then("variance"),
        on_variance=pl.when("drilled").then("on_variance"),
        memory=pl.when("drilled").then(pl.col("memory") / pl.col("on_variance")),
    )
