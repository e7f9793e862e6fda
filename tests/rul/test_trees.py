"""Boosted trees: grown on lives cut short as well, walked alike by scikit-learn, torch and ONNX."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.ensemble import (  # type: ignore[import-untyped]  # no stubs
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from idrill.errors import InvalidModel
from idrill.rul.card import MODEL_FILE
from idrill.rul.evaluation import asked_windows
from idrill.rul.export import export, parity
from idrill.rul.learning import Plan, learn
from idrill.rul.prediction import FrozenModel
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import TrainedNetwork, Training
from idrill.rul.trees import Nodes, SumOfTrees, Trees, features, grown_pair
from idrill.windows import Lives, Windows
from tests.frozen_models import card
from tests.rul.test_learning import few_parts
from tests.worn_units import PROBLEM, worn

FEW = Trees(iterations=20, least=5, windows=600)


def pair(seed: int = 0, training: Lives | None = None) -> tuple[TrainedNetwork, TrainedNetwork]:
    lives = worn(12, seed=1) if training is None else training
    return grown_pair(PROBLEM, fit_scaler(PROBLEM, lives), lives, FEW, seed)


def fresh() -> Windows:
    return asked_windows(PROBLEM, worn(12, seed=9))


def error(answers: np.ndarray, windows: Windows) -> float:
    return float(np.sqrt(np.mean((answers - PROBLEM.target(windows)) ** 2)))


def test_nodes_add_up_to_what_scikit_learn_says_of_rows_never_seen() -> None:
    random = np.random.default_rng(0)
    inputs, asked = random.normal(size=(400, 5)), random.normal(size=(300, 5))
    target = inputs[:, 0] * inputs[:, 1] + random.normal(size=400)
    regression = HistGradientBoostingRegressor(max_iter=15).fit(inputs, target)
    classes = HistGradientBoostingClassifier(max_iter=15).fit(inputs, target > 0.5)

    sums = SumOfTrees(Nodes.of(regression))(torch.from_numpy(asked)).numpy()
    odds = SumOfTrees(Nodes.of(classes))(torch.from_numpy(asked)).numpy()

    assert np.abs(sums - regression.predict(asked)).max() < 1e-12
    assert np.abs(odds - classes.decision_function(asked)).max() < 1e-12


@pytest.mark.parametrize("which", [0, 1])
def test_either_of_a_pair_foresees_far_better_than_a_constant(which: int) -> None:
    windows = fresh()
    middle = np.full(len(windows), PROBLEM.target(windows).mean())

    found = pair()[which].predict(windows)

    assert error(found, windows) < 0.6 * error(middle, windows)


@pytest.mark.parametrize("which", [0, 1])
def test_lives_cut_short_are_not_taken_for_failures(which: int) -> None:
    """Half the lives stop at half their length: were that an end, lives would seem shorter."""
    whole, windows = worn(40, seed=1), fresh()
    half = [
        replace(
            life,
            values=life.values[: life.rows // 2],
            clock=life.clock[: life.rows // 2],
            end=float(life.clock[life.rows // 2]),
            failed=False,
        )
        for life in whole.lives[::2]
    ]
    cut = replace(whole, lives=(*half, *whole.lives[1::2]))
    taken = replace(cut, lives=tuple(replace(life, failed=True) for life in cut))

    honest, fooled = (pair(training=lives)[which].predict(windows) for lives in (cut, taken))

    assert error(honest, windows) < 0.8 * error(fooled, windows)


def test_the_same_seed_grows_the_same_trees_and_another_does_not() -> None:
    windows = fresh()

    first, again, other = (pair(seed)[0].predict(windows) for seed in (0, 0, 1))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_trees_see_does_not_move_with_rows_that_are_not_there() -> None:
    values = torch.randn(3, 6, 2)
    mask = torch.arange(6).repeat(3, 1) >= 2
    filled = torch.where(mask.unsqueeze(-1), values, 99.0)

    assert torch.allclose(features(values, mask), features(filled, mask))


def test_networks_and_trees_answer_from_one_graph_as_they_do_in_torch(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    plan = Plan("summary", 1, Training(epochs=2), pairs=2, trees=FEW)

    learned = learn(PROBLEM, few_parts(), plan)
    described = replace(card(), problem=PROBLEM)
    export(learned.members, learned.interval, described, tmp_path / "model")
    frozen = FrozenModel.open(tmp_path / "model")

    assert len(learned.members) == 5
    assert parity(frozen, learned.members, fresh()) <= 1e-6
    assert b"TreeEnsembleRegressor" in (tmp_path / "model" / MODEL_FILE).read_bytes()
    assert plan.title == "mean of 1 summary and 2 pairs of trees"


def test_lives_of_which_none_failed_grow_nothing() -> None:
    lives = worn(6, seed=1)
    survived = replace(lives, lives=tuple(replace(life, failed=False) for life in lives))

    with pytest.raises(InvalidModel, match="none of 6 lives ended by failure"):
        pair(training=survived)


def test_trees_whose_nodes_are_kept_otherwise_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Nodes.of.__func__  # type: ignore[attr-defined]

    def shifted(cls: type[Nodes], fitted: object) -> Nodes:
        found: Nodes = honest(cls, fitted)
        return replace(found, threshold=found.threshold + 0.5)

    monkeypatch.setattr(Nodes, "of", classmethod(shifted))

    with pytest.raises(InvalidModel, match="keeps its nodes otherwise"):
        pair()


def test_fewer_than_no_pairs_are_refused() -> None:
    with pytest.raises(InvalidModel, match="-1 pairs of trees"):
        Plan("summary", 1, Training(epochs=2), pairs=-1)
