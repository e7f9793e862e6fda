"""The simple ways to foresee remaining life: each does what it can, and honours lives cut short."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.stats import CensoredData, weibull_min

from idrill.errors import InvalidModel
from idrill.rul.baselines import BASELINES
from idrill.rul.baselines.age import KaplanMeier, Weibull, kaplan_meier, weibull
from idrill.rul.baselines.boosting import Boosting, drawn_settings
from idrill.rul.baselines.constant import Constant
from idrill.rul.baselines.linear import Linear, ridge
from idrill.rul.baselines.regression import Rows, one_sided
from idrill.rul.baselines.survival import Survival, mean_life, person_periods
from idrill.rul.baselines.trend import Trend
from idrill.rul.baselines.tuning import Baseline, best, sampled_windows
from idrill.rul.evaluation import asked_windows
from idrill.rul.problem import Array, Predictor
from idrill.rul.prognostic_metrics import rmse
from idrill.rul.scaling import fit_scaler
from idrill.rul.window_features import feature_names, statistics, window_features
from idrill.windows import Lives, windows
from tests.worn_units import PROBLEM, worn

QUICK: dict[str, Baseline] = {
    "constant": Constant(),
    "age_weibull": Weibull(),
    "age_kaplan_meier": KaplanMeier(),
    "trend": Trend(),
    "linear": Linear(trials=3),
    "boosting": Boosting(trials=2, rows=800),
    "survival_boosting": Survival(trials=2, rows=400),
}
LOOKS = ("trend", "linear", "boosting", "survival_boosting")
"""Those that look at sensors."""
TRAINING, VALIDATION = worn(40), worn(12, seed=1)
SCALER = fit_scaler(PROBLEM, TRAINING)
ASKED = asked_windows(PROBLEM, worn(25, seed=2), per_unit=8)


def fitted(name: str, training: Lives = TRAINING) -> Predictor:
    return QUICK[name].fit(PROBLEM, SCALER, training, VALIDATION, seed=0)


@pytest.fixture(scope="module")
def predictions() -> dict[str, Array]:
    return {name: fitted(name).predict(ASKED) for name in QUICK}


def errors(said: Array) -> float:
    return rmse(said, PROBLEM.target(ASKED))


def test_all_baselines_are_tried_here() -> None:
    assert list(QUICK) == list(BASELINES)
    assert all(type(QUICK[name]) is type(one) for name, one in BASELINES.items())


@pytest.mark.parametrize("name", QUICK)
def test_predictions_are_between_nothing_and_the_cap(
    name: str, predictions: dict[str, Array]
) -> None:
    said = predictions[name]

    assert said.shape == (len(ASKED),)
    assert said.min() >= 0.0
    assert said.max() <= PROBLEM.cap


@pytest.mark.parametrize("name", LOOKS)
def test_what_looks_at_wear_does_better_than_what_does_not(
    name: str, predictions: dict[str, Array]
) -> None:
    blind = min(errors(predictions[one]) for one in QUICK if one not in LOOKS)

    assert errors(predictions[name]) < 0.85 * blind


def test_age_does_better_than_a_constant(predictions: dict[str, Array]) -> None:
    assert errors(predictions["age_weibull"]) < 0.9 * errors(predictions["constant"])
    assert errors(predictions["age_kaplan_meier"]) < 0.9 * errors(predictions["constant"])


@pytest.mark.parametrize("name", ["linear", "boosting", "survival_boosting", "trend"])
def test_the_same_seed_gives_the_same_predictions(name: str, predictions: dict[str, Array]) -> None:
    np.testing.assert_array_equal(fitted(name).predict(ASKED), predictions[name])


@pytest.mark.parametrize("name", QUICK)
def test_lives_of_which_nothing_is_known_are_refused(name: str) -> None:
    short = replace(
        TRAINING,
        lives=tuple(
            replace(
                life, values=life.values[:9], clock=life.clock[:9], end=life.clock[8], failed=False
            )
            for life in TRAINING
        ),
    )

    with pytest.raises(InvalidModel, match="pump: none of 40 lives"):
        fitted(name, short)


@pytest.mark.parametrize("name", LOOKS)
def test_a_channel_that_was_not_measured_is_no_obstacle(name: str) -> None:
    values = ASKED.values.copy()
    values[:, :, 2] = np.nan

    said = fitted(name).predict(replace(ASKED, values=values))

    assert errors(said) < 12.0


@pytest.mark.parametrize("name", [name for name in QUICK if name != "trend"])
def test_lives_cut_short_are_not_taken_for_failures(name: str) -> None:
    lives, whole = worn(80, seed=3, cut=0.8), worn(80, seed=3)
    taken = replace(lives, lives=tuple(replace(life, failed=True) for life in lives))

    honoured, mistaken, right = (
        float(np.mean(fitted(name, one).predict(ASKED))) for one in (lives, taken, whole)
    )

    assert mistaken < right - 2.0
    assert abs(honoured - right) < 0.4 * (right - mistaken)


def test_the_weibull_fit_is_the_most_likely_one() -> None:
    generator = np.random.default_rng(0)
    life, cut = 80.0 * generator.weibull(3.0, 500), generator.uniform(20.0, 150.0, 500)
    end, failed = np.minimum(life, cut), life <= cut

    shape, scale = weibull(np.zeros(500), end, failed)

    there = weibull_min.fit(CensoredData.right_censored(end, ~failed), floc=0)
    assert (shape, scale) == pytest.approx((there[0], there[2]), rel=1e-3)


def test_units_that_had_to_last_to_be_seen_do_not_make_lives_longer() -> None:
    generator = np.random.default_rng(1)
    life, entry = 80.0 * generator.weibull(2.0, 4_000), generator.uniform(0.0, 100.0, 4_000)
    seen = life > entry
    failed = np.ones(int(seen.sum()), dtype=bool)

    shape, scale = weibull(entry[seen], life[seen], failed)
    times, surviving = kaplan_meier(entry[seen], life[seen], failed)

    assert (shape, scale) == pytest.approx((2.0, 80.0), rel=0.06)
    assert np.interp(80.0, times, surviving) == pytest.approx(np.exp(-1.0), abs=0.04)


def test_with_lives_all_alike_the_age_says_all() -> None:
    one = worn(1).lives[0]
    lives = replace(TRAINING, lives=tuple(replace(one, unit=f"u{number}") for number in range(8)))
    asked = windows(lives, PROBLEM.length)

    for baseline in (Weibull(), KaplanMeier()):
        said = baseline.fit(PROBLEM, SCALER, lives, lives, 0).predict(asked)

        assert np.abs(said - PROBLEM.target(asked)).max() < 2.5


def test_a_regression_lets_lives_cut_short_lie_above_their_bound_but_not_below() -> None:
    inputs = np.arange(6.0)[:, None]
    known = np.array([True, True, False, False, True, True])
    bounds = np.array([0.0, 1.0, 0.5, 9.0, 4.0, 5.0])

    def at_three(rows: Rows) -> float:
        line = one_sided(partial(ridge, penalty=0.0), rows)
        return float(line.predict(np.array([[3.0]]))[0])

    below = at_three(Rows(inputs, np.where(known, bounds, 0.5), known))
    above = at_three(Rows(inputs, bounds, known))

    assert below == pytest.approx(3.0)
    assert above > 3.5


def test_features_are_of_the_rows_that_there_are() -> None:
    values = np.array([[[99.0], [2.0], [4.0], [9.0]]], dtype=np.float32)
    mask = np.array([[False, True, True, True]])

    last, mean, slope, deviation, low, high = statistics(values, mask)[0]

    assert (last, mean, low, high) == (9.0, 5.0, 2.0, 9.0)
    assert slope == pytest.approx(np.polyfit([0, 1, 2], [2, 4, 9], 1)[0])
    assert deviation == pytest.approx(np.std([2, 4, 9]))


def test_a_single_row_has_no_slope() -> None:
    found = statistics(np.full((1, 3, 1), 7.0, np.float32), np.array([[False, False, True]]))

    assert found[0].tolist() == [7.0, 7.0, 0.0, 0.0, 7.0, 7.0]


def test_each_feature_has_its_name() -> None:
    names = feature_names(PROBLEM.channels)

    found = window_features(SCALER, ASKED)

    assert found.shape == (len(ASKED), len(names))
    scaled = SCALER(ASKED.values)
    np.testing.assert_allclose(found[:, names.index("wear_last")], scaled[:, -1, 1])
    np.testing.assert_array_equal(found[:, names.index("age")], ASKED.age)
    np.testing.assert_array_equal(found[:, names.index("rows")], ASKED.mask.sum(axis=1))


def test_features_of_many_windows_are_those_of_each() -> None:
    many = windows(worn(50, seed=4), PROBLEM.length)
    alone = many[np.array([2_100])]

    found = window_features(SCALER, many)

    np.testing.assert_allclose(found[2_100], window_features(SCALER, alone)[0])


def test_rows_to_learn_from_are_bounded_and_of_every_life() -> None:
    found = sampled_windows(PROBLEM, TRAINING, 200, seed=0)

    assert len(found) == 200
    assert set(found.unit.tolist()) == set(range(40))


def test_the_best_on_validation_windows_is_kept() -> None:
    target = np.array([10.0, 20.0])

    assert best([0.0, 15.0, 30.0], lambda one: np.full(2, one), target) == 15.0


def test_as_many_settings_are_drawn_as_there_are_trials() -> None:
    first, again = (list(drawn_settings(9, seed=1)) for _ in range(2))

    assert len(first) == 9
    assert first == again


def test_a_life_gives_a_row_for_each_period_it_was_seen_in() -> None:
    window, number, fails = person_periods(np.array([25.0, 25.0]), np.array([True, False]), 120.0)

    assert list(zip(window, number, fails, strict=True)) == [
        (0, 0, False), (0, 1, False), (0, 2, True), (1, 0, False), (1, 1, False),
    ]  # fmt: skip


def test_the_mean_life_is_the_area_under_the_share_that_survives() -> None:
    assert mean_life(np.zeros((1, 12)), cap=120.0).tolist() == [120.0]
    assert mean_life(np.eye(1, 12), cap=120.0).tolist() == [5.0]
