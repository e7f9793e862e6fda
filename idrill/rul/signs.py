"""Signs of load and health that an hour of telemetry gives of each component.

Health signs are ratios in which most of the load cancels: pulsation by pressure, vibration by the
square of the stroke rate, current by torque, temperature above the air. Load follows the visible
part of the load laws of `physics.wear`; sand and stick-slip are not seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.rigs import EquipmentKind
from idrill.rul.clocks import REFERENCE_POWER, braking_energy, hanging, pump_of, running
from idrill.rul.hours import Hours

Array = NDArray[np.float64]

BEARING = 10.0 / 3.0
"""Exponent of torque in the life of a gearbox (ISO 281:2007) [-]."""
_SLIP = 1.75
"""Exponent of pressure on flow in the turbulent part of the circulation [-]."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One quantity of a row: a ratio of two sums over the hours of the row."""

    above: Array
    below: Array
    """(hour); hours in which either is no number are left out of both."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the hours of a unit say (hour)."""

    conditions: Mapping[str, Sign]
    """How it is worked."""
    health: Mapping[str, Sign]
    """How it is; each also taken against the unit's start."""
    load: Array
    """Load in each hour, at reference loads one an own hour [own hours]."""


def channels_for(kind: EquipmentKind) -> tuple[str, ...]:
    """Channels from which the signs and clocks of an equipment's components are read."""
    air = (*_of_pumps("power_end_temperature"), "top_drive_motor_temperature")
    mud = (*_of_pumps("discharge_pressure"), "standpipe_pressure", "flow_in", "flow_out")
    turning = ("rotary_speed", "torque")
    top_drive = ("motor_current", "gearbox_temperature", "vibration")
    chosen = {
        EquipmentKind.MUD_PUMP: (
            *_of_pumps("stroke_rate", "pressure_pulsation", "vibration", "fluid_end_temperature"),
            *mud,
        ),
        EquipmentKind.TOP_DRIVE: (*turning, *mud, *(f"top_drive_{name}" for name in top_drive)),
        EquipmentKind.DRAWWORKS: (
            "rotary_speed", "bit_depth", "hole_depth", "hook_load", "drawworks_brake_temperature",
        ),
    }  # fmt: skip
    return (*chosen[kind], *air)


def _of_pumps(*names: str) -> tuple[str, ...]:
    return tuple(f"pump_{n}_{name}" for n in range(1, PUMPS + 1) for name in names)


def _air(hours: Hours) -> Array:
    """Temperature of the air as the coolest machinery tells it [°C] (hour)."""
    names = [f"pump_{n}_power_end_temperature" for n in range(1, PUMPS + 1)]
    found = np.stack([hours.of(name) for name in (*names, "top_drive_motor_temperature")])
    least = np.min(np.where(np.isfinite(found), found, np.inf), axis=0)
    return np.where(np.isfinite(least), least, np.nan)


def _while_running(share: Array, values: Array) -> Sign:
    """A mean over the time in which it ran, of what is nil otherwise."""
    runs = share > _RUNS
    return Sign(np.where(runs, values, np.nan), np.where(runs, share, np.nan))


_RUNS = 0.2
"""Share of an hour below which it says little of how something ran [-]."""


def _by(above: Array, below: Array, share: Array) -> Sign:
    runs = share > _RUNS
    return Sign(np.where(runs, above, np.nan), np.where(runs, below, np.nan))


def _pump(equipment: str, hours: Hours, exponent: float) -> Signs:
    pump = pump_of(equipment)
    rate, square = (hours.of(f"{pump}_stroke_rate", each) for each in ("mean", "square"))
    pressure = hours.of(f"{pump}_discharge_pressure")
    share = running(hours, f"{pump}_stroke_rate")
    pulsation, shaking = (hours.of(f"{pump}_{n}") for n in ("pressure_pulsation", "vibration"))
    mud = np.stack([hours.of(f"pump_{n}_fluid_end_temperature") for n in range(1, PUMPS + 1)])
    coolest = np.min(np.where(np.isfinite(mud), mud, np.inf), axis=0)
    warm = hours.of(f"{pump}_fluid_end_temperature")
    held = np.divide(pressure, share, out=np.zeros_like(share), where=share > 0.0)
    return Signs(
        {
            "stroke_rate": _while_running(share, rate),
            "pressure": _while_running(share, pressure),
        },
        {
            "throb": _by(100.0 * pulsation, pressure, share),
            "shake": _by(shaking, square / 3_600.0, share),
            "heat": _while_running(share, warm - _air(hours)),
            "heat_above_others": _while_running(share, warm - coolest),
            "pressure_kept": _by(hours.of("standpipe_pressure"), _discharge(hours), share),
            "flow_kept": _by(hours.of("flow_out"), hours.of("flow_in"), share),
        },
        np.nan_to_num(rate) / 90.0 * (np.maximum(np.nan_to_num(held), 0.0) / 21e3) ** exponent,
    )


def _discharge(hours: Hours) -> Array:
    """Pressure behind the pumps that run [kPa] (hour)."""
    found = [hours.of(f"pump_{n}_discharge_pressure") for n in range(1, PUMPS + 1)]
    return np.asarray(np.max(np.nan_to_num(np.stack(found), nan=0.0), axis=0))


def _piston_or_liner(equipment: str, hours: Hours) -> Signs:
    return _pump(equipment, hours, 2.5)


def _valve(equipment: str, hours: Hours) -> Signs:
    return _pump(equipment, hours, 1.0)


def _turning(hours: Hours) -> tuple[Array, Array, Array]:
    return running(hours, "rotary_speed"), hours.of("torque"), hours.of("rotary_speed")


def _washpipe(equipment: str, hours: Hours) -> Signs:
    share, torque, speed = _turning(hours)
    pressure = hours.of("standpipe_pressure")
    kept = np.divide(pressure, _discharge(hours), out=np.full_like(share, np.nan), where=share > 0)
    pumped = hours.of("flow_in") * np.maximum(kept, 0.0) ** (1.0 / _SLIP)
    held = np.divide(pressure, share, out=np.zeros_like(share), where=share > _RUNS)
    current = hours.of(f"{equipment}_motor_current")
    return Signs(
        {
            "turning_speed": _while_running(share, speed),
            "turning_torque": _while_running(share, torque),
            "pressure": _while_running(share, pressure),
        },
        {
            "current_by_torque": _by(current, torque, share),
            "lost_flow": _while_running(share, pumped - hours.of("flow_out")),
            "motor_heat": _while_running(
                share, hours.of(f"{equipment}_motor_temperature") - _air(hours)
            ),
        },
        np.nan_to_num(speed) / 120.0 * (np.maximum(np.nan_to_num(held), 0.0) / 20e3) ** 4,
    )


def _gearbox(equipment: str, hours: Hours) -> Signs:
    share, torque, speed = _turning(hours)
    held = np.divide(torque, share, out=np.zeros_like(share), where=share > _RUNS)
    return Signs(
        {
            "turning_speed": _while_running(share, speed),
            "turning_torque": _while_running(share, torque),
        },
        {
            "shake": _by(60.0 * hours.of(f"{equipment}_vibration"), speed, share),
            "heat": _while_running(
                share, hours.of(f"{equipment}_gearbox_temperature") - _air(hours)
            ),
        },
        np.nan_to_num(speed) / 120.0 * (np.maximum(np.nan_to_num(held), 0.0) / 20.0) ** BEARING,
    )


def _brake(equipment: str, hours: Hours) -> Signs:
    energy = braking_energy(hours)
    power = np.where(energy > 0.0, energy / 3.6, np.nan)  # [kW]
    rise = hours.of(f"{equipment}_brake_temperature") - _air(hours)
    one = np.where(energy > 0.0, 1.0, np.nan)
    return Signs(
        {
            "braking_power": Sign(power, one),
            "hanging_load": Sign(hanging(hours), one),
        },
        {
            "rise": Sign(rise, one),
            "rise_by_power": Sign(rise, power / REFERENCE_POWER),
        },
        energy / (REFERENCE_POWER * 3.6),
    )


SIGNS: Mapping[str, Callable[[str, Hours], Signs]] = MappingProxyType(
    {
        "liner": _piston_or_liner,
        "piston": _piston_or_liner,
        "valve": _valve,
        "washpipe": _washpipe,
        "gearbox": _gearbox,
        "brake": _brake,
    }
)
"""What tells of each component."""
