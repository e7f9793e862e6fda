"""Mechanical specific energy along real wells, and that of simulated sections beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.realism.rows import Times
from benchmarks.realism.statistics import LOADS
from benchmarks.realism.tables import markdown, percentiles
from benchmarks.realism.windows import Values, column
from idrill.channels import channel
from idrill.physics.bit import mechanical_specific_energy
from idrill.units import conversion

ACCEPT = Times(2.0)
"""Of a simulated median by a real well's, as specified."""
INCH = conversion("in", "m").factor


@dataclass(frozen=True, slots=True)
class Spent:
    """What a section and its twins spent, minute by minute of drilling [MPa]."""

    name: str
    real: Values
    simulated: Values


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


def by_hole(log: pl.DataFrame) -> dict[str, Values]:
    """Specific energy along each size of hole of a well, the widest first [MPa].

    Args:
        log: As for `along`.
    """
    drilled = log.filter(pl.col("bit_diameter") > 0.0)
    sizes = sorted(drilled["bit_diameter"].unique(), reverse=True)
    to_metres = conversion(channel("bit_diameter").unit, "m").factor
    return {
        f"{size * to_metres / INCH:g} in": along(drilled.filter(pl.col("bit_diameter") == size))
        for size in sizes
    }


def verdicts(sections: Sequence[Spent], wells: Mapping[str, Values]) -> list[bool]:
    """Whether each section's simulated median is accepted beside each well's."""
    return [_met(one.simulated, well) for one in sections for well in wells.values()]


def compared(sections: Sequence[Spent], wells: Mapping[str, Values]) -> str:
    """Sections beside their own real minutes and beside each well, the missed ones bold."""
    head = ["section", "real", "simulated", "median by real", *(f"by {name}" for name in wells)]
    lines = [
        [
            one.name,
            percentiles(one.real),
            percentiles(one.simulated),
            *(_ratio(one.simulated, other) for other in (one.real, *wells.values())),
        ]
        for one in sections
    ]
    return markdown(head, lines)


def _ratio(simulated: Values, real: Values) -> str:
    mark = "" if _met(simulated, real) else "**"
    return f"{mark}{np.median(simulated) / np.median(real):.2f}{mark}"


def _met(simulated: Values, real: Values) -> bool:
    return ACCEPT.met(float(np.median(simulated)), float(np.median(real)))
