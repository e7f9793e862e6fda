"""The activity at each row, from itself and the minutes before it."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache

import polars as pl

from idrill.activity.signals import FAST, drift, held, recent, span, switched, travelling
from idrill.activity.slips import in_slips
from idrill.activity.thresholds import ActivityThresholds
from idrill.frame import ACTIVITY, Activity

SLOW = timedelta(minutes=5)
"""Within this a loaded bit on bottom must advance at all to be drilling [e]."""

LEAST_ADVANCE = 0.004
"""Advance of the hole that is more than rounding [m] [e]."""

TOUCHING = 0.1
"""Distance from the bottom within which a weight on the bit rests on the rock [m] [e]."""

NET = 0.15
"""Least share of the way made in half a minute that is left when swings cancel [-] [e].

One third at a steady speed; a rig that heaves makes way and takes it back.
"""

CONFIRMED = timedelta(seconds=5)
"""How long an activity must last to be reported [e]."""

DUE = {
    Activity.UNKNOWN.value: timedelta(),
    Activity.DRILLING_ROTATING.value: timedelta(),
    Activity.DRILLING_SLIDING.value: timedelta(seconds=30),
}
"""The same where it is not `CONFIRMED`.

A hole that grows under a turning bit is sure; the string stands still before it slides [e].
"""

STROKE = timedelta(seconds=10)
"""Who lifts the string for less, circulating, only picks the bit up [e]."""

LAPSE = timedelta(seconds=60)
"""How long an unconfirmed activity is passed over [e]."""


def classify(frame: pl.DataFrame, thresholds: ActivityThresholds | None = None) -> pl.Series:
    """The activity at each row of a frame of one rig.

    Values stand for a minute; only usable ones count. What has passed a limit counts until it is
    clearly below, and an activity is reported once it has lasted `CONFIRMED`. A row whose decisive
    channels (hole depth, bit depth, flow or standpipe pressure) are absent is `unknown`, and so is
    one on bottom without rotary speed and torque.

    Args:
        frame: Canonical rows of one rig, sorted by time.
        thresholds: The limits between activities, as learned from earlier data of the rig; the
            field's usual ones unless given.

    Returns:
        `activity` (`frame.ACTIVITY`), one value per row.
    """
    limits = thresholds or ActivityThresholds()
    facts = (
        held(frame)
        .with_columns(**_levels(limits))
        .with_columns(**_motion(limits))
        .with_columns(in_slips=in_slips(limits))
        .select("time", _activity().alias("activity"))
        .with_columns(_without_pick_ups().alias("activity"))
    )
    return facts.select(_confirmed().cast(ACTIVITY).alias("activity")).to_series()


def rotating(frame: pl.DataFrame, thresholds: ActivityThresholds | None = None) -> pl.Series:
    """Whether the string turns, on bottom or off it; null where nothing tells.

    Args:
        frame: Canonical rows of one rig, sorted by time.
        thresholds: As those of `classify`.
    """
    levels = _levels(thresholds or ActivityThresholds())
    return held(frame).select("time", rotating=levels["rotating"])["rotating"]


@lru_cache(maxsize=64)
def _levels(limits: ActivityThresholds) -> Mapping[str, pl.Expr]:
    """What is said by how much is read; null where the channels are silent."""
    flow = pl.col("flow_in") - limits.flow_at_rest
    pressure = pl.col("standpipe_pressure") - limits.pressure_at_rest
    turning = (pl.col("rotary_speed") - limits.rotary_speed_at_rest) / limits.rotary_speed
    twisting = (pl.col("torque") - limits.torque_at_rest) / limits.torque
    metered = pl.max_horizontal(flow / limits.flow, pressure / limits.dead_flow_pressure)
    pumping = pl.when(flow.is_not_null()).then(metered).otherwise(pressure / limits.pressure)
    return {
        "pumping": switched(pumping),
        "rotating": switched(pl.coalesce(turning, twisting)),
        "at_surface": pl.col("bit_depth") < limits.surface,
        "loaded": (pl.col("weight_on_bit") > limits.weight_on_bit).fill_null(value=False),
    }


@lru_cache(maxsize=64)
def _motion(limits: ActivityThresholds) -> Mapping[str, pl.Expr]:
    """What is said by how positions change."""
    hole, bit = pl.col("hole_depth"), pl.col("bit_depth")
    gap, creep, pace = hole - bit, drift(bit), limits.movement / 60.0
    gained = hole - hole.rolling_min_by("time", "1m") >= limits.rate_of_penetration / 60.0
    grows = (span(hole, "20s") > 0.0) & (gap <= limits.stand)
    slowly = hole - hole.rolling_min_by("time", SLOW) >= LEAST_ADVANCE
    makes_way = creep.abs() * 10.0 >= NET * span(bit, "30s")
    fast = makes_way & (span(bit, "5s") >= FAST)
    slow = makes_way & (span(bit, "10s") >= 7.0 * pace) & (span(bit, "40s") < 8.0 * FAST)
    middle = (bit.rolling_max_by("time", "10s") + bit.rolling_min_by("time", "10s")) / 2
    return {
        "on_bottom": (gap <= limits.on_bottom) | (grows & pl.col("loaded")),
        "near_bottom": gap <= limits.stand,
        "advancing": gained | (slowly & pl.col("loaded") & (gap <= TOUCHING)),
        "fast": fast,
        "moving": fast | (slow & switched(creep.abs() / pace)),
        "downwards": pl.when(fast).then(bit > middle).otherwise(creep > 0.0),
        "lifting": fast & (bit < middle),
        "travelling": travelling(),
    }


@lru_cache(maxsize=1)
def _activity() -> pl.Expr:
    """The activity, decided from the top: the first that fits."""
    on_bottom, pumping, rotating = pl.col("on_bottom"), pl.col("pumping"), pl.col("rotating")
    moving, downwards = pl.col("moving"), pl.col("downwards")
    drilling = on_bottom & pumping & pl.col("advancing") & ~pl.col("lifting")
    left_behind = pl.col("travelling") & ~moving & ~pumping
    handling = (pl.col("in_slips") & ~pl.col("fast")) | left_behind
    first_that_fits = (
        (on_bottom.is_null() | pumping.is_null(), Activity.UNKNOWN),
        (pl.col("at_surface"), Activity.OUT_OF_HOLE),
        (drilling & rotating.is_null(), Activity.UNKNOWN),
        (drilling & rotating, Activity.DRILLING_ROTATING),
        (drilling & pl.col("loaded"), Activity.DRILLING_SLIDING),
        (handling, Activity.CONNECTION),
        (moving & pumping & rotating & downwards, Activity.REAMING),
        (moving & pumping & rotating, Activity.BACK_REAMING),
        (pumping & pl.col("near_bottom"), Activity.CIRCULATING),
        (moving & downwards, Activity.TRIPPING_IN),
        (moving, Activity.TRIPPING_OUT),
        (pumping, Activity.CIRCULATING),
    )
    found = pl.lit(Activity.STATIC.value)
    for condition, activity in reversed(first_that_fits):
        found = pl.when(condition).then(pl.lit(activity.value)).otherwise(found)
    return found


@lru_cache(maxsize=1)
def _without_pick_ups() -> pl.Expr:
    """The activity, with short ways up off bottom as what they are part of: circulating."""
    found = pl.col("activity")
    short = (found == Activity.BACK_REAMING.value) & (_lasted() < STROKE)
    return pl.when(short).then(pl.lit(Activity.CIRCULATING.value)).otherwise(found)


@lru_cache(maxsize=1)
def _confirmed() -> pl.Expr:
    """The last activity that has lasted long enough; the newest where none has for a while."""
    found = pl.col("activity")
    due = found.replace_strict(DUE, default=CONFIRMED, return_dtype=pl.Duration("us"))
    lasting = (_lasted() >= due).fill_null(value=True)
    return pl.coalesce(recent(lasting, found, LAPSE), found)


def _lasted() -> pl.Expr:
    """How long the activity has been the same; null since the first row."""
    time, found = pl.col("time"), pl.col("activity")
    return time - pl.when(found != found.shift(1)).then(time).forward_fill()
