"""The search for settings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from idrill.errors import InvalidModel
from idrill.rul.networks import NETWORKS
from idrill.rul.problem import Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.search import Best, Search, Tried, search
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


def found(settings: Search, ended: list[Tried] | None = None, network: str = "summary") -> Best:
    told = [] if ended is None else ended
    return search(
        PROBLEM, SCALER, network, TRAINING, HELD_OUT, settings, heard=told.append
    )  # fmt: skip


@pytest.mark.parametrize("patience", [None, 1])
def test_the_best_trial_is_found_again_by_training_with_its_settings(patience: int | None) -> None:
    best = found(replace(SHORT, training=replace(SHORT.training, patience=patience)))
    errors: list[float] = []

    train(
        PROBLEM, SCALER, best.network, TRAINING, HELD_OUT, best.training,
        heard=lambda _, figures: errors.append(figures["validation_rmse"]),
    )  # fmt: skip

    assert (min(errors) if patience else errors[-1]) == best.error
    assert best.error == min(one.error for one in best.tried if not one.given_up)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_settings_as_given_are_the_first_trial(network: str) -> None:
    given = replace(SHORT.training, epochs=1, learning_rate=2e-2, weight_decay=0.0)

    best = found(Search(trials=1, training=given), network=network)

    assert best.network == NETWORKS[network]
    assert best.training == given


def test_a_search_that_was_killed_comes_to_the_same_trials_as_one_that_was_not(
    tmp_path: Path,
) -> None:
    stored = replace(SHORT, storage=tmp_path / "trials.db")
    whole, resumed = [], []  # type: list[Tried], list[Tried]

    def killed(_: Tried) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(PROBLEM, SCALER, "summary", TRAINING, HELD_OUT, stored, heard=killed)
    leave_one_running(stored.storage)
    after = found(stored, resumed)

    assert after == found(SHORT, whole)
    assert resumed == whole
    assert [one.number for one in resumed] == [1, 2, 3]


def leave_one_running(storage: Path | None) -> None:
    """A trial whose process died without a word."""
    study = optuna.load_study(study_name=None, storage=f"sqlite:///{storage}")
    study.ask().suggest_float("dropout", 0.0, 0.5)


def test_a_finished_search_trains_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = replace(SHORT, storage=tmp_path / "trials.db")
    before = found(stored)
    monkeypatch.delattr("idrill.rul.search.train")

    assert found(stored) == before
    assert len({str(one.settings) for one in before.tried}) == 3


def test_trials_that_lag_behind_are_given_up() -> None:
    best = found(replace(SHORT, trials=14))

    given_up = [one.error for one in best.tried if one.given_up]
    assert given_up
    assert best.error < min(given_up)


def test_a_trial_that_cannot_be_trained_is_given_up_and_the_reason_said() -> None:
    wild = replace(SHORT, trials=1, training=replace(SHORT.training, learning_rate=1e30))
    told: list[Tried] = []

    with pytest.raises(InvalidModel, match="of 1 trials none was finished: the loss stopped"):
        found(wild, told)

    assert [(one.error, one.given_up) for one in told] == [(float("inf"), True)]


def test_an_unknown_network_or_no_trial_is_refused() -> None:
    with pytest.raises(InvalidModel, match="perceptron"):
        found(SHORT, network="perceptron")
    with pytest.raises(InvalidModel, match="0 trials"):
        replace(SHORT, trials=0)
