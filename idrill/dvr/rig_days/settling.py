"""When a rig's flow has settled, and the means of its channels over such times.

Balances of mud hold once what was changed has come to rest: the flowline fills within a minute,
compressed mud and moving pipe take two or three. A row counts as settled when the pumps have run
alike for `SETTLED` before it; so nothing has to be known of the time after.
"""

from datetime import timedelta

import polars as pl

from idrill.channels import PITS, PUMPS
from idrill.frame import Activity, usable

SETTLED = timedelta(minutes=3)
"""How long the pumps must have run alike [e]."""
RESTED = timedelta(minutes=1)
"""How long the pumps must have been off for the pressure to be gone [e]."""
ALIKE = 0.02
"""Share by which the reference may have changed within that time [-] [e]."""
PUMPING = 100.0
"""Flow that means pumping [L/min]."""
MEMORY = timedelta(seconds=60)
"""Over what time back the mean of a reading is taken before it is reconciled [e]."""
PART = timedelta(seconds=30)
"""Parts of a window: from how their means differ comes the noise of a window's mean."""
WINDOW = timedelta(minutes=2)
"""What is learned from and judged: settled windows, on the full minutes of the clock."""
STILL = 1.0
"""Way of the bit within a window beyond which pipe pushes mud about [m] [e]."""

STROKES = tuple(f"pump_{number}_stroke_rate" for number in range(1, PUMPS + 1))
PIT_CHANNELS = tuple(f"pit_volume_{number}" for number in range(1, PITS + 1))
METERS = ("flow_in", "flow_out", "flow_out_fraction", "standpipe_pressure")
"""Channels that show the flow, or follow from it."""
ALONGSIDE = ("bit_depth", "hole_depth", "hook_load", "weight_on_bit", "rate_of_penetration",
             "block_position", "torque", "rotary_speed", "top_drive_motor_current")  # fmt: skip
"""Channels whose means are kept as well."""


def good(name: str) -> pl.Expr:
    """The usable values of a channel; null elsewhere."""
    return pl.when(usable(name) & pl.col(name).is_finite()).then(name)


def prepared(frame: pl.DataFrame, reference: str) -> pl.DataFrame:
    """What a frame says of its circulation, row by row.

    Args:
        frame: Validated rows of one rig with their activity.
        reference: What shows that the pumps run alike: `strokes`, or a channel.

    Returns:
        `time`, `activity`, `strokes` [1/min], `pits` [m³], the usable values of `METERS` and
        `ALONGSIDE`, `settled` and `resting` (the pumps have been off for `RESTED`).
    """
    present = set(frame.columns)
    strokes = [good(name) for name in STROKES if name in present]
    names = [name for name in (*METERS, *ALONGSIDE) if name in present]
    rows = frame.select(
        "time",
        "activity",
        *(good(name).alias(name) for name in names),
        strokes=pl.sum_horizontal(strokes) if strokes else pl.lit(None, pl.Float64),
        pits=_volume(present),
    ).with_columns(pl.col("pits").forward_fill(limit=_standing(frame)))
    absent = [name for name in (*METERS, *ALONGSIDE) if name not in present]
    rows = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    if rows[reference].null_count() == rows.height:
        never = pl.lit(value=False)
        return rows.with_columns(settled=never, resting=never)
    low = pl.col(reference).rolling_min_by("time", SETTLED)
    high = pl.col(reference).rolling_max_by("time", SETTLED)
    lately = pl.col(reference).rolling_max_by("time", RESTED)
    running = 1.0 if reference == "strokes" else PUMPING
    long = pl.col("time") - pl.col("time").first() >= SETTLED
    in_hole = pl.col("activity") != Activity.OUT_OF_HOLE.value
    return rows.with_columns(
        settled=(long & in_hole & (high - low <= ALIKE * high) & (low > running))
        .fill_null(value=False),
        resting=(long & (lately <= running)).fill_null(value=False),
    )  # fmt: skip


def _volume(present: set[str]) -> pl.Expr:
    """All mud in pits, or in the active ones where nothing else is read [m³]."""
    pits = [name for name in PIT_CHANNELS if name in present]
    if pits:
        return pl.sum_horizontal([good(name) for name in pits], ignore_nulls=False)
    for name in ("pit_volume_total", "pit_volume_active"):
        if name in present:
            return good(name)
    return pl.lit(None, pl.Float64)


def _standing(frame: pl.DataFrame) -> int:
    """For how many rows a level stands: pits are read every half minute on some rigs."""
    interval = frame["time"].diff().median()
    return max(int(MEMORY / interval), 1) if isinstance(interval, timedelta) and interval else 1


def windows(rows: pl.DataFrame) -> pl.DataFrame:
    """The windows of the clock that are settled from end to end, or at rest.

    Args:
        rows: From `prepared`.

    Returns:
        By window: `time` of its end, the means of the channels, `<name>_noise` with the variance
        that noise alone gives the mean, `pit_rate` [L/min], `resting`, `moved` [m].
    """
    names = ["strokes", "pits", *METERS, *ALONGSIDE]
    parts = rows.group_by(pl.col("time").dt.truncate(PART)).agg(
        *(pl.col(name).mean() for name in names),
        pl.col("settled").all(),
        pl.col("resting").all(),
        (pl.col("bit_depth").max() - pl.col("bit_depth").min()).alias("moved"),
        (pl.col("activity") == Activity.OUT_OF_HOLE.value).any().alias("out"),
    ).sort("time")  # fmt: skip
    number = int(WINDOW / PART)
    noise = [(pl.col(name).var() / number).alias(f"{name}_noise") for name in names]
    return (
        parts.group_by(pl.col("time").dt.truncate(WINDOW))
        .agg(
            *(pl.col(name).mean() for name in names),
            *noise,
            pl.col("settled").all(),
            pl.col("resting").all(),
            pl.col("out").any(),
            pl.col("moved").max(),
            _slope("pits", number).alias("pit_rate"),
            pl.len().alias("parts"),
        )
        .sort("time")
        .filter((pl.col("parts") == number) & (pl.col("settled") | pl.col("resting")))
        .with_columns(pl.col("time") + WINDOW)
        .drop("parts")
    )


def _slope(name: str, number: int) -> pl.Expr:
    """How fast the parts of a window rise, by least squares [L/min per unit of m³]."""
    centred = [place - (number - 1) / 2 for place in range(number)]
    scale = sum(step**2 for step in centred) * (PART / timedelta(minutes=1)) / 1e3
    terms = [pl.col(name).get(place, null_on_oob=True) * step for place, step in enumerate(centred)]
    return pl.sum_horizontal(terms, ignore_nulls=False) / scale
