"""Mechanical specific energy along real wells, from their depth logs."""

import numpy as np
import polars as pl

from benchmarks.realism.statistics import LOADS
from benchmarks.realism.windows import Values, column
from idrill.physics.bit import mechanical_specific_energy


def along(log: pl.DataFrame) -> Values:
    """Specific energy at each depth where something was drilled (row) [MPa].

    Args:
        log: Channels by depth, the bit's diameter among them.
    """
    drilled = log.filter(pl.col("rate_of_penetration") > 0.0, pl.col("bit_diameter") > 0.0)
    loads = [column(drilled, name, unit) for name, unit in (*LOADS, ("bit_diameter", "m"))]
    return 1e-6 * np.array(
        [
            mechanical_specific_energy(weight, torque, speed, rate, diameter)
            for weight, torque, speed, rate, diameter in zip(*loads, strict=True)
        ]
    )
