"""Figures of prognoses, on the same windows for all."""

import math

import numpy as np
import pytest

from idrill.errors import InvalidModel
from idrill.rul.evaluation import asked_windows, by_unit, evaluate, paired_bootstrap
from idrill.rul.prognostic_metrics import (
    alpha_lambda,
    attainable_gain,
    mae,
    phm08,
    prognostic_horizon,
    rmse,
)
from idrill.windows import windows
from tests.worn_units import PROBLEM, worn

LIVES = worn(30, cut=0.5)
ASKED = asked_windows(PROBLEM, LIVES, per_unit=6)
TARGET = PROBLEM.target(ASKED)


def test_who_knows_all_up_to_the_cap_is_never_off() -> None:
    found = evaluate(PROBLEM, ASKED, TARGET)

    assert found.rmse == found.mae == found.phm08 == 0.0
    assert set(found.alpha_lambda.values()) == {1.0}
    assert found.rmse_uncapped > 5.0


def test_units_that_were_cut_short_count_only_where_they_outlived_the_cap() -> None:
    cut = ~ASKED.failed

    assert cut.any()
    assert (ASKED.remaining[cut] >= PROBLEM.cap).all()


def test_the_same_seed_asks_at_the_same_rows_and_another_does_not() -> None:
    first, again, other = (asked_windows(PROBLEM, LIVES, seed=seed).age for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_late_costs_more_than_early() -> None:
    true = np.array([50.0])

    assert phm08(true + 10.0, true) == pytest.approx(math.e - 1.0)
    assert phm08(true - 13.0, true) == pytest.approx(math.e - 1.0)
    assert phm08(true + 20.0, true) > phm08(true - 20.0, true)


def test_the_score_is_in_hundredths_of_the_cap_where_the_clock_counts_no_cycles() -> None:
    found = evaluate(PROBLEM, ASKED, TARGET + PROBLEM.cap / 10.0)

    assert found.phm08 == pytest.approx(len(ASKED) * (math.e - 1.0))


def test_errors_are_what_they_are_by_hand() -> None:
    said, true = np.array([1.0, 6.0]), np.array([4.0, 2.0])

    assert rmse(said, true) == pytest.approx(math.sqrt(12.5))
    assert mae(said, true) == 3.5


def test_accuracy_asks_at_its_share_of_the_life_and_within_alpha_of_the_truth() -> None:
    actual, passed = np.array([60.0, 50.0, 50.0, 20.0]), np.array([0.4, 0.5, 0.52, 0.8])
    said = np.array([600.0, 59.0, 61.0, 20.0])

    assert alpha_lambda(said, actual, passed, 0.5) == 0.5
    assert alpha_lambda(said, actual, passed, 0.8) == 1.0
    assert math.isnan(alpha_lambda(said, actual, passed, 0.1))


def test_how_much_of_the_accuracy_asks_for_no_more_than_the_cap_is_told() -> None:
    found = evaluate(PROBLEM, ASKED, TARGET)
    cap = np.full_like(TARGET, PROBLEM.cap)
    lazy = evaluate(PROBLEM, ASKED, cap)

    failed, passed = ASKED.failed, ASKED.age / (ASKED.age + ASKED.remaining)
    early = failed & (np.abs(passed - 0.25) <= 0.05)
    above = float(np.mean(ASKED.remaining[early] > PROBLEM.cap))
    assert 0.0 < above <= lazy.alpha_lambda[0.25]
    assert found.capped[0.25] == lazy.capped[0.25] == above
    assert found.capped[0.9] == 0.0


@pytest.mark.parametrize(
    ("off", "horizon"),
    [([9, 9, 0, 0], 20.0), ([0, 9, 0, 0], 20.0), ([0] * 4, 40.0), ([0, 0, 0, 9], 0)],
)
def test_the_horizon_begins_after_the_last_time_outside(off: list[float], horizon: float) -> None:
    actual = np.array([40.0, 30.0, 20.0, 10.0])

    assert prognostic_horizon(actual + np.array(off), actual, band=5.0) == horizon


def test_the_gain_is_none_for_the_age_all_for_the_oracle_and_more_for_a_leak() -> None:
    assert attainable_gain(30.0, 30.0, 10.0) == 0.0
    assert attainable_gain(30.0, 10.0, 10.0) == 1.0
    assert attainable_gain(30.0, 5.0, 10.0) > 1.0
    assert math.isnan(attainable_gain(10.0, 10.0, 10.0))


def test_each_unit_has_a_row_for_each_predictor() -> None:
    found = by_unit(PROBLEM, ASKED, {"right": TARGET, "late": TARGET + 3.0})

    units = np.unique(ASKED.unit).size
    late = found.filter(predictor="late")
    assert found.height == 2 * units
    assert late["rmse"].to_list() == pytest.approx([3.0] * units)
    assert late["bias"].to_list() == pytest.approx([3.0] * units)
    assert late["windows"].sum() == len(ASKED)


@pytest.mark.parametrize("said", [TARGET[:-1], np.where(TARGET > 20.0, np.nan, TARGET)])
def test_who_does_not_answer_for_each_window_is_not_judged(
    said: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    with pytest.raises(InvalidModel, match="one number for each"):
        evaluate(PROBLEM, ASKED, said)


def test_windows_whose_remaining_life_is_not_known_are_not_judged() -> None:
    every = windows(LIVES, PROBLEM.length)

    with pytest.raises(InvalidModel, match="not known"):
        evaluate(PROBLEM, every, PROBLEM.target(every))


def test_a_better_predictor_is_better_in_nearly_all_draws() -> None:
    generator = np.random.default_rng(0)
    units = np.repeat(np.arange(100), 4)
    shared = np.repeat(generator.normal(size=100), 4)
    good = shared + 0.3 * generator.normal(size=400)
    bad = 1.3 * shared + 0.3 * generator.normal(size=400)

    found = paired_bootstrap(good, bad, units)

    assert found.rmse == pytest.approx(rmse(good, good * 0) - rmse(bad, bad * 0))
    assert found.low < found.rmse < found.high < 0.0
    assert found.better > 0.99


def test_predictors_alike_are_better_in_about_half_of_the_draws_over_data_sets() -> None:
    generator = np.random.default_rng(1)
    units = np.repeat(np.arange(60), 5)
    inside = []
    for number in range(100):
        one, other = (np.repeat(generator.normal(size=60), 5) for _ in range(2))
        found = paired_bootstrap(one, other, units, draws=300, seed=number)
        inside.append(found.low <= 0.0 <= found.high)

    assert 0.88 <= np.mean(inside) <= 1.0


def test_windows_of_one_unit_are_one_piece_of_evidence() -> None:
    generator = np.random.default_rng(2)
    one, other = generator.normal(size=(2, 30))
    single = paired_bootstrap(one, other, np.arange(30))

    repeated = paired_bootstrap(
        np.repeat(one, 50), np.repeat(other, 50), np.repeat(np.arange(30), 50)
    )

    assert repeated.high - repeated.low == pytest.approx(single.high - single.low, rel=1e-6)


def test_errors_of_different_windows_cannot_be_paired() -> None:
    with pytest.raises(InvalidModel, match="cannot be paired"):
        paired_bootstrap(np.zeros(3), np.zeros(4), np.arange(3))
    with pytest.raises(InvalidModel, match="1 units"):
        paired_bootstrap(np.zeros(3), np.zeros(3), np.zeros(3, dtype=np.int64))
