"""How a prognosis or an age becomes a chance of failure by own hours ahead."""

from dataclasses import replace

import numpy as np
import pytest

from idrill.maintenance.life_law import LifeLaw
from idrill.maintenance.outlook import Outlook, SaidBy, by_age, by_prognosis, trust_in
from idrill.prognosis import LEVELS
from tests.plan_work import prognosis

LAW = LifeLaw(3.0, 600.0, 20)
STATED = [
    (10.0, 20.0, 60.0, 120.0, 150.0),
    (10.0, 20.0, 290.0, 300.0, 300.0),
    (200.0, 300.0, 300.0, 300.0, 300.0),
    (300.0,) * 5,
    (0.0,) * 5,
    (0.0, 5.0, 5.0, 9.0, 300.0),
]


def outlook(quantiles: tuple[float, ...], law: LifeLaw | None) -> Outlook:
    found = by_prognosis(prognosis(quantiles), law)
    assert found is not None
    return found


@pytest.mark.parametrize("law", [None, LAW], ids=["alone", "with a law"])
@pytest.mark.parametrize("quantiles", STATED, ids=str)
def test_a_chance_never_falls_and_is_none_or_whole_at_its_ends(
    quantiles: tuple[float, ...], law: LifeLaw | None
) -> None:
    found = outlook(quantiles, law)

    assert (np.diff(found.hours) > 0.0).all()
    assert (np.diff(found.chance) >= -1e-12).all()
    assert found.chance[0] == 0.0
    assert found.chance[-1] <= 1.0


@pytest.mark.parametrize("law", [None, LAW], ids=["alone", "with a law"])
def test_the_chance_is_each_level_at_its_quantile(law: LifeLaw | None) -> None:
    found = outlook(STATED[0], law)

    assert found.failed(np.array(STATED[0])) == pytest.approx(np.array(LEVELS), abs=1e-6)


def test_a_quantile_at_the_cap_bounds_the_chance_and_does_not_state_it() -> None:
    found = outlook(STATED[1], None)

    at_cap = float(found.failed(np.array([300.0]))[0])
    assert 0.5 < at_cap < 0.9


def test_nothing_is_made_up_beyond_the_cap_without_a_law() -> None:
    found = outlook((300.0,) * 5, None)

    assert found.failed(np.array([100.0, 300.0, 900.0])).tolist() == [0.0, 0.0, 0.0]
    assert found.known_to == 300.0


def test_beyond_the_cap_the_law_goes_on_where_the_prognosis_ends() -> None:
    found = outlook(STATED[1], LAW)

    at_cap, later = found.failed(np.array([300.0, 400.0]))
    conditional = float(LAW.chance(400.0 + 300.0, np.array([100.0]))[0])
    assert later == pytest.approx(at_cap + (1.0 - at_cap) * conditional, abs=2e-3)


def test_a_withheld_prognosis_says_nothing() -> None:
    assert by_prognosis(prognosis(None), LAW) is None


def test_an_age_says_what_the_law_does() -> None:
    found = by_age(LAW, 400.0)

    assert found.said_by is SaidBy.AGE
    ahead = np.array([0.0, 100.0, 250.0])
    assert found.failed(ahead) == pytest.approx(LAW.chance(400.0, ahead), abs=1e-4)


def test_the_hours_that_a_unit_lasts_are_the_area_above_the_chance() -> None:
    found = outlook(STATED[0], None)
    ahead = np.linspace(0.0, 200.0, 20_001)

    area = np.trapezoid(1.0 - found.failed(ahead), ahead)

    assert found.lasting(np.array([0.0, 200.0])) == pytest.approx([0.0, area], abs=1e-2)


def test_a_unit_that_went_on_working_is_looked_at_from_where_it_is() -> None:
    found = outlook(STATED[0], None)

    later = found.after(20.0)

    assert later.failed(np.array([0.0]))[0] == 0.0
    expected = (0.5 - 0.1) / (1.0 - 0.1)
    assert later.failed(np.array([40.0]))[0] == pytest.approx(expected)
    assert later.known_to == found.known_to - 20.0


def test_a_unit_that_outlived_all_that_was_foreseen_may_fail_at_once() -> None:
    later = outlook(STATED[0], None).after(500.0)

    assert later.failed(np.array([0.0, 10.0])).tolist() == [1.0, 1.0]


def test_replacing_at_the_best_age_costs_less_than_at_any_other_and_waiting() -> None:
    ages, costs = LAW.costs(1.0, 10.0)
    best = LAW.best_age(1.0, 10.0)

    assert np.interp(best, ages, costs) == pytest.approx(costs.min())
    assert costs.min() < 10.0 / LAW.mean
    assert replace(LAW, shape=0.8).best_age(1.0, 10.0) == np.inf


def test_warnings_that_came_true_half_as_often_count_half() -> None:
    said = outlook(STATED[0], None)
    ahead = np.array([0.0, 20.0, 60.0])

    half = said.weighed(0.5)

    assert half.failed(ahead) == pytest.approx(1.0 - np.sqrt(1.0 - said.failed(ahead)))
    assert said.weighed(1.0).failed(ahead) == pytest.approx(said.failed(ahead))


@pytest.mark.parametrize("truth", [0.25, 1.0, 3.0])
def test_how_far_warnings_come_true_is_found_again(truth: float) -> None:
    random = np.random.default_rng(3)
    said = [by_age(LAW, age) for age in random.uniform(0.0, 600.0, 6_000)]
    within = 60.0
    chances = [float(one.weighed(truth).failed(np.array([within]))[0]) for one in said]
    left = np.where(random.random(6_000) < chances, within / 2.0, 2.0 * within)

    assert trust_in(said, list(left), within) == pytest.approx(truth, rel=0.25)


def test_a_source_of_which_nothing_was_seen_is_taken_at_its_word() -> None:
    assert trust_in([], [], 24.0) == 1.0
