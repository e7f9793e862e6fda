"""What the rig is doing, read from its channels.

A row is classified from itself and the minutes before it, never from what follows, so a day that is
classified at once equals the same day classified as it streams in.
"""

from dataclasses import dataclass

import polars as pl

from idrill.frame import ACTIVITY, Activity, usable
from idrill.units import GRAVITY

SIGNALS = (
    "hole_depth", "bit_depth", "block_position", "hook_load", "weight_on_bit", "rotary_speed",
    "torque", "standpipe_pressure", "flow_in",
)  # fmt: skip
"""The channels that decide."""


@dataclass(frozen=True, slots=True)
class ActivityThresholds:
    """From where on a rig counts as pumping, rotating, moving."""

    flow: float = 50.0
    """Flow in that means pumping [L/min]."""
    pressure: float = 500.0
    """Standpipe pressure that means pumping where no flow is measured [kPa]."""
    dead_flow_pressure: float = 5_000.0
    """Standpipe pressure that means pumping whatever the flow meter says [kPa].

    A dead meter reads 0; trapped pressure and zero offsets stay far below this.
    """
    rotary_speed: float = 2.0
    """Rotary speed that means rotating [rpm]."""
    torque: float = 0.5
    """Torque that means rotating where no speed is measured [kN·m]."""
    weight_on_bit: float = 200.0 * GRAVITY / 1e3
    """Weight on bit that means the bit is loaded [kN]."""
    rate_of_penetration: float = 1.0
    """Advance of the hole that means drilling [m/h]."""
    on_bottom: float = 0.45
    """Distance of the bit from the bottom that still counts as on bottom [m]."""
    movement: float = 0.2
    """Movement of bit or block within a minute that means moving [m]."""
    surface: float = 1.0
    """Bit depth above which the string is out of the hole [m]."""
    slips: float = 0.85
    """Share of the hook load with the string hanging below which the string is in slips [-]."""


def classify(frame: pl.DataFrame, thresholds: ActivityThresholds | None = None) -> pl.Series:
    """The activity at each row of a frame of one rig.

    Values stand for a minute; only usable ones count. A row whose decisive channels (hole depth,
    bit depth, flow or standpipe pressure) are absent is `unknown`, and so is one on bottom without
    rotary speed and torque.

    Args:
        frame: Canonical rows of one rig, sorted by time.
        thresholds: The limits between activities; the field's usual ones unless given.

    Returns:
        `activity` (`frame.ACTIVITY`), one value per row.
    """
    limits = thresholds or ActivityThresholds()
    facts = _held(frame).select("time", *_motion(limits)).with_columns(*_slips(limits))
    return facts.select(_activity().cast(ACTIVITY).alias("activity")).to_series()


def _held(frame: pl.DataFrame) -> pl.DataFrame:
    """The deciding channels, each usable value standing for at most a minute."""
    absent = [name for name in SIGNALS if name not in frame.columns]
    return frame.select(
        "time", *(_standing(name) for name in SIGNALS if name not in absent)
    ).select(pl.all(), *(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent))


def _standing(name: str) -> pl.Expr:
    good, time = usable(name), pl.col("time")
    age = time - pl.when(good).then(time).forward_fill()
    value = pl.when(good).then(name).forward_fill()
    return pl.when(age <= pl.duration(seconds=60)).then(value).alias(name)


def _motion(limits: ActivityThresholds) -> tuple[pl.Expr, ...]:
    """What can be said from the channels one by one; null where they are silent."""
    flow, pressure = pl.col("flow_in"), pl.col("standpipe_pressure")
    hole, bit = pl.col("hole_depth"), pl.col("bit_depth")
    deepest, highest = _past_minute(bit)
    pumping = (flow > limits.flow) | (pressure > limits.dead_flow_pressure).fill_null(value=False)
    turning = pl.coalesce(
        pl.col("rotary_speed") > limits.rotary_speed, pl.col("torque") > limits.torque
    )
    advance = limits.rate_of_penetration / 60
    return (
        pl.coalesce(pumping, pressure > limits.pressure).alias("pumping"),
        turning.alias("rotating"),
        (hole - bit <= limits.on_bottom).alias("on_bottom"),
        (hole - _past_minute(hole)[1] >= advance).alias("advancing"),
        (deepest - highest > limits.movement).alias("moving"),
        (bit > (deepest + highest) / 2).alias("downwards"),
        (bit < limits.surface).alias("at_surface"),
        (pl.col("weight_on_bit") > limits.weight_on_bit).alias("loaded"),
        (_range(pl.col("block_position")) > limits.movement).alias("block_moving"),
        pl.col("hook_load"),
    )


def _past_minute(value: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Largest and smallest value of the minute that ends here."""
    return value.rolling_max_by("time", "1m"), value.rolling_min_by("time", "1m")


def _range(value: pl.Expr) -> pl.Expr:
    largest, smallest = _past_minute(value)
    return largest - smallest


def _slips(limits: ActivityThresholds) -> tuple[pl.Expr, ...]:
    """Whether the slips hold the string: the hook load is short of what it was while pumping.

    The reference is the upper quartile of three minutes, because the pumps often stop only after
    the slips are set. With the minute that a value stands, all this reaches 15 minutes back.
    """
    load, time = pl.col("hook_load"), pl.col("time")
    pumping = pl.col("pumping") & load.is_not_null()
    hanging = pl.when(pumping).then(load).rolling_quantile_by("time", "3m", quantile=0.75)
    age = time - pl.when(pumping).then(time).forward_fill()
    reference = pl.when(pumping).then(hanging).forward_fill()
    light = (age <= pl.duration(minutes=11)) & (load < limits.slips * reference)
    return (light.fill_null(value=False).alias("in_slips"),)


def _activity() -> pl.Expr:
    """The activity, decided from the top: the first that fits."""
    on_bottom, pumping, rotating = pl.col("on_bottom"), pl.col("pumping"), pl.col("rotating")
    moving, downwards = pl.col("moving"), pl.col("downwards")
    drilling = on_bottom & pumping & pl.col("advancing")
    connection = ~pumping & (pl.col("in_slips") | (pl.col("block_moving") & ~moving))
    first_that_fits = (
        (on_bottom.is_null() | pumping.is_null(), Activity.UNKNOWN),
        (pl.col("at_surface"), Activity.OUT_OF_HOLE),
        (drilling & rotating.is_null(), Activity.UNKNOWN),
        (drilling & rotating, Activity.DRILLING_ROTATING),
        (drilling & pl.col("loaded").fill_null(value=True), Activity.DRILLING_SLIDING),
        (connection, Activity.CONNECTION),
        (moving & pumping & rotating & downwards, Activity.REAMING),
        (moving & pumping & rotating, Activity.BACK_REAMING),
        (moving & downwards, Activity.TRIPPING_IN),
        (moving, Activity.TRIPPING_OUT),
        (pumping, Activity.CIRCULATING),
    )
    found = pl.lit(Activity.STATIC.value)
    for condition, activity in reversed(first_that_fits):
        found = pl.when(condition).then(pl.lit(activity.value)).otherwise(found)
    return found
