"""A few small files of an invented rig, for `idrill demo`.

Two days of drilling stand by stand, written as rigs write them: the surface log as CSV in metric
units, one day of it in field units with a missing hour and broken lines, and the pits as a WITSML
log of their own. Enough to see the graph at work; the physics is only sketched.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import polars as pl

STEP = 5
"""Seconds between two rows of the surface log."""

STAND = 28.5
"""Length of a stand [m]."""

CONNECTION = 420
"""How long a connection takes [s]."""

CSV_HEADINGS = {
    "hole_depth": ("Hole Depth (MD) m", 1.0),
    "bit_depth": ("Bit Depth (MD) m", 1.0),
    "block_position": ("Block Position m", 1.0),
    "hook_load": ("Average Hookload kkgf", 1 / 9.80665),
    "weight_on_bit": ("Weight on Bit kkgf", 1 / 9.80665),
    "rotary_speed": ("Average Rotary Speed rpm", 1.0),
    "torque": ("Average Surface Torque kN.m", 1.0),
    "standpipe_pressure": ("Average Standpipe Pressure kPa", 1.0),
    "flow_in": ("Mud Flow In L/min", 1.0),
    "rate_of_penetration": ("Rate of Penetration m/h", 1.0),
}
"""Heading and factor of each channel in the metric file."""

FIELD_HEADINGS = {
    "hole_depth": ("Depth(ft)", 1 / 0.3048),
    "bit_depth": ("Bit Depth (ft)", 1 / 0.3048),
    "block_position": ("Block Position (ft)", 1 / 0.3048),
    "hook_load": ("Hookload (k-lbs)", 1 / 4.4482216152605),
    "weight_on_bit": ("weight on bit (k-lbs)", 1 / 4.4482216152605),
    "rotary_speed": ("Rotary Speed (rpm)", 1.0),
    "torque": ("Surface Torque (kft.lbf)", 1 / 1.3558179483314),
    "standpipe_pressure": ("Pump Press (psi)", 1 / 6.894757293168),
    "flow_in": ("Flow In (gal/min)", 1 / 3.785411784),
    "rate_of_penetration": ("ROP (ft/hr)", 1 / 0.3048),
}
"""The same in the field-unit file."""


def write_sample_files(folder: Path, start: datetime, seed: int = 7) -> list[Path]:
    """Write two days of an invented rig as rigs write them.

    Args:
        folder: Where; created.
        start: Midnight (UTC) of the first day.
        seed: Of the noise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = _surface_log(start.astimezone(UTC), np.random.default_rng(seed))
    middle = start + timedelta(days=1)
    first, second = log.filter(pl.col("time") < middle), log.filter(pl.col("time") >= middle)
    pits = log.gather_every(30 // STEP)
    return [
        _write_metric(folder / "surface_day_1.csv", first),
        _write_field(folder / "surface_day_2.csv", second),
        _write_witsml(folder / "pits.xml", pits),
    ]


def _surface_log(start: datetime, noise: np.random.Generator) -> pl.DataFrame:
    """Two days, a row every `STEP` seconds, channels in their own units."""
    seconds = np.arange(0, 2 * 86_400, STEP)
    rate = 18.0 + 6.0 * np.sin(seconds / 17_000)
    drilling, progress = _cycle(rate)
    hole = 1_850.0 + np.maximum.accumulate(np.cumsum(np.where(drilling, rate * STEP / 3600, 0.0)))
    flow = np.where(drilling, 2_350.0 + noise.normal(0, 12, seconds.size), 0.0)
    weight = np.where(drilling, 105 + 12 * np.sin(seconds / 900), 0.0)
    speed = np.where(drilling, 120.0, 0.0)
    string = 780 + 0.26 * (hole - 1_850)
    values = {
        "hole_depth": hole,
        "bit_depth": np.where(drilling, hole, hole - 1.5),
        "block_position": np.where(drilling, 32.0 - progress * STAND, 2.0 + 30.0 * progress),
        "hook_load": np.where(drilling, string - weight, 320.0) + noise.normal(0, 2, seconds.size),
        "weight_on_bit": weight + np.where(drilling, noise.normal(0, 3, seconds.size), 0.0),
        "rotary_speed": speed + np.where(drilling, noise.normal(0, 1, seconds.size), 0.0),
        "torque": np.where(drilling, 6 + 0.06 * weight, 0.0) + noise.normal(0, 0.2, seconds.size),
        "standpipe_pressure": 180 + 2.55e-3 * flow**2,
        "flow_in": flow,
        "rate_of_penetration": np.where(drilling, rate, 0.0),
        "pit_volume_total": 82 - 0.0045 * (hole - 1_850) + noise.normal(0, 0.05, seconds.size),
    }
    times = pl.Series((int(start.timestamp()) + seconds) * 1_000_000)
    return pl.DataFrame({"time": times.cast(pl.Datetime("us", "UTC")), **values})


def _cycle(rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether the bit drills, and how far the stand or the connection has come (0 to 1)."""
    drilling = np.empty(rate.size, dtype=bool)
    progress = np.empty(rate.size)
    made, waited = 0.0, 0
    for row, metres_per_hour in enumerate(rate):
        drilling[row] = made < STAND
        progress[row] = made / STAND if drilling[row] else waited / CONNECTION
        if drilling[row]:
            made += metres_per_hour * STEP / 3600
            waited = 0
        else:
            waited += STEP
            made = 0.0 if waited >= CONNECTION else made
    return drilling, progress


def _write_metric(path: Path, log: pl.DataFrame) -> Path:
    columns = [pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S").alias("date")]
    columns += [
        (pl.col(name) * factor).round(4).alias(heading)
        for name, (heading, factor) in CSV_HEADINGS.items()
    ]
    log.select(columns).write_csv(path)
    return path


def _write_field(path: Path, log: pl.DataFrame) -> Path:
    """Field units, 12-hour clock, a missing hour, a repeated header, two broken lines."""
    silent = log["time"].dt.hour() == 14
    columns = [pl.col("time").dt.strftime("%Y/%m/%d %I:%M:%S %p").alias("Time")]
    columns += [
        (pl.col(name) * factor).round(3).alias(heading)
        for name, (heading, factor) in FIELD_HEADINGS.items()
    ]
    lines = log.filter(~silent).select(columns).write_csv().splitlines()
    lines.insert(2_000, lines[0])
    lines.insert(4_000, "no signal from the data acquisition server")
    lines.insert(6_000, lines[5_999].split(",")[0] + ",-999.25" * len(FIELD_HEADINGS))
    path.write_text("\n".join(lines) + "\n")
    return path


def _write_witsml(path: Path, log: pl.DataFrame) -> Path:
    times = log["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    rows = [
        f"{time},{volume:.3f}" for time, volume in zip(times, log["pit_volume_total"], strict=True)
    ]
    path.write_text(_witsml(rows), encoding="utf-8")
    return path


def _witsml(rows: Sequence[str]) -> str:
    data = "".join(f"<data>{escape(row)}</data>" for row in rows)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<logs xmlns="http://www.witsml.org/schemas/1series" version="1.4.1.1">
<log uidWell="w1" uidWellbore="b1" uid="pits"><nameWell>Demo 1</nameWell>
<nameWellbore>Demo 1</nameWellbore><name>Pits</name><indexType>date time</indexType>
<direction>increasing</direction><indexCurve>Time</indexCurve><nullValue>-999.25</nullValue>
<logCurveInfo uid="Time"><mnemonic>Time</mnemonic><unit>unitless</unit>
<typeLogData>date time</typeLogData></logCurveInfo>
<logCurveInfo uid="PITTOT"><mnemonic>PITTOT</mnemonic><unit>m3</unit>
<typeLogData>double</typeLogData></logCurveInfo>
<logData><mnemonicList>Time,PITTOT</mnemonicList><unitList>unitless,m3</unitList>{data}</logData>
</log></logs>
"""
