"""How far each channel may go, and which of its movements the rig itself may make.

Figures without a source are judgement [e]: each was set above what the sound channels of Volve's
drilling files and of well 15/9-F-7 show, which a test holds.
"""

from collections.abc import Mapping
from math import inf
from types import MappingProxyType

import polars as pl

from idrill.channels import BY_NAME, Channel, channel
from idrill.frame import channels_in

ZERO_OFFSETS: Mapping[str, float] = MappingProxyType(
    {"kPa": 200.0, "m³": 1.5, "%": 5.0, "L/min": 100.0}
)
"""By unit, how far below zero an uncalibrated sensor reads at rest; on F-7 a pressure shows
-101 kPa and an empty pit -1.2 m³."""

PULLED: Mapping[str, float] = MappingProxyType({"weight_on_bit": 100.0})
"""How far below its limit drag and an old tare take a weight that is reckoned from the hook load,
in channel units; tripping on F-7 takes it to -81 kN [e]."""

NOISE = 4.0
"""Standard deviations by which noise takes a sound sensor below zero [-]."""

DRIVEN = frozenset(
    {"hook_load", "weight_on_bit", "rotary_speed", "torque", "standpipe_pressure", "flow_in",
     "flow_out", "flow_out_fraction", "annular_pressure", "equivalent_circulating_density"}
    | {name for name in BY_NAME if name.startswith(("pump_", "top_drive_motor_c"))}
)  # fmt: skip
"""Channels that the rig may move at any speed but while it drills."""

RESTLESS = frozenset(
    {"rate_of_penetration", "drawworks_motor_current", "stick_slip_severity"}
    | {name for name in BY_NAME if "vibration" in name or "pulsation" in name}
)
"""Channels that shoot up and fall back by themselves."""

LEAST_SPIKES: Mapping[str, float] = MappingProxyType(
    {"bit_depth": 1.0, "block_position": 1.0, "vertical_depth": 1.0, "hook_load": 100.0,
     "weight_on_bit": 100.0, "rotary_speed": 40.0, "torque": 10.0, "standpipe_pressure": 1_000.0,
     "flow_in": 500.0, "flow_out": 500.0}
)  # fmt: skip
"""Smaller peaks and dips than these are made by drillers, heave and rock, in channel units [e]."""

ALWAYS_MOVING = frozenset({"hook_load", "torque", "standpipe_pressure"})
"""Channels that no rig can hold still to the last digit for five minutes of drilling."""

MOVED_BY_DRILLING = ALWAYS_MOVING | {"weight_on_bit"}
"""Channels that drilling keeps moving."""

SET = frozenset(
    {"hole_depth", "bit_depth", "vertical_depth", "block_position", "rotary_speed", "flow_in",
     "rate_of_penetration", "bit_diameter", "gamma_ray"}
    | {name for name in BY_NAME if name.endswith("_stroke_rate")}
)  # fmt: skip
"""Channels that stand as they were set or governed, where the string stands, or are held."""

MOVED_BY_FLOW = frozenset(BY_NAME) - SET - MOVED_BY_DRILLING
"""Channels that circulation keeps moving, by a noise if by nothing else."""


def out_of_range(name: str) -> pl.Expr:
    """Where a value is beyond what is physically possible, zero offsets allowed for."""
    limits = channel(name)
    # not is_between: a NaN is outside too
    inside = pl.col(name).is_between(lowest(limits), limits.high)
    return pl.col(name).is_not_null() & ~inside


def beyond(table: pl.DataFrame) -> dict[str, int]:
    """How many values of each channel of a table are out of range, where any is.

    Example:
        >>> beyond(pl.DataFrame({"torque": [5.0, 900.0, None], "hook_load": [800.0, 1.0, 2.0]}))
        {'torque': 1}
    """
    names = channels_in(table.columns)
    values = table.select(names).to_numpy()
    low = [lowest(channel(name)) for name in names]
    high = [channel(name).high for name in names]
    inside = ((values >= low) & (values <= high)).sum(axis=0)
    told = (table.height - table[name].null_count() for name in names)
    outside = {
        name: count - int(within) for name, count, within in zip(names, told, inside, strict=True)
    }
    return {name: count for name, count in outside.items() if count}


def lowest(limits: Channel) -> float:
    """The smallest value that a sound sensor may show, noise and zero offset allowed for.

    Example:
        >>> lowest(channel("choke_pressure")), lowest(channel("weight_on_bit"))
        (-360.0, -150.0)
    """
    if limits.low != 0.0:
        return limits.low - PULLED.get(limits.name, 0.0)
    return -ZERO_OFFSETS.get(limits.unit, 0.0) - NOISE * limits.sigma


def least_spike(name: str) -> float:
    """How high a peak of a channel must be, at least, to be a spike, in its unit.

    Example:
        >>> least_spike("bit_depth"), least_spike("lateral_vibration")
        (1.0, inf)
    """
    return inf if name in RESTLESS else LEAST_SPIKES.get(name, 0.0)
