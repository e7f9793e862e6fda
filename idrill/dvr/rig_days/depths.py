"""What the rows of a rig say of the places of block, bit and hole, and of their movement."""

from datetime import timedelta

import numpy as np
import polars as pl

from idrill.dvr.rig_days.instruments import Array
from idrill.dvr.rig_days.settling import WINDOW
from idrill.frame import INFORMATIVE, Activity, Quality, quality_of, usable

CHANNELS = ("hole_depth", "bit_depth", "block_position", "rate_of_penetration")
AWAY = (Activity.CONNECTION.value, Activity.OUT_OF_HOLE.value)
"""During which the block does not carry the string."""
PUZZLED = timedelta(minutes=10)
"""For how long the hook goes on holding the string while nobody knows what the rig does [e]."""
CAUGHT = timedelta(seconds=30)
"""After the slips are opened: until then the string takes up its weight [e]."""
OUTAGE = timedelta(minutes=1)
"""Without rows for longer than that, anything may have been done meanwhile [e]."""
LEVEL = timedelta(minutes=5)
"""Over what time back the height of a stand is taken [e]."""
LOADED = 5.0
"""Weight from which a bit is on bottom [kN]."""
LAGS = (0, 10, 20, 30, 45, 60, 90)
"""By how much a rate of penetration may come late [s] [e]."""
GREW = 5
"""Rows of a window in which the hole grew, from which the bit was on bottom."""
DRILLING = (Activity.DRILLING_ROTATING.value, Activity.DRILLING_SLIDING.value)


def placed(known: pl.DataFrame) -> pl.DataFrame:
    """What rows say of the places of block, bit and hole.

    A bit below the hole is impossible, but that does not say which of the two is wrong: that is for
    the balances, so such values count here.

    Args:
        known: Validated rows of one rig with their activity.

    Returns:
        `time`, `activity`, `CHANNELS`, `weight` (that the string does not pull with: on bit, else
        less the hook load [kN]), `held` (the hook holds the string), and over the last
        `LEVEL` since the slips were opened: `bit_level`, `block_level`, `weight_level` and the
        `rows` that they are means of.
    """
    good = ~(INFORMATIVE | Quality.IMPOSSIBLE) & 0xFFFF
    rows = known.select(
        "time",
        "activity",
        *(
            pl.when(pl.col(quality_of(name)) & int(good) == 0).then(name).alias(name)
            if name in known.columns
            else pl.lit(None, pl.Float64).alias(name)
            for name in CHANNELS
        ),
    )
    rows = rows.with_columns(weight=_weight(known))
    rows = rows.with_columns(pl.col("weight").rolling_mean_by("time", WEIGHED).round(6))
    unknown = (pl.col("activity") == Activity.UNKNOWN.value).fill_null(value=True)
    told = pl.when(~unknown).then("activity").forward_fill()
    since = pl.col("time") - pl.when(~unknown).then("time").forward_fill()
    away = told.is_in(AWAY) | (pl.col("time").diff() > OUTAGE) | (since > PUZZLED)
    rows = rows.with_columns(away=away.fill_null(value=False) | told.is_null())
    last = pl.when("away").then("time").forward_fill()
    rows = rows.with_columns(
        held=~pl.col("away") & ((pl.col("time") - last) > CAUGHT).fill_null(value=True)
    )
    return rows.with_columns(**_levels(rows))


def _weight(known: pl.DataFrame) -> pl.Series:
    """By how much less than at some other time the string is pulled [kN] (row)."""
    for name, sign in (("weight_on_bit", 1.0), ("hook_load", -1.0)):
        if name in known.columns and known[name].null_count() < known.height:
            values = known.select(pl.when(usable(name)).then(sign * pl.col(name)))
            return values.to_series().forward_fill(limit=STANDING)
    return pl.Series(np.zeros(known.height))


WEIGHED = timedelta(seconds=15)
"""Over what time back a weight is taken: it is noisier than it changes [e]."""
STANDING = 30
"""Rows for which a weight stands for those after it."""


def _levels(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """Means over the last `LEVEL` of the same stand, on bottom or off it (row)."""
    needed = ("bit_depth", "block_position", "weight")
    there = rows.select(
        pl.all_horizontal("held", *(pl.col(name).is_not_null() for name in needed)).alias("there")
    )["there"].to_numpy()
    time = rows["time"].dt.epoch("us").to_numpy()
    place = np.arange(there.size)
    on = _numbers(rows, "weight") >= LOADED
    changed = np.concatenate([[False], on[1:] != on[:-1]])
    begun = np.where(rows["away"].to_numpy(), place + 1, np.where(changed, place, 0))
    begun = np.maximum.accumulate(begun)
    first = np.maximum(begun, np.searchsorted(time, time - LEVEL // timedelta(microseconds=1)))
    first = np.minimum(first, place)

    def summed(values: Array) -> Array:
        total = np.concatenate([[0.0], np.cumsum(np.where(there, values, 0.0))])
        return np.asarray(total[place + 1] - total[first], np.float64)

    count = summed(np.ones(there.size))
    levels = {
        name: np.where(there, summed(_numbers(rows, channel)) / np.maximum(count, 1.0), np.nan)
        for name, channel in zip(("bit_level", "block_level", "weight_level"), needed, strict=True)
    }
    # Sums of a long day are not to the last digit those of an hour.
    return {name: pl.Series(np.round(each, 6)) for name, each in levels.items()} | {
        "rows": pl.Series(count)
    }


def _numbers(rows: pl.DataFrame, name: str) -> Array:
    return np.asarray(np.nan_to_num(rows[name].to_numpy().astype(np.float64)))


def windows(rows: pl.DataFrame) -> pl.DataFrame:
    """The windows of the clock, by their end.

    Args:
        rows: From `placed`.

    Returns:
        `time`, `held` (from end to end), means `bit`, `block` and `weight`, `bottom` (the hole less
        the bit, in the rows in which the hole grows) and its variance, `drilled` (all the time),
        `rate`, and `slope_<lag>`: the growth of the hole that much before [m/h].
    """
    grew = (pl.col("hole_depth").diff() > 0.0) & ~pl.col("activity").is_in(AWAY)
    rows = rows.with_columns(below=pl.when(grew).then(pl.col("hole_depth") - pl.col("bit_depth")))
    found = rows.group_by((pl.col("time").dt.truncate(WINDOW) + WINDOW).alias("end")).agg(
        held=pl.col("held").all(),
        bit=pl.col("bit_depth").mean(),
        block=pl.col("block_position").mean(),
        weight=pl.col("weight").mean(),
        lightest=pl.col("weight").min(),
        heaviest=pl.col("weight").max(),
        bottom=pl.col("below").median(),
        bottom_variance=pl.col("below").var(),
        grew=pl.col("below").count(),
        drilled=pl.col("activity").is_in(DRILLING).all(),
        rate=pl.col("rate_of_penetration").mean(),
    ).sort("end").rename({"end": "time"})  # fmt: skip
    on_bottom = pl.col("grew") >= GREW
    return whole(found, rows).with_columns(
        *(pl.when(on_bottom).then(name).alias(name) for name in ("bottom", "bottom_variance")),
        drilled=pl.col("drilled") & on_bottom,
        **_slopes(rows, whole(found, rows)["time"]),
    )


def whole(windows: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Windows without the last one, if its rows are still coming."""
    step = rows["time"].diff().median()
    if windows.is_empty() or not isinstance(step, timedelta):
        return windows.clear()
    return windows.filter(pl.col("time") <= rows["time"][-1] + 2 * step)


def _slopes(rows: pl.DataFrame, ends: pl.Series) -> dict[str, pl.Series]:
    known = rows.select("time", "hole_depth").drop_nulls()
    time = known["time"].dt.epoch("us").to_numpy() / 1e6
    depth = np.concatenate([[np.nan], known["hole_depth"].to_numpy()])
    until = ends.dt.epoch("us").to_numpy() / 1e6
    seconds, hours = WINDOW.total_seconds(), WINDOW / timedelta(hours=1)

    def before(instant: Array) -> Array:
        return np.asarray(depth[np.searchsorted(time, instant)], np.float64)

    return {
        f"slope_{lag}": pl.Series((before(until - lag) - before(until - lag - seconds)) / hours)
        for lag in LAGS
    }
