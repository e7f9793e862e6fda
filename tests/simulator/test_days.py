"""Simulations cut into days: put together they are the whole, and each knows its day."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from idrill.simulator.days import DAYS_AT_ONCE, days_of_fleet
from idrill.simulator.fleet import SimulatedFleet

START = datetime(2026, 2, 1, tzinfo=UTC)


def test_the_days_of_a_rig_make_up_all_that_it_measured_and_went_through() -> None:
    count = DAYS_AT_ONCE + 1
    fleet = SimulatedFleet(1, seed=4, start=START, duration=timedelta(days=count))

    days = list(days_of_fleet(fleet))

    assert [day.day for day in days] == [date(2026, 2, 1) + timedelta(n) for n in range(count)]
    rig = fleet.rig(1)
    assert_frame_equal(pl.concat([day.measured for day in days]), rig.measured())
    assert_frame_equal(pl.concat([day.truth["truth"] for day in days]), rig.truth())


def test_the_lives_of_a_rig_come_with_its_first_day_alone() -> None:
    fleet = SimulatedFleet(2, seed=4, start=START, duration=timedelta(days=2))

    days = list(days_of_fleet(fleet))

    told = [(day.rig_id, day.day.day) for day in days if "histories" in day.truth]
    assert told == [("SIM_0001", 1), ("SIM_0002", 1)]
    assert set(days[2].truth["histories"]["rig_id"]) == {"SIM_0002"}
