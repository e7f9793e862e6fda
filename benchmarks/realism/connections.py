"""Connections in a record: when the slips held the string, and what was added."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.realism.windows import Mask, column, drilling, interval, stretches

FLOWING = 50.0
"""Flow above which the pumps run [L/min]."""
ABOVE_SLIPS = 1.1
"""Hook load, by that in slips, up to which the slips still hold the string [-]."""
LOOSE = 0.95
"""Hook load with the pumps off, by that while drilling, below which it tells of slips [-]."""
LONGEST_TOUCH = 120.0
"""The load may rise for as long without the slips being pulled: joints are broken and made [s]."""
SHORTEST = 60.0
"""[s]"""
SHORTEST_STAND = 20.0
"""Rise of the block in slips that means a stand was added [m]."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A stand added."""

    slips: float
    """How long the slips held the string [s]."""
    stand: float
    """By how much the block rose meanwhile [m]."""
    weight_to_weight: float
    """From the last row of drilling before to the first after; NaN if there is none [s]."""


def slips_load(frame: pl.DataFrame) -> float:
    """Hook load while the slips hold the string: block and top drive [t]; NaN if they never do.

    The middle of the loads, with the pumps off, that are closer to the least than to that of
    drilling.
    """
    load = column(frame, "hook_load", "kkgf")
    hanging = float(np.median(load[drilling(frame)])) if drilling(frame).any() else np.nan
    at_rest = load[column(frame, "flow_in") < FLOWING]
    at_rest = at_rest[at_rest < LOOSE * hanging]
    if not at_rest.size:
        return float("nan")
    half = (float(np.quantile(at_rest, 0.05)) + hanging) / 2
    return float(np.median(at_rest[at_rest < half]))


def connections(frame: pl.DataFrame) -> list[Connection]:
    """The stands added, in the order they were."""
    held = _in_slips(frame)
    step, block, on = interval(frame), column(frame, "block_position"), drilling(frame)
    found = []
    for part in stretches(held, round(SHORTEST / step)):
        last = min(part.stop, block.size - 1)
        rise = float(block[last] - block[part.start])
        if rise > SHORTEST_STAND:
            slips = step * (part.stop - part.start)
            found.append(Connection(slips, rise, step * _between(on, part)))
    return found


def _in_slips(frame: pl.DataFrame) -> Mask:
    """Whether the slips hold the string, short rises of the load included (row)."""
    load = column(frame, "hook_load", "kkgf")
    held = np.asarray(load < ABOVE_SLIPS * slips_load(frame))
    for rise in stretches(~held):
        inside = rise.start > 0 and rise.stop < held.size
        if inside and (rise.stop - rise.start) * interval(frame) <= LONGEST_TOUCH:
            held[rise] = True
    return held


def _between(on: Mask, slips: slice) -> float:
    """Rows from the last of drilling before the slips to the first after."""
    before, after = np.flatnonzero(on[: slips.start]), np.flatnonzero(on[slips.stop :])
    if not before.size or not after.size:
        return float("nan")
    return float(slips.stop + after[0] - before[-1])
