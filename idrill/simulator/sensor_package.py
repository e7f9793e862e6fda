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
from idrill.simulator.distributions import Distribution, LogNormal, LogUniform, Normal, Uniform
from idrill.simulator.outfit import Outfit

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


_LAGS: Mapping[str, Distribution] = {
    "hook_load": Uniform(0.3, 1.5),
    "torque": Uniform(0.3, 1.5),
    "rotary_speed": Uniform(0.5, 3.0),
    "standpipe_pressure": Uniform(0.3, 2.0),
    "flow_out": Uniform(2.0, 6.0),
    "flow_out_fraction": Uniform(5.0, 15.0),
    "pit_volume": Uniform(3.0, 15.0),
    "mud_density_out": Uniform(5.0, 20.0),
    "mud_temperature_out": Uniform(10.0, 60.0),
    "total_gas": Uniform(20.0, 60.0),
}
"""Of sensors that are not at once there [s]."""
_OFFSETS: Mapping[str, Distribution] = {
    "bit_depth": Normal(0.0, 0.004),
    "block_position": Normal(0.0, 0.02),
    "hook_load": Normal(0.0, 6.0),
    "torque": Normal(0.05, 0.1),
    "standpipe_pressure": Uniform(-50.0, 600.0),
    "choke_pressure": Normal(0.0, 60.0),
    "casing_pressure": Normal(0.0, 60.0),
    "flow_out": Normal(0.0, 40.0),
    "flow_out_fraction": Normal(1.0, 2.0),
    "pit_volume": Normal(0.0, 0.3),
    "mud_density": Normal(0.0, 8.0),
    "mud_temperature": Normal(0.0, 0.8),
    "annular_pressure": Normal(0.0, 150.0),
    "equivalent_circulating_density": Normal(0.0, 4.0),
}
"""What sensors show at zero; Volve's pump-off pressures read 127 to 575 kPa."""
_QUANTA: Mapping[str, float] = {
    "depth": 0.001, "block_position": 0.001, "hook_load": 0.01, "rotary_speed": 0.1,
    "torque": 0.01, "pressure": 1.0, "flow_out": 0.1, "flow_out_fraction": 0.1,
    "stroke_rate": 0.1, "pit_volume": 0.01, "mud_density": 1.0, "mud_temperature": 0.1,
    "rate_of_penetration": 0.01, "total_gas": 0.001, "vibration": 0.01,
    "stick_slip_severity": 1.0, "equivalent_circulating_density": 1.0,
}  # fmt: skip
"""Smallest steps, in channel units; each sensor's is one to five of them."""
_SCALE = Normal(1.0, 0.004)
_EXACT = ("hole_depth", "bit_depth", "vertical_depth", "stroke_rate", "rate_of_penetration")
"""Sensors that count, and what is reckoned from them: they have no scale error worth drawing."""
_QUIET = ("hole_depth", "vertical_depth", "rate_of_penetration", "stroke_rate")
"""Sensors whose noise is that of counting."""
_BURSTS: Mapping[str, Distribution] = {
    "hook_load": Uniform(0.5, 0.9),
    "torque": Uniform(0.2, 0.6),
    "standpipe_pressure": Uniform(0.4, 0.9),
}
_NOISES: Mapping[str, Distribution] = {
    "torque": LogUniform(0.06, 0.6),
    "standpipe_pressure": LogUniform(50.0, 160.0),
}
"""Over 4 s Volve's torque is unsteady by 0.05 to 0.5 kN·m, its pressure by 27 to 133 kPa."""
_MEMORIES: Mapping[str, Distribution] = {
    "torque": Uniform(0.6, 0.93),
    "standpipe_pressure": Uniform(0.3, 0.85),
}
"""Of noise over a second; Volve's torque keeps 0.3 to 0.5 over 4 s, its pressure 0.1 to 0.3."""
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
    outfit: Outfit, random: Generator, clock: tuple[int, ...] = EVERY_SECOND
) -> SensorPackage:
    """The sensors of a rig.

    Args:
        outfit: What the rig carries.
        random: Where the numbers come from.
        clock: Steps from row to row [s].
    """
    active = tuple(number + 1 for number in outfit.pits.active)
    nominal = LogNormal(1.0, 0.01).draw(random) * 0.96 * outfit.pumps[0].stroke_volume
    return SensorPackage(
        outfit.id,
        tuple(_sensors(outfit, random)),
        clock,
        tare_error=LogUniform(1.0, 8.0).draw(random),
        litres_a_stroke=1e3 * nominal,
        paddle_full_flow=Uniform(0.06, 0.10).draw(random),
        active_pits=active,
        outages=LogUniform(1e-4, 3e-3).draw(random),
    )


def _sensors(outfit: Outfit, random: Generator) -> Iterator[Sensor]:
    tanks = range(1, len(outfit.pits.capacities) + 1)
    channels = [*_PLAIN, "rate_of_penetration"]
    for name, share in (
        ("weight_on_bit", _MEASURED_WEIGHT),
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
    lag = _drawn(_LAGS, name, random)
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
        burst=_drawn(_BURSTS, name, random),
        quantum=_quantum(name) * int(random.choice([1, 2, 5])),
        offset=_drawn(_OFFSETS, name, random),
        scale=1.0 if name.endswith(_EXACT) else _SCALE.draw(random),
        held=name == "rate_of_penetration",
        pulsed=pulse > 0,
        dropouts=LogUniform(3e-4, 2e-2).draw(random),
    )


def _rate_shown(random: Generator) -> tuple[int, float]:
    """Interval and lag of the rate of penetration [s]: held, or smoothed as T2 and T3 of Volve."""
    if random.random() < 0.5:
        return int(random.integers(30, 61)), 0.0
    return int(random.choice([1, 10])), Uniform(15.0, 40.0).draw(random)


def _noise(name: str, random: Generator) -> tuple[float, float]:
    """Standard deviation and memory of a sensor's noise; what counts has none."""
    if name.endswith(_QUIET):
        return 0.0, 0.0
    usual = channel(name).sigma * LogNormal(0.6, 0.3).draw(random)
    memory = _drawn(_MEMORIES, name, random) or Uniform(0.1, 0.8).draw(random)
    return _drawn(_NOISES, name, random) or usual, memory


def _drawn(spreads: Mapping[str, Distribution], name: str, random: Generator) -> float:
    """What the most fitting of the distributions gives; zero where none fits."""
    fitting = [key for key in spreads if name.startswith(key)]
    return spreads[max(fitting, key=len)].draw(random) if fitting else 0.0


def _quantum(name: str) -> float:
    fitting = [key for key in _QUANTA if key in name]
    return _QUANTA[max(fitting, key=len)] if fitting else 0.0
