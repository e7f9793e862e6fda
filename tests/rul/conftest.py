"""A simulated rig, what its hours tell and what was installed on it."""

from datetime import timedelta

import pytest

from idrill.rigs import EquipmentKind
from idrill.rul.components import ComponentLife
from idrill.rul.fleets import hours_of_rig, records_of
from idrill.rul.hours import Hours
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig


@pytest.fixture(scope="session")
def worked_rig() -> SimulatedRig:
    """A rig of 3,000 hours in steps of ten minutes."""
    fleet = SimulatedFleet(1, 3, duration=timedelta(hours=3_000), step=timedelta(minutes=10))
    return fleet.rig(1)


@pytest.fixture(scope="session")
def worked_hours(worked_rig: SimulatedRig) -> Hours:
    """All that its sensors read."""
    return hours_of_rig(worked_rig, list(EquipmentKind))


@pytest.fixture(scope="session")
def records(worked_rig: SimulatedRig) -> tuple[ComponentLife, ...]:
    """What was installed on it, and when."""
    return records_of(worked_rig)
