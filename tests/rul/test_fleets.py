"""Lives of simulated fleets."""

from datetime import timedelta

import numpy as np
import pytest

from idrill.errors import InvalidWindows
from idrill.rul.components import EndedBy
from idrill.rul.drawn_lives import Fleets, lives_together
from idrill.rul.fleets import STEP, fleet_for, fleet_lives, records_of, rig_lives
from idrill.simulator.fleet import SimulatedFleet


def test_each_rig_of_a_fleet_is_a_group() -> None:
    fleet = SimulatedFleet(2, 5, duration=timedelta(hours=1_200), step=STEP)

    lives = fleet_lives(["valve"], fleet)["valve"]

    assert lives.groups == ("SIM_0001", "SIM_0002")
    assert [life.values.tolist() for life in lives.of({"SIM_0002"})] == [
        life.values.tolist() for life in rig_lives(["valve"], fleet, 2)["valve"]
    ]


def test_components_that_share_a_simulation_live_as_alone() -> None:
    fleet = SimulatedFleet(1, 5, duration=timedelta(hours=600), step=STEP)

    together = rig_lives(["valve", "washpipe"], fleet, 1)

    for component, lives in together.items():
        (alone,) = rig_lives([component], fleet, 1).values()
        assert len(lives) > 0
        assert [one.unit for one in lives] == [one.unit for one in alone]
        assert all(
            np.array_equal(one.values, other.values, equal_nan=True)
            for one, other in zip(lives, alone, strict=True)
        )


def test_components_whose_fleets_last_differently_are_not_drawn_together() -> None:
    with pytest.raises(InvalidWindows, match="do not last equally long"):
        lives_together(("valve", "brake"), Fleets((1,), 1))


def test_records_of_a_simulated_rig_end_where_the_data_do_without_an_end() -> None:
    fleet = SimulatedFleet(1, 5, duration=timedelta(hours=1_200), step=STEP)

    records = records_of(fleet.rig(1))

    running = [one for one in records if one.ended_by is EndedBy.IN_SERVICE]
    assert len(running) == 12
    assert all(one.end is None for one in running)
    assert all((one.failure_mode is not None) == one.failed for one in records)


def test_a_fleet_for_a_gearbox_lasts_for_many_lives() -> None:
    assert fleet_for("gearbox", 3, 1).duration > 5 * fleet_for("valve", 3, 1).duration
