"""What the loads of a rig do to each slot: own hours and damage, segment by segment."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.errors import InvalidSimulation
from idrill.physics.compiled import compiled
from idrill.physics.drive import Drive, drive_torque_limit
from idrill.physics.wear import brake_rate, gearbox_rate, liner_rate, valve_rate, washpipe_rate
from idrill.simulator.distributions import Distribution, Uniform
from idrill.simulator.segments import HOUR, Segments
from idrill.simulator.upkeep import Loads, Slot

Array = NDArray[np.float64]

PRESSURE_EXPONENT: Distribution = Uniform(2.0, 3.0)
"""Exponent of pressure in the wear of liners and pistons [-] [e]."""


@dataclass(frozen=True, slots=True)
class References:
    """Loads at which a typical unit lives its rated life; [e] but for the washpipe's pressure."""

    pressure_exponent: float
    torque: float
    """Share `RATED_SHARE` of what the rig's drive gives [N·m]."""
    pump_pressure: float = 21e6
    """[Pa]"""
    stroke_rate: float = 1.5
    """[1/s]"""
    washpipe_pressure: float = 20e6
    """Vendors rate at it [Pa]."""
    rotary_speed: float = 2.0
    """[1/s]"""
    stick_slip_factor: float = 3.0
    """How much faster a gearbox wears in stick-slip [-]."""
    braking_power: float = 150e3
    """[W]"""
    brake_temperature: float = 550.0
    """Up to which the wear per energy is constant [K]."""
    brake_doubling: float = 60.0
    """Rise of temperature that doubles it [K]."""


RATED_SHARE = 0.3
"""Of a drive's torque, at which its gearbox lives its rated life [-] [e]."""
BRAKE_DELAY = 1200.0
"""Time constant of a brake's temperature [s] [e]."""


def draw_references(drive: Drive, random: Generator) -> References:
    """The load laws of one rig.

    Args:
        drive: Its top drive; a gearbox is built for the drive that it serves.
        random: Where the numbers come from.
    """
    return References(PRESSURE_EXPONENT.draw(random), RATED_SHARE * drive_torque_limit(drive, 0.0))


@compiled
def brake_heat(power: Array, bounds: Array) -> Array:
    """Braking power as the brake's temperature follows it: delay · dh/dt = power - h.

    Args:
        power: Taken up by the brake [W] (segment).
        bounds: Of the segments [s] (segment + 1).

    Returns:
        Mean of h over each segment, from the balance of power over it [W] (segment).
    """
    heat, held = np.empty_like(power), 0.0
    for i in range(power.size):
        seconds = bounds[i + 1] - bounds[i]
        left = exp(-seconds / BRAKE_DELAY)
        after = power[i] + (held - power[i]) * left
        heat[i] = power[i] - (after - held) * BRAKE_DELAY / seconds
        held = after
    return heat


_ORDER = (
    *(f"mud_pump_{n}_{part}" for n in range(1, PUMPS + 1) for part in ("liner", "piston", "valve")),
    "top_drive_washpipe",
    "top_drive_gearbox",
    "drawworks_brake",
)
"""Slots in the order of the kernel's rows."""


def loads(
    segments: Segments,
    references: References,
    slots: Sequence[Slot],
    grid: Array,
    brake_temperature: Array,
) -> Loads:
    """Own hours and damage hours of each slot on a grid of steps.

    Args:
        segments: What the rig does.
        references: Loads at which its units live their rated life.
        slots: Whose loads are asked for.
        grid: Bounds of the steps [s] (step + 1).
        brake_temperature: Of each segment [K] (segment).

    Returns:
        The loads (slot, step).

    Raises:
        InvalidSimulation: If no load law is known for a slot.
    """
    if unknown := [slot.name for slot in slots if slot.name not in _ORDER]:
        raise InvalidSimulation(f"equipment: no load law for {', '.join(unknown)}")
    rows = [_ORDER.index(slot.name) for slot in slots]
    rates, running = _rates(
        segments.pressure, segments.stroke_rates, segments.rotary_speed, segments.torque,
        segments.stick_slip, segments.sand, segments.braking_power, brake_temperature,
        (references.pressure_exponent, references.pump_pressure, references.stroke_rate,
         references.washpipe_pressure, references.rotary_speed, references.torque,
         references.stick_slip_factor, references.braking_power, references.brake_temperature,
         references.brake_doubling),
    )  # fmt: skip
    hours = np.diff(grid) / HOUR
    load = np.stack([segments.over(rates[row], grid) * hours for row in rows])
    own = np.stack([segments.over(running[row], grid) * hours for row in rows])
    return Loads(load, np.cumsum(load, axis=1), np.cumsum(own, axis=1))


@compiled
def _rates(
    pressure: Array,
    strokes: Array,
    speed: Array,
    torque: Array,
    stick_slip: Array,
    sand: Array,
    braking: Array,
    brake_temperature: Array,
    at: tuple[float, float, float, float, float, float, float, float, float, float],
) -> tuple[Array, Array]:
    """Relative damage rate, and own hours per hour, of each slot in `_ORDER` (slot, segment)."""
    pumps, size = strokes.shape
    rates, running = np.zeros((3 * pumps + 3, size)), np.zeros((3 * pumps + 3, size))
    exponent, pump_pressure, stroke_rate, washpipe_pressure, rotary = (
        at[0],
        at[1],
        at[2],
        at[3],
        at[4],
    )
    for i in range(size):
        for pump in range(pumps):
            row, rate = 3 * pump, strokes[pump, i]
            worn = liner_rate(pressure[i], rate, sand[i], pump_pressure, stroke_rate, exponent)
            rates[row, i] = worn
            rates[row + 1, i] = worn
            rates[row + 2, i] = valve_rate(pressure[i], rate, sand[i], pump_pressure, stroke_rate)
            running[row : row + 3, i] = 1.0 if rate > 0.0 else 0.0
        row = 3 * pumps
        turning = 1.0 if speed[i] > 0.0 else 0.0
        rates[row, i] = washpipe_rate(pressure[i], speed[i], washpipe_pressure, rotary)
        running[row, i] = turning if pressure[i] > 0.0 else 0.0
        rates[row + 1, i] = gearbox_rate(torque[i], speed[i], stick_slip[i], at[5], rotary, at[6])
        running[row + 1, i] = turning if torque[i] != 0.0 else 0.0
        rates[row + 2, i] = brake_rate(braking[i], brake_temperature[i], at[7], at[8], at[9])
        running[row + 2, i] = braking[i] / at[7]
    return rates, running
