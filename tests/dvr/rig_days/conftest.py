from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.frame import ACTIVITY, ORIGIN, QUALITY, TIME, Activity, Origin, quality_of

Array = NDArray[np.float64]

START = datetime(2026, 3, 1, tzinfo=UTC)
STEP = 4
"""From row to row [s]."""
LITRES = 20.0
"""Of a stroke."""
ZERO = 300.0
"""Of the standpipe gauge [kPa]."""


def hours_in(frame: pl.DataFrame) -> Array:
    """Since the start [h]."""
    since = (frame["time"] - START).dt.total_seconds() / 3600
    return np.asarray(since.to_numpy(), np.float64)


def true_flow(frame: pl.DataFrame) -> Array:
    """What went round in `drilling_day`, sound or not, while nothing wears [L/min]."""
    into_hour = hours_in(frame) % 1.0
    return np.where(into_hour < 0.12, 0.0, 2_000.0)


def drilling_day(
    hours: float = 12.0, seed: int = 1, *, lost: Array | None = None, slipped: Array | None = None
) -> pl.DataFrame:
    """Validated rows of a rig that drills, and adds a stand each hour.

    Args:
        hours: How many.
        seed: Of the noise.
        lost: What the well takes, or gives where it is negative [L/min] (row).
        slipped: What the pumps lose [L/min] (row).
    """
    random = np.random.default_rng(seed)
    count = int(hours * 3600 / STEP)
    clock = pl.Series(
        "time", [START + timedelta(seconds=STEP * row) for row in range(count)], dtype=TIME
    )
    frame = pl.DataFrame({"time": clock})
    spent = hours_in(frame)
    pumps_on = true_flow(frame) > 0.0
    through = true_flow(frame) - np.where(pumps_on, slipped if slipped is not None else 0.0, 0.0)
    back = through - np.where(pumps_on, lost if lost is not None else 0.0, 0.0)
    depth = 1_000.0 + 10.0 * spent
    pits = 100.0 + np.cumsum(back - through) * STEP / 60e3
    pressure = ZERO + 0.016 * through**1.8 * (1.0 + 2e-4 * depth)

    def noisy(values: Array, sd: float) -> Array:
        return np.asarray(values + sd * random.standard_normal(count))

    columns = {
        "hole_depth": depth,
        "bit_depth": noisy(depth, 0.005),
        "rotary_speed": noisy(np.full(count, 120.0), 0.5),
        "standpipe_pressure": noisy(pressure, 30.0),
        "flow_in": noisy(through, 8.0),
        "flow_out": noisy(back, 60.0),
        "flow_out_fraction": noisy(back / 40.0, 1.0),
        "pump_1_stroke_rate": true_flow(frame) / LITRES,
        "pit_volume_1": noisy(pits, 0.02),
        "torque": noisy(np.full(count, 10.0), 0.3),
    }
    doing = np.where(pumps_on, Activity.DRILLING_ROTATING.value, Activity.CONNECTION.value)
    return pl.DataFrame(
        {
            "rig_id": pl.repeat("RIG", count, eager=True),
            "time": clock,
            "origin": pl.repeat(Origin.SYNTHETIC.value, count, dtype=ORIGIN, eager=True),
            **columns,
            **{quality_of(name): pl.zeros(count, dtype=QUALITY, eager=True) for name in columns},
            "activity": pl.Series(doing, dtype=ACTIVITY),
        }
    )


def shifted(frame: pl.DataFrame, channel: str, size: float, since: float) -> pl.DataFrame:
    """The frame with a channel that shows more since an hour."""
    later = pl.lit(pl.Series(hours_in(frame) >= since))
    return frame.with_columns(
        pl.when(later).then(pl.col(channel) + size).otherwise(pl.col(channel))
    )
