"""Channels scaled by operating conditions, learned on training units alone."""

from dataclasses import replace

import numpy as np
import pytest

from idrill.errors import InvalidWindows
from idrill.rul.problem import Array, Problem
from idrill.rul.scaling import fit_scaler, terms
from idrill.windows import Life, Lives, split
from tests.worn_units import PROBLEM, told, worn

LONG = 3_000


def many_rows(columns: Array) -> Lives:
    clock = np.arange(1.0, len(columns) + 1.0)
    return Lives(PROBLEM.channels, "hours", (told(columns, clock, clock[-1]),))


def test_training_rows_become_zero_on_the_mean_with_a_deviation_of_one() -> None:
    lives = worn(20)

    scaled = fit_scaler(PROBLEM, lives)(np.concatenate([life.values for life in lives]))

    np.testing.assert_allclose(scaled.mean(axis=0), 0.0, atol=1e-3)
    np.testing.assert_allclose(scaled.std(axis=0), 1.0, atol=1e-3)


def test_units_held_out_change_nothing() -> None:
    lives = worn(20)
    training, held_out = split(lives, (0.7, 0.3), seed=0)
    names = {life.unit for life in held_out}
    spoiled = replace(lives, lives=tuple(
        replace(life, values=life.values * 100.0) if life.unit in names else life
        for life in lives
    ))  # fmt: skip
    asked = lives.lives[0].values

    found = fit_scaler(PROBLEM, training)(asked)

    again = fit_scaler(PROBLEM, split(spoiled, (0.7, 0.3), seed=0)[0])(asked)
    np.testing.assert_array_equal(found, again)
    assert not np.allclose(found, fit_scaler(PROBLEM, spoiled)(asked))


def test_a_channel_that_follows_the_square_of_the_load_is_freed_from_it() -> None:
    generator = np.random.default_rng(0)
    load, wear = generator.normal(size=(2, LONG))
    shown = 5.0 + 3.0 * load - 2.0 * load**2 + wear
    lives = many_rows(np.stack([load, shown, load * 0.0], axis=1))

    scaled = fit_scaler(PROBLEM, lives)(lives.lives[0].values)

    assert abs(np.corrcoef(shown, wear)[0, 1]) < 0.35
    assert np.corrcoef(scaled[:, 1], wear)[0, 1] > 0.999


def test_each_regime_has_its_own_mean_and_deviation() -> None:
    generator = np.random.default_rng(1)
    regime = generator.integers(0, 3, LONG)
    wear = generator.normal(size=LONG)
    level, scale = np.array([100.0, 500.0, 900.0])[regime], np.array([1.0, 20.0, 5.0])[regime]
    columns = np.stack([10.0 * regime, level + scale * wear, wear], axis=1)
    columns[:, 0] += generator.normal(0.0, 0.01, LONG)
    problem = Problem("engine", "cycles", PROBLEM.channels, ("load",), 3, length=5, cap=125.0)
    lives = many_rows(columns)

    scaled = fit_scaler(problem, lives)(lives.lives[0].values)

    assert np.corrcoef(columns[:, 1], wear)[0, 1] < 0.1
    assert np.corrcoef(scaled[:, 1], wear)[0, 1] > 0.99


def test_where_nothing_was_measured_there_is_the_mean() -> None:
    scaler = fit_scaler(PROBLEM, worn(5))

    np.testing.assert_array_equal(scaler(np.full((1, 4, 3), np.nan, dtype=np.float32)), 0.0)


def test_a_steady_channel_says_nothing() -> None:
    columns = np.random.default_rng(2).normal(size=(50, 3))
    columns[:, 2] = 518.67
    lives = many_rows(columns)
    asked = np.array([[0.0, 0.0, 9e9]], dtype=np.float32)

    assert fit_scaler(PROBLEM, lives)(asked)[0, 2] == 0.0


def test_a_channel_never_measured_in_training_says_nothing() -> None:
    columns = np.random.default_rng(2).normal(size=(50, 3))
    columns[:, 2] = np.nan

    assert fit_scaler(PROBLEM, many_rows(columns))(np.ones((1, 3), np.float32))[0, 2] == 0.0


def test_terms_are_the_constant_the_conditions_and_their_products() -> None:
    assert terms(np.array([[2.0, 3.0]])).tolist() == [[1, 2, 3, 4, 6, 9]]


def test_the_same_seed_finds_the_same_regimes() -> None:
    problem = replace(PROBLEM, regimes=3)

    first, again = (fit_scaler(problem, worn(4), seed=5) for _ in range(2))

    np.testing.assert_array_equal(first.centres, again.centres)


def test_lives_with_other_channels_are_refused() -> None:
    life = Life("a", "a", np.zeros((2, 1), np.float32), np.array([1.0, 2.0]), 2.0, failed=True)

    with pytest.raises(InvalidWindows, match="pump: lives have channels"):
        fit_scaler(PROBLEM, Lives(("torque",), "hours", (life,)))


def test_lives_without_their_conditions_are_refused() -> None:
    columns = np.full((5, 3), np.nan)

    with pytest.raises(InvalidWindows, match="no row has all of load"):
        fit_scaler(PROBLEM, many_rows(columns))
