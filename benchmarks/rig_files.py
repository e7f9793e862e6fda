"""Days of an invented rig as CSV files: sixteen channels every 10 s, drilled stand by stand."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

FIRST_DAY = date(2024, 1, 1)
STEP = 10
"""Seconds between two rows."""
ROWS = 86_400 // STEP

STAND = 28.5
"""Length of a stand [m]."""
CYCLE = 4_200
"""Seconds from one connection to the next."""
CONNECTION = 600
"""Seconds of it that the bit is off bottom."""
PACE = 0.2
"""Share of a stand that is drilled in a cycle: hard rock."""
STANDS = 500
"""After as many cycles, 24 days, the next hole begins."""

Curve = NDArray[np.float64]


def a_day(number: int) -> pl.DataFrame:
    """Day `number` since `FIRST_DAY`: `time` and a column per channel, headed with its unit."""
    random = np.random.default_rng(number)
    seconds = np.arange(ROWS) * STEP + number * 86_400
    phase = seconds % CYCLE
    drilling = phase >= CONNECTION
    made = np.clip((phase - CONNECTION) / (CYCLE - CONNECTION), 0, 1) * STAND
    hole = 500 + ((seconds // CYCLE) % STANDS * STAND + made) * PACE
    curves = _curves(seconds, drilling, made, hole)
    noisy = {
        name: (curve + random.normal(0, noise, ROWS)).round(3)
        for name, (curve, noise) in curves.items()
    }
    start = datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(days=number)
    end = start + timedelta(seconds=86_400 - STEP)
    times = pl.datetime_range(start, end, timedelta(seconds=STEP), eager=True, time_unit="us")
    return pl.DataFrame({"time": times, **noisy})


def _curves(
    seconds: NDArray[np.int64], drilling: NDArray[np.bool_], made: Curve, hole: Curve
) -> dict[str, tuple[Curve, float]]:
    """What each sensor would read, and the standard deviation of its noise."""
    on = drilling.astype(float)
    weight = on * (105 + 12 * np.sin(seconds / 900))
    flow = 40 + on * 2_300
    return {
        "Hole Depth (m)": (hole, 0.0),
        "Bit Depth (m)": (hole - (1 - on) * 1.5, 0.0),
        "Block Position (m)": (30 - made, 0.02),
        "Hook Load (kN)": (on * (780 - weight) + (1 - on) * 320, 2.0),
        "Weight on Bit (kN)": (weight, 2.0),
        "Rotary Speed (rpm)": (5 + on * 120, 1.0),
        "Torque (kN.m)": (1 + 0.06 * weight, 0.1),
        "Standpipe Pressure (kPa)": (180 + 2.55e-3 * flow**2, 40.0),
        "Casing Pressure (kPa)": (np.full(ROWS, 60.0), 3.0),
        "Flow In (L/min)": (flow, 6.0),
        "Flow Out (L/min)": (flow * 0.98 + 30, 8.0),
        "MP1_SPM (1/min)": (4 + on * 64, 0.5),
        "PVT (m3)": (82 - 0.0045 * hole, 0.05),
        "MWIN (kg/m3)": (np.full(ROWS, 1_320.0), 1.5),
        "ROP (m/h)": (0.3 + on * 5.7, 0.05),
        "TGAS (%)": (0.5 + on * 0.4, 0.02),
    }


def write_days(folder: Path, days: int) -> list[Path]:
    """A CSV file per day, from `FIRST_DAY` on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"day_{number:03}.csv" for number in range(days)]
    for number, path in enumerate(paths):
        a_day(number).with_columns(pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S")).write_csv(path)
    return paths
