"""From lives to a model: who is in which part, how windows are chosen, and what members are."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import torch

from idrill.errors import InvalidModel, InvalidWindows
from idrill.rul.course import Training
from idrill.rul.learning import Learned, Parts, Plan, bounded, learn, parts_of
from idrill.windows import Life, Lives, windows
from tests.worn_units import PROBLEM, worn

FAST = Training(epochs=2, patience=2, learning_rate=1e-2)


def rigs(left_alone: int, mended: int) -> Lives:
    """Two places of three units each on every rig; on `mended` rigs one was replaced in time."""
    lives = [
        replace(life, unit=f"{rig}/pump_{place}/liner/{number}", group=rig, failed=failed)
        for at in range(left_alone + mended)
        for rig in [f"rig_{at}"]
        for place in (1, 2)
        for number, life in enumerate(worn(3, seed=10 * at + place), start=1)
        for failed in [number < 3 and not (at >= left_alone and (place, number) == (1, 2))]
    ]
    return Lives(PROBLEM.channels, PROBLEM.clock, tuple(lives))


def few_parts() -> Parts:
    return Parts(worn(12, seed=1), worn(4, seed=2), worn(25, seed=3))


def learned(seed: int = 0, members: int = 2) -> Learned:
    torch.set_num_threads(1)
    plan = Plan("summary", members, replace(FAST, seed=seed))
    return learn(PROBLEM, few_parts(), plan)


def test_no_rig_is_in_two_parts_and_none_is_lost() -> None:
    lives = rigs(left_alone=6, mended=4)

    parts = parts_of(lives, seed=0).by_name

    groups = [group for part in parts.values() for group in part.groups]
    assert sorted(groups) == sorted(lives.groups)
    assert sum(len(part) for part in parts.values()) == len(lives)


def test_units_follow_each_other_by_the_calendar_not_by_the_number_of_their_record() -> None:
    """On rig_0 the first unit was replaced while it worked, and recorded last."""
    lives = rigs(left_alone=6, mended=0)
    starts = {1: 2, 2: 3, 3: 1}
    recorded_late = replace(
        lives,
        lives=tuple(
            replace(life, begins=datetime(2026, starts[int(life.unit[-1])], 1, tzinfo=UTC))
            if life.group == "rig_0"
            else life
            for life in lives
        ),
    )

    parts = [parts_of(recorded_late, seed) for seed in range(8)]

    assert all("rig_0" not in part.calibration.groups for part in parts)
    assert any("rig_0" in parts_of(lives, seed).calibration.groups for seed in range(8))


def test_calibration_and_validation_take_rigs_that_were_left_alone() -> None:
    left_alone = {f"rig_{at}" for at in range(6)}

    for seed in range(5):
        parts = parts_of(rigs(left_alone=6, mended=4), seed)

        assert set(parts.calibration.groups) < left_alone
        assert set(parts.validation.groups) < left_alone
        assert set(parts.training.groups) & left_alone


def test_where_few_rigs_were_left_alone_others_stop_training() -> None:
    parts = parts_of(rigs(left_alone=2, mended=4), seed=0)

    assert set(parts.calibration.groups) < {"rig_0", "rig_1"}
    assert parts.validation.groups
    assert parts.training.groups


def test_rigs_that_all_replaced_what_still_worked_are_refused() -> None:
    with pytest.raises(InvalidWindows, match="1 of 5 rigs ran everything to failure"):
        parts_of(rigs(left_alone=1, mended=4), seed=0)


def test_a_unit_in_service_at_the_end_is_no_replacement() -> None:
    parts = parts_of(rigs(left_alone=6, mended=0), seed=0)

    assert any(not life.failed for life in parts.calibration)


def long_and_short() -> Lives:
    long, short = (
        Life(
            name, name, np.zeros((rows, 3), np.float32), np.arange(1.0, rows + 1), rows + 0.0, True
        )
        for name, rows in (("long", 30_000), ("short", 12_000))
    )
    return Lives(PROBLEM.channels, PROBLEM.clock, (long, short))


def test_a_long_life_gives_no_more_windows_than_a_short_one() -> None:
    found = bounded(replace(PROBLEM, length=1), long_and_short())

    assert np.bincount(found.unit).tolist() == [10_000, 10_000]


def test_windows_stand_anywhere_in_their_part_of_a_life() -> None:
    found = bounded(replace(PROBLEM, length=1), long_and_short())

    every = windows(long_and_short(), 1)
    for unit in (0, 1):
        mean = found.remaining[found.unit == unit].mean()
        assert mean == pytest.approx(every.remaining[every.unit == unit].mean(), abs=5.0)


def test_the_age_does_not_tell_which_share_of_a_life_has_passed() -> None:
    lives = Lives(PROBLEM.channels, PROBLEM.clock, tuple(
        replace(life, unit=f"{life.unit}-{copy}") for copy in range(5_000)
        for life in long_and_short().lives[1:]
    ))  # fmt: skip

    found = bounded(replace(PROBLEM, length=1), lives)

    passed = found.age / (found.age + found.remaining)
    assert np.bincount(found.unit).tolist() == [4] * 5_000
    assert np.histogram(passed, bins=20, range=(0.0, 1.0))[0].min() > 800


def test_a_short_life_gives_every_row() -> None:
    lives = worn(3)

    found = bounded(PROBLEM, lives)

    assert len(found) == sum(life.rows for life in lives)


def test_the_same_seed_gives_the_same_predictions_and_another_others() -> None:
    asked = windows(worn(3, seed=9), PROBLEM.length)

    first, again, other = learned(), learned(), learned(seed=7)

    assert np.array_equal(first.predict(asked), again.predict(asked))
    assert not np.array_equal(first.predict(asked), other.predict(asked))


def test_members_differ_and_their_mean_is_the_prediction() -> None:
    asked = windows(worn(3, seed=9), PROBLEM.length)

    model = learned()

    one, two = (member.predict(asked) for member in model.members)
    assert not np.array_equal(one, two)
    assert model.predict(asked) == pytest.approx((one + two) / 2.0)


def test_the_interval_rests_on_one_window_of_each_calibration_unit() -> None:
    model = learned(members=1)

    assert model.calibration_units == 25
    assert np.isfinite(model.interval.offsets).all()


def test_epochs_are_told_with_the_number_of_their_member() -> None:
    heard: list[tuple[int, int]] = []

    learn(
        PROBLEM, few_parts(), Plan("summary", 2, FAST),
        heard=lambda member, epoch, _: heard.append((member, epoch)),
    )  # fmt: skip

    assert heard == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_a_plan_without_members_is_refused() -> None:
    with pytest.raises(InvalidModel, match="0 networks make no model"):
        Plan("summary", 0, FAST)
