"""The weight of the string, as earlier windows of the same run let expect it."""

import numpy as np
import polars as pl

from idrill.dvr.rig_days.heights import numbers
from idrill.dvr.rig_days.instruments import Array, middle
from idrill.dvr.rig_days.watch import Watch

LEVELLED = 6
"""Windows of a run from which its weight is known."""
HALF = 15
"""Windows after which one counts half."""
GROWTH = (0.6, 0.3)
"""Buoyed weight of a metre of string, and how far that may be off [kN/m] [e]."""
MOST_GROWTH = 1.5
"""Growth beyond which nothing is foretold: below it comes pipe that is lighter [kN/m] [e]."""
UNSEEN = 0.6
"""How far the growth of string that was not seen yet may be off [kN/m] [e]."""


def residuals(watch: Watch, place: str, windows: pl.DataFrame) -> Array:
    """By how much the load differs from what earlier windows say [kN] (window)."""
    law = watch.instruments[0]
    known = watch.sound(law)
    if place == "slips":
        if known.height < LEVELLED // 2:
            return np.full(windows.height, np.nan)
        return numbers(windows, place) - middle(known[place])
    out = np.full(windows.height, np.nan)
    for run in windows["run"].unique().to_list():
        here = known.filter(pl.col("run") == run)
        now = (windows["run"] == run).to_numpy()
        if here.height >= LEVELLED:
            due = string_weight(here["depth"].to_numpy(), here[law].to_numpy(),
                                windows["depth"].to_numpy()[now])  # fmt: skip
            out[now] = _beyond_doubt(
                windows[place].to_numpy()[now] - due,
                here["depth"].to_numpy(),
                windows["depth"].to_numpy()[now],
            )
    return out


def _beyond_doubt(out: Array, depths: Array, at: Array) -> Array:
    """What is out by more than a growth that nobody has seen yet explains [kN] (window)."""
    unseen = np.maximum(np.maximum(depths.min() - at, at - depths.max()), 0.0)
    return np.asarray(np.sign(out) * np.maximum(np.abs(out) - UNSEEN * unseen, 0.0))


def string_weight(depths: Array, loads: Array, at: Array) -> Array:
    """Load that earlier windows of a run let expect.

    Args:
        depths: Of the bit in windows before, in order of time [m].
        loads: [kN]
        at: Depths now [m].

    Returns:
        Level and growth per metre by weighted least squares, the growth held near that of drill
        pipe as long as little of it is seen [kN].

    Example:
        >>> depths = np.linspace(500.0, 560.0, 60)
        >>> string_weight(depths, 800.0 + 0.4 * depths, np.array([570.0])).round(1).tolist()
        [1028.0]
    """
    weight = 0.5 ** (np.arange(depths.size)[::-1] / HALF)
    last = float(depths[-1])
    matrix = np.stack([np.ones(depths.size), depths - last], axis=1)
    spread = max(1.4826 * float(np.median(np.abs(loads - np.median(loads)))) * 0.1, 1.0)
    normal = (matrix * weight[:, None]).T @ matrix / spread**2
    target = (matrix * weight[:, None]).T @ loads / spread**2
    normal[1, 1] += GROWTH[1] ** -2
    target[1] += GROWTH[0] * GROWTH[1] ** -2
    level, growth = np.linalg.solve(normal, target)
    return np.asarray(level + min(max(growth, 0.0), MOST_GROWTH) * (at - last))
