"""The lives of a rig's components under the loads of the fast clock, minute by minute.

Degradation is that of the slow clock: the same load laws, units and policies. What a worn component
does to the truth of the fast clock is forced by events, not from here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.rigs import Rig
from idrill.simulator.downtime import Calendar, calendar_of
from idrill.simulator.duty import draw_duty
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig
from idrill.simulator.health import draw_effects
from idrill.simulator.noise import stream
from idrill.simulator.segments import STICKING, Segments
from idrill.simulator.upkeep import PolicyKind, draw_policy

Array = NDArray[np.float64]

_A_MINUTE = timedelta(minutes=1)
_MEANS = {
    "hole_depth": "hole_depth",
    "bit_depth": "bit_depth",
    "rate_of_penetration": "rate_of_penetration",
    "flow": "flow_in",
    "pressure": "standpipe_pressure",
    "rotary_speed": "rotary_speed",
    "torque": "torque",
    "weight_on_bit": "weight_on_bit",
    "hook_load": "hook_load",
    **{f"stroke_rate_{n}": f"pump_{n}_stroke_rate" for n in range(1, PUMPS + 1)},
}
"""Loads of a minute, by the columns of the truth whose means they are."""


def minutes(truth: pl.DataFrame) -> pl.DataFrame:
    """The loads of each minute of a chunk of truth, counted from its start; the last may be short.

    Args:
        truth: One row a second.
    """
    hoisting = pl.col("hook_load") * pl.col("block_speed")
    moving = pl.col("activity").is_in(["tripping_in", "tripping_out"])
    return (
        truth.group_by(pl.int_range(pl.len()) // 60, maintain_order=True)
        .agg(
            pl.col("time").first(),
            *(pl.col(column).mean().clip(0.0).alias(name) for name, column in _MEANS.items()),
            (-hoisting * moving).clip(0.0).mean().alias("braking_power"),
            (hoisting * moving).clip(0.0).mean().alias("hoisting_power"),
            (pl.col("stick_slip_severity") > STICKING).mean().alias("stick_slip"),
            pl.col("activity_code").mode().min().alias("activity"),
        )
        .drop("literal", strict=False)
    )


@dataclass(frozen=True)
class UpkeptRig(SimulatedRig):
    """A rig whose loads come from the fast clock."""

    drilled: Segments

    @cached_property
    def segments(self) -> Segments:
        """What the rig did."""
        return self.drilled

    @cached_property
    def calendar(self) -> Calendar:
        """Nothing is moved: what the fast clock did is done."""
        return calendar_of(self.steps, {})


def segments_of(loads: pl.DataFrame, sand: float) -> Segments:
    """Minutes of the fast clock as segments.

    Args:
        loads: One row a minute, as `minutes` gives them.
        sand: In the mud, relative to the usual [-].
    """
    columns = {name: loads[name].to_numpy() for name in loads.columns if name != "time"}
    strokes = np.stack([columns.pop(f"stroke_rate_{n}") for n in range(1, PUMPS + 1)])
    bounds = _A_MINUTE.total_seconds() * np.arange(loads.height + 1, dtype=np.float64)
    return Segments(
        bounds=bounds, stroke_rates=strokes, sand=np.full(loads.height, sand), **columns
    )


def upkept(
    rig_id: str, loads: pl.DataFrame, start: datetime, seed: int, policy: PolicyKind
) -> UpkeptRig:
    """A rig that was worked like this, with its components.

    Args:
        rig_id: Which rig.
        loads: One row a minute, as `minutes` gives them.
        start: When it began.
        seed: Of the simulation.
        policy: How it is kept running.
    """
    random, duty = stream(seed, rig_id, "upkeep"), draw_duty(rig_id, seed)
    return UpkeptRig(
        SimulatedFleet(1, seed, start, loads.height * _A_MINUTE, _A_MINUTE),
        Rig(rig_id, rig_id, synthetic=True),
        duty,
        draw_effects(random),
        draw_policy(policy, random),
        segments_of(loads, duty.sand),
    )
