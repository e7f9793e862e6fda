"""What the sensors on pumps, top drive and drawworks would read, from load and state together.

A worn part shows on top of what the load alone does, through an effect of its own size on each
rig: the same reading comes from a hard-worked sound unit and from a worn one at rest. Effects are
[e] unless marked; volumetric efficiency falls from 0.97 to 0.90 over a liner's life (SIMULATOR).
All values are SI; `fleet` turns them into channel units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import pi

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.simulator.distributions import Distribution, LogNormal, Uniform

Array = NDArray[np.float64]

COUNTED_EFFICIENCY = 0.95
"""Volumetric efficiency that a rig assumes when it derives flow from strokes [-]."""


@dataclass(frozen=True, slots=True)
class Effects:
    """How load and state show on one rig."""

    efficiency: float
    """Volumetric efficiency of a sound pump [-]."""
    worn_loss: float
    """Share of the flow that a worn-out liner and piston lose [-]."""
    leak_loss: float
    """Share of a pump's flow that a failed valve loses [-]."""
    washpipe_leak: float
    """Flow lost through a failed washpipe [m³/s]."""
    surface_loss: float
    """Pressure lost between pump and standpipe, as share of the pressure [-]."""
    pulsation: float
    """Of a sound pump, as share of the pressure [-]."""
    liner_pulsation: float
    """What a worn-out liner adds, as share of the pressure [-]."""
    piston_pulsation: float
    leak_pulsation: float
    pump_vibration: float
    """Of a sound pump at one stroke a second [m/s²]."""
    piston_vibration: float
    """What a worn-out piston adds, as share of the sound pump's [-]."""
    leak_vibration: float
    """What a failed valve adds, as share of the sound pump's [-]."""
    fluid_end_rise: float
    """Above the mud, of a sound pump at 20 MPa [K]."""
    liner_heat: float
    """What a worn-out liner adds by the mud that slips past it [K]."""
    leak_heat: float
    """What a failed valve adds [K]."""
    power_end_rise: float
    """Above the air, at 500 kW [K]."""
    pump_current: float
    """Of a pump's motor, per power [A/W]."""
    top_drive_current: float
    """Per torque [A/(N·m)]."""
    motor_rise: float
    """Above the air at 1,000 A [K]."""
    gearbox_rise: float
    """Above the air, at 200 kW [K]."""
    gearbox_heat: float
    """What a failed gearbox adds from 1 1/s on [K]."""
    gearbox_vibration: float
    """At 1 1/s [m/s²]."""
    gearbox_shake: float
    """What a failed gearbox adds, as share of the sound one's [-]."""
    packing_current: float
    """What a failed washpipe packing adds [A]."""
    hoisting_current: float
    """Of the drawworks motor, per power [A/W]."""
    brake_rise: float
    """Above the air, at 150 kW [K]."""
    brake_drag: float
    """What a worn-out brake adds by dragging while the string is run in [K]."""
    air: float
    """Temperature of the air, mean of the year [K]."""
    mud: float
    """Temperature of the mud in the pits above the air [K]."""


_EFFECTS: dict[str, Distribution] = {
    "efficiency": Uniform(0.96, 0.98),
    "worn_loss": Uniform(0.06, 0.08),  # 0.97 to 0.90 [s]
    "leak_loss": Uniform(0.08, 0.15),
    "washpipe_leak": LogNormal(1.5e-3, 0.5),
    "surface_loss": Uniform(0.01, 0.04),
    "pulsation": LogNormal(0.020, 0.15),
    "liner_pulsation": LogNormal(0.035, 0.2),
    "piston_pulsation": LogNormal(0.035, 0.2),
    "leak_pulsation": LogNormal(0.080, 0.3),
    "pump_vibration": LogNormal(2.0, 0.15),
    "piston_vibration": LogNormal(2.0, 0.2),
    "leak_vibration": LogNormal(1.5, 0.3),
    "fluid_end_rise": Uniform(4.0, 6.0),
    "liner_heat": Uniform(8.0, 12.0),
    "leak_heat": Uniform(12.0, 20.0),
    "power_end_rise": Uniform(12.0, 22.0),
    "pump_current": LogNormal(1.1e-3, 0.1),
    "top_drive_current": LogNormal(0.040, 0.1),
    "motor_rise": Uniform(40.0, 60.0),
    "gearbox_rise": Uniform(20.0, 30.0),
    "gearbox_heat": Uniform(25.0, 40.0),
    "gearbox_vibration": LogNormal(1.0, 0.15),
    "gearbox_shake": LogNormal(2.0, 0.2),
    "packing_current": LogNormal(60.0, 0.3),
    "hoisting_current": LogNormal(0.9e-3, 0.1),
    "brake_rise": Uniform(120.0, 200.0),
    "brake_drag": LogNormal(60.0, 0.2),
    "air": Uniform(278.0, 300.0),
    "mud": Uniform(12.0, 18.0),
}


def draw_effects(random: Generator) -> Effects:
    """How load and state show on one rig."""
    return Effects(**{item.name: _EFFECTS[item.name].draw(random) for item in fields(Effects)})


@dataclass(frozen=True, slots=True)
class Steps:
    """Mean loads of each step, and what the units show in it."""

    loads: Mapping[str, Array]
    """By the names of `duty.Segments`; those of a pump end in its number (step)."""
    shown: Mapping[str, Array]
    """By the name of the slot (step)."""
    stroke_volume: float
    """[m³]"""
    air: Array
    """Temperature of the air [K] (step)."""


def readings(effects: Effects, steps: Steps) -> dict[str, Array]:
    """What perfect sensors would read, by channel, in SI units (step)."""
    found = {name: steps.loads[name] for name in _AS_THEY_ARE}
    found |= _mud(effects, steps)
    for number in range(1, PUMPS + 1):
        found |= _pump(effects, steps, number)
    return found | _top_drive(effects, steps) | _drawworks(effects, steps)


_AS_THEY_ARE = (
    "hole_depth", "bit_depth", "rate_of_penetration", "rotary_speed", "torque", "weight_on_bit",
    "hook_load",
)  # fmt: skip


def _state(steps: Steps, number: int, part: str) -> Array:
    return np.maximum(steps.shown[f"mud_pump_{number}_{part}"], 0.0)


def _pumped(effects: Effects, steps: Steps, number: int) -> Array:
    """What a pump really delivers [m³/s]."""
    worn = np.hypot(_state(steps, number, "liner"), _state(steps, number, "piston"))
    lost = effects.worn_loss * worn + effects.leak_loss * _state(steps, number, "valve")
    counted = steps.loads[f"stroke_rate_{number}"] * steps.stroke_volume
    return np.asarray(counted * np.clip(effects.efficiency - lost, 0.5, 1.0))


def _mud(effects: Effects, steps: Steps) -> dict[str, Array]:
    strokes = sum(steps.loads[f"stroke_rate_{n}"] for n in range(1, PUMPS + 1))
    pumped = sum(_pumped(effects, steps, n) for n in range(1, PUMPS + 1))
    counted = np.asarray(strokes) * steps.stroke_volume * COUNTED_EFFICIENCY
    ratio = np.divide(pumped, counted, out=np.ones_like(counted), where=counted > 0)
    packing = np.maximum(steps.shown["top_drive_washpipe"], 0.0)
    leaked = effects.washpipe_leak * packing * np.sqrt(steps.loads["pressure"] / 20e6)
    return {
        "standpipe_pressure": steps.loads["pressure"] * ratio**1.75,
        "flow_in": counted,
        "flow_out": np.maximum(pumped - leaked, 0.0),
    }


def _pump(effects: Effects, steps: Steps, number: int) -> dict[str, Array]:
    rate = steps.loads[f"stroke_rate_{number}"]
    pressure = steps.loads[f"pressure_{number}"] * (1.0 + effects.surface_loss)
    liner, piston, leak = (_state(steps, number, part) for part in ("liner", "piston", "valve"))
    power = pressure * rate * steps.stroke_volume / 0.9
    mud = steps.air + effects.mud
    running = np.minimum(rate, 1.0)
    throb = (
        effects.pulsation
        + effects.liner_pulsation * liner
        + effects.piston_pulsation * piston
        + effects.leak_pulsation * leak
    )
    name = f"pump_{number}"
    return {
        f"{name}_stroke_rate": rate,
        f"{name}_discharge_pressure": pressure,
        f"{name}_pressure_pulsation": pressure * throb,
        f"{name}_vibration": effects.pump_vibration * rate**2
        * (1.0 + effects.piston_vibration * piston + effects.leak_vibration * leak),
        f"{name}_fluid_end_temperature": mud + effects.fluid_end_rise * pressure / 20e6
        + running * (effects.leak_heat * leak + effects.liner_heat * liner),
        f"{name}_power_end_temperature": steps.air + effects.power_end_rise * power / 500e3,
        f"{name}_motor_current": effects.pump_current * power,
    }  # fmt: skip


def _top_drive(effects: Effects, steps: Steps) -> dict[str, Array]:
    torque, speed = steps.loads["torque"], steps.loads["rotary_speed"]
    worn = steps.shown["top_drive_gearbox"]
    packing = np.maximum(steps.shown["top_drive_washpipe"], 0.0) * np.minimum(speed, 1.0)
    current = effects.top_drive_current * torque + effects.packing_current * packing
    power = 2.0 * pi * torque * speed / 200e3
    return {
        "top_drive_motor_current": current,
        "top_drive_motor_temperature": steps.air + effects.motor_rise * (current / 1000.0) ** 2,
        "top_drive_gearbox_temperature": steps.air + effects.gearbox_rise * power
        + effects.gearbox_heat * worn * np.minimum(speed, 1.0),
        "top_drive_vibration": effects.gearbox_vibration * speed
        * (1.0 + effects.gearbox_shake * worn) * (1.0 + steps.loads["stick_slip"]),
    }  # fmt: skip


def _drawworks(effects: Effects, steps: Steps) -> dict[str, Array]:
    heat = steps.loads["brake_heat"]
    rise = effects.brake_rise * heat / 150e3
    drag = effects.brake_drag * steps.shown["drawworks_brake"] * np.minimum(heat / 20e3, 1.0)
    return {
        "drawworks_motor_current": effects.hoisting_current * steps.loads["hoisting_power"],
        "drawworks_brake_temperature": steps.air + rise + drag,
    }
