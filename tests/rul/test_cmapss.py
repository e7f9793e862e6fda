"""The original text files of C-MAPSS as lives."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from idrill.errors import BrokenSource
from idrill.rul.cmapss import Subset, read_subset, regimes
from idrill.rul.cnn_lstm import CNNLSTM
from idrill.rul.made_up_engines import write_subset
from idrill.rul.problem import Problem
from idrill.rul.scaling import fit_scaler
from idrill.rul.training import Training, train
from idrill.windows import last_windows, windows

SIZES = {"FD001": (100, 100, 20_631, 13_096, 31), "FD003": (100, 100, 24_720, 16_596, 38)}
"""Engines and rows of training and test, and rows of the shortest test engine."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_subset(tmp_path, "FD001", regimes=1)
    return tmp_path


@pytest.mark.real_data
@pytest.mark.parametrize("name", SIZES)
def test_the_subsets_have_as_many_engines_and_rows_as_published(real_data: Path, name: str) -> None:
    subset = read_subset(real_data / "cmapss", name)

    found = (
        len(subset.training),
        len(subset.test),
        sum(life.rows for life in subset.training),
        sum(life.rows for life in subset.test),
        min(life.rows for life in subset.test),
    )

    assert found == SIZES[name]
    assert subset.problem.regimes == 1


def test_engines_are_lives_on_a_clock_of_cycles(tmp_path: Path) -> None:
    remaining = write_subset(tmp_path, "FD001", regimes=1)

    subset = read_subset(tmp_path, "FD001")

    assert {life.group for life in subset.training} & {life.group for life in subset.test} == set()
    for life in subset.training:
        assert (life.clock[0], life.end, life.failed) == (1.0, life.rows, True)
    left = [life.end - life.clock[-1] for life in subset.test]
    np.testing.assert_array_equal(left, remaining)


def test_settings_are_conditions_and_what_is_constant_falls_out(folder: Path) -> None:
    subset = read_subset(folder, "FD001")
    scaler = fit_scaler(subset.problem, subset.training)

    scaled = scaler(subset.training.lives[0].values)

    assert subset.problem.conditions == ("setting_1", "setting_2", "setting_3")
    assert (scaled[:, subset.problem.channels.index("sensor_21")] == 0.0).all()
    assert scaled[:, subset.problem.channels.index("sensor_1")].std() > 0.1


@pytest.mark.parametrize("count", [1, 6])
def test_regimes_are_found_from_the_settings_whatever_the_name(tmp_path: Path, count: int) -> None:
    write_subset(tmp_path, "FD009", regimes=count, training=3, test=2)

    assert read_subset(tmp_path, "FD009").problem.regimes == count


def test_settings_that_vary_without_a_step_are_one_regime() -> None:
    generator = np.random.default_rng(0)

    assert regimes(generator.uniform([0.0, 0.0, 60.0], [42.0, 0.84, 100.0], (2_000, 3))) == 1


def test_scaling_by_regime_foresees_better_than_without(tmp_path: Path) -> None:
    write_subset(tmp_path, "FD002", regimes=6)
    subset = read_subset(tmp_path, "FD002", length=16, cap=60.0)

    by_regime = _error(subset, subset.problem)
    at_once = _error(subset, replace(subset.problem, regimes=1, conditions=()))

    assert by_regime < 0.7 * at_once


def _error(subset: Subset, problem: Problem) -> float:
    """Root of the mean squared error on the last windows of the test engines [cycle]."""
    learned = train(
        problem,
        fit_scaler(problem, subset.training),
        CNNLSTM(width=16, stride=2, hidden=16, dropout=0.0),
        windows(subset.training, 16, stride=3),
        last_windows(subset.training, 16),
        Training(epochs=8, batch_size=64, learning_rate=1e-2),
    )
    asked = last_windows(subset.test, 16)
    return float(np.sqrt(np.mean((learned.predict(asked) - problem.target(asked)) ** 2)))


@pytest.mark.parametrize("name", ["train_FD001.txt", "test_FD001.txt", "RUL_FD001.txt"])
def test_a_missing_file_is_named_with_its_folder(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(BrokenSource, match=f"{name}: is not in {folder}"):
        read_subset(folder, "FD001")


def test_a_row_with_too_few_columns_is_named(folder: Path) -> None:
    path = folder / "train_FD001.txt"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].rsplit(maxsplit=1)[0], *lines[2:]]))

    with pytest.raises(BrokenSource, match=r"train_FD001\.txt, line 2: has 25 columns, not 26"):
        read_subset(folder, "FD001")


@pytest.mark.parametrize(("word", "said"), [("nan", "not a finite number"), ("x", "'x'")])
def test_a_value_that_is_no_number_is_named(folder: Path, word: str, said: str) -> None:
    path = folder / "test_FD001.txt"
    lines = path.read_text().splitlines()
    lines[2] = f"{lines[2].rsplit(maxsplit=1)[0]} {word}"
    path.write_text("\n".join(lines))

    with pytest.raises(BrokenSource, match=f"test_FD001.txt, line 3.*{said}"):
        read_subset(folder, "FD001")


def test_a_cycle_that_is_left_out_is_told(folder: Path) -> None:
    path = folder / "train_FD001.txt"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:4], *lines[5:]]))

    with pytest.raises(BrokenSource, match=r"engine 1 .* cycles do not count"):
        read_subset(folder, "FD001")


def test_remaining_lives_of_other_engines_are_told(folder: Path) -> None:
    path = folder / "RUL_FD001.txt"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))

    with pytest.raises(BrokenSource, match=r"has 19 remaining lives .* for 20 test engines"):
        read_subset(folder, "FD001")


def test_an_empty_file_is_told(folder: Path) -> None:
    (folder / "test_FD001.txt").write_text("")

    with pytest.raises(BrokenSource, match=r"test_FD001\.txt: is empty"):
        read_subset(folder, "FD001")
