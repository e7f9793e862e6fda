"""From what perfect sensors would read to frames of the slow clock, in channel units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import channel
from idrill.frame import ORIGIN, QUALITY, Origin, channels_in, quality_of
from idrill.simulator.noise import white
from idrill.simulator.segments import HOUR
from idrill.units import unit

Array = NDArray[np.float64]

_WANDER_HOURS = 4.0
"""Hours between the knots of slow wander, about its correlation time [e] [h]."""
_WANDER = 0.06
"""Standard deviation of slow wander in pulsation and vibration, as share of the value [e] [-]."""
_WANDERING = ("pulsation", "vibration")
_COUNTED = ("stroke_rate", "rotary_speed", "flow_in")
"""Endings of channels that count pulses: they read zero at rest."""


def air(mean: float, grid: Array) -> Array:
    """Temperature of the air: a year of 8 K and a day of 3 K about the mean [e] [K] (step).

    Args:
        mean: Of the year [K].
        grid: Bounds of the steps [s] (step + 1).
    """
    days = grid[:-1] / (24.0 * HOUR)
    return mean + 8.0 * np.sin(2 * np.pi * days / 365.25) + 3.0 * np.sin(2 * np.pi * days)


@dataclass(frozen=True, slots=True)
class SlowSensors:
    """The sensors of one rig, read once a step."""

    seed: int
    rig_id: str
    step: timedelta

    def frame(self, readings: Mapping[str, Array], times: pl.Series, grid: Array) -> pl.DataFrame:
        """A canonical frame.

        Args:
            readings: What perfect sensors would read, by channel, in SI units (step).
            times: Of the steps.
            grid: Bounds of the steps [s since the start] (step + 1).
        """
        names = channels_in(readings)
        good = pl.lit(0, dtype=QUALITY)
        return pl.DataFrame(
            {
                "rig_id": pl.repeat(self.rig_id, len(times), eager=True),
                "time": times,
                "origin": pl.repeat(Origin.SYNTHETIC.value, len(times), dtype=ORIGIN, eager=True),
                **{name: self._reading(name, readings[name], grid) for name in names},
            }
        ).with_columns(*(good.alias(quality_of(name)) for name in names))

    def _reading(self, name: str, values: Array, grid: Array) -> Array:
        known = channel(name)
        scale = unit(known.unit)
        reading = values / scale.factor - scale.offset
        if name.endswith(_WANDERING):
            reading = reading * (1.0 + _WANDER * self._wander(name, grid))
        first = round(grid[0] / self.step.total_seconds())
        noise = white(self.seed, self.rig_id, f"{name} every {self.step}", first, values.size)
        heard = values != 0.0 if name.endswith(_COUNTED) else np.ones(values.size)
        return np.asarray(reading + known.sigma * noise * heard)

    def _wander(self, name: str, grid: Array) -> Array:
        """Slow random wander of standard deviation about 1 (step)."""
        at = grid[:-1] / HOUR / _WANDER_HOURS
        first = int(at[0])
        knots = white(self.seed, self.rig_id, f"{name} wander", first, int(at[-1]) - first + 2)
        return np.interp(at, np.arange(first, first + knots.size), knots)
