"""What sensors show comes from load and wear together, and from neither alone."""

import numpy as np
import pytest

from idrill.rigs import STANDARD_EQUIPMENT
from idrill.simulator.health import Steps, draw_effects, readings
from idrill.simulator.noise import stream
from idrill.simulator.upkeep import slots_of

EFFECTS = draw_effects(stream(1, "effects"))
SLOTS = [slot.name for slot in slots_of(STANDARD_EQUIPMENT)]
SHOWS = {
    "mud_pump_1_liner": "pump_1_pressure_pulsation",
    "mud_pump_1_piston": "pump_1_vibration",
    "mud_pump_1_valve": "pump_1_fluid_end_temperature",
    "top_drive_washpipe": "top_drive_motor_current",
    "top_drive_gearbox": "top_drive_vibration",
    "drawworks_brake": "drawworks_brake_temperature",
}
"""A channel in which each component shows."""


def read(load: float, worn: str | None, wear: float = 0.8) -> dict[str, float]:
    """What perfect sensors read at a share of full load with one worn component."""
    one = np.ones(1)
    levels = {
        **dict.fromkeys(("hole_depth", "bit_depth", "rate_of_penetration", "weight_on_bit"), one),
        "hook_load": 1e6 * one, "flow": 0.05 * one, "pressure": load * 20e6 * one,
        "rotary_speed": load * 2.0 * one, "torque": load * 20e3 * one, "stick_slip": 0.0 * one,
        "braking_power": load * 400e3 * one, "hoisting_power": 0.0 * one,
        "brake_heat": load * 200e3 * one,
        **{f"stroke_rate_{n}": load * 1.5 * one for n in (1, 2, 3)},
        **{f"pressure_{n}": load * 20e6 * one for n in (1, 2, 3)},
    }  # fmt: skip
    shown = {name: (wear if name == worn else 0.0) * one for name in SLOTS}
    found = readings(EFFECTS, Steps(levels, shown, 0.018, 290.0 * one))
    return {name: float(values[0]) for name, values in found.items()}


@pytest.mark.parametrize(("component", "channel"), SHOWS.items())
def test_a_channel_moves_with_the_wear_of_its_component_at_equal_load(
    component: str, channel: str
) -> None:
    assert read(0.8, component)[channel] > read(0.8, None)[channel]


@pytest.mark.parametrize(("component", "channel"), SHOWS.items())
def test_a_sound_unit_under_load_reads_as_a_worn_one_with_less(
    component: str, channel: str
) -> None:
    """So a reading alone tells neither."""
    worn = read(0.5, component, wear=0.1)[channel]

    assert read(0.5, None)[channel] < worn < read(1.0, None)[channel]
