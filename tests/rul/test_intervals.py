"""Intervals that hold as often as they say, around predictions of any quality."""

from collections.abc import Callable

import numpy as np
import pytest

from idrill.errors import InvalidModel
from idrill.prognosis import LEVELS
from idrill.rul.coverage import coverage_limits, resplit_coverage
from idrill.rul.held_out import folds, out_of_fold, random_ends
from idrill.rul.intervals import (
    LEAST,
    PER_BIN,
    Interval,
    band,
    calibrate,
    coverage,
    mean_width,
    winkler,
)
from idrill.rul.problem import Array
from idrill.windows import Windows
from tests.worn_units import PROBLEM, worn

CAP = 125.0
TIMES = 150

Draw = Callable[[np.random.Generator, int], tuple[Array, Array]]


def even(generator: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Errors alike for all."""
    actual = generator.uniform(0.0, 100.0, count)
    return actual + generator.normal(0.0, 8.0, count), actual


def skew(generator: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Capped lives, predicted too long, and worse the longer they are."""
    actual = np.minimum(generator.uniform(0.0, 200.0, count), CAP)
    off = (2.0 + 0.15 * actual) * (generator.gamma(2.0, 1.0, count) - 1.0)
    return np.clip(actual + off, 0.0, CAP), actual


def coverages(draw: Draw, units: int, level: float) -> Array:
    generator = np.random.default_rng(0)
    found = []
    for _ in range(TIMES):
        interval = calibrate(*draw(generator, units), CAP)
        predicted, actual = draw(generator, 300)
        found.append(coverage(interval.quantiles(predicted), actual, level))
    return np.array(found)


@pytest.mark.parametrize("draw", [even, skew])
@pytest.mark.parametrize(("units", "level"), [(40, 0.9), (200, 0.9), (200, 0.8)])
def test_ninety_percent_is_ninety_percent(draw: Draw, units: int, level: float) -> None:
    # Lives at the cap are ties, which an interval holds all of or none.
    spare = 0.04 if draw is skew else 0.015
    assert level - 0.012 < coverages(draw, units, level).mean() < level + spare


def test_coverage_falls_between_its_limits_nineteen_times_in_twenty() -> None:
    low, high = coverage_limits(60, 300)
    found = coverages(even, 60, 0.9)

    assert 0.9 <= np.mean((low <= found) & (found <= high)) <= 0.99


def test_errors_that_grow_with_the_prediction_get_intervals_that_do() -> None:
    interval = calibrate(*skew(np.random.default_rng(1), 600), CAP)
    lower, upper = band(interval.quantiles(np.array([5.0, 80.0])), 0.9)

    assert interval.edges.size == 2
    assert (upper - lower)[1] > 2.0 * (upper - lower)[0]


def test_what_is_always_predicted_too_long_gets_an_interval_below_it() -> None:
    generator = np.random.default_rng(2)
    actual = generator.uniform(20.0, 60.0, 50)
    interval = calibrate(actual + 15.0 + generator.normal(size=50), actual, CAP)

    assert interval.quantiles(np.array([50.0]))[0, LEVELS.index(0.5)] == pytest.approx(35.0, abs=1)
    assert interval.quantiles(np.array([50.0]))[0, -1] < 50.0


def test_quantiles_ascend_within_nothing_and_the_cap() -> None:
    interval = calibrate(*skew(np.random.default_rng(3), 200), CAP)

    found = interval.quantiles(np.linspace(0.0, CAP, 77))

    assert (np.diff(found, axis=1) >= 0.0).all()
    assert found.min() >= 0.0
    assert found.max() <= CAP


def test_bins_with_few_units_are_joined() -> None:
    generator = np.random.default_rng(4)

    assert calibrate(*even(generator, 2 * PER_BIN - 1), CAP).edges.size == 0
    assert calibrate(*even(generator, 2 * PER_BIN), CAP).edges.size == 1


def test_a_bin_that_would_hold_a_few_units_is_none() -> None:
    predicted = np.repeat([10.0, 60.0], [5, 2 * PER_BIN])

    assert calibrate(predicted, np.full(predicted.size, 30.0), CAP).edges.size == 0


def test_predictions_all_alike_make_one_bin() -> None:
    assert (
        calibrate(np.full(500, 60.0), even(np.random.default_rng(5), 500)[1], CAP).edges.size == 0
    )


def test_too_few_units_are_refused_with_the_number_needed() -> None:
    some = np.arange(LEAST - 1.0)

    with pytest.raises(InvalidModel, match=f"{LEAST - 1} units.*at least {LEAST}"):
        calibrate(some, some, CAP)


def test_a_prediction_that_is_no_number_is_refused() -> None:
    some = np.arange(30.0)

    with pytest.raises(InvalidModel, match="not a number"):
        calibrate(np.where(some == 3.0, np.nan, some), some, CAP)


@pytest.mark.parametrize(
    ("edges", "offsets"),
    [
        ([10.0], [[0.0] * 5]),
        ([], [[0.0, 1.0, 0.5, 2.0, 3.0]]),
        ([10.0, 5.0], [[0.0] * 5] * 3),
    ],
)
def test_arrays_that_make_no_interval_are_refused(
    edges: list[float], offsets: list[list[float]]
) -> None:
    with pytest.raises(InvalidModel, match="interval"):
        Interval(np.array(edges), np.array(offsets), CAP)


def test_there_is_no_interval_between_levels_that_a_prognosis_does_not_state() -> None:
    with pytest.raises(InvalidModel, match=r"interval of 0\.5"):
        band(np.zeros((1, 5)), 0.5)


def test_the_score_of_winkler_grows_with_width_and_with_what_lies_outside() -> None:
    narrow, wide = (np.array([[50.0 - w, 0, 50, 100, 50.0 + w]]) for w in (5.0, 10.0))

    assert winkler(narrow, np.array([50.0])) == mean_width(narrow) == 10.0
    assert winkler(narrow, np.array([57.0])) == pytest.approx(10.0 + 20.0 * 2.0)
    assert winkler(wide, np.array([57.0])) == 20.0


def test_limits_of_coverage_are_wider_with_fewer_units() -> None:
    few, many = coverage_limits(30, 100), coverage_limits(1_000, 1_000)

    assert few[0] < many[0] < 0.9 < many[1] < few[1]


def test_resplits_of_sound_units_fall_between_the_limits() -> None:
    generator = np.random.default_rng(6)
    predicted, actual = skew(generator, 600)

    found = resplit_coverage(predicted, actual, np.repeat(np.arange(200), 3), CAP, splits=30)

    assert found.coverages.size == 30
    assert found.inside >= 0.85
    assert 0.87 < found.mean < 0.95


def test_resplits_take_one_window_of_each_unit() -> None:
    some = np.arange(60.0)

    with pytest.raises(InvalidModel, match="15 units are too few"):
        resplit_coverage(some, some, np.repeat(np.arange(30), 2), CAP)


def test_few_resplits_are_refused() -> None:
    some = np.arange(100.0)

    with pytest.raises(InvalidModel, match="at least 20"):
        resplit_coverage(some, some, np.arange(100), CAP, splits=5)


def test_folds_tear_no_rig_apart_and_hold_out_each_once() -> None:
    lives = worn(20, rigs=7)

    found = folds(lives, 3, seed=0)

    assert all(not set(one.training.groups) & set(one.held_out.groups) for one in found)
    assert sorted(life.unit for one in found for life in one.held_out) == sorted(
        life.unit for life in lives
    )
    with pytest.raises(InvalidModel, match="8 folds of 7"):
        folds(lives, 8, seed=0)


class Ageing:
    """Foresees what is left of a life of 60 hours."""

    def predict(self, windows: Windows) -> Array:
        """From the age alone (window)."""
        return np.clip(60.0 - windows.age, 0.0, PROBLEM.cap)


def test_out_of_fold_asks_each_held_out_unit_once_where_its_life_is_known() -> None:
    lives = worn(30, cut=0.5)
    members = [(Ageing(), fold.held_out) for fold in folds(lives, 3, seed=0)]

    found = out_of_fold(PROBLEM, members, seed=1)

    assert len(set(found.units)) == len(found.units) == found.predicted.size == found.actual.size
    assert {life.unit for life in lives.failed()} <= set(found.units)
    assert len(found.units) < len(lives)
    assert found.actual.max() <= PROBLEM.cap


def test_rows_at_random_are_the_same_for_the_same_seed_and_reach_the_whole_life() -> None:
    lives = worn(200)
    first, again = (random_ends(lives, 3, count=2) for _ in range(2))
    at = np.concatenate([e / (life.rows - 1) for e, life in zip(first, lives, strict=True)])

    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert np.quantile(at, [0.25, 0.75]) == pytest.approx([0.25, 0.75], abs=0.08)
