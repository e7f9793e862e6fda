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
from idrill.physics.wear import (
    BEARING_EXPONENT,
    brake_rate,
    gearbox_rate,
    liner_rate,
    valve_rate,
    washpipe_rate,
)
from idrill.simulator.distributions import Distribution, LogNormal, Uniform
from idrill.simulator.segments import HOUR, Segments
from idrill.simulator.upkeep import Loads, Slot

Array = NDArray[np.float64]

PRESSURE_EXPONENT: Distribution = Uniform(2.0, 3.0)
"""Exponent of pressure in the wear of liners and pistons [-] [e]."""


REFERENCE_SPEED = 2.0
"""Of the string [1/s] [e]."""
STICK_SLIP_FACTOR = 3.0
"""How much faster a gearbox wears in stick-slip [-] [e]."""
IDLE_TORQUE = 20e3
"""That a gearbox is chosen for when nothing is known of its work [N·m] [e]."""


@dataclass(frozen=True, slots=True)
class References:
    """Loads at which a typical unit lives its rated life; [e] but for the washpipe's pressure."""

    pressure_exponent: float
    torque: float
    """That the gearbox is chosen for [N·m]."""
    pump_pressure: float = 21e6
    """[Pa]"""
    stroke_rate: float = 1.5
    """[1/s]"""
    washpipe_pressure: float = 20e6
    """Vendors rate at it [Pa]."""
    rotary_speed: float = REFERENCE_SPEED
    """[1/s]"""
    stick_slip_factor: float = STICK_SLIP_FACTOR
    """How much faster a gearbox wears in stick-slip [-]."""
    braking_power: float = 150e3
    """[W]"""
    brake_temperature: float = 550.0
    """Up to which the wear per energy is constant [K]."""
    brake_doubling: float = 60.0
    """Rise of temperature that doubles it [K]."""


GEARBOX_SIZE: Distribution = LogNormal(1.0, 0.12)
"""Torque that a gearbox is chosen for, relative to the work of its rig [-] [e]."""
SIZING_HOURS = 8_000.0
"""Work by which it is chosen [h] [e]."""
BRAKE_DELAY = 1200.0
"""Time constant of a brake's temperature [s] [e]."""


def draw_references(segments: Segments, random: Generator) -> References:
    """The load laws of one rig.

    Args:
        segments: What it does: its gearbox is chosen for that.
        random: Where the numbers come from.
    """
    exponent = PRESSURE_EXPONENT.draw(random)
    return References(exponent, GEARBOX_SIZE.draw(random) * equivalent_torque(segments))


def equivalent_torque(segments: Segments) -> float:
    """The torque that, held at reference speed, wears a gearbox as the work of a rig does [N·m].

    Args:
        segments: Whose first `SIZING_HOURS` count.
    """
    known = segments.bounds[:-1] < SIZING_HOURS * HOUR
    turning = segments.rotary_speed * known > 0.0
    if not turning.any():
        return IDLE_TORQUE
    seconds = np.diff(segments.bounds)[turning]
    shaken = 1.0 + (STICK_SLIP_FACTOR - 1.0) * segments.stick_slip[turning]
    speed = segments.rotary_speed[turning] / REFERENCE_SPEED
    wearing = segments.torque[turning] ** BEARING_EXPONENT * speed * shaken
    return float(np.average(wearing, weights=seconds) ** (1.0 / BEARING_EXPONENT)) or IDLE_TORQUE


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
