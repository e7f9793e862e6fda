"""Simulations of either clock cut into UTC days, each with what its sensors read and the truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from idrill.simulator.campaign import Campaign
from idrill.simulator.events import labels
from idrill.simulator.faults import fault_labels
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig

DAY = timedelta(days=1)

DAYS_AT_ONCE = 30
"""Of a rig on the slow clock that lie in memory: states are worked out for its whole life anew each
time they are asked for."""


@dataclass(frozen=True, slots=True)
class SimulatedDay:
    """One UTC day of one rig."""

    rig_id: str
    day: date
    measured: pl.DataFrame
    """A canonical frame, of origin synthetic."""
    truth: Mapping[str, pl.DataFrame]
    """What really happened, by the name of the table."""


def days_of_campaign(campaign: Campaign) -> Iterator[SimulatedDay]:
    """Day by day at 1 Hz: seconds of truth, events and sensor faults."""
    for number, chunk in enumerate(campaign):
        truth = {
            "truth": chunk.truth,
            "events": labels(chunk.events, campaign.start),
            "faults": fault_labels(chunk.faults, campaign.start),
        }
        day = (campaign.start + number * DAY).date()
        yield SimulatedDay(campaign.rig.id, day, chunk.measured, truth)


def days_of_fleet(fleet: SimulatedFleet) -> Iterator[SimulatedDay]:
    """Rig by rig and day by day on the slow clock: wear and activity of each step.

    A rig's first day brings the lives of its components in all its days.
    """
    for rig in fleet:
        yield from _days_of(rig)


def _days_of(rig: SimulatedRig) -> Iterator[SimulatedDay]:
    size = DAY // rig.fleet.step
    for first in range(0, rig.steps, DAYS_AT_ONCE * size):
        last = min(first + DAYS_AT_ONCE * size, rig.steps)
        measured, truth = rig.measured(first, last), rig.truth(first, last)
        for place in range(0, last - first, size):
            day = (rig.fleet.start + (first + place) * rig.fleet.step).date()
            of_day = pl.col("time").dt.date() == day
            tables = {"truth": truth.filter(of_day)}
            if day == rig.fleet.start.date():
                tables["histories"] = rig.histories
            yield SimulatedDay(rig.rig.id, day, measured.filter(of_day), tables)
