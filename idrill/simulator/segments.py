"""What a rig does and demands, as stretches of constant load."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.frame import Activity

Array = NDArray[np.float64]

HOUR = 3600.0
"""[s]"""

STICKING = 1.0
"""Severity of stick-slip from which a bit sticks [-]."""

ACTIVITIES = tuple(Activity)
"""Activities by the code that segments hold."""


PLACES = ("hole_depth", "bit_depth", "hook_load")
"""Levels that stay while a rig stands."""
_LEVELS = (
    *PLACES, "rate_of_penetration", "flow", "pressure", "rotary_speed", "torque", "weight_on_bit",
    "braking_power", "hoisting_power", "stick_slip",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segments:
    """Stretches of constant load, one after the other (segment)."""

    bounds: Array
    """Start of each and end of the last [s] (segment + 1)."""
    activity: Array
    """Index in `ACTIVITIES`."""
    hole_depth: Array
    bit_depth: Array
    rate_of_penetration: Array
    flow: Array
    pressure: Array
    stroke_rates: Array
    """[1/s] (pump, segment)"""
    rotary_speed: Array
    torque: Array
    weight_on_bit: Array
    hook_load: Array
    braking_power: Array
    """Taken up by the brake while running in [W]."""
    hoisting_power: Array
    """Given by the drawworks while pulling out [W]."""
    stick_slip: Array
    sand: Array

    def over(self, level: Array, grid: Array) -> Array:
        """Mean of a level over each step of a grid.

        Args:
            level: Of each segment (segment).
            grid: Bounds of the steps, within the schedule [s] (step + 1).

        Returns:
            Mean level (step); its integral is that of the segments.
        """
        integral = np.concatenate([[0.0], np.cumsum(level * np.diff(self.bounds))])
        means = np.diff(np.interp(grid, self.bounds, integral)) / np.diff(grid)
        # A sum of many terms leaves a trace of rounding where nothing happened.
        return np.asarray(np.where(means > 1e-9 * np.abs(level).max(initial=0.0), means, 0.0))

    def levels(self) -> dict[str, Array]:
        """Every level by name, those of a pump ending in its number (segment)."""
        levels = {name: getattr(self, name) for name in _LEVELS}
        for number, strokes in enumerate(self.stroke_rates, start=1):
            levels[f"stroke_rate_{number}"] = strokes
            levels[f"pressure_{number}"] = self.pressure * (strokes > 0.0)
        return levels
