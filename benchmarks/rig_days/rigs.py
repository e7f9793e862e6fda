"""Drawn rigs whose days can be lived again: with an event, or with a fault in a sensor.

All random numbers of a simulation go by seed, name and second. So a day that is lived again from
its midnight differs from the first time by the event or the fault alone.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from idrill.channels import channel
from idrill.simulator.campaign import Campaign, draw_campaign
from idrill.simulator.events import DAY, Event
from idrill.simulator.faults import Fault
from idrill.simulator.operation import Operation
from idrill.simulator.sensor_package import Sensor
from idrill.simulator.sensors import Array, Memory, measure
from idrill.simulator.truth import TRUTH
from idrill.units import conversion

START = datetime(2026, 1, 1, tzinfo=UTC)

UNITS = {column.name: column.unit for column in TRUTH}


@dataclass(frozen=True, slots=True)
class Midnight:
    """How a rig stands as a day begins."""

    operation: Operation
    memory: Memory | None
    """Of its sensors."""


@dataclass(frozen=True, slots=True)
class Rig:
    """A drawn rig and its days without any event or fault."""

    campaign: Campaign
    midnights: tuple[Midnight, ...]
    """As each day begins."""
    truths: tuple[pl.DataFrame, ...]
    """Of each day."""

    def measured(self, day: int, faults: Sequence[Fault] = ()) -> pl.DataFrame:
        """What the sensors report of a day, some of them faulty."""
        frame, _ = self.measured_on(day, self.midnights[day].memory, faults)
        return frame

    def measured_on(
        self, day: int, memory: Memory | None, faults: Sequence[Fault]
    ) -> tuple[pl.DataFrame, Memory]:
        """The same, with what sensors remember that were faulty the day before."""
        one = self.campaign
        return measure(one.sensors, self.truths[day], one.seed, faults, memory)

    def lived_again(self, day: int, events: Sequence[Event]) -> pl.DataFrame:
        """The truth of a day on which something happens."""
        return deepcopy(self.midnights[day].operation).advance(DAY, tuple(events))

    def measured_again(self, day: int, truth: pl.DataFrame) -> pl.DataFrame:
        """What sound sensors report of a day that was lived again."""
        one, memory = self.campaign, self.midnights[day].memory
        return measure(one.sensors, truth, one.seed, (), memory)[0]

    def at(self, second: float) -> datetime:
        """The instant of a second since the start."""
        return self.campaign.start + timedelta(seconds=second)


def drawn(seed: int, mismatch: float, days: int) -> Rig:
    """A rig that the seed decides, simulated for some days.

    Args:
        seed: Same seed, same rig.
        mismatch: How far it is from its model.
        days: How many.
    """
    campaign = draw_campaign("RIG_01", start=START, days=days, seed=seed, mismatch=mismatch)
    operation = Operation(
        campaign.rig, campaign.wells[0], campaign.crew, campaign.start, campaign.seed,
        campaign.surroundings, list(campaign.wells[1:]),
    )  # fmt: skip
    midnights, truths = [], []
    memory: Memory | None = None
    for _ in range(days):
        midnights.append(Midnight(deepcopy(operation), memory))
        truths.append(operation.advance(DAY))
        _, memory = measure(campaign.sensors, truths[-1], campaign.seed, (), memory)
    return Rig(campaign, tuple(midnights), tuple(truths))


def true_values(rig: Rig, name: str, truth: pl.DataFrame) -> Array:
    """What a perfect sensor of a channel would show at once, in the channel's unit (second).

    Raises:
        KeyError: If the rig neither measures the channel nor reckons it from others.
    """
    package = rig.campaign.sensors
    sensors = {sensor.channel: sensor for sensor in package.sensors}
    if name in sensors:
        return _sensed(sensors[name], truth, package.paddle_full_flow)
    if name in UNITS:
        return _converted(truth, name, name)
    parts = [_sensed(sensors[part], truth, 1.0) for part in package.derived[name]]
    return np.asarray(np.sum(parts, axis=0))


def _sensed(sensor: Sensor, truth: pl.DataFrame, full_flow: float) -> Array:
    if sensor.channel == "flow_out_fraction":
        return truth[sensor.source].to_numpy() * (100.0 / full_flow)
    if sensor.channel == "rate_of_penetration":
        return _converted(truth, "rate_of_penetration", sensor.channel)
    return _converted(truth, sensor.source, sensor.channel)


def _converted(truth: pl.DataFrame, source: str, name: str) -> Array:
    unit = "fraction" if UNITS[source] == "-" else UNITS[source]
    to = conversion(unit, channel(name).unit)
    return np.asarray(truth[source].to_numpy() * to.factor + to.shift)


def within_a_day(event: Event) -> Event:
    """The event, ended by midnight."""
    midnight = (event.start // DAY + 1) * DAY
    return replace(event, end=min(event.end, midnight))
