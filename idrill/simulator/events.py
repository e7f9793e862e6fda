"""Events on a schedule or at random, what they force on the rig each second, and their labels.

Times are seconds since the start of the simulation. What an event forces at a second follows from
the event and the second alone, so it does not matter how time is cut into chunks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, isfinite
from typing import NamedTuple, Protocol

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

from idrill.channels import PUMPS
from idrill.errors import InvalidSimulation
from idrill.frame import TIME
from idrill.simulator.event_kinds import SPECS, EventKind, EventSpec, While
from idrill.simulator.noise import stream

Array = NDArray[np.float64]

DAY = 86_400
"""[s]"""

PER_DAY = 0.1
"""Events of each kind a day, unless told otherwise [e]."""

BIT_SHARE = 0.35
"""Share of the standpipe pressure that a typical bit takes [-] [e]: what a washout is sized by."""

_MOST = {
    EventKind.INFLUX: 1.0,
    EventKind.LOSSES: 1.0,
    EventKind.PIT_TRANSFER: 1.0,
    EventKind.ADDITION: 1.0,
    EventKind.WASHOUT: 0.3,
    EventKind.LINER_LEAK: 1.0,
    EventKind.PACK_OFF: 0.99,
    EventKind.PLUGGED_NOZZLE: 0.95,
    EventKind.WHIRL: 1.0,
    EventKind.TWIST_OFF: 1.0,
}
"""Largest severities that make sense; 1 m³/s is more than any well or pump gives [e]."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens: it grows evenly, stays, and ends at once."""

    kind: EventKind
    start: float
    """[s]"""
    end: float
    """[s]"""
    severity: float
    """In the unit of its kind, `SPECS[kind].unit`."""
    growth: float = 0.0
    """[s]"""
    pump: int = 1
    """Which of the pumps on line a liner leak is in, counted from 1 and on from the first again."""
    during: While = While.ANYTHING
    """When an influx flows."""

    def __post_init__(self) -> None:
        numbers = (self.start, self.end, self.severity, self.growth)
        if not all(isfinite(number) for number in numbers) or not self.start < self.end:
            raise InvalidSimulation(f"event {self.kind}: start must lie before end, all finite")
        most = _MOST.get(self.kind, inf)
        if not 0.0 < self.severity <= most:
            raise InvalidSimulation(
                f"event {self.kind}: severity is {self.severity} {SPECS[self.kind].unit}, "
                f"it must lie above 0 and up to {most}"
            )
        if not self.growth >= 0.0:
            raise InvalidSimulation(f"event {self.kind}: growth is {self.growth} s")
        if not 1 <= self.pump <= PUMPS:
            raise InvalidSimulation(f"event {self.kind}: pump {self.pump} is not on the rig")

    def level(self, seconds: Array) -> Array:
        """Share of its full severity at each second (second)."""
        grown = (seconds - self.start) / self.growth if self.growth > 0.0 else np.inf
        inside = (seconds >= self.start) & (seconds < self.end)
        return np.where(inside, np.minimum(grown, 1.0), 0.0)


class Schedule(Protocol):
    """Something that knows what happens when."""

    def between(self, start: float, end: float) -> tuple[Event, ...]:
        """The events that are under way at some time from `start` to `end` [s]."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Events by schedule."""

    events: tuple[Event, ...] = ()

    def between(self, start: float, end: float) -> tuple[Event, ...]:
        """The events under way from `start` to `end` [s], the earliest first."""
        found = (one for one in self.events if one.start < end and one.end > start)
        return tuple(sorted(found, key=lambda one: (one.start, one.kind)))


@dataclass(frozen=True, slots=True)
class AtRandom:
    """Events at random: as many as a Poisson process gives each day, overlapping as they come."""

    seed: int
    rig_id: str
    per_day: float = PER_DAY
    """Events of each kind a day."""
    kinds: tuple[EventKind, ...] = tuple(EventKind)

    def __post_init__(self) -> None:
        if not 0.0 <= self.per_day < 1_000.0:
            raise InvalidSimulation(f"events: per_day is {self.per_day}, not 0 to 1,000")

    def between(self, start: float, end: float) -> tuple[Event, ...]:
        """The events under way from `start` to `end` [s], the earliest first."""
        # An event lasts less than a day, so it began today or the day before.
        days = range(max(int(start // DAY) - 1, 0), int(end // DAY) + 1)
        drawn = (one for kind in self.kinds for day in days for one in self._of_day(kind, day))
        return Planned(tuple(drawn)).between(start, end)

    def _of_day(self, kind: EventKind, day: int) -> Iterable[Event]:
        random = stream(self.seed, self.rig_id, "events", kind, str(day))
        number = random.poisson(self.per_day)
        return [draw_event(SPECS[kind], day * DAY, random) for _ in range(number)]


def draw_event(spec: EventSpec, day_start: float, random: Generator) -> Event:
    """An event of a kind that starts on a day.

    Args:
        spec: How its kind is drawn.
        day_start: [s]
        random: Where the numbers come from.
    """
    start = day_start + float(random.integers(DAY))
    severity, growth = spec.severity.draw(random), spec.growth.draw(random)
    lasting = spec.lasting.draw(random)
    if spec.volume is not None:
        lasting = max(spec.volume.draw(random) / severity - growth / 2, 0.0)
    during = While(int(random.integers(len(While)))) if spec.kind is EventKind.INFLUX else 0
    end = start + max(round(growth + lasting), 1)
    pump = int(random.integers(1, PUMPS, endpoint=True))
    return Event(spec.kind, start, end, severity, growth, pump, While(during))


class Forcing(NamedTuple):
    """What events force on the rig, second by second (second)."""

    washout_area_fraction: Array
    """Area of a hole in the string, by that of the nozzles [-]."""
    influx_rate: Array
    """From the rock into the annulus at the bit [m³/s]."""
    influx_during: Array
    """`While` it flows; 0 for always."""
    loss_rate: Array
    """From the annulus into the rock [m³/s]."""
    annulus_blockage: Array
    """Share of the annulus that is blocked above the collars [-]."""
    nozzle_blockage: Array
    """Share of the nozzle area that is plugged [-]."""
    pit_transfer_rate: Array
    """From reserve tanks into the active ones [m³/s]."""
    addition_rate: Array
    """New mud into the active tanks [m³/s]."""
    pump_1_leak: Array
    """Share of the pump's output lost [-]."""
    pump_2_leak: Array
    pump_3_leak: Array
    whirl_trigger: Array
    """Whirl whatever the speed, 0 to 1 [-]."""
    weakening_factor: Array
    """On how much the bit's torque falls with its speed; 1 without event [-]."""
    drag_factor: Array
    """On the friction of the string; 1 without event [-]."""
    rheology_factor: Array
    """On yield stress and consistency of the mud; 1 without event [-]."""
    temperature_step: Array
    """By how much all mud is warmer [K]."""
    string_lost: Array
    """Share of the string's weight that has parted [-]."""


_SUMS = {
    EventKind.INFLUX: "influx_rate",
    EventKind.LOSSES: "loss_rate",
    EventKind.PIT_TRANSFER: "pit_transfer_rate",
    EventKind.ADDITION: "addition_rate",
    EventKind.TEMPERATURE_RISE: "temperature_step",
}
"""Events whose effects add."""
_SHARES = {
    EventKind.PACK_OFF: "annulus_blockage",
    EventKind.PLUGGED_NOZZLE: "nozzle_blockage",
    EventKind.WHIRL: "whirl_trigger",
    EventKind.TWIST_OFF: "string_lost",
}
"""Events that each take their share of what is left."""
_FACTORS = {
    EventKind.STICK_SLIP: "weakening_factor",
    EventKind.TIGHT_HOLE: "drag_factor",
    EventKind.THICKER_MUD: "rheology_factor",
}
"""Events that multiply."""


def forcing(events: Sequence[Event], second0: int, n: int) -> Forcing:
    """What events force on the rig in the seconds from `second0` on.

    Args:
        events: Those under way, and any others.
        second0: First second since the start of the simulation.
        n: How many seconds.
    """
    seconds = second0 + np.arange(n, dtype=np.float64)
    columns = {name: np.zeros(n) for name in Forcing._fields}
    for name in _FACTORS.values():
        columns[name] += 1.0
    for event in events:
        if event.start < second0 + n and event.end > second0:
            _apply(event, event.level(seconds), columns)
    return Forcing(**columns)


def _apply(event: Event, level: Array, columns: dict[str, Array]) -> None:
    """Add what one event forces to the columns."""
    kind, full = event.kind, event.severity * level
    if kind in _SUMS:
        columns[_SUMS[kind]] += full
    elif kind in _SHARES:
        taken = columns[_SHARES[kind]]
        taken += (1.0 - taken) * full
    elif kind in _FACTORS:
        columns[_FACTORS[kind]] *= 1.0 + (event.severity - 1.0) * level
    elif kind is EventKind.WASHOUT:
        columns["washout_area_fraction"] += (1.0 - full / BIT_SHARE) ** -0.5 - 1.0
    elif kind is EventKind.LINER_LEAK:
        leak = columns[f"pump_{event.pump}_leak"]
        leak += (1.0 - leak) * full
    if kind is EventKind.INFLUX:
        columns["influx_during"][level > 0.0] = event.during


def labels(events: Sequence[Event], start: datetime) -> pl.DataFrame:
    """What happened, one row per event.

    Args:
        events: In any order.
        start: When the simulation began.

    Returns:
        `kind`, `start`, `end` (UTC), `severity`, `unit` and `look_alike_of`, which is null for
        what is no look-alike.
    """
    rows = [
        (
            one.kind.value,
            start + timedelta(seconds=one.start),
            start + timedelta(seconds=one.end),
            one.severity,
            SPECS[one.kind].unit,
            SPECS[one.kind].look_alike_of,
        )
        for one in sorted(events, key=lambda one: (one.start, one.kind))
    ]
    return pl.DataFrame(rows, schema=LABELS, orient="row")


LABELS = pl.Schema(
    {
        "kind": pl.String(),
        "start": TIME,
        "end": TIME,
        "severity": pl.Float64(),
        "unit": pl.String(),
        "look_alike_of": pl.String(),
    }
)
"""The columns of event labels."""
