"""Rock on its way up: what was drilled some time ago is missing from the return today.

While rock rises, it fills the room that it left; once it goes over the shakers, mud takes its place
in the hole, and the return is less by the rock that leaves. How long it takes depends on the
annulus, which nobody measures; so the growth of the hole in several stretches of the past stands
beside the flow, and how much each of them counts is learned.
"""

import numpy as np
import polars as pl

from idrill.dvr.rig_days.instruments import Array

PAST = (0.0, 8.0, 18.0, 35.0, 65.0)
"""Bounds of the stretches, back from now [min] [e]."""
ROCK = tuple(f"rock_{number}" for number in range(len(PAST) - 1))
"""Columns of the growth of the hole in each stretch [m/min]."""
MOST_GROWTH = 3.0
"""A hole that deepens by more was measured anew [m/min]."""


def with_rock(windows: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Windows with the columns `ROCK`.

    Args:
        windows: With `time` and `hole_depth`.
        earlier: Those before, with the same.
    """
    known = pl.concat([earlier.select("time", "hole_depth"), windows.select("time", "hole_depth")])
    known = known.drop_nulls()
    if known.height < 2:
        return windows.with_columns(pl.lit(0.0).alias(name) for name in ROCK)
    minutes = _minutes(known["time"])
    depth = np.maximum.accumulate(known["hole_depth"].to_numpy())
    now = _minutes(windows["time"])
    at = [np.interp(now - past, minutes, depth) for past in PAST]
    grown = [
        (later - before) / (until - since)
        for later, before, since, until in zip(at, at[1:], PAST, PAST[1:], strict=False)
    ]
    return windows.with_columns(
        pl.Series(name, np.where(each < MOST_GROWTH, each, 0.0))
        for name, each in zip(ROCK, grown, strict=True)
    )


def growth(windows: pl.DataFrame) -> Array:
    """How fast the hole grew in each stretch of the past [m/min] (window, stretch)."""
    grown = [windows[name].to_numpy().astype(np.float64) for name in ROCK]
    return np.nan_to_num(np.stack(grown)).T


def _minutes(times: pl.Series) -> Array:
    return np.asarray(times.dt.epoch("s").to_numpy() / 60.0, np.float64)
