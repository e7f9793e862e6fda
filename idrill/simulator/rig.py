"""A simulated rig on a well: what happened, what its sensors say of it, and what was wrong when.

`simulate` gives all of it at once; `stream` gives a chunk at a time in bounded memory. Chunks put
together equal the whole, byte for byte, however time is cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from idrill.errors import InvalidSimulation
from idrill.simulator.crew import Crew
from idrill.simulator.events import Event, Planned, Schedule, labels
from idrill.simulator.fault_schedules import (
    FaultSchedule,
    PlannedFaults,
    faults_of,
    happening,
    require_carried,
)
from idrill.simulator.faults import Fault, fault_labels
from idrill.simulator.noise import stream as numbers
from idrill.simulator.operation import Operation, draw_around
from idrill.simulator.outfit import Outfit
from idrill.simulator.possible import require_possible
from idrill.simulator.sensor_package import SensorPackage, draw_sensors
from idrill.simulator.sensors import Memory, measure
from idrill.simulator.surroundings import Surroundings
from idrill.simulator.upkeep import PolicyKind
from idrill.simulator.upkept import minutes, upkept
from idrill.simulator.well_plan import WellPlan

DAY = timedelta(days=1)

NOTHING = Planned()
SOUND = PlannedFaults()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a simulation."""

    truth: pl.DataFrame
    """One row a second; the columns of `truth.TRUTH`."""
    measured: pl.DataFrame
    """A canonical frame, of origin synthetic; nothing of the truth but through a sensor."""
    events: tuple[Event, ...]
    """Those under way in it."""
    faults: tuple[Fault, ...]
    """Those of sensors under way in it."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """All there is to know about a simulated rig from an instant on."""

    truth: pl.DataFrame
    """One row a second; the columns of `truth.TRUTH`."""
    measured: pl.DataFrame
    """A canonical frame, of origin synthetic."""
    events: pl.DataFrame
    """What happened to the rig or its sensors, and what only looks like it; `events.LABELS`."""
    faults: pl.DataFrame
    """Which sensor was wrong when; `faults.FAULT_LABELS`."""
    histories: pl.DataFrame
    """The lives of its components; `histories.HISTORY`."""

    @property
    def activities(self) -> pl.DataFrame:
        """What the rig was doing: `time` and `activity`."""
        return self.truth.select("time", "activity")


def simulate(
    rig: Outfit,
    well: WellPlan,
    crew: Crew,
    *,
    start: datetime,
    duration: timedelta,
    seed: int,
    events: Schedule = NOTHING,
    faults: FaultSchedule = SOUND,
    sensors: SensorPackage | None = None,
    surroundings: Surroundings | None = None,
    later: Sequence[WellPlan] = (),
    policy: PolicyKind = PolicyKind.CONDITION_BASED,
) -> Simulation:
    """Simulate a rig on a well.

    Args:
        rig: What drills.
        well: What is drilled; it begins at its `start`, just off bottom.
        crew: Who drills it.
        start: A whole second, with a time zone.
        duration: A whole number of seconds.
        seed: Same seed, same bytes on one platform and set of versions.
        events: What happens to the rig and its well.
        faults: What happens to its sensors.
        sensors: What it carries; drawn unless given.
        surroundings: Heat, gas, unevenness and the like; drawn unless given.
        later: Wells that the rig moves on to, in this order.
        policy: How its components are kept running.

    Raises:
        InvalidSimulation: If that cannot be; the message names the field.
    """
    chunks = list(
        stream(
            rig, well, crew, start=start, duration=duration, seed=seed, events=events,
            faults=faults, sensors=sensors, surroundings=surroundings, later=later,
        )
    )  # fmt: skip
    truth = pl.concat([chunk.truth for chunk in chunks])
    worked = upkept(rig.id, minutes(truth), start, seed, policy)
    return Simulation(
        truth,
        pl.concat([chunk.measured for chunk in chunks]),
        labels(sorted({one for chunk in chunks for one in chunk.events}, key=_when), start),
        fault_labels([*{one for chunk in chunks for one in chunk.faults}], start),
        worked.histories,
    )


def _when(event: Event) -> tuple[float, str]:
    return event.start, event.kind


def stream(
    rig: Outfit,
    well: WellPlan,
    crew: Crew,
    *,
    start: datetime,
    duration: timedelta,
    seed: int,
    events: Schedule = NOTHING,
    faults: FaultSchedule = SOUND,
    sensors: SensorPackage | None = None,
    surroundings: Surroundings | None = None,
    later: Sequence[WellPlan] = (),
    chunk: timedelta = DAY,
) -> Iterator[Chunk]:
    """Simulate a rig on a well, a chunk at a time.

    Args:
        rig: What drills.
        well: What is drilled.
        crew: Who drills it.
        start: A whole second, with a time zone.
        duration: A whole number of seconds.
        seed: Same seed, same bytes.
        events: What happens to the rig and its well.
        faults: What happens to its sensors.
        sensors: What it carries; drawn unless given.
        surroundings: Heat, gas, unevenness and the like; drawn unless given.
        later: Wells that the rig moves on to, in this order.
        chunk: Length of a chunk; it changes nothing but where the cuts are.

    Raises:
        InvalidSimulation: If that cannot be; the message names the field.
    """
    total, size = _seconds("duration", duration), _seconds("chunk", chunk)
    package = sensors or draw_sensors(rig, numbers(seed, rig.id, "sensors"))
    around = surroundings or draw_around(rig, well, seed)
    operation = Operation(rig, well, crew, start, seed, around, list(later))
    return _chunks(Running(operation, package, events, faults), total, size)


class Running:
    """A simulated rig at work, as far as it was asked for.

    Its schedules are asked at each step what happens in it, so they may learn of more meanwhile.

    Args:
        operation: The rig on its well.
        package: Its sensors.
        events: What happens to the rig and its well.
        faults: What happens to its sensors.

    Raises:
        InvalidSimulation: If that cannot be; the message names the field.
    """

    def __init__(
        self, operation: Operation, package: SensorPackage, events: Schedule, faults: FaultSchedule
    ) -> None:
        require_possible("sensors", package)
        require_carried(faults, package)
        self.seconds = 0
        """Since the start, as far as it is simulated."""
        self._operation, self._package = operation, package
        self._events, self._faults = events, faults
        self._memory: Memory | None = None

    def advance(self, seconds: int) -> Chunk:
        """The next so many seconds; how they are cut changes nothing but that."""
        span = self.seconds, self.seconds + seconds
        events = happening(self._events.between(*span), self._package)
        faults = self._faults.between(*span) + faults_of(events, self._package)
        truth = self._operation.advance(seconds, events)
        seed = self._operation.seed
        measured, self._memory = measure(self._package, truth, seed, faults, self._memory)
        self.seconds = span[1]
        return Chunk(truth, measured, events, faults)


def _chunks(running: Running, total: int, size: int) -> Iterator[Chunk]:
    while running.seconds < total:
        chunk = running.advance(min(size, total - running.seconds))
        yield chunk
        del chunk  # or it would lie in memory beside the next


def _seconds(name: str, span: timedelta) -> int:
    seconds = span.total_seconds()
    if seconds <= 0.0 or not seconds.is_integer():
        raise InvalidSimulation(f"{name}: {span} is not a whole number of seconds above zero")
    return int(seconds)
