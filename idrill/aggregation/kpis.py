"""What a rig achieved in a day: metres, hours per activity, rate and energy."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.aggregation.buckets import rig_days
from idrill.channels import channel
from idrill.dvr.sampling import standing
from idrill.frame import ORIGIN, Activity, usable
from idrill.units import conversion
from idrill.wells import Well

HOURS_OF = {
    Activity.DRILLING_ROTATING: "drilling_hours",
    Activity.DRILLING_SLIDING: "drilling_hours",
    Activity.CONNECTION: "connection_hours",
    Activity.TRIPPING_IN: "tripping_hours",
    Activity.TRIPPING_OUT: "tripping_hours",
    Activity.CIRCULATING: "circulating_hours",
    Activity.REAMING: "other_hours",
    Activity.BACK_REAMING: "other_hours",
    Activity.STATIC: "other_hours",
    Activity.OUT_OF_HOLE: "other_hours",
    Activity.UNKNOWN: "unknown_hours",
}
"""The column in which the hours of an activity are counted."""

HOURS = tuple(dict.fromkeys(HOURS_OF.values()))

KPI_SCHEMA = pl.Schema(
    {
        "rig_id": pl.String(),
        "day": pl.Date(),
        "origin": ORIGIN,
        "well_id": pl.String(),
        "metres_drilled": pl.Float64(),
        **{name: pl.Float64() for name in HOURS},
        "coverage_hours": pl.Float64(),
        "mean_rate_of_penetration": pl.Float64(),
        "mechanical_specific_energy": pl.Float64(),
    }
)
"""The columns of the daily figures."""

JUMP = 0.5
"""Change of the hole depth beyond what drilling can do that is a correction [m]."""

_DRILLING = pl.col("activity").is_in(
    [Activity.DRILLING_ROTATING.value, Activity.DRILLING_SLIDING.value]
)
_LOADS = ("weight_on_bit", "torque", "rotary_speed")


def drilling_kpis(
    validated: pl.DataFrame, *, well: Well | None = None, hole_diameter: float | None = None
) -> pl.DataFrame:
    """The daily figures of a rig, one row per rig, day and origin.

    Hours are those for which rows stand (until the next row, at most 1.5 sampling intervals), so
    the hours of the activities add up to `coverage_hours`. The mean rate is metres by drilling
    hours [m/h]. The mechanical specific energy [MPa] is the work done at surface per volume of rock
    drilled (Teale 1965): loads are means over the drilling time, the torque weighted by the
    rotary speed, the rate is the mean one. String friction is part of it. The bit's diameter is the
    measured one, else `hole_diameter`, else that of the well where the hole is deepest.

    Args:
        validated: Validated rows, with their activity.
        well: What the rig drilled that day.
        hole_diameter: What the bit drilled where its diameter is not a channel [m].

    Returns:
        The columns of `KPI_SCHEMA`; null where a figure cannot be known.
    """
    days = [_day(rows, well, hole_diameter) for rows in rig_days(validated)]
    return pl.DataFrame(days, schema=KPI_SCHEMA, orient="row")


def _day(rows: pl.DataFrame, well: Well | None, hole_diameter: float | None) -> dict[str, object]:
    times = rows["time"].to_physical().to_numpy()
    stands = standing(times, times) / 3.6e9
    timed = rows.with_columns(pl.Series("hours", stands))
    hours = _hours(timed)
    metres = _metres(rows)
    drilling = hours["drilling_hours"]
    rate = metres / drilling if metres is not None and drilling > 0 else None
    diameter = _bit_diameter(rows) or hole_diameter or _hole_diameter(rows, well)
    return {
        "rig_id": rows["rig_id"][0],
        "day": rows["time"][0].date(),
        "origin": rows["origin"][0],
        "well_id": well.id if well else None,
        "metres_drilled": metres,
        **hours,
        "coverage_hours": sum(hours.values()),
        "mean_rate_of_penetration": rate,
        "mechanical_specific_energy": _specific_energy(timed, rate, diameter),
    }


def _hours(timed: pl.DataFrame) -> dict[str, float]:
    """Hours per group of activities."""
    total = dict.fromkeys(HOURS, 0.0)
    spent = timed.group_by("activity").agg(pl.col("hours").sum())
    for activity, hours in spent.sort("activity").iter_rows():
        total[HOURS_OF[Activity(activity)]] += hours
    return total


def _metres(rows: pl.DataFrame) -> float | None:
    """Metres by which the hole grew; null where its depth was not measured.

    Single outliers are left out. Where the depth leaps further than a bit can drill, or falls, it
    was corrected: the metres before and after count, the correction does not.
    """
    if "hole_depth" not in rows.columns:
        return None
    known = rows.filter(usable("hole_depth"))
    if known.is_empty():
        return None
    times = known["time"].to_physical().to_numpy() / 1e6
    depth = _without_outliers(known["hole_depth"])
    possible = channel("hole_depth").max_rate * np.diff(times) + JUMP
    steps = np.diff(depth)
    corrected = np.flatnonzero((steps > possible) | (steps < -JUMP)) + 1
    starts = np.concatenate(([0], corrected))
    return float((np.maximum.reduceat(depth, starts) - depth[starts]).sum())


def _without_outliers(depth: pl.Series) -> NDArray[np.float64]:
    """Depths, the lonely ones replaced by the median of their five neighbours."""
    usual = depth.rolling_median(5, center=True, min_samples=1)
    lonely = (depth - usual).abs() > 2 * JUMP
    kept: NDArray[np.float64] = usual.zip_with(lonely, depth).to_numpy()
    return kept


def _specific_energy(
    timed: pl.DataFrame, rate: float | None, diameter: float | None
) -> float | None:
    """Work at surface per volume drilled [MPa]; null where a part of it is unknown."""
    from idrill.physics.bit import mechanical_specific_energy  # compiles: slow to import

    if not rate or diameter is None or not set(_LOADS) <= set(timed.columns):
        return None
    loads = timed.filter(_DRILLING, *map(usable, _LOADS))
    hours = float(loads["hours"].sum())
    if not hours:
        return None
    weight = float((loads["weight_on_bit"] * loads["hours"]).sum()) / hours
    turns = float((loads["rotary_speed"] * loads["hours"]).sum())
    work = float((loads["torque"] * loads["rotary_speed"] * loads["hours"]).sum())
    energy = mechanical_specific_energy(
        weight_on_bit=_si("weight_on_bit", "N", weight),
        torque=_si("torque", "N.m", work / turns if turns else 0.0),
        rotary_speed=_si("rotary_speed", "1/s", turns / hours),
        rate_of_penetration=_si("rate_of_penetration", "m/s", rate),
        bit_diameter=diameter,
    )
    return float(energy) * conversion("Pa", "MPa").factor


def _si(name: str, unit: str, value: float) -> float:
    return value * conversion(channel(name).unit, unit).factor


def _hole_diameter(rows: pl.DataFrame, well: Well | None) -> float | None:
    if well is None or "hole_depth" not in rows.columns:
        return None
    deepest = rows.filter(usable("hole_depth"))["hole_depth"].max()
    return well.hole_diameter(deepest) if isinstance(deepest, float) else None


def _bit_diameter(rows: pl.DataFrame) -> float | None:
    if "bit_diameter" not in rows.columns:
        return None
    median = rows.filter(usable("bit_diameter"))["bit_diameter"].median()
    return float(median) if isinstance(median, float) else None
