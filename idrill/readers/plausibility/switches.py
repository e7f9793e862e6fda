"""Channels that change their unit in mid-file.

Where a logger is set up anew, the stored numbers of one channel jump by the ratio of two units and
stay there, while the quantity itself and its neighbours go on as before. A jump counts as a change
of unit only if the two readings beside it, the level of some hundred readings on either side and
the level of the whole stretches all agree with the ratio, and the neighbour has not moved.

What this cannot see: a change within twenty readings of either end, between units closer than
`ALIKE`, or in a channel that the driller sets at will (flow without a standpipe pressure, weight,
rotary speed, rate of penetration) unless the units are a factor of fifty apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from idrill.readers.plausibility.yardsticks import Alternative, Floats

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

WINDOW = 100
"""Readings on either side whose level is compared."""
FEWEST = 20
"""Readings that make a level."""
MOST_JUMPS = 200
"""Jumps looked at closely, the best fitting first."""

SMALLEST, LARGEST = 1e-9, 1e15
"""Readings outside this, in any unit, are noise about zero or garbage."""

JUMP, LEVEL, STRETCH = 0.10, 0.05, 0.4
"""How far two readings, two levels and (of the logarithm of the ratio) two stretches may differ."""

NEIGHBOURS = MappingProxyType({"standpipe_pressure": "flow_in", "flow_in": "standpipe_pressure"})
"""The channel that would move too if the quantity itself had changed."""

LEAST_SIZE = MappingProxyType(
    {
        "hole_depth": 0.0, "bit_depth": 0.0, "vertical_depth": 0.0, "hook_load": 0.5,
        "mud_density_in": 0.5, "mud_density_out": 0.5, "mud_temperature_in": 0.0,
        "mud_temperature_out": 0.0, "pit_volume_total": 1.0, "pit_volume_active": 1.0,
    }
)  # fmt: skip
"""How far apart two units must be [natural logarithm]; a factor of fifty where not named."""
LARGE = log(50.0)


@dataclass(frozen=True, slots=True)
class Jump:
    """One change of unit."""

    after: int
    """Position of the last reading before it, among the readings looked at."""
    into: bool
    """Whether the readings after it are those in the other unit."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A channel that is partly in another unit than the rest."""

    alternative: Alternative
    other: Booleans
    """Rows whose values are in the other unit, if the rest are in the claimed one."""
    jumps: int


def find_switch(
    values: Floats, rows: Booleans, others: Sequence[Alternative], neighbour: Floats | None
) -> Switch | None:
    """The change of unit of a channel, None where there is none.

    Args:
        values: In the order of time; NaN where there is none.
        rows: Which rows may be compared with each other (those of drilling).
        others: The units it may have changed to.
        neighbour: The channel that must not have moved, if there is one.
    """
    measured = (np.abs(values) > SMALLEST) & (np.abs(values) < LARGEST)
    at = np.flatnonzero(rows & measured).astype(np.int64)
    if len(at) < 2 * FEWEST:
        return None
    found = [
        (one, jumps)
        for one in others
        if (jumps := _jumps(values[at], one, None if neighbour is None else neighbour[at]))
    ]
    if not found:
        return None
    best, jumps = max(found, key=lambda pair: len(pair[1]))
    return Switch(best, _other_rows(values, at, jumps, best), len(jumps))


def right(values: Floats, one: Alternative) -> Floats:
    """Values in the other unit, made right."""
    return values * one.factor + one.shift


def _jumps(x: Floats, one: Alternative, neighbour: Floats | None) -> list[Jump]:
    into = np.abs(right(x[1:], one) - x[:-1]) / np.abs(x[:-1])
    out_of = np.abs(right(x[:-1], one) - x[1:]) / np.abs(x[1:])
    misfit = np.minimum(into, out_of)
    close = np.flatnonzero(misfit <= JUMP)
    best = np.sort(close[np.argsort(misfit[close])][:MOST_JUMPS])
    jumps: list[Jump] = []
    for after in best.tolist():
        jump = Jump(after, bool(into[after] < out_of[after]))
        alternates = not jumps or jumps[-1].into != jump.into
        if alternates and _levels_agree(x, jump, one) and _stayed(neighbour, after):
            jumps.append(jump)
    return jumps if _stretches_agree(x, jumps, one) else []


def _around(x: Floats, after: int) -> tuple[Floats, Floats]:
    return x[max(0, after + 1 - WINDOW) : after + 1], x[after + 1 : after + 1 + WINDOW]


def _levels_agree(x: Floats, jump: Jump, one: Alternative) -> bool:
    """Whether the quarter points of the readings on either side agree once made right."""
    before, behind = _around(x, jump.after)
    if min(len(before), len(behind)) < FEWEST:
        return False
    claimed, other = (before, behind) if jump.into else (behind, before)
    points = (0.25, 0.5, 0.75)
    levels, mended = np.quantile(claimed, points), np.quantile(right(other, one), points)
    off = np.abs(mended - levels)
    allowed = LEVEL * abs(float(levels[1]))
    return bool(off[1] <= allowed and max(off[0], off[2]) <= 2 * allowed)


def _stayed(neighbour: Floats | None, after: int) -> bool:
    """Whether the neighbour kept its level."""
    if neighbour is None:
        return True
    before, behind = (side[np.isfinite(side)] for side in _around(neighbour, after))
    if min(len(before), len(behind)) < FEWEST:
        return False
    level = float(np.median(before))
    return abs(float(np.median(behind)) - level) <= 3 * LEVEL * abs(level)


def _stretches_agree(x: Floats, jumps: Sequence[Jump], one: Alternative) -> bool:
    if not jumps:
        return False
    other = _in_other_unit(len(x), jumps)
    claimed, mended = np.median(x[~other]), np.median(right(x[other], one))
    if claimed <= 0 or mended <= 0:
        return False
    apart = abs(log(mended / claimed))
    return apart <= max(STRETCH * one.size, LEVEL)


def _in_other_unit(length: int, jumps: Sequence[Jump]) -> Booleans:
    state = np.full(length, not jumps[0].into)
    for jump in jumps:
        state[jump.after + 1 :] = jump.into
    return state


def _other_rows(values: Floats, at: Integers, jumps: Sequence[Jump], one: Alternative) -> Booleans:
    """The rows in the other unit: each change is placed where the row-by-row jump fits best."""
    state = np.full(len(values), not jumps[0].into)
    for jump in jumps:
        start, end = int(at[jump.after]), int(at[jump.after + 1])
        state[_place(values, start, end, one, jump) :] = jump.into
    return state


def _place(values: Floats, start: int, end: int, one: Alternative, jump: Jump) -> int:
    """First row after a change that lies between two readings looked at."""
    piece = values[start : end + 1]
    before, behind = piece[:-1], piece[1:]
    claimed, other = (before, behind) if jump.into else (behind, before)
    off = np.abs(right(other, one) - claimed) / np.maximum(np.abs(claimed), 1e-12)
    off[~np.isfinite(off)] = np.inf
    return start + 1 + int(np.argmin(off)) if off.min() <= JUMP else end
