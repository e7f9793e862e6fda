"""Windows of lives: where they end, what they hold, and what may not be in them."""

from dataclasses import replace

import numpy as np
import pytest

from idrill.errors import InvalidWindows
from idrill.windows import Life, Lives, Windows, last_windows, split, windows, windows_at
from tests.worn_units import told, worn

NAN = np.nan


def one_channel(values: list[float], *, failed: bool = True, end: float | None = None) -> Lives:
    clock = np.arange(1.0, len(values) + 1.0)
    life = Life(
        "a", "a", np.array(values, dtype=np.float32)[:, None], clock, end or clock[-1], failed
    )
    return Lives(("torque",), "hours", (life,))


def seen(found: Windows) -> list[list[float]]:
    return [[float(value) for value in window] for window in found.values[..., 0]]


def test_a_window_holds_the_rows_up_to_its_end_oldest_first() -> None:
    found = windows(one_channel([1, 2, 3, 4]), 2, stride=1)

    assert seen(found)[1:] == [[1, 2], [2, 3], [3, 4]]
    assert found.age.tolist() == [1, 2, 3, 4]
    assert found.remaining.tolist() == [3, 2, 1, 0]


def test_a_life_shorter_than_the_window_is_padded_in_front_and_the_mask_says_so() -> None:
    found = last_windows(one_channel([5, 6]), 4)

    assert found.mask.tolist() == [[False, False, True, True]]
    np.testing.assert_array_equal(found.values[0, :, 0], [NAN, NAN, 5, 6])


def test_strides_count_back_from_the_last_row_so_that_it_always_ends_a_window() -> None:
    assert windows(one_channel([0] * 8), 3, stride=3).age.tolist() == [2, 5, 8]


def test_a_value_stands_until_the_next_but_never_from_before_the_window() -> None:
    found = windows_at(one_channel([7, NAN, 3, NAN]), 2, [np.array([1, 3])])

    np.testing.assert_array_equal(found.values[..., 0], [[7, 7], [3, 3]])

    later = windows_at(one_channel([7, NAN, NAN, 4]), 2, [np.array([2, 3])])

    np.testing.assert_array_equal(later.values[..., 0], [[NAN, NAN], [NAN, 4]])


def test_what_comes_later_changes_no_earlier_window() -> None:
    lives = worn(4, seed=1)
    cut = 20
    changed = replace(
        lives,
        lives=tuple(
            replace(life, values=np.concatenate([life.values[:cut], life.values[cut:] * np.nan]))
            for life in lives
        ),
    )
    ends = [np.arange(cut)] * 4

    before, after = windows_at(lives, 10, ends), windows_at(changed, 10, ends)

    np.testing.assert_array_equal(before.values, after.values)
    np.testing.assert_array_equal(before.mask, after.mask)


def test_windows_of_lives_cut_off_are_those_that_ended_there() -> None:
    lives = worn(3, seed=2)
    rows = [4, 12, 30]

    found = last_windows(lives.cut_off(rows), 10)
    there = windows_at(lives, 10, [np.array([row]) for row in rows])

    np.testing.assert_array_equal(found.values, there.values)
    np.testing.assert_array_equal(found.remaining, there.remaining)


def test_some_windows_can_be_chosen() -> None:
    found = windows(one_channel([1, 2, 3]), 2)

    chosen = found[found.age > 2]

    assert len(chosen) == 1
    assert chosen.values.shape == (1, 2, 1)
    assert chosen.units == found.units


def test_a_split_tears_no_rig_apart_and_loses_no_unit() -> None:
    lives = worn(40, rigs=12)

    training, validation, test = split(lives, (0.6, 0.2, 0.2), seed=3)

    assert not set(training.groups) & set(validation.groups)
    assert not (set(training.groups) | set(validation.groups)) & set(test.groups)
    assert {life.unit for part in (training, validation, test) for life in part} == {
        life.unit for life in lives
    }


def test_the_same_seed_splits_alike_and_another_does_not() -> None:
    lives = worn(30)

    first, again, other = (split(lives, (0.5, 0.5), seed)[0].groups for seed in (1, 1, 2))

    assert first == again != other


@pytest.mark.parametrize("shares", [(0.5, 0.6), (1.0, 0.0), (0.9, 0.05, 0.05)])
def test_shares_that_make_no_parts_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(InvalidWindows, match="shares"):
        split(worn(5), shares, seed=0)


def test_lives_that_cannot_be_are_refused_with_their_name() -> None:
    clock = np.array([1.0, 2.0])
    sound = told(np.zeros((2, 1)), clock, end=2.0, name="liner-7")

    for broken, reason in (
        (replace(sound, clock=clock[::-1]), "backwards"),
        (replace(sound, end=1.0), "after its end"),
        (replace(sound, end=NAN), "after its end"),
        (replace(sound, values=np.zeros((3, 1), dtype=np.float32)), "values are"),
        (replace(sound, values=sound.values[:0], clock=clock[:0]), "without a row"),
    ):
        with pytest.raises(InvalidWindows, match=f"liner-7.*{reason}"):
            Lives(("torque",), "hours", (broken,))
    with pytest.raises(InvalidWindows, match="liner-7 lives twice"):
        Lives(("torque",), "hours", (sound, sound))


@pytest.mark.parametrize(("length", "stride"), [(0, 1), (3, 0)])
def test_windows_without_a_row_are_refused(length: int, stride: int) -> None:
    with pytest.raises(InvalidWindows, match="less than one row"):
        windows(one_channel([1, 2]), length, stride=stride)


def test_no_lives_make_no_windows() -> None:
    with pytest.raises(InvalidWindows, match="no life"):
        windows(Lives(("torque",), "hours", ()), 2)
