"""When sensors go wrong: by schedule, at random, or because an event is nothing but that.

Times are seconds since the start of the simulation; all figures are judgement [e].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from numpy.random import Generator

from idrill.channels import channel
from idrill.errors import InvalidSimulation
from idrill.simulator.distributions import Distribution, LogUniform
from idrill.simulator.event_kinds import SPECS, EventKind
from idrill.simulator.events import DAY, Event
from idrill.simulator.faults import Fault, FaultKind
from idrill.simulator.noise import stream
from idrill.simulator.sensor_package import SensorPackage
from idrill.units import conversion

OTHER_UNITS = {
    "kN": ("klbf", "kkgf"), "kPa": ("psi", "bar"), "L/min": ("gal/min", "m3/s"), "m": ("ft",),
    "kN·m": ("kft.lbf",), "m³": ("bbl",), "m/h": ("ft/h",), "kg/m³": ("ppg",),
}  # fmt: skip
"""What a unit may be taken for."""


class FaultSchedule(Protocol):
    """Something that knows which sensor is wrong when."""

    def between(self, start: float, end: float) -> tuple[Fault, ...]:
        """The faults under way at some time from `start` to `end` [s]."""


@dataclass(frozen=True, slots=True)
class PlannedFaults:
    """Faults by schedule."""

    faults: tuple[Fault, ...] = ()

    def between(self, start: float, end: float) -> tuple[Fault, ...]:
        """The faults under way from `start` to `end` [s], the earliest first."""
        found = (one for one in self.faults if one.start < end and one.end > start)
        return tuple(sorted(found, key=lambda one: (one.start, one.channel, one.kind)))


@dataclass(frozen=True, slots=True)
class RandomFaults:
    """Faults at random: each sensor has so many of each kind a day."""

    seed: int
    rig_id: str
    channels: tuple[str, ...]
    per_day: float = 0.01
    """Of each kind, for each sensor [e]."""
    kinds: tuple[FaultKind, ...] = tuple(FaultKind)

    def __post_init__(self) -> None:
        if not 0.0 <= self.per_day < 1_000.0:
            raise InvalidSimulation(f"faults: per_day is {self.per_day}, not 0 to 1,000")

    def between(self, start: float, end: float) -> tuple[Fault, ...]:
        """The faults under way from `start` to `end` [s], the earliest first."""
        # A fault lasts less than a day, so it began today or the day before.
        days = range(max(int(start // DAY) - 1, 0), int(end // DAY) + 1)
        drawn = (one for name in self.channels for day in days for one in self._of_day(name, day))
        return PlannedFaults(tuple(drawn)).between(start, end)

    def _of_day(self, name: str, day: int) -> Iterator[Fault]:
        random = stream(self.seed, self.rig_id, "faults", name, str(day))
        numbers = random.poisson(self.per_day, len(self.kinds))
        for kind, number in zip(self.kinds, numbers, strict=True):
            for _ in range(number):
                yield draw_fault(name, kind, day * DAY, random)


_LASTING: dict[FaultKind, Distribution] = {
    FaultKind.FROZEN: LogUniform(30.0, 7_200.0),
    FaultKind.DRIFT: LogUniform(1_800.0, 43_200.0),
    FaultKind.OFFSET: LogUniform(600.0, 43_200.0),
    FaultKind.SPIKE: LogUniform(30.0, 3_600.0),
    FaultKind.DROPOUT: LogUniform(10.0, 3_600.0),
    FaultKind.UNIT_SWITCH: LogUniform(600.0, 43_200.0),
    FaultKind.NOISE: LogUniform(60.0, 7_200.0),
}
"""How long a fault lasts [s] [e]."""
_SIZE: dict[FaultKind, Distribution] = {
    FaultKind.DRIFT: LogUniform(5.0, 60.0),
    FaultKind.OFFSET: LogUniform(8.0, 100.0),
    FaultKind.SPIKE: LogUniform(30.0, 500.0),
    FaultKind.NOISE: LogUniform(4.0, 20.0),
}
"""Severity by the noise of a sound sensor [-] [e]."""


def draw_fault(name: str, kind: FaultKind, day_start: float, random: Generator) -> Fault:
    """A fault of a sensor that starts on a day.

    Args:
        name: Of the channel.
        kind: How it goes wrong.
        day_start: [s]
        random: Where the numbers come from.
    """
    start = day_start + float(random.integers(DAY))
    end = start + max(round(_LASTING[kind].draw(random)), 1)
    severity = 0.0
    if kind in _SIZE:
        sign = 1.0 if random.random() < 0.5 else -1.0
        severity = sign * _SIZE[kind].draw(random) * channel(name).sigma
    elif kind is FaultKind.UNIT_SWITCH:
        units = OTHER_UNITS.get(channel(name).unit, ())
        if not units:
            return Fault(name, FaultKind.FROZEN, start, end)
        severity = conversion(channel(name).unit, units[random.integers(len(units))]).factor
    growth = end - start if kind is FaultKind.DRIFT else 0.0
    return Fault(name, kind, start, end, severity, growth)


def faults_of(events: Sequence[Event], package: SensorPackage) -> tuple[Fault, ...]:
    """The faults that events are which happen to sensors alone.

    Args:
        events: Any; those that happen to the rig give no fault.
        package: Whose sensors.
    """
    return tuple(fault for event in events for fault in _faults_of(event, package))


def happening(events: Sequence[Event], package: SensorPackage) -> tuple[Event, ...]:
    """The events that can happen: not those of sensors that the rig does not carry."""
    return tuple(
        one
        for one in events
        if one.kind not in _of_sensors(package) or any(_faults_of(one, package))
    )


def require_carried(schedule: FaultSchedule, package: SensorPackage) -> None:
    """See that planned faults are those of sensors that the rig carries.

    Raises:
        InvalidSimulation: If one is not.
    """
    carried = {sensor.channel for sensor in package.sensors}
    for fault in schedule.faults if isinstance(schedule, PlannedFaults) else ():
        if fault.channel not in carried:
            raise InvalidSimulation(
                f"faults: {fault.channel} is not measured on {package.rig_id}, so it cannot fail"
            )


def _of_sensors(
    package: SensorPackage,
) -> dict[EventKind, tuple[tuple[str, FaultKind, float], ...]]:
    """Kinds of events that happen to sensors alone, and what each does to which."""
    return {
        EventKind.FLOW_OUT_DRIFT: (
            ("flow_out", FaultKind.DRIFT, -conversion("m3/s", "L/min").factor),
            ("flow_out_fraction", FaultKind.DRIFT, -100.0 / package.paddle_full_flow),
        ),
        EventKind.TORQUE_NOISE: (("torque", FaultKind.NOISE, 1e-3),),
        EventKind.VIBRATION_NOISE: (("lateral_vibration", FaultKind.NOISE, 1.0),),
        EventKind.HOOK_LOAD_OFFSET: (("hook_load", FaultKind.OFFSET, -1e-3),),
    }


def _faults_of(event: Event, package: SensorPackage) -> Iterator[Fault]:
    measured = {sensor.channel for sensor in package.sensors}
    for name, kind, factor in _of_sensors(package).get(event.kind, ()):
        if name in measured:
            yield Fault(
                name, kind, event.start, event.end, event.severity * factor, event.growth,
                SPECS[event.kind].look_alike_of,
            )  # fmt: skip
