"""Data sets that give their target away are found, and honest ones are not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from idrill.errors import InvalidModel, LeakageFound
from idrill.rul.cmapss import read_subset
from idrill.rul.leakage import Leakage, Verdict, leakage, require_no_leakage
from idrill.windows import Life, Lives
from tests.worn_units import PROBLEM, worn

Spoil = Callable[[Life, np.random.Generator], NDArray[np.float32]]

HONEST = worn(24, rigs=8, noise=0.2)


def spoiled(spoil: Spoil) -> Lives:
    """The lives with their last channel made anew."""
    generator = np.random.default_rng(0)
    made = []
    for life in HONEST:
        values = life.values.copy()
        values[:, 2] = spoil(life, generator)
        made.append(replace(life, values=values))
    return replace(HONEST, lives=tuple(made))


def given_away(life: Life, generator: np.random.Generator) -> NDArray[np.float32]:
    return (life.remaining + generator.normal(0.0, 2.0, life.rows)).astype(np.float32)


def given_away_by_parity(life: Life, generator: np.random.Generator) -> NDArray[np.float32]:
    """No line sees it: how far the remaining life is from 20."""
    return np.abs(life.remaining - 20.0 + generator.normal(0.0, 0.1, life.rows)).astype(np.float32)


def missing_at_random(life: Life, generator: np.random.Generator) -> NDArray[np.float32]:
    noise = generator.normal(size=life.rows)
    return np.where(generator.random(life.rows) < 0.3, np.nan, noise).astype(np.float32)


def test_an_honest_data_set_passes() -> None:
    found = leakage(PROBLEM, HONEST)

    assert found.verdict is Verdict.PASSED
    assert found.findings == ()
    assert 0.2 < found.row < 0.85
    require_no_leakage(found)


def test_a_planted_leak_is_found_and_named() -> None:
    found = leakage(PROBLEM, spoiled(given_away))

    assert found.verdict is Verdict.FAILED
    assert found.culprit == "noise"
    with pytest.raises(LeakageFound, match=r"pump: one row tells 0\.9\d .*most of it noise"):
        require_no_leakage(found)


def test_a_leak_that_no_line_sees_is_found_by_trees() -> None:
    found = leakage(PROBLEM, spoiled(given_away_by_parity))

    assert found.linear < found.trees
    assert found.culprit == "noise"


def test_what_is_missing_near_the_end_is_a_leak() -> None:
    made = []
    for life in HONEST:
        values = life.values.copy()
        values[life.remaining < 27.0, 2] = np.nan
        values[life.remaining < 13.0, 0] = np.nan
        made.append(replace(life, values=values))

    found = leakage(PROBLEM, replace(HONEST, lives=tuple(made)))

    assert found.verdict is Verdict.FAILED
    with pytest.raises(LeakageFound, match=r"which values are missing tells"):
        require_no_leakage(found)


@pytest.mark.parametrize("rows", [5, 9, 15])
def test_a_channel_that_goes_dark_before_a_failure_is_a_leak(rows: int) -> None:
    """No window shows it, if its values stand until the next ones."""

    def dark(life: Life, generator: np.random.Generator) -> NDArray[np.float32]:
        noise = generator.normal(size=life.rows)
        noise[-rows:] = np.nan
        return noise.astype(np.float32)

    found = leakage(PROBLEM, spoiled(dark))

    assert rows < PROBLEM.length or found.missing > 0.1
    assert found.verdict is Verdict.FAILED
    with pytest.raises(LeakageFound, match=r"noise is missing .* in the last 5 rows before a fail"):
        require_no_leakage(found)


def test_a_channel_that_comes_only_before_a_failure_is_a_leak() -> None:
    def late(life: Life, generator: np.random.Generator) -> NDArray[np.float32]:
        noise = generator.normal(size=life.rows)
        noise[:-5] = np.nan
        return noise.astype(np.float32)

    found = leakage(PROBLEM, spoiled(late))

    assert found.dark["noise"] > 0.9
    assert found.verdict is Verdict.FAILED


def test_what_is_missing_is_read_from_the_rows_and_not_from_their_windows() -> None:
    """Every other row lacks a channel in the last half of each life; a window always has it."""

    def flickering(life: Life, generator: np.random.Generator) -> NDArray[np.float32]:
        noise = generator.normal(size=life.rows)
        noise[np.arange(life.rows) % 2 * (life.remaining < 30.0) > 0] = np.nan
        return noise.astype(np.float32)

    assert leakage(PROBLEM, spoiled(flickering)).missing > 0.1


def test_what_is_missing_at_random_is_none() -> None:
    found = leakage(PROBLEM, spoiled(missing_at_random))

    assert found.missing < 0.02
    assert found.verdict is Verdict.PASSED


def test_a_column_that_names_the_unit_does_not_help_between_rigs() -> None:
    numbers = {life.unit: float(number) for number, life in enumerate(HONEST)}

    found = leakage(PROBLEM, spoiled(lambda life, _: np.full(life.rows, numbers[life.unit], "f4")))

    assert found.channels["noise"] < 0.1


def test_noise_tells_nothing_of_rigs_never_seen() -> None:
    generator = np.random.default_rng(1)
    noise = tuple(
        replace(life, values=generator.normal(size=life.values.shape).astype(np.float32))
        for life in HONEST
    )

    assert leakage(PROBLEM, replace(HONEST, lives=noise)).row < 0.05


def test_lives_cut_short_are_left_out() -> None:
    mixed = worn(16, cut=0.5)

    assert leakage(PROBLEM, mixed) == leakage(PROBLEM, mixed.failed())


def test_one_rig_is_too_few_to_judge() -> None:
    with pytest.raises(InvalidModel, match="pump: lives of 1 groups"):
        leakage(PROBLEM, worn(5, rigs=1))


@pytest.mark.parametrize(
    ("trees", "missing", "verdict"),
    [
        (0.8499, 0.3, Verdict.PASSED),
        (0.85, 0.3, Verdict.WARNED),
        (0.95, 0.3, Verdict.FAILED),
        (0.5, 0.53, Verdict.FAILED),
    ],
)
def test_the_limits_are_as_stated(trees: float, missing: float, verdict: Verdict) -> None:
    found = Leakage("pump", 0.1, trees, missing, 0.5, {"torque": 0.4})

    assert found.verdict is verdict
    assert bool(found.findings) is (verdict is not Verdict.PASSED)


@pytest.mark.real_data
def test_turbofan_engines_pass(real_data: Path) -> None:
    subset = read_subset(real_data / "cmapss", "FD001")

    found = leakage(subset.problem, subset.training)

    assert found.verdict is Verdict.PASSED
    assert 0.6 < found.row < 0.85
