"""Repairs take time: the rig stands, nothing wears, and what it would have done comes later."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from idrill.rigs import COMPONENT_KINDS
from idrill.simulator.downtime import PLANNED, REPAIR, calendar_of, lost_hours
from idrill.simulator.fleet import SimulatedFleet, SimulatedRig
from idrill.simulator.noise import stream
from idrill.simulator.upkeep import EndedBy, PolicyKind


@pytest.fixture(scope="module")
def rig() -> SimulatedRig:
    fleet = SimulatedFleet(
        rigs=3, seed=5, duration=timedelta(hours=3_000), step=timedelta(minutes=10),
        policies=(PolicyKind.RUN_TO_FAILURE,),
    )  # fmt: skip
    return fleet.rig(3)


def test_every_component_has_a_repair_time() -> None:
    assert set(REPAIR) == {kind.name for kind in COMPONENT_KINDS}


def test_a_planned_replacement_costs_less_than_a_failure_and_an_opportunistic_one_nothing() -> None:
    failed, planned, beside = (
        lost_hours("gearbox", ended_by, stream(1, "repair"))
        for ended_by in (EndedBy.FAILURE, EndedBy.PREVENTIVE, EndedBy.OPPORTUNISTIC)
    )

    assert failed > 0.0
    assert planned == pytest.approx(PLANNED * failed)
    assert beside == 0.0


def test_a_stop_moves_all_work_that_comes_after_it() -> None:
    calendar = calendar_of(10, {2: 3.0})

    assert calendar.when(np.array([0, 2, 3])).tolist() == [0, 2, 6]
    assert calendar.standing.sum() == 3


def test_the_time_between_two_lives_is_the_repair(rig: SimulatedRig) -> None:
    histories = rig.histories.sort("start")

    pauses = [
        lives["start"][place + 1] - lives["end"][place]
        for _, lives in histories.group_by("equipment", "component")
        for place in range(lives.height - 1)
        if lives["ended_by"][place] == "failure"
    ]

    assert sum(pauses, timedelta(0)) > timedelta(0)
    assert all(pause >= timedelta(0) for pause in pauses)


def test_while_a_rig_stands_for_a_repair_it_is_static_and_nothing_wears(rig: SimulatedRig) -> None:
    stands = pl.Series(rig.calendar.standing)
    wear = [name for name in rig.truth().columns if name.endswith("_own_hours")]

    truth, measured = rig.truth().filter(stands), rig.measured().filter(stands)
    growth = rig.truth().select(pl.col(wear).diff().fill_null(0.0)).filter(stands)

    assert truth.height > 5
    assert truth["activity"].unique().to_list() == ["static"]
    assert (measured["pump_1_stroke_rate"] == 0.0).all()
    assert (measured["rotary_speed"] == 0.0).all()
    assert growth.select(pl.all().max()).row(0) == (0.0,) * len(wear)


def test_lost_time_leaves_the_end_of_the_work_undone(rig: SimulatedRig) -> None:
    assert rig.calendar.worked[-1] == rig.steps - 1 - rig.calendar.standing.sum()
    assert max(life.last for life in rig.lives) <= rig.calendar.worked[-1]
