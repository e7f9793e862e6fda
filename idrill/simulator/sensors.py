"""From truth to what a rig reports: every value passes its sensor, or is reckoned from others.

A value lags, is scaled and offset, gets noise, may be falsified, is rounded, and comes late; then
the clock of the rig picks it up. What a sensor remembers goes from chunk to chunk, so cutting time
changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp, sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import channel
from idrill.errors import InvalidSimulation
from idrill.frame import ORIGIN, QUALITY, Activity, Origin, channels_in, quality_of
from idrill.physics.compiled import compiled
from idrill.simulator.faults import Fault, Spell, falsified
from idrill.simulator.missing import missing
from idrill.simulator.noise import white
from idrill.simulator.sensor_package import REACH, Sensor, SensorPackage
from idrill.simulator.tare import ON_BOTTOM, Tare, tares
from idrill.simulator.truth import TRUTH
from idrill.units import conversion

Array = NDArray[np.float64]

PULSING = 0.008
"""Flow from which pulses can be sent through the mud, 480 L/min [m³/s] [e]."""
SWELL = 0.98
"""Correlation of the level of noise from one second to the next: swells last a minute [-] [e]."""

LIGHT = 1.0
"""Weight below which the bit is off bottom [kN] [e]."""
WEIGHT_STEP = 0.1
"""Smallest step of a weight on bit that is reckoned from the hook load, as in T2 and T4 [kN]."""
RECKONED_STEP = 0.01
"""The same of other reckoned channels, in channel units."""

_UNITS = {column.name: column.unit for column in TRUTH}


@dataclass(frozen=True, slots=True)
class Carry:
    """What one sensor remembers."""

    lagged: float
    noise: float
    level: float
    sensed: Array
    """The last true values (REACH)."""
    shown: Array
    """The last values shown, one a second (REACH)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the sensors of a rig remember between two chunks."""

    start: int
    """First second of the simulation, since the epoch."""
    next: int
    """First second of the chunk to come."""
    carries: Mapping[str, Carry]
    flow: Array
    """Flow in the last seconds (REACH) [m³/s]."""
    tare: Tare


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk of truth on its way through the sensors."""

    package: SensorPackage
    truth: pl.DataFrame
    faults: Sequence[Fault]
    spell: Spell

    @property
    def seconds(self) -> NDArray[np.int64]:
        """Since the epoch (second)."""
        return self.spell.epoch + np.arange(self.truth.height)

    def noise(self, name: str) -> Array:
        """Standard normal numbers (second)."""
        spell = self.spell
        return white(spell.seed, spell.rig_id, name, spell.epoch, self.truth.height)


def measure(
    package: SensorPackage,
    truth: pl.DataFrame,
    seed: int,
    faults: Sequence[Fault] = (),
    memory: Memory | None = None,
) -> tuple[pl.DataFrame, Memory]:
    """What the rig reports about a chunk of truth.

    Args:
        package: Its sensors.
        truth: One row a second, without gaps, following the chunk before.
        seed: Of the simulation.
        faults: Those of these seconds, and any others; times since the start of the simulation.
        memory: What the chunk before left; none for the first.

    Returns:
        A canonical frame, and what the next chunk needs to know.

    Raises:
        InvalidSimulation: If the chunk is empty, has gaps, or does not follow the one before.
    """
    first = _first_second(truth)
    if memory is not None and memory.next != first:
        raise InvalidSimulation(
            f"truth: the chunk begins at second {first}, not at {memory.next} where the last ended"
        )
    start = first if memory is None else memory.start
    chunk = _Chunk(package, truth, faults, Spell(seed, package.rig_id, first - start, first))
    carries = {
        sensor.channel: _sense(sensor, chunk, None if memory is None else memory.carries)
        for sensor in package.sensors
    }
    flow = _joined(
        np.full(REACH, np.nan) if memory is None else memory.flow, truth["flow_in"].to_numpy()
    )
    load = carries["hook_load"].shown if "hook_load" in carries else np.zeros(flow.size)
    error = package.tare_error * chunk.noise("tare")
    tare, steps = tares(truth, load[REACH - 1 :], error, None if memory is None else memory.tare)
    frame = _frame(chunk, carries, flow, tare)
    return frame, Memory(
        start,
        first + truth.height,
        {name: _kept(carry) for name, carry in carries.items()},
        flow[-REACH:].copy(),
        steps,
    )


def _first_second(truth: pl.DataFrame) -> int:
    seconds = truth["time"].dt.epoch("s")
    if truth.height == 0 or not (seconds.diff().drop_nulls() == 1).all():
        raise InvalidSimulation("truth: a chunk must have one row a second, without gaps")
    return int(seconds[0])


def _joined(before: Array, values: Array) -> Array:
    return np.concatenate([before, values])


def _kept(carry: Carry) -> Carry:
    """The memory without the chunk that it was carried through."""
    sensed, shown = carry.sensed[-REACH:].copy(), carry.shown[-REACH:].copy()
    return Carry(carry.lagged, carry.noise, carry.level, sensed, shown)


@compiled
def smoothed(values: Array, before: float, keep: float, gain: float) -> Array:
    """A first-order recursion: each result is `keep` of the one before plus `gain` of the value.

    Example:
        >>> smoothed(np.array([1.0, 1.0, 1.0]), 0.0, 0.5, 0.5).tolist()
        [0.5, 0.75, 0.875]
    """
    results = np.empty_like(values)
    level = before
    for place in range(values.size):
        level = keep * level + gain * values[place]
        results[place] = level
    return results


def _sense(sensor: Sensor, chunk: _Chunk, carries: Mapping[str, Carry] | None) -> Carry:
    """One sensor's values, one a second, after those that it remembers (REACH + second)."""
    sensed = chunk.truth[sensor.source].to_numpy()
    carry = _unused(sensor, sensed, chunk) if carries is None else carries[sensor.channel]
    before = _joined(carry.sensed, sensed)
    true = _in_channel_unit(sensor, before, chunk.package)
    keep = exp(-1.0 / sensor.lag) if sensor.lag > 0.0 else 0.0
    lagged = smoothed(true, carry.lagged, keep, 1.0 - keep)
    noise = smoothed(
        chunk.noise(sensor.channel), carry.noise, sensor.memory, sqrt(1.0 - sensor.memory**2)
    )
    level = np.zeros(1)
    if sensor.burst > 0.0:
        swell = chunk.noise(f"{sensor.channel}/level")
        level = smoothed(swell, carry.level, SWELL, sqrt(1.0 - SWELL**2))
    loudness = sensor.noise * np.exp(sensor.burst * level - sensor.burst**2)
    if sensor.channel == "weight_on_bit":
        # What shakes a weight is the bit on bottom: off it, Volve's read zero.
        loudness = np.where(lagged > LIGHT, loudness, 0.0)
    values = sensor.offset + sensor.scale * lagged + loudness * noise
    faults = [fault for fault in chunk.faults if fault.channel == sensor.channel]
    shown = _rounded(falsified(values, faults, chunk.spell, carry.shown), sensor.quantum)
    return Carry(
        float(lagged[-1]), float(noise[-1]), float(level[-1]), before, _joined(carry.shown, shown)
    )


def _unused(sensor: Sensor, sensed: Array, chunk: _Chunk) -> Carry:
    """The memory of a sensor that has stood in the first second for long."""
    before = np.full(REACH, sensed[0])
    lagged = _in_channel_unit(sensor, _joined(before, sensed[:1]), chunk.package)[0]
    number = partial(white, chunk.spell.seed, chunk.spell.rig_id, second0=chunk.spell.epoch, n=1)
    noise, level = (
        float(number(channel=f"{sensor.channel}/{what}")[0])
        for what in ("first noise", "first level")
    )
    return Carry(float(lagged), noise, level, before, np.full(REACH, np.nan))


def _in_channel_unit(sensor: Sensor, sensed: Array, package: SensorPackage) -> Array:
    """True values of the chunk in the channel's unit; the rate is that of the depth's growth."""
    if sensor.channel == "rate_of_penetration":
        drilled = sensed[REACH:] - sensed[REACH - sensor.interval : -sensor.interval]
        return np.maximum(drilled, 0.0) * (3_600.0 / sensor.interval)
    true = sensed[REACH:]
    if sensor.channel == "flow_out_fraction":
        return true * (100.0 / package.paddle_full_flow)
    unit = _UNITS[sensor.source]
    to = conversion("fraction" if unit == "-" else unit, channel(sensor.channel).unit)
    return true * to.factor + to.shift


def _rounded(values: Array, quantum: float) -> Array:
    return np.round(values / quantum) * quantum if quantum > 0.0 else values


def _gaps(clock: Sequence[int], seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Time since the row before where there is a row, else 0 (second)."""
    ticks = np.cumsum(clock)
    since = np.zeros(ticks[-1], dtype=np.int64)
    since[ticks % ticks[-1]] = clock
    gaps: NDArray[np.int64] = since[seconds % ticks[-1]]
    return gaps


def _frame(chunk: _Chunk, carries: Mapping[str, Carry], flow: Array, tare: Array) -> pl.DataFrame:
    """The rows that the clock makes of the sensors' values."""
    package, seconds = chunk.package, chunk.seconds
    gaps = _gaps(package.clock, seconds)
    out = missing(chunk.spell, "all", package.outages, seconds.size)
    rows = np.flatnonzero((gaps > 0) & ~out)
    pick = partial(_picked, rows=rows, gaps=gaps[rows], chunk=chunk, flow=flow)
    values = {one.channel: pick(one, carries[one.channel].shown) for one in package.sensors}
    values |= _reckoned(package, values, chunk.truth[rows], tare[rows])
    names = channels_in(values)
    good = pl.lit(0, dtype=QUALITY)
    return pl.DataFrame(
        {
            "rig_id": pl.repeat(package.rig_id, rows.size, eager=True, dtype=pl.String()),
            "time": chunk.truth["time"].gather(rows),
            "origin": pl.repeat(Origin.SYNTHETIC.value, rows.size, dtype=ORIGIN, eager=True),
            **{name: pl.Series(values[name]).fill_nan(None) for name in names},
        }
    ).with_columns(*(good.alias(quality_of(name)) for name in names))


def _picked(
    sensor: Sensor,
    shown: Array,
    rows: NDArray[np.int64],
    gaps: NDArray[np.int64],
    chunk: _Chunk,
    flow: Array,
) -> Array:
    """What the rows hold of a sensor: its latest value, if it came since the row before (row)."""
    age = (chunk.seconds[rows] - sensor.phase) % sensor.interval
    came = REACH + rows - age
    values = shown[came - sensor.delay]
    absent = missing(chunk.spell, sensor.channel, sensor.dropouts, chunk.truth.height)[rows]
    if not sensor.held:
        absent |= age >= gaps
    if sensor.pulsed:
        absent |= ~(flow[came] > PULSING)
    return np.where(absent, np.nan, values)


def _reckoned(
    package: SensorPackage, values: Mapping[str, Array], truth: pl.DataFrame, tare: Array
) -> dict[str, Array]:
    """Channels that the rig reckons from others (row)."""
    found = {}
    for name, sources in package.derived.items():
        total = _sum(values[source] for source in sources)
        if name == "weight_on_bit":
            near = (truth["hole_depth"] - truth["bit_depth"] < ON_BOTTOM).to_numpy()
            near &= (truth["activity"] != Activity.CONNECTION.value).to_numpy()
            weight = np.where(near, np.maximum(tare - total, 0.0), 0.0)
            total = np.where(np.isnan(total), np.nan, weight)
        elif name == "flow_in":
            total = package.litres_a_stroke * total
        found[name] = _rounded(total, WEIGHT_STEP if name == "weight_on_bit" else RECKONED_STEP)
    return found


def _sum(parts: Iterable[Array]) -> Array:
    return np.asarray(sum(parts), dtype=np.float64)
