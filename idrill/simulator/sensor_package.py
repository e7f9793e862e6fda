"""The sensors of a rig: how often, how late, how slowly, how wrongly each of them reads.

Rates, lags and delays are those of SIMULATOR's pages; noise is that of `channels.CHANNELS`; the
other figures are judgement [e]. A channel is measured by a sensor or derived from other channels;
what is derived carries no redundancy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from numpy.random import Generator

from idrill.channels import channel
from idrill.errors import InvalidSimulation
from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Uniform
from idrill.simulator.outfit import Outfit
from idrill.simulator.sensor_spreads import (
    BURSTS,
    EXACT,
    LAGS,
    MEMORIES,
    NOISES,
    OFFSETS,
    QUANTA,
    QUIET,
    SCALE,
    TURNS,
)

EVERY_SECOND = (1,)
"""Steps of a clock that ticks once a second [s]."""
UNEVEN = (3, 3, 3, 3, 2)
"""Steps of the clock of well 15/9-F-7 [s]."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor and its way to the frame, in the unit of its channel."""

    channel: str
    source: str
    """The column of the truth that it senses."""
    interval: int = 1
    """From one value to the next [s]."""
    phase: int = 0
    """Second of the interval at which it reads, counted from the epoch [s]."""
    delay: int = 0
    """By how much a value comes late [s]."""
    lag: float = 0.0
    """Time constant of its response [s]."""
    noise: float = 0.0
    """Standard deviation."""
    memory: float = 0.0
    """Correlation of the noise from one second to the next [-]."""
    burst: float = 0.0
    """How much the noise swells and sinks: standard deviation of the logarithm of its level [-]."""
    quantum: float = 0.0
    """Smallest step that it shows; 0 for none."""
    offset: float = 0.0
    """What it shows at zero."""
    scale: float = 1.0
    """What it shows per true unit [-]."""
    held: bool = False
    """Whether a value is repeated until the next comes."""
    pulsed: bool = False
    """Whether it is sent up through the mud, which needs flow."""
    dropouts: float = 0.0
    """Chance that a burst of missing values begins within ten minutes [-]."""

    def __post_init__(self) -> None:
        channel(self.channel)
        if not 1 <= self.interval <= REACH // 2:
            raise InvalidSimulation(
                f"sensor {self.channel}: interval is {self.interval} s, not 1 to {REACH // 2}"
            )
        if not 0 <= self.delay < REACH // 4:
            raise InvalidSimulation(f"sensor {self.channel}: delay is {self.delay} s")
        for name in ("lag", "noise", "burst", "quantum", "dropouts"):
            if not getattr(self, name) >= 0.0:
                raise InvalidSimulation(f"sensor {self.channel}: {name} cannot be negative")
        if not 0.0 <= self.memory < 1.0:
            raise InvalidSimulation(f"sensor {self.channel}: memory is {self.memory}, not 0 to 1")


REACH = 256
"""How far back the seconds reach that a value may come from [s]."""


@dataclass(frozen=True, slots=True)
class SensorPackage:
    """All sensors of one rig."""

    rig_id: str
    sensors: tuple[Sensor, ...]
    clock: tuple[int, ...] = EVERY_SECOND
    """Steps from row to row [s]; they repeat from the epoch on."""
    tare_error: float = 0.0
    """Standard deviation of the tare that is taken after each connection [kN]."""
    litres_a_stroke: float = 18.0
    """That flow in is reckoned with, where it has no sensor [L]."""
    paddle_full_flow: float = 0.08
    """Flow at which a paddle shows 100 % [m³/s]."""
    active_pits: tuple[int, ...] = ()
    """Numbers of the tanks in the active volume, counted from 1."""
    outages: float = 0.0
    """Chance that all rows go missing for a while, within ten minutes [-]."""

    def __post_init__(self) -> None:
        if not self.clock or not all(0 < step <= REACH // 4 for step in self.clock):
            raise InvalidSimulation(f"sensors: clock {self.clock} does not tick")
        names = [sensor.channel for sensor in self.sensors]
        if len(set(names)) != len(names):
            raise InvalidSimulation("sensors: a channel has two")
        for name in ("litres_a_stroke", "paddle_full_flow"):
            if not getattr(self, name) > 0.0:
                raise InvalidSimulation(f"sensors: {name} must be above zero")

    @property
    def derived(self) -> Mapping[str, tuple[str, ...]]:
        """Channels that are reckoned from others, with the ones that they are reckoned from."""
        measured = [sensor.channel for sensor in self.sensors]
        pits = tuple(name for name in measured if name.startswith("pit_volume_"))
        active = tuple(name for name in pits if int(name.rpartition("_")[2]) in self.active_pits)
        strokes = tuple(name for name in measured if name.endswith("_stroke_rate"))
        load = ("hook_load",) if "hook_load" in measured else ()
        sources = {
            "weight_on_bit": load,
            "flow_in": strokes,
            "pit_volume_total": pits,
            "pit_volume_active": active,
        }
        return MappingProxyType(
            {name: sums for name, sums in sources.items() if sums and name not in measured}
        )


_MEASURED_WEIGHT, _MEASURED_FLOW, _CORIOLIS, _DOWNHOLE = 0.15, 0.3, 0.4, 0.8
"""Shares of rigs with a sensor for weight on bit, flow in, flow out, and with downhole tools."""

_PLAIN = (
    "hole_depth", "bit_depth", "vertical_depth", "block_position", "hook_load", "rotary_speed",
    "torque", "standpipe_pressure", "choke_pressure", "casing_pressure", "mud_density_in",
    "mud_density_out", "mud_temperature_in", "mud_temperature_out", "total_gas",
    "flow_out_fraction", "pump_1_stroke_rate", "pump_2_stroke_rate", "pump_3_stroke_rate",
)  # fmt: skip
_PULSED = (
    "annular_pressure", "equivalent_circulating_density", "axial_vibration",
    "lateral_vibration", "stick_slip_severity",
)  # fmt: skip
_SLOW = ("mud_density", "mud_temperature", "pit_volume", "total_gas")
"""Sensors that may be read every few seconds only."""
_SOURCES = {"flow_out_fraction": "flow_out", "rate_of_penetration": "hole_depth"}


def draw_sensors(
    outfit: Outfit,
    random: Generator,
    clock: tuple[int, ...] = EVERY_SECOND,
    *,
    weighed: bool | None = None,
) -> SensorPackage:
    """The sensors of a rig.

    Args:
        outfit: What the rig carries.
        random: Where the numbers come from.
        clock: Steps from row to row [s].
        weighed: Whether the weight on bit has a sensor; drawn unless given.
    """
    active = tuple(number + 1 for number in outfit.pits.active)
    nominal = LogNormal(1.0, 0.01).draw(random) * 0.96 * outfit.pumps[0].stroke_volume
    return SensorPackage(
        outfit.id,
        tuple(_sensors(outfit, random, _MEASURED_WEIGHT if weighed is None else float(weighed))),
        clock,
        tare_error=LogUniform(1.0, 8.0).draw(random),
        litres_a_stroke=1e3 * nominal,
        paddle_full_flow=Uniform(0.06, 0.10).draw(random),
        active_pits=active,
        outages=LogUniform(1e-4, 3e-3).draw(random),
    )


def _sensors(outfit: Outfit, random: Generator, weighed: float) -> Iterator[Sensor]:
    """Those of a rig whose weight on bit has a sensor with a probability [-]."""
    tanks = range(1, len(outfit.pits.capacities) + 1)
    channels = [*_PLAIN, "rate_of_penetration"]
    for name, share in (
        ("weight_on_bit", weighed),
        ("flow_in", _MEASURED_FLOW),
        ("flow_out", _CORIOLIS),
    ):
        if random.random() < share:
            channels.append(name)
    yield from (_sensor(name, random) for name in channels)
    # One instrument reads all tanks at once, so that their sum is a sum.
    together = _sensor("pit_volume_1", random)
    for number in tanks:
        tank = _sensor(f"pit_volume_{number}", random)
        yield replace(tank, interval=together.interval, phase=together.phase)
    if random.random() < _DOWNHOLE:
        every, late = int(random.integers(20, 61)), int(random.integers(10, 31))
        for name in _PULSED:
            yield _sensor(name, random, every, late)


def _sensor(name: str, random: Generator, pulse: int = 0, late: int = 0) -> Sensor:
    """A sensor of a channel; `pulse` is the interval of one that sends through the mud [s]."""
    pit = name.removeprefix("pit_volume_")
    every = pulse or (int(random.choice([1, 1, 2, 5])) if name.startswith(_SLOW) else 1)
    lag = _drawn(LAGS, name, random)
    if name == "rate_of_penetration":
        every, lag = _rate_shown(random)
    noise, memory = _noise(name, random)
    return Sensor(
        name,
        f"pit_{pit}" if pit != name else _SOURCES.get(name, name),
        interval=every,
        phase=int(random.integers(every)),
        delay=late,
        lag=lag,
        noise=noise,
        memory=memory,
        burst=_drawn(BURSTS, name, random),
        quantum=_quantum(name, random),
        offset=_drawn(OFFSETS, name, random),
        scale=1.0 if name.endswith(EXACT) else SCALE.draw(random),
        held=name == "rate_of_penetration",
        pulsed=pulse > 0,
        dropouts=LogUniform(3e-4, 2e-2).draw(random),
    )


def _rate_shown(random: Generator) -> tuple[int, float]:
    """Interval and lag of the rate of penetration [s]: held, or smoothed as T2 and T3 of Volve."""
    if random.random() < 0.5:
        return int(random.integers(30, 61)), LogUniform(3.0, 15.0).draw(random)
    return int(random.choice([1, 10])), LogUniform(15.0, 50.0).draw(random)


def _noise(name: str, random: Generator) -> tuple[float, float]:
    """Standard deviation and memory of a sensor's noise; what counts has none."""
    if name.endswith(QUIET):
        return 0.0, 0.0
    usual = channel(name).sigma * LogNormal(0.6, 0.3).draw(random)
    memory = _drawn(MEMORIES, name, random) or Uniform(0.1, 0.8).draw(random)
    return _drawn(NOISES, name, random) or usual, memory


def _drawn(spreads: Mapping[str, Distribution], name: str, random: Generator) -> float:
    """What the most fitting of the distributions gives; zero where none fits."""
    fitting = [key for key in spreads if name.startswith(key)]
    return spreads[max(fitting, key=len)].draw(random) if fitting else 0.0


def _quantum(name: str, random: Generator) -> float:
    if name == "rotary_speed":
        return float(random.choice(TURNS))
    fitting = [key for key in QUANTA if key in name]
    step = QUANTA[max(fitting, key=len)] if fitting else 0.0
    return step * int(random.choice([1, 2, 5]))
