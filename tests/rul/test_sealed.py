"""Test sets whose labels nobody reads before a model is frozen."""

from dataclasses import replace

import numpy as np
import pytest

from idrill.errors import InvalidModel
from idrill.rul.sealed import SealedTest, digest_of
from idrill.windows import Life, Lives, last_windows
from tests.worn_units import PROBLEM, worn

MODEL = digest_of(b"weights")


class Spied(Life):
    """A life that notices when somebody reads its end or whether it failed."""

    armed = False

    def __getattribute__(self, name: str) -> object:
        if name in {"end", "failed", "remaining"} and type(self).armed:
            raise AssertionError(f"{name} was read before the model was frozen")
        return super().__getattribute__(name)


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch) -> Lives:
    lives = worn(6)
    watched = tuple(
        Spied(life.unit, life.group, life.values, life.clock, life.end, life.failed)
        for life in lives
    )
    found = replace(lives, lives=watched)
    monkeypatch.setattr(Spied, "armed", True)
    return found


def test_labels_are_not_read_before_a_model_is_frozen(
    spied: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = SealedTest(PROBLEM, spied)
    asked = sealed.windows
    predicted = np.full(len(asked), 20.0)
    for attempt in ("", "best-model", MODEL.upper()):
        with pytest.raises(InvalidModel, match="sealed until a model is frozen"):
            sealed.score(attempt, predicted)
    with pytest.raises(AssertionError, match="before the model was frozen"):
        sealed.score(MODEL, predicted)  # only now are they read, and the spy is still there
    monkeypatch.setattr(Spied, "armed", False)

    scored = sealed.score(MODEL, predicted)

    np.testing.assert_array_equal(scored.actual, last_windows(spied, PROBLEM.length).remaining)


def test_what_is_handed_out_holds_no_label() -> None:
    lives = worn(6, cut=0.5)
    ends = [np.array([3, life.rows - 1]) for life in lives]

    found = SealedTest(PROBLEM, lives, ends).windows

    assert len(found) == 12
    assert np.isnan(found.remaining).all()
    assert not found.failed.any()


def test_values_masks_and_ages_are_those_of_the_lives() -> None:
    lives = worn(6)

    found, there = SealedTest(PROBLEM, lives).windows, last_windows(lives, PROBLEM.length)

    np.testing.assert_array_equal(found.values, there.values)
    np.testing.assert_array_equal(found.mask, there.mask)
    np.testing.assert_array_equal(found.age, there.age)


def test_models_that_looked_are_counted_and_named() -> None:
    sealed = SealedTest(PROBLEM, worn(3))
    other = digest_of(np.ones(4))

    first = sealed.score(MODEL, np.ones(3))
    second = sealed.score(other, np.zeros(3))
    again = sealed.score(MODEL, np.ones(3))

    assert (first.look, second.look, again.look, sealed.looks) == (1, 2, 1, 2)
    assert sealed.frozen == (MODEL, other)


def test_a_frozen_model_cannot_predict_something_else_the_next_time() -> None:
    sealed = SealedTest(PROBLEM, worn(3))
    sealed.score(MODEL, np.ones(3))

    with pytest.raises(InvalidModel, match="something else before"):
        sealed.score(MODEL, np.zeros(3))


@pytest.mark.parametrize("predicted", [np.ones(2), np.array([1.0, np.nan, 2.0])])
def test_who_does_not_answer_for_all_is_not_scored(
    predicted: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    sealed = SealedTest(PROBLEM, worn(3))

    with pytest.raises(InvalidModel, match="one number for each of 3"):
        sealed.score(MODEL, predicted)

    assert sealed.looks == 0
