"""A drawn rig with its crew on one drawn well after another: all that a name and a seed decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from idrill.errors import InvalidSimulation
from idrill.simulator.crew import Crew, draw_crew
from idrill.simulator.events import AtRandom, Schedule
from idrill.simulator.fault_schedules import FaultSchedule, RandomFaults
from idrill.simulator.mismatch import DRIFT, Model, real
from idrill.simulator.noise import stream as numbers
from idrill.simulator.operation import Operation, draw_around
from idrill.simulator.outfit import Outfit, draw_outfit
from idrill.simulator.rig import NOTHING, SOUND, Chunk, Running, stream
from idrill.simulator.sensor_package import SensorPackage, draw_sensors
from idrill.simulator.surroundings import Surroundings
from idrill.simulator.well_plan import WellPlan, draw_well

DAYS_A_WELL = 10
"""Fewer than any drawn well takes, so that a campaign never runs out of wells [d]."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A rig at work for some days."""

    rig: Outfit
    crew: Crew
    wells: tuple[WellPlan, ...]
    """In the order in which they are drilled."""
    sensors: SensorPackage
    start: datetime
    """Midnight (UTC) of the first day; of a stream any whole second."""
    days: int
    seed: int
    surroundings: Surroundings
    model: Model
    """What may be known of rig and wells beforehand."""
    events: Schedule = NOTHING
    faults: FaultSchedule = SOUND

    def __iter__(self) -> Iterator[Chunk]:
        """Day by day; one lies in memory at a time."""
        return stream(
            self.rig, self.wells[0], self.crew, start=self.start,
            duration=timedelta(days=self.days), seed=self.seed, events=self.events,
            faults=self.faults, sensors=self.sensors, surroundings=self.surroundings,
            later=self.wells[1:],
        )  # fmt: skip

    def running(self, events: Schedule, faults: FaultSchedule) -> Running:
        """The rig at the start of its work, to be asked for a stretch at a time.

        Args:
            events: Instead of those of the campaign.
            faults: Instead of those of the campaign.
        """
        operation = Operation(
            self.rig, self.wells[0], self.crew, self.start, self.seed, self.surroundings,
            list(self.wells[1:]),
        )  # fmt: skip
        return Running(operation, self.sensors, events, faults)


def draw_campaign(
    rig_id: str,
    *,
    start: datetime,
    days: int,
    seed: int,
    events: float = 0.0,
    faults: float = 0.0,
    mismatch: float = 0.0,
) -> Campaign:
    """A rig, a crew, sensors and wells enough for the days.

    Args:
        rig_id: Name of the rig; rigs of one seed are as different as those of two.
        start: Midnight (UTC) of the first day.
        days: How many.
        seed: Same seed, same campaign; more days begin with the same ones.
        events: Of each kind per day.
        faults: Of each kind, for each sensor, per day.
        mismatch: How far rig and wells are from what is known of them, `Campaign.model`: 0 not at
            all, 1 as `mismatch` says.

    Raises:
        InvalidSimulation: If there is no day to simulate, or the mismatch is out of bounds.
    """
    if days < 1:
        raise InvalidSimulation(f"days: a campaign of {days} days is none")
    outfit = draw_outfit(rig_id, numbers(seed, rig_id, "outfit"))
    crew = draw_crew(numbers(seed, rig_id, "crew"))
    sensors = draw_sensors(outfit, numbers(seed, rig_id, "sensors"))
    channels = tuple(sensor.channel for sensor in sensors.sensors)
    wells = tuple(
        draw_well(f"{rig_id} {well}", crew, numbers(seed, rig_id, "well", str(well)))
        for well in range(1, 2 + days // DAYS_A_WELL)
    )
    model = Model(outfit, wells)
    found = real(model, mismatch, numbers(seed, rig_id, "mismatch"))
    around = draw_around(found.rig, found.wells[0], seed)._replace(friction_drift=DRIFT * mismatch)
    return Campaign(
        found.rig,
        crew,
        found.wells,
        sensors,
        start,
        days,
        seed,
        around,
        model,
        AtRandom(seed, rig_id, events),
        RandomFaults(seed, rig_id, channels, faults),
    )
