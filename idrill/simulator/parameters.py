"""What the kernel is told of rig, hole, string, mud and crew: tuples of numbers.

`packed` turns each tuple into a record, which compiled code takes by reference and reads by the
same attributes; plain Python runs on the tuples as they are.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from idrill.physics.cutting import Bit
from idrill.physics.drive import Drive
from idrill.physics.vibration import Collars
from idrill.simulator.surroundings import Surroundings

Array = NDArray[np.float64]


class Machinery(NamedTuple):
    """The rig."""

    stroke_volume: Array
    """Of each pump; 0 where there is none (pump) [m³]."""
    efficiency: Array
    """Volumetric (pump) [-]."""
    top_stroke_rate: Array
    """(pump) [1/s]"""
    drive: Drive
    drive_inertia: float
    """[kg·m²]"""
    impedance: float
    """Of its speed controller, relative to the string's [-]."""
    drive_ramp: float
    """[1/s²]"""
    block_load: float
    """[N]"""
    lines: int
    sheave_friction: float
    stand: float
    """[m]"""
    lowest: float
    """[m]"""
    block_acceleration: float
    """[m/s²]"""
    capacities: Array
    """(tank) [m³]"""
    active: Array
    """1 for tanks that the pumps draw on, else 0 (tank)."""
    flowline_volume: float
    """At full flow [m³]."""
    drain_back: float
    """[m³]"""
    shaker_loss: float
    surface_coefficient: float
    pulsation: float


class Hole(NamedTuple):
    """The section of hole that is drilled, and what lies around it."""

    bottom: float
    """[m]"""
    diameter: float
    """[m]"""
    casing_bottom: float
    """[m]"""
    casing_diameter: float
    """[m]"""
    top: float
    """Where its mud ends: at the rig with a riser, at the sea floor without [m]."""
    riser: int
    """1 if the mud comes back to the rig, else 0."""
    air_gap: float
    """From the rotary table to the sea [m]."""
    cased_friction: float
    open_friction: float
    path_spacing: float
    """Of the steps of `Job.path` [m]."""
    rock_spacing: float
    """Of the steps of `Job.rock` [m]."""


class Assembly(NamedTuple):
    """String and bit."""

    outer: Array
    """Outer diameters of collars, heavy pipe and pipe [m]."""
    inner: Array
    """Their bores [m]."""
    mass: Array
    """Their masses per length [kg/m]."""
    collars_length: float
    """[m]"""
    heavy_length: float
    """[m]"""
    rigidity: float
    """Of the pipe, GJ [N·m²]."""
    stiffness_length: float
    """Young's modulus times steel area of the pipe, EA [N]."""
    bottom_inertia: float
    """[kg·m²]"""
    rotation_damping: float
    """[N·m·s/rad]"""
    stabiliser_torque: float
    """[N·m]"""
    tool_loss: float
    """Pressure drop of motor and tools by density and flow squared [1/m⁴]."""
    span: Collars
    bit: Bit
    nozzle_area: float
    """[m²]"""
    blades: float
    wear_factor: float
    weakening: float
    weakening_speed: float
    """[1/s]"""


class Fluid(NamedTuple):
    """The mud; as `mud.Mud`."""

    density: float
    yield_stress: float
    consistency: float
    flow_index: float
    gel_strength: float
    gel_build_time: float
    gel_breaking_strain: float
    compressibility: float
    background_gas: float
    temperature: float


class Orders(NamedTuple):
    """What the crew has set, and its habits; as `crew.SetPoints` and `crew.Crew`."""

    flow: float
    rotary_speed: float
    weight_on_bit: float
    rate_of_penetration: float
    torque: float
    slips_time: float
    pipe_time: float
    survey_time: float
    reaming_passes: float
    reaming_speed: float
    circulating_time: float
    circulating_share: float
    pauses: float
    pause_time: float
    stopping_share: float
    easing_share: float
    reaming_share: float
    spread: float
    trip_speed: float
    pump_ramp: float
    rotation_ramp: float
    approach_speed: float
    pick_up: float
    retuning: float
    controller_gain: float
    controller_noise: float
    pumps: Array
    """1 for pumps on line, else 0 (pump)."""


class Job(NamedTuple):
    """Everything that stays the same while one string is in one section of hole."""

    machinery: Machinery
    hole: Hole
    assembly: Assembly
    fluid: Fluid
    orders: Orders
    surroundings: Surroundings
    path: Array
    """Along the hole: rows `VERTICAL_DEPTH` to `PORE_PRESSURE` (4, step)."""
    rock: Array
    """Along the hole: rows are the fields of `physics.cutting.Rock` (5, step)."""
    luck: Array
    """What chance has for the crew: rows are `LUCK` (row, number)."""


VERTICAL_DEPTH, INCLINATION, AZIMUTH, PORE_PRESSURE = range(4)
"""Rows of `Job.path` [m, rad, rad, Pa]."""
(
    REAMS, CIRCULATES, PAUSES, EASES, CIRCULATION, SLIPS, SURVEY, WAITS, PIPE, REFILL, PICKS_UP,
    SPEEDS, WEIGHTS, RATES,
) = LUCK = tuple(range(14))  # fmt: skip
"""Rows of `Job.luck`: the first four even from 0 to 1, the others standard normal."""


class Parts(NamedTuple):
    """A job as the kernel takes it: every tuple packed into an array of one record."""

    machinery: Sequence[Any]
    hole: Sequence[Any]
    assembly: Sequence[Any]
    fluid: Sequence[Any]
    orders: Sequence[Any]
    surroundings: Sequence[Any]
    path: Array
    rock: Array
    luck: Array


class Moment(Protocol):
    """What a second brings: what events force, as `events.Forcing`, and what chance does."""

    washout_area_fraction: float
    influx_rate: float
    influx_during: float
    loss_rate: float
    annulus_blockage: float
    nozzle_blockage: float
    pit_transfer_rate: float
    addition_rate: float
    pump_1_leak: float
    pump_2_leak: float
    pump_3_leak: float
    whirl_trigger: float
    weakening_factor: float
    drag_factor: float
    rheology_factor: float
    temperature_step: float
    string_lost: float
    unsteadiness: float
    """Of the auto-driller, standard normal [-]."""
    torque: float
    """Standard normal [-]."""
    flow: float
    """Standard normal [-]."""
    pressure: float
    """Heavy-tailed, of standard deviation 1 [-]."""
    jerk: float
    """Heavy-tailed, of standard deviation 1 [-]."""


def parts_of(job: Job) -> Parts:
    """The job, packed."""
    return Parts._make(packed(part) if isinstance(part, tuple) else part for part in job)


def packed(values: tuple[Any, ...]) -> NDArray[np.void]:
    """A named tuple of numbers, short arrays and such tuples, as a record in an array of one.

    Example:
        >>> class Body(NamedTuple):
        ...     mass: float
        ...     place: Array
        >>> body = packed(Body(2.0, np.array([1.0, 3.0])))[0]
        >>> float(body.mass), body.place.tolist()
        (2.0, [1.0, 3.0])
    """
    record = np.zeros(1, _type_of(values)).view(np.recarray)
    record[0] = _flat(values)
    return cast("NDArray[np.void]", record)


def _type_of(value: Any) -> Any:
    if isinstance(value, tuple):
        return np.dtype([(name, _type_of(getattr(value, name))) for name in _names(value)])
    if isinstance(value, np.ndarray):
        return np.dtype((np.float64, value.shape))
    return np.dtype(np.int64 if isinstance(value, int) else np.float64)


def _flat(value: Any) -> Any:
    return tuple(_flat(one) for one in value) if isinstance(value, tuple) else value


def _names(values: Any) -> tuple[str, ...]:
    return tuple(values._fields)
