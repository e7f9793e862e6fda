"""What can happen to a well or a rig: kinds of events, how severe, how fast, how long.

Washouts and influxes are those of SIMULATOR's pages; the other figures are judgement [e]. Every
kind that harms has a harmless look-alike that is as frequent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from idrill.simulator.distributions import Distribution, LogUniform, Uniform

HOUR = 3600.0
"""[s]"""
LITRES_A_MINUTE = 1.0 / 60_000.0
"""[m³/s]"""


class EventKind(StrEnum):
    """What happens."""

    WASHOUT = "washout"
    INFLUX = "influx"
    LOSSES = "losses"
    PACK_OFF = "pack_off"
    PLUGGED_NOZZLE = "plugged_nozzle"
    STICK_SLIP = "stick_slip"
    WHIRL = "whirl"
    TWIST_OFF = "twist_off"
    LINER_LEAK = "liner_leak"
    PIT_TRANSFER = "pit_transfer"
    TEMPERATURE_RISE = "temperature_rise"
    FLOW_OUT_DRIFT = "flow_out_drift"
    TIGHT_HOLE = "tight_hole"
    THICKER_MUD = "thicker_mud"
    TORQUE_NOISE = "torque_noise"
    VIBRATION_NOISE = "vibration_noise"
    HOOK_LOAD_OFFSET = "hook_load_offset"
    ADDITION = "addition"


class While(IntEnum):
    """During what an influx flows."""

    ANYTHING = 0
    PUMPS_OFF = 1
    TRIPPING = 2


@dataclass(frozen=True, slots=True)
class EventSpec:
    """How events of one kind are drawn."""

    kind: EventKind
    severity: Distribution
    unit: str
    """Of the severity."""
    growth: Distribution
    """From nothing to full severity [s]."""
    lasting: Distribution
    """At full severity [s]."""
    look_alike_of: EventKind | None = None
    volume: Distribution | None = None
    """Where it ends with a volume: severity is a rate, and it lasts until that has flowed [m³]."""


_E = EventKind
_FLOW = "m³/s"

SPECS: Mapping[EventKind, EventSpec] = MappingProxyType(
    {
        spec.kind: spec
        for spec in (
            EventSpec(
                _E.WASHOUT,
                Uniform(0.01, 0.10),
                "of standpipe pressure",
                Uniform(0.5 * HOUR, 6 * HOUR),
                Uniform(60.0, 2 * HOUR),
            ),
            EventSpec(
                _E.LINER_LEAK,
                # Of one pump's output: as much pressure where two share a flow that it goes with
                # to the power of 1.75.
                Uniform(0.011, 0.12),
                "of the pump's output",
                Uniform(0.5 * HOUR, 6 * HOUR),
                Uniform(60.0, 2 * HOUR),
                _E.WASHOUT,
            ),
            EventSpec(
                _E.INFLUX,
                LogUniform(50 * LITRES_A_MINUTE, 800 * LITRES_A_MINUTE),
                _FLOW,
                Uniform(60.0, 300.0),
                LogUniform(300.0, 1_800.0),
            ),
            EventSpec(
                _E.PIT_TRANSFER,
                LogUniform(200 * LITRES_A_MINUTE, 2_500 * LITRES_A_MINUTE),
                _FLOW,
                Uniform(5.0, 60.0),
                Uniform(0.0, 0.0),
                _E.INFLUX,
                volume=LogUniform(1.0, 20.0),
            ),
            EventSpec(
                _E.TEMPERATURE_RISE,
                Uniform(5.0, 20.0),
                "K",
                Uniform(1 * HOUR, 3 * HOUR),
                LogUniform(1 * HOUR, 6 * HOUR),
                _E.INFLUX,
            ),
            EventSpec(
                _E.LOSSES,
                LogUniform(20 * LITRES_A_MINUTE, 600 * LITRES_A_MINUTE),
                _FLOW,
                LogUniform(10.0, 900.0),
                LogUniform(0.5 * HOUR, 6 * HOUR),
            ),
            EventSpec(
                _E.FLOW_OUT_DRIFT,
                LogUniform(20 * LITRES_A_MINUTE, 600 * LITRES_A_MINUTE),
                _FLOW,
                LogUniform(60.0, 3_600.0),
                LogUniform(0.5 * HOUR, 6 * HOUR),
                _E.LOSSES,
            ),
            EventSpec(
                _E.PACK_OFF,
                Uniform(0.3, 0.85),
                "of the annulus",
                LogUniform(120.0, 1_800.0),
                LogUniform(300.0, 3_600.0),
            ),
            EventSpec(
                _E.TIGHT_HOLE,
                Uniform(1.3, 2.5),
                "times the drag",
                LogUniform(120.0, 1_800.0),
                LogUniform(300.0, 3_600.0),
                _E.PACK_OFF,
            ),
            EventSpec(
                _E.PLUGGED_NOZZLE,
                Uniform(0.1, 0.35),
                "of the nozzle area",
                Uniform(1.0, 5.0),
                LogUniform(1 * HOUR, 12 * HOUR),
            ),
            EventSpec(
                _E.THICKER_MUD,
                Uniform(1.1, 1.6),
                "times the stress",
                LogUniform(600.0, 3_600.0),
                LogUniform(1 * HOUR, 12 * HOUR),
                _E.PLUGGED_NOZZLE,
            ),
            EventSpec(
                _E.STICK_SLIP,
                Uniform(1.5, 4.0),
                "times the weakening",
                LogUniform(30.0, 300.0),
                LogUniform(600.0, 7_200.0),
            ),
            EventSpec(
                _E.TORQUE_NOISE,
                LogUniform(0.5e3, 3e3),
                "N·m",
                LogUniform(5.0, 60.0),
                LogUniform(600.0, 7_200.0),
                _E.STICK_SLIP,
            ),
            EventSpec(
                _E.WHIRL,
                Uniform(0.5, 1.0),
                "of full whirl",
                LogUniform(5.0, 120.0),
                LogUniform(300.0, 3_600.0),
            ),
            EventSpec(
                _E.VIBRATION_NOISE,
                LogUniform(3.0, 30.0),
                "m/s²",
                LogUniform(5.0, 60.0),
                LogUniform(300.0, 3_600.0),
                _E.WHIRL,
            ),
            EventSpec(
                _E.TWIST_OFF,
                Uniform(0.02, 0.6),
                "of the string's weight",
                Uniform(0.0, 0.0),
                LogUniform(1 * HOUR, 6 * HOUR),
            ),
            EventSpec(
                _E.HOOK_LOAD_OFFSET,
                LogUniform(5e3, 150e3),
                "N",
                Uniform(0.0, 0.0),
                LogUniform(1 * HOUR, 6 * HOUR),
                _E.TWIST_OFF,
            ),
            EventSpec(
                _E.ADDITION,
                LogUniform(50 * LITRES_A_MINUTE, 600 * LITRES_A_MINUTE),
                _FLOW,
                Uniform(5.0, 60.0),
                Uniform(0.0, 0.0),
                volume=LogUniform(2.0, 20.0),
            ),
        )
    }
)
"""How events of each kind are drawn."""

HARMFUL = tuple(
    kind for kind in EventKind if any(spec.look_alike_of is kind for spec in SPECS.values())
)
"""The kinds that someone should be told of."""
