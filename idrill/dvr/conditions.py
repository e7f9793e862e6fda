"""What the rig does, as far as it decides what a channel may show.

Read from the values that stand, at most a minute old, and from how far they moved within the
minute: two minutes back, so that verdicts which look on it stay within the history of a day. The
activity looks back further.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import polars as pl

from idrill.dvr.tracks import Instants, Mask
from idrill.frame import usable

CHANNELS = (
    "hole_depth", "bit_depth", "block_position", "hook_load", "rotary_speed", "torque",
    "standpipe_pressure", "flow_in", "weight_on_bit",
)  # fmt: skip
"""The channels that it is read from."""

STANDS = "60s"
"""How long a value stands, and over what time movements are taken."""

PUMPING = 50.0
"""Flow that means pumping [L/min]."""

UNDER_PRESSURE = 5_000.0
"""Pressure that no zero offset or column of mud explains [kPa]."""

ON_BOTTOM = 0.45
"""Distance of the bit from the bottom that still is on bottom [m]."""

SETTLED = 60
"""[s] [e]"""

STEADY = 300
"""[s] [e]"""

ADVANCE = 1.0 / 60.0
"""Hole made within a minute that shows that the rig drills, 1 m/h [m]."""


def standing(frame: pl.DataFrame) -> pl.DataFrame:
    """`time` and the deciding channels, each value for at most a minute; absent ones are null."""
    present = [name for name in CHANNELS if name in frame.columns]
    return frame.select("time", *map(_standing, present)).with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in CHANNELS if name not in present
    )


@lru_cache(maxsize=64)
def _standing(name: str) -> pl.Expr:
    good, time = usable(name), pl.col("time")
    since = pl.when(good).then(time).forward_fill()
    value = pl.when(good).then(name).forward_fill()
    return pl.when(time - since <= pl.duration(seconds=60)).then(value).alias(name)


@lru_cache(maxsize=1)
def _doing() -> dict[str, pl.Expr]:
    pumping = (pl.col("flow_in") > PUMPING) | (pl.col("standpipe_pressure") > UNDER_PRESSURE)
    on_bottom = pl.col("hole_depth") - pl.col("bit_depth") <= ON_BOTTOM
    drilling = pumping & on_bottom & (travel("hole_depth") >= ADVANCE)
    return {
        "pumping": pumping.fill_null(value=False),
        "drilling": drilling.fill_null(value=False),
    }


def travel(name: str, window: str = STANDS) -> pl.Expr:
    """How far apart the values of a channel lie within the time that ends here."""
    value = pl.col(name)
    return value.rolling_max_by("time", window) - value.rolling_min_by("time", window)


@dataclass(frozen=True)
class Conditions:
    """What the rig does at each row."""

    times: Instants
    """[µs] (row)"""
    pumping: Mask
    """Mud flows (row)."""
    drilling: Mask
    """The bit is on bottom, mud flows, and the hole grew within the last minute (row)."""

    @cached_property
    def settled(self) -> Mask:
        """It has drilled for so long that the start of it explains nothing more (row)."""
        return self.for_long(self.drilling, SETTLED)

    @cached_property
    def steadily_drilling(self) -> Mask:
        """It has drilled for as long as the habits of channels are learned from (row)."""
        return self.for_long(self.drilling, STEADY)

    @cached_property
    def steadily_pumping(self) -> Mask:
        """It has pumped for as long as the habits of channels are learned from (row)."""
        return self.for_long(self.pumping, STEADY)

    def for_long(self, condition: Mask, seconds: int) -> Mask:
        """Where a condition has held in every row for so long (row)."""
        never = self.times[0] - 1 if self.times.size else 0
        failed = np.maximum.accumulate(np.where(condition, never, self.times))
        return np.asarray(condition & (self.times - failed > seconds * 1_000_000))


def conditions(held: pl.DataFrame) -> Conditions:
    """What the rig does, from what `standing` gave."""
    found = held.select(**_doing())
    return Conditions(
        held["time"].to_physical().to_numpy(),
        found["pumping"].to_numpy(),
        found["drilling"].to_numpy(),
    )
