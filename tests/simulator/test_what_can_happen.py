"""Labels name what happened: no leak in a pump at rest, no fault of a sensor that is not there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idrill.errors import InvalidSimulation
from idrill.simulator.campaign import Campaign, draw_campaign
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.events import Event, Planned
from idrill.simulator.fault_schedules import PlannedFaults
from idrill.simulator.faults import Fault, FaultKind
from idrill.simulator.rig import simulate

START = datetime(2026, 1, 1, tzinfo=UTC)


def campaign(without: str = "") -> Campaign:
    drawn = draw_campaign("SIM_01", start=START, days=1, seed=3)
    kept = tuple(one for one in drawn.sensors.sensors if one.channel != without)
    return replace(drawn, sensors=replace(drawn.sensors, sensors=kept))


@pytest.mark.parametrize("pump", [1, 2, 3])
def test_a_liner_leak_is_in_a_pump_that_runs_whatever_its_number(pump: int) -> None:
    drawn = campaign()
    leak = Event(EventKind.LINER_LEAK, 0.0, 3_600.0, 0.5, 1.0, pump=pump)

    flows = [
        simulate(
            drawn.rig, drawn.wells[0], drawn.crew, start=START, duration=timedelta(hours=1), seed=3,
            events=Planned(events), sensors=drawn.sensors,
        ).truth["flow_in"].max()
        for events in ((), (leak,))
    ]  # fmt: skip

    assert flows[1] < 0.9 * flows[0]  # type: ignore[operator]


@pytest.mark.parametrize(("without", "labelled"), [("", 1), ("torque", 0)])
def test_noise_of_a_sensor_is_labelled_where_there_is_one(without: str, labelled: int) -> None:
    drawn = campaign(without)
    noise = Event(EventKind.TORQUE_NOISE, 60.0, 600.0, 2_000.0)

    told = simulate(
        drawn.rig, drawn.wells[0], drawn.crew, start=START, duration=timedelta(hours=1), seed=3,
        events=Planned((noise,)), sensors=drawn.sensors,
    )  # fmt: skip

    assert told.events.height == told.faults.height == labelled


def test_a_planned_fault_of_a_sensor_that_is_not_there_is_refused() -> None:
    drawn = campaign()
    fault = Fault("pit_volume_24", FaultKind.FROZEN, 0.0, 60.0)

    with pytest.raises(InvalidSimulation, match="pit_volume_24 is not measured"):
        simulate(
            drawn.rig, drawn.wells[0], drawn.crew, start=START, duration=timedelta(hours=1), seed=3,
            faults=PlannedFaults((fault,)), sensors=drawn.sensors,
        )  # fmt: skip
