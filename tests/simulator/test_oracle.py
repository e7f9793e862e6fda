"""The oracle: it sees the hidden state and so foresees better than the mean, without the end."""

from datetime import timedelta

import numpy as np
import pytest

from idrill.errors import InvalidSimulation
from idrill.simulator.fleet import SimulatedFleet
from idrill.simulator.oracle import Oracle, Sight, sights, sights_by_unit
from idrill.simulator.upkeep import PolicyKind

CAP = 100.0


def fleet(seed: int) -> SimulatedFleet:
    return SimulatedFleet(
        2, seed, duration=timedelta(hours=3_000), step=timedelta(minutes=30),
        policies=(PolicyKind.ONLY_FAILED,),
    )  # fmt: skip


@pytest.fixture(scope="module")
def known() -> list[Sight]:
    return list(sights_by_unit(fleet(1), "piston").values())


@pytest.fixture(scope="module")
def others() -> list[Sight]:
    return [one for one in sights_by_unit(fleet(2), "piston").values() if one.failed]


def test_it_foresees_units_of_another_fleet_better_than_the_mean(
    known: list[Sight], others: list[Sight]
) -> None:
    oracle, passed = Oracle(known, CAP), np.array([0.2, 0.5, 0.8, 0.95])

    wrong, spread = [], []
    for one in others:
        true = np.minimum((1.0 - passed) * one.whole, CAP)
        wrong.append(oracle.remaining(one, passed) - true)
        spread.append(true)

    rmse = np.sqrt(np.mean(np.square(wrong)))
    assert len(others) > 10
    assert rmse < 0.8 * np.std(spread)


def test_what_is_to_be_seen_counts_the_own_hours_and_never_heals(others: list[Sight]) -> None:
    for one in others:
        assert (np.diff(one.wear) >= 0.0).all()
        assert (np.diff(one.own_hours) > 0.0).all()
        assert one.remaining[-1] < 0.05 * one.whole + 1.0


def test_lives_are_named_as_their_records_are() -> None:
    rig = fleet(1).rig(1)

    named = {one.unit for one in sights(rig, "piston")}

    assert named <= set(rig.histories["unit"].str.replace("_piston/", "/piston/"))


def test_without_a_failure_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(InvalidSimulation, match="no unit failed"):
        Oracle([], CAP)
