"""What the kernel remembers of a rig between two seconds.

Each part is a record that compiled and plain Python code alike reads and writes by attribute; the
protocols say what is in it. A copy of the state is all that a simulation needs to go on.
"""

from functools import cache
from typing import NamedTuple, Protocol, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray

from idrill.simulator.outfit import MOST_PITS

Array = NDArray[np.float64]

BIN = 0.25
"""Volume of annulus mud that is alike in gas, rock and heat [m³]."""
BINS = 4096
"""Bins on the way to the shakers: a thousand cubic metres."""
SWING = 64
"""Seconds of bit speed that are kept, more than two periods of any string."""

ROCK, GAS, HEAT = range(3)
"""Rows of the way to the shakers: volume of rock, volume of gas [m³], temperature [K]."""


class Driller(Protocol):
    """What the crew is at."""

    phase: int
    left: float
    """Of the phase [s]."""
    whole: float
    """Length of the phase [s]."""
    stands: int
    """Drilled so far."""
    pauses: int
    """Made so far."""
    pipes: int
    """Stands tripped so far."""
    refills: int
    """Of the active tanks, so far."""
    passes: int
    """Still to ream."""
    mid_stand: int
    """1 while it reams a stand that is not yet drilled down."""
    leaving: int
    """1 once the string is to be pulled."""
    until_pause: float
    """Drilling time [s]."""
    speed_change: float
    """Of the rotary speed against the orders, this time on bottom [-]."""
    weight_change: float
    """Of the weight on bit against them [-]."""
    rate_change: float
    """Of the rate of penetration against them [-]."""
    flow_asked: float
    """[m³/s]"""
    speed_asked: float
    """Of the string [1/s]."""
    flow_command: float
    """On its ramp [m³/s]."""
    speed_command: float
    """[1/s]"""
    rate_felt: float
    """Rate of penetration as the auto-driller has come to know it [m/s]."""
    unsteadiness: float
    """Of the line that the auto-driller lets out [-]."""
    pump_wander: float
    """Of the pumps' speed, of mean 0 [-]."""
    refill_left: float
    """Volume that the crew still adds to the active tanks [m³]."""
    balancing: int
    """1 while the trip tank is filled, -1 while it is emptied."""
    alarmed: float
    """Time since the string has parted [s]."""


class Hoist(Protocol):
    """Block, string and hole."""

    position: float
    """Of the block [m]."""
    speed: float
    """Upwards [m/s]."""
    speed_asked: float
    """[m/s]"""
    hole_depth: float
    """[m]"""
    bit_depth: float
    """[m]"""
    in_slips: int
    weight: float
    """On bit [N]."""
    rate: float
    """Of penetration [m/s]."""
    bit_torque: float
    """That the bit would take at high speed [N·m]."""
    depth_of_cut: float
    """Per turn [m]."""
    wear: float
    parted: float
    """Share of the string's weight that is lost [-]."""
    tension: float
    """At the top of the string [N]."""
    drag_wander: float
    """Of the string's drag, of mean 0, by its weight [-]."""
    string_torque: float
    """Friction of the turning pipe [N·m]."""
    collar_torque: float
    """Friction of the turning collars [N·m]."""


class Turn(Protocol):
    """The string in rotation: `physics.torsion.Twist`, and what came of the last second."""

    angle: float
    drive_speed: float
    bit_speed: float
    held_torque: float
    bit_speed_mean: float
    steady_speed: float
    """Of the bit, its swings smoothed out [1/s]."""
    torque: float
    severity: float
    whirl: float
    torque_noise: float
    """Wandering, of mean 0 [-]."""


class Mud(Protocol):
    """Where the mud is and how it moves."""

    string: float
    """[m³]"""
    annulus: float
    """[m³]"""
    flowline: float
    """[m³]"""
    trip_tank: float
    """[m³]"""
    lost: float
    """[m³]"""
    on_cuttings: float
    """[m³]"""
    added: float
    """[m³]"""
    influx: float
    """[m³]"""
    drained: float
    """Missing from lines and string [m³]."""
    squeezed: float
    """Stored by pressure in the string, of `string` [m³]."""
    string_capacity: float
    """At the end of the last step [m³]."""
    pressure: float
    """At the standpipe, the strokes of the pumps evened out [Pa]."""
    pulsation: float
    """Of that pressure, of mean 0 [-]."""
    annular_pressure: float
    """At the bit [Pa]."""
    equivalent_density: float
    """Circulating, at the bit [kg/m³]."""
    bit_flow: float
    """[m³/s]"""
    bit_loss: float
    """[Pa]"""
    flow_in: float
    """[m³/s]"""
    flow_out: float
    """[m³/s]"""
    influx_rate: float
    """[m³/s]"""
    loss_rate: float
    """[m³/s]"""
    gel: float
    """Share of its full strength [-]."""
    way_in: float
    """Volume that has left the annulus at its top so far, and what is in it [m³]."""
    way_out: float
    """Volume that has left so far [m³]."""
    emptied: int
    """Bins that have left so far."""
    rock: float
    """In the hole, bed included [m³]."""
    bed: float
    """Rock that lies on the low side [m³]."""
    bed_share: float
    """Of the annulus, that the bed would fill in the end [-]."""
    gas: float
    """At the shakers [-]."""
    temperature: float
    """In the active tanks [K]."""
    temperature_out: float
    """[K]"""
    warming: float
    """Of the last second [K]."""


class Losses(Protocol):
    """Pressure losses as they were when last worked out in full."""

    flow: float
    """[m³/s]; zero before the first time."""
    depth: float
    """Of the bit [m]."""
    thickness: float
    """Factor on the mud's stress [-]."""
    string: float
    """Loss in lines, string and tools [Pa]."""
    string_exponent: float
    annulus: float
    """[Pa]"""
    annulus_exponent: float
    slip: float
    """Of the cuttings [m/s]."""


class State(NamedTuple):
    """All that is remembered; each record stands in an array of one."""

    driller: NDArray[np.void]
    hoist: NDArray[np.void]
    turn: NDArray[np.void]
    mud: NDArray[np.void]
    losses: NDArray[np.void]
    tanks: Array
    """(tank) [m³]"""
    way: Array
    """From bit to shakers (`ROCK`, `GAS` and `HEAT`, bin)."""
    swing: Array
    """Lowest, highest and mean bit speed of the last seconds (3, second) [1/s]."""


def blank() -> State:
    """A state in which everything is zero."""
    return State(
        _record(Driller),
        _record(Hoist),
        _record(Turn),
        _record(Mud),
        _record(Losses),
        np.zeros(MOST_PITS),
        np.zeros((3, BINS)),
        np.zeros((3, SWING)),
    )


def copied(state: State) -> State:
    """The same state, in memory of its own."""
    return State._make(part.copy() for part in state)


def _record(kind: type) -> NDArray[np.void]:
    return cast("NDArray[np.void]", np.zeros(1, _dtype(kind)).view(np.recarray))


@cache
def _dtype(kind: type) -> np.dtype[np.void]:
    return np.dtype([(name, field) for name, field in get_type_hints(kind).items()])
