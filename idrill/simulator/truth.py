"""What really happened on a simulated rig: one row a second, in SI units.

A chunk of truth is a table with `time`, the columns of `TRUTH`, and `activity` in words. None of it
is in the measured frame but through a sensor.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.frame import ACTIVITY, Activity
from idrill.simulator.outfit import MOST_PITS


@dataclass(frozen=True, slots=True)
class TruthColumn:
    """One quantity of the truth."""

    name: str
    unit: str
    about: str


TRUTH: tuple[TruthColumn, ...] = (
    TruthColumn("hole_depth", "m", "along the hole"),
    TruthColumn("bit_depth", "m", "along the hole"),
    TruthColumn("vertical_depth", "m", "of the bit"),
    TruthColumn("block_position", "m", "above the rig floor"),
    TruthColumn("block_speed", "m/s", "upwards"),
    TruthColumn(
        "hook_load", "N", "as a perfect indicator at the dead line shows it, sheaves and all"
    ),
    TruthColumn("weight_on_bit", "N", "at the bit"),
    TruthColumn("rotary_speed", "1/s", "at surface"),
    TruthColumn("bit_speed_min", "1/s", "slowest within the second"),
    TruthColumn("bit_speed_max", "1/s", "fastest within the second"),
    TruthColumn("bit_speed_mean", "1/s", ""),
    TruthColumn("torque", "N·m", "at surface"),
    TruthColumn("bit_torque", "N·m", ""),
    TruthColumn("standpipe_pressure", "Pa", ""),
    TruthColumn("choke_pressure", "Pa", "gauge; the well is never shut in here"),
    TruthColumn("casing_pressure", "Pa", "gauge, at the wellhead"),
    TruthColumn("annular_pressure", "Pa", "at the bit"),
    TruthColumn("flow_in", "m³/s", "from the pumps"),
    TruthColumn("flow_out", "m³/s", "of mud into the flowline, or on to the sea floor"),
    *(TruthColumn(f"pump_{n}_stroke_rate", "1/s", "") for n in range(1, PUMPS + 1)),
    *(TruthColumn(f"pit_{n}", "m³", "in the tank") for n in range(1, MOST_PITS + 1)),
    TruthColumn("trip_tank", "m³", "in the tank"),
    TruthColumn("mud_density_in", "kg/m³", ""),
    TruthColumn("mud_density_out", "kg/m³", "with its gas"),
    TruthColumn("equivalent_circulating_density", "kg/m³", "at the bit"),
    TruthColumn("mud_temperature_in", "K", "in the suction tank"),
    TruthColumn("mud_temperature_out", "K", "in the flowline"),
    TruthColumn("rate_of_penetration", "m/s", ""),
    TruthColumn("total_gas", "-", "share of gas in the mud that returns"),
    TruthColumn("axial_vibration", "m/s²", "at the bit, root mean square"),
    TruthColumn("lateral_vibration", "m/s²", "of the collars, root mean square"),
    TruthColumn("stick_slip_severity", "-", "from the bit's speed over two natural periods"),
    TruthColumn("bit_wear", "-", "1 is a whole life"),
    TruthColumn("influx", "m³/s", "from the rock into the hole"),
    TruthColumn("losses", "m³/s", "of mud from the hole into the rock"),
    TruthColumn("string_volume", "m³", "mud in string and surface lines, reckoned unsqueezed"),
    TruthColumn("annulus_volume", "m³", "mud in the hole outside the string"),
    TruthColumn("flowline_volume", "m³", "mud in flowline and shakers"),
    TruthColumn("lost_volume", "m³", "mud lost to rock, sea and overboard so far"),
    TruthColumn("cuttings_mud_volume", "m³", "mud gone overboard on cuttings so far"),
    TruthColumn("added_volume", "m³", "mud mixed, or gained by warming, so far"),
    TruthColumn("influx_volume", "m³", "that came from the rock so far"),
    TruthColumn("drive_power_in", "W", "taken by the top drive"),
    TruthColumn("work_done", "W", "by the bit on the rock, in rotation"),
    TruthColumn("heat", "W", "of motor, gear, and string against wall and mud"),
    TruthColumn("twist_energy", "J", "stored in the turning, twisted string"),
    TruthColumn("activity_code", "-", "place of the activity in `frame.Activity`"),
)
"""The columns, in the order in which the kernel writes them."""

NAMES = tuple(column.name for column in TRUTH)
ACTIVITIES = tuple(Activity)
"""By activity code."""

LEDGER = (
    *(f"pit_{n}" for n in range(1, MOST_PITS + 1)), "trip_tank", "string_volume",
    "annulus_volume", "flowline_volume", "lost_volume", "cuttings_mud_volume",
)  # fmt: skip
"""Where mud can be; together they change by what is added and flows in, by nothing else."""


def ledger() -> pl.Expr:
    """What the mud ledger is out by, but for a constant [m³]."""
    return pl.sum_horizontal(LEDGER) - pl.col("added_volume") - pl.col("influx_volume")


def table(values: NDArray[np.float64], times: pl.Series) -> pl.DataFrame:
    """A chunk of truth.

    Args:
        values: As the kernel wrote them (column, second).
        times: Of the seconds.
    """
    codes = values[NAMES.index("activity_code")].astype(np.int64)
    words = pl.Series([activity.value for activity in ACTIVITIES], dtype=ACTIVITY)
    return pl.DataFrame(
        {
            "time": times,
            **dict(zip(NAMES, values, strict=True)),
            "activity": words.gather(codes),
        }
    )
