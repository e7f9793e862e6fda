"""The search for settings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from idrill.errors import InvalidModel
from idrill.rul.problem import Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.search import Best, Search, search
from idrill.rul.training import Training, train
from idrill.windows import Life, Lives, windows

PROBLEM = Problem("pump", "hours", ("wear",), (), 1, length=8, cap=30.0)
SHORT = Search(trials=3, training=Training(epochs=3, batch_size=64))


def lives(count: int, seed: int) -> Lives:
    generator = np.random.default_rng(seed)
    clock = np.arange(1.0, 41.0)
    return Lives(
        PROBLEM.channels,
        "hours",
        tuple(
            Life(
                unit=f"{seed}-{number}",
                group=f"{seed}-{number}",
                values=(clock + generator.normal(size=40))[:, None].astype(np.float32),
                clock=clock,
                end=40.0,
                failed=True,
            )
            for number in range(count)
        ),
    )


SCALER = fit_scaler(PROBLEM, lives(4, 0))
TRAINING, HELD_OUT = windows(lives(4, 0), 8), windows(lives(2, 1), 8)


def found(settings: Search, ended: list[int] | None = None) -> Best:
    numbers = [] if ended is None else ended
    return search(
        PROBLEM, SCALER, "transformer", TRAINING, HELD_OUT, settings,
        heard=lambda number, _: numbers.append(number),
    )  # fmt: skip


def test_the_best_trial_is_found_again_by_training_with_its_settings() -> None:
    best = found(SHORT)
    errors: list[float] = []

    train(
        PROBLEM, SCALER, best.network, TRAINING, HELD_OUT, best.training,
        heard=lambda _, figures: errors.append(figures["validation_rmse"]),
    )  # fmt: skip

    assert best.trials == 3
    assert errors[-1] == best.error


def test_a_search_goes_on_where_it_was_interrupted_and_draws_no_trial_twice(
    tmp_path: Path,
) -> None:
    stored = replace(SHORT, storage=tmp_path / "trials.db")
    first, second, third = [], [], []  # type: list[int], list[int], list[int]

    before = found(replace(stored, trials=2), first)
    after = found(stored, second)
    again = found(stored, third)

    assert (first, second, third) == ([0, 1], [2], [])
    assert after.error <= before.error
    assert again == after
    study = optuna.load_study(study_name=None, storage=f"sqlite:///{stored.storage}")
    assert len({str(trial.params) for trial in study.trials}) == 3


def test_trials_that_lag_behind_are_given_up() -> None:
    said: list[float] = []

    best = search(
        PROBLEM, SCALER, "lstm", TRAINING, HELD_OUT, replace(SHORT, trials=14),
        heard=lambda _, error: said.append(error),
    )  # fmt: skip

    assert np.isinf(said).any()
    assert min(said) == best.error


def test_an_unknown_network_or_no_trial_is_refused() -> None:
    with pytest.raises(InvalidModel, match="perceptron"):
        search(PROBLEM, SCALER, "perceptron", TRAINING, HELD_OUT, SHORT)
    with pytest.raises(InvalidModel, match="0 trials"):
        replace(SHORT, trials=0)
