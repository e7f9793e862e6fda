"""Crews: how fast they work, how they drill, and what they set for a section of hole."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.random import Generator

from idrill.errors import InvalidSimulation
from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Uniform


class Control(IntEnum):
    """What an auto-driller holds; the weight then follows from it or causes it."""

    WEIGHT = 0
    RATE = 1
    TORQUE = 2


@dataclass(frozen=True, slots=True)
class SetPoints:
    """What a crew sets for one section of hole; every limit holds, whatever is controlled."""

    control: Control
    flow: float
    """[m³/s]"""
    rotary_speed: float
    """[1/s]"""
    weight_on_bit: float
    """Aimed at, or most that is allowed [N]."""
    rate_of_penetration: float
    """The same [m/s]."""
    torque: float
    """The same, at surface [N·m]."""

    def __post_init__(self) -> None:
        for name in ("flow", "rotary_speed", "weight_on_bit", "rate_of_penetration", "torque"):
            if not getattr(self, name) > 0.0:
                raise InvalidSimulation(f"set-points: {name} must be above zero")


@dataclass(frozen=True, slots=True)
class Crew:
    """The habits of one crew; times are medians, and vary by `spread`."""

    slips_time: float
    """In slips at a connection [s]."""
    pipe_time: float
    """The same while tripping [s]."""
    survey_time: float
    """Pumps on, string still, after a connection [s]."""
    reaming_passes: float
    """Mean number of passes over a stand that was drilled [-]."""
    reaming_speed: float
    """Of the block [m/s]."""
    circulating_time: float
    """Before a connection, where a crew circulates at all [s]."""
    circulating_share: float
    """Share of the stands after which it does [-]."""
    pauses: float
    """Pauses without a rule per second [1/s]."""
    pause_time: float
    """[s]"""
    stopping_share: float
    """Share of the pauses in which it stops the pumps [-]."""
    easing_share: float
    """Share of them in which it goes on turning, at less flow [-]."""
    reaming_share: float
    """Share of them in which it reams the stand so far drilled [-]."""
    spread: float
    """Standard deviation of the logarithm of all these times [-]."""
    trip_speed: float
    """Of the block with the string [m/s]."""
    pump_ramp: float
    """From no flow to full flow [s]."""
    rotation_ramp: float
    """From rest to full speed [s]."""
    approach_speed: float
    """Down to bottom, the last half metre [m/s]."""
    pick_up: float
    """Height above bottom at which it circulates and waits [m]."""
    retuning: float
    """By what share it sets speed, weight and rate anew for the next time on bottom [-]."""
    controller_gain: float
    """Of the auto-driller: share of an error that it corrects in a second [1/s]."""
    controller_noise: float
    """How unsteadily it lets the line out, as a share of the speed [-]."""
    weight_preference: float
    """Of this crew, relative to others [-]."""
    speed_preference: float
    """The same [-]."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value >= 0.0:
                raise InvalidSimulation(f"crew: {field.name} is {value}, it cannot be negative")


_SPREAD: Mapping[str, Distribution] = {
    # The drilling files of Volve (docs/realism.md): 250 to 600 s in slips, 1,000 to 2,200 s weight
    # to weight; besides, drilling broken 0.5 to 2.8 times an hour, for up to 0.5 h per hour
    # drilled, the bit picked up by 0.6 to 6 m and let down over the last half metre in 40 to 150 s;
    # weight unsteady by 7 to 14 % in a minute. The rest [e].
    "slips_time": LogNormal(420.0, 0.2),
    "pipe_time": LogNormal(75.0, 0.2),
    "survey_time": LogNormal(480.0, 0.3),
    "reaming_passes": Uniform(0.3, 1.3),
    "reaming_speed": Uniform(0.08, 0.25),
    "circulating_time": LogNormal(350.0, 0.4),
    "circulating_share": Uniform(0.3, 0.9),
    "pauses": LogUniform(1 / 3_000, 1 / 1_000),
    "pause_time": LogNormal(700.0, 0.5),
    "spread": Uniform(0.15, 0.35),
    "trip_speed": Uniform(0.3, 0.7),
    "pump_ramp": Uniform(30.0, 120.0),
    "rotation_ramp": Uniform(10.0, 40.0),
    "approach_speed": LogUniform(0.004, 0.03),
    "controller_gain": LogUniform(0.02, 0.15),
    "controller_noise": LogUniform(0.02, 0.10),
    "weight_preference": LogNormal(1.0, 0.2),
    "speed_preference": LogNormal(1.0, 0.1),
    # In Volve's pauses the string mostly goes on turning; some are long passes of the reamer.
    "stopping_share": Uniform(0.05, 0.25),
    "easing_share": Uniform(0.2, 0.5),
    "reaming_share": Uniform(0.05, 0.15),
    "pick_up": LogUniform(0.7, 4.0),
    "retuning": LogUniform(0.02, 0.2),
}


def draw_crew(random: Generator) -> Crew:
    """The habits of one crew."""
    return Crew(**{name: spread.draw(random) for name, spread in _SPREAD.items()})


CONTROL_SHARES = (0.5, 0.35, 0.15)
"""How often weight, rate and torque are held [-] [e]."""
ANNULAR_VELOCITY = Uniform(0.55, 1.1)
"""That the flow is chosen for [m/s] [e]."""
MOST_FLOW = 0.083
"""What two or three pumps give, 5,000 L/min [m³/s]."""
LEAST_FLOW = 0.030
"""1,800 L/min, as 8½ in holes are cleaned with [m³/s] [e]."""
ROTARY_SPEED = Uniform(1.3, 3.0)
"""80 to 180 rpm [1/s]."""
WEIGHT_PER_DIAMETER = LogNormal(300e3, 0.5)
"""Weight on a drag bit by its diameter [N/m] [e]: 9 t on 12¼ in."""
MOST_RATE = LogNormal(35.0 / 3600, 0.35)
"""Limit of the rate of penetration [m/s] [e]."""
MOST_TORQUE = Uniform(18e3, 40e3)
"""Limit of the torque at surface [N·m] [e]."""


def draw_set_points(
    crew: Crew, hole_diameter: float, pipe_diameter: float, random: Generator
) -> SetPoints:
    """What a crew sets for a section of hole.

    Args:
        crew: Who drills.
        hole_diameter: [m]
        pipe_diameter: [m]
        random: Where the numbers come from.
    """
    area = np.pi / 4 * (hole_diameter**2 - pipe_diameter**2)
    flow = min(max(ANNULAR_VELOCITY.draw(random) * area, LEAST_FLOW), MOST_FLOW)
    weight = WEIGHT_PER_DIAMETER.draw(random) * hole_diameter * crew.weight_preference
    return SetPoints(
        control=Control(int(random.choice(len(Control), p=CONTROL_SHARES))),
        flow=float(flow),
        rotary_speed=ROTARY_SPEED.draw(random) * crew.speed_preference,
        weight_on_bit=weight,
        rate_of_penetration=MOST_RATE.draw(random),
        torque=MOST_TORQUE.draw(random),
    )
