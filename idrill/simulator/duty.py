"""What a rig does on the slow clock, and what that demands of its equipment.

A rig drills wells of three hole sections in bit runs: run in, drill stand by stand, circulate, pull
out; then casing, then a move. The schedule is a list of segments of constant load, so loads and
load laws are integrated exactly over steps of any length. All numbers are [e] unless marked, set
beside the drilling files of Volve (SIMULATOR, realism).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.errors import InvalidSimulation
from idrill.frame import Activity
from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Uniform
from idrill.simulator.segments import ACTIVITIES, HOUR, Segments

Array = NDArray[np.float64]

_CODE = {activity: float(code) for code, activity in enumerate(ACTIVITIES)}


@dataclass(frozen=True, slots=True)
class Duty:
    """How one rig is worked, and how heavy its equipment is."""

    pressure: float
    """Standpipe pressure drilling at total depth [Pa]."""
    flow: float
    """Mud flow drilling the middle section [m³/s]."""
    stroke_volume: float
    """Of one pump [m³]."""
    rotary_speed: float
    """[1/s]"""
    torque: float
    """At surface, drilling at total depth [N·m]."""
    weight_on_bit: float
    """[N]"""
    stick_slip: float
    """Share of the drilling time in stick-slip [-]."""
    sand: float
    """Sand in the mud relative to the usual [-]."""
    well_depth: float
    """[m]"""
    penetration: float
    """[m/s]"""
    bit_run: float
    """Typical length drilled with one bit [m]."""
    stand: float
    """Length of a stand [m]."""
    block_load: float
    """Block and top drive [N]."""
    string_load: float
    """Buoyed weight of the string per length [N/m]."""
    trip_speed: float
    """Mean speed of tripping, slips included [m/s]."""
    moving: float
    """Time between two wells [s]."""


_DUTY: dict[str, Distribution] = {
    "pressure": LogNormal(20e6, 0.15),
    "flow": LogNormal(0.055, 0.12),
    "stroke_volume": Uniform(0.016, 0.021),  # triplex, 12 in by 6 to 6½ in [s]
    "rotary_speed": Uniform(1.6, 2.6),
    "torque": LogNormal(16e3, 0.3),
    "weight_on_bit": LogNormal(80e3, 0.3),
    "stick_slip": Uniform(0.02, 0.25),
    "sand": LogNormal(1.0, 0.25),
    "well_depth": LogUniform(2_000.0, 4_500.0),
    "penetration": LogNormal(14.0 / HOUR, 0.3),
    "bit_run": LogNormal(450.0, 0.3),
    "stand": Uniform(27.0, 41.0),
    "block_load": Uniform(450e3, 650e3),
    "string_load": Uniform(200.0, 320.0),
    "trip_speed": Uniform(0.11, 0.20),
    "moving": LogNormal(3 * 24 * HOUR, 0.4),
}


def draw_duty(random: Generator) -> Duty:
    """How one rig is worked."""
    return Duty(**{name: spread.draw(random) for name, spread in _DUTY.items()})


@dataclass(frozen=True, slots=True)
class DutyChange:
    """A lasting change of how a rig is worked, for tests of drift."""

    after: float
    """From when on [s since the start]."""
    pressure: float = 1.2
    """Factor on all pressures [-]."""
    sand: float = 1.5
    """Factor on the sand in the mud [-]."""
    ceramic: float = 0.5
    """Factor on how often ceramic liners are installed [-]."""

    def __post_init__(self) -> None:
        for name in ("pressure", "sand", "ceramic"):
            if not getattr(self, name) >= 0.0:
                raise InvalidSimulation(f"duty change: {name} is a factor of zero or more")


_DURATION, _ACTIVITY, _HOLE, _BIT, _FLOW, _RUN, _RATE = range(7)
"""Columns of a segment before its loads."""
_SECTIONS = ((0.30, 1.15), (0.75, 1.0), (1.0, 0.7))
"""Bottom of each hole section as share of the depth, and its flow relative to the middle one."""


def schedule(
    duty: Duty, seconds: float, random: Generator, change: DutyChange | None = None
) -> Segments:
    """What the rig does for at least so long.

    Raises:
        InvalidSimulation: If the duration is not above zero.
    """
    if not seconds > 0.0:
        raise InvalidSimulation(f"duration: {seconds} s is nothing to simulate")
    parts, total, run = [], 0.0, 0
    while total < seconds:
        for part in _well(duty, random, run):
            parts.append(part)
            total += part[:, _DURATION].sum()
            run += 1
    return _loaded(duty, np.vstack(parts), random, change)


def _well(duty: Duty, random: Generator, run: int) -> Iterator[Array]:
    """Bit run after bit run of a well; the last part of each is what comes after it."""
    hole = 0.0
    total = duty.well_depth * random.uniform(0.9, 1.1)
    for bottom, flow in _SECTIONS:
        while hole < bottom * total - 1.0:
            target = min(hole + duty.bit_run * random.lognormal(0.0, 0.3), bottom * total)
            yield _bit_run(duty, random, (hole, target, flow, float(run)))
            hole, run = target, run + 1
        yield _casing(duty, random, (hole, flow, float(run)))
    yield _rows(duty.moving * random.lognormal(0, 0.3), Activity.OUT_OF_HOLE, 0.0, 0.0, 0.0, run)


def _rows(
    duration: Array | float,
    activity: Activity,
    hole: Array | float,
    bit: Array | float,
    flow: float,
    run: float,
    rate: Array | float = 0.0,
) -> Array:
    columns = np.broadcast_arrays(duration, _CODE[activity], hole, bit, flow, run, rate)
    return np.column_stack([np.atleast_1d(column) for column in columns])


def _trip(duty: Duty, activity: Activity, bits: Array, hole: float, run: float) -> Array:
    """Tripping through the depths `bits` in as many pieces as there are steps between them."""
    durations = np.abs(np.diff(bits)) / duty.trip_speed
    return _rows(durations, activity, hole, (bits[1:] + bits[:-1]) / 2, 0.0, run)


def _bit_run(duty: Duty, random: Generator, what: tuple[float, float, float, float]) -> Array:
    start, end, flow, run = what
    way_in = np.linspace(0.0, start, 11)
    way_out = np.linspace(end, 0.0, 11)
    idle = _rows(random.uniform(1, 4) * HOUR, Activity.OUT_OF_HOLE, start, 0.0, 0.0, run)
    circulating = _rows(random.uniform(0.5, 2) * HOUR, Activity.CIRCULATING, end, end, flow, run)
    return np.vstack(
        [
            idle,
            _trip(duty, Activity.TRIPPING_IN, way_in, start, run),
            _stands(duty, random, what),
            circulating,
            _trip(duty, Activity.TRIPPING_OUT, way_out, end, run),
        ]
    )


def _stands(duty: Duty, random: Generator, what: tuple[float, float, float, float]) -> Array:
    """Drill, ream, circulate, connect: four rows a stand."""
    start, end, flow, run = what
    number = max(int(np.ceil((end - start) / duty.stand)), 1)
    hole = np.linspace(start, end, number + 1)[1:]
    rate = duty.penetration * random.lognormal(0.0, 0.3, number)
    rows = np.stack(
        [
            _rows((end - start) / number / rate, Activity.DRILLING_ROTATING, hole, hole, flow, run,
                  rate),
            _rows(random.lognormal(np.log(700.0), 0.5, number), Activity.REAMING, hole, hole - 10.0,
                  flow, run),
            _rows(random.lognormal(np.log(900.0), 1.0, number), Activity.CIRCULATING, hole,
                  hole - 3.0, flow, run),
            _rows(random.lognormal(np.log(380.0), 0.25, number), Activity.CONNECTION, hole,
                  hole - 5.0, 0.0, run),
        ],
        axis=1,
    )  # fmt: skip
    return rows.reshape(-1, rows.shape[2])


def _casing(duty: Duty, random: Generator, what: tuple[float, float, float]) -> Array:
    """Casing run, cemented and waited for."""
    hole, flow, run = what
    depths = np.linspace(0.0, hole, 11)
    return np.vstack(
        [
            _trip(duty, Activity.TRIPPING_IN, depths, hole, run),
            _rows(random.uniform(2, 5) * HOUR, Activity.CIRCULATING, hole, hole, 0.6 * flow, run),
            _rows(random.uniform(12, 24) * HOUR, Activity.STATIC, hole, 0.0, 0.0, run),
        ]
    )


def _loaded(duty: Duty, rows: Array, random: Generator, change: DutyChange | None) -> Segments:
    """The rows with the loads that they put on the equipment."""
    bounds = np.concatenate([[0.0], np.cumsum(rows[:, _DURATION])])
    activity, hole, bit = rows[:, _ACTIVITY], rows[:, _HOLE], np.maximum(rows[:, _BIT], 0.0)
    later = bounds[:-1] >= (np.inf if change is None else change.after)
    harder = 1.0 if change is None else np.where(later, change.pressure, 1.0)
    dirtier = 1.0 if change is None else np.where(later, change.sand, 1.0)
    varied = partial(_varied, random, activity.size)
    drilling = activity == _CODE[Activity.DRILLING_ROTATING]
    turning = drilling + 0.8 * (activity == _CODE[Activity.REAMING])
    deep = hole / duty.well_depth
    flow = duty.flow * rows[:, _FLOW] * varied(0.03)
    weight = duty.weight_on_bit * drilling * varied(0.2)
    hook = duty.block_load + duty.string_load * bit * (activity != _CODE[Activity.CONNECTION])
    lowering = activity == _CODE[Activity.TRIPPING_IN]
    lifting = activity == _CODE[Activity.TRIPPING_OUT]
    # SPP ∝ Q^1.75, and pipe friction grows with the length of the string.
    losses = (flow / duty.flow) ** 1.75 * (0.4 + 0.6 * deep)
    return Segments(
        bounds=bounds,
        activity=activity,
        hole_depth=hole,
        bit_depth=bit,
        rate_of_penetration=rows[:, _RATE],
        flow=flow,
        pressure=duty.pressure * losses * harder * varied(0.03),
        stroke_rates=_strokes(duty, flow, rows[:, _RUN]),
        rotary_speed=duty.rotary_speed * turning * varied(0.08),
        torque=duty.torque * turning * (0.4 + 0.6 * deep) * varied(0.15),
        weight_on_bit=weight,
        hook_load=hook - weight,
        braking_power=hook * duty.trip_speed * lowering,
        hoisting_power=hook * duty.trip_speed * lifting,
        stick_slip=(random.random(activity.size) < duty.stick_slip) * drilling,
        sand=duty.sand * dirtier * np.ones(activity.size),
    )


def _varied(random: Generator, size: int, sigma: float) -> Array:
    """Lognormal variation from segment to segment (segment)."""
    return random.lognormal(0.0, sigma, size)


def _strokes(duty: Duty, flow: Array, run: Array) -> Array:
    """Stroke rate of each pump [1/s]: two share the flow, a third where it is large.

    The spare changes from bit run to bit run.
    """
    spare = (run % PUMPS).astype(int)
    all_run = flow > 1.1 * duty.flow
    on_line = (np.arange(PUMPS)[:, None] != spare) | all_run
    return np.asarray(on_line * flow / on_line.sum(axis=0) / (0.95 * duty.stroke_volume))
