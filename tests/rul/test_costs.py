"""What prognoses are worth beside running to failure and replacing by age."""

import numpy as np
import polars as pl
import pytest

from idrill.errors import InvalidModel
from idrill.prognosis import LEVELS
from idrill.rul.costs import (
    RATIOS,
    Lead,
    Watch,
    best_age,
    by_age,
    by_prognosis,
    close_looks,
    cost_table,
    run_to_failure,
    watched,
    worth,
)
from idrill.rul.problem import Array
from idrill.windows import windows
from tests.worn_units import PROBLEM, worn

LEAD = Lead(parts=6.0, crew=2.0)
LIVES = worn(60)
EVERY = windows(LIVES, PROBLEM.length)
ENDS = np.array([life.end for life in LIVES])
WIDTHS = np.array([-4.0, -2.0, 0.0, 2.0, 4.0])


def foreseen(off: Array | float) -> Watch:
    said = np.clip(PROBLEM.target(EVERY) + off, 0.0, PROBLEM.cap)
    return watched(EVERY, np.clip(said[:, None] + WIDTHS, 0.0, PROBLEM.cap))


def cost(table: pl.DataFrame, policy: str, ratio: float) -> float:
    return float(table.filter(policy=policy, ratio=ratio)["cost"].item())


def test_who_knows_the_end_pulls_every_unit_a_little_before_it() -> None:
    found = by_prognosis(foreseen(-1.0), 0.5, LEAD)

    assert not found.failed.any()
    assert found.wasted.tolist() == [1.0] * 60
    assert found.warned.tolist() == [7.0] * 60
    assert found.false_pulls(useful=5.0) == 0.0


def test_who_warns_too_late_lets_units_fail_for_want_of_parts() -> None:
    found = by_prognosis(foreseen(3.0), 0.5, LEAD)

    assert found.failed.all()
    assert found.warned.tolist() == [3.0] * 60


def test_who_never_warns_runs_to_failure() -> None:
    silent = by_prognosis(foreseen(PROBLEM.cap), 0.9, Lead(1.0, 1.0))

    assert silent.cost(10.0) == run_to_failure(ENDS).cost(10.0)
    assert not silent.warned.any()


def test_who_always_warns_pulls_at_once_and_falsely() -> None:
    found = by_prognosis(foreseen(-PROBLEM.cap), 0.5, LEAD)

    assert found.ended.tolist() == [7.0] * 60
    assert found.false_pulls(useful=10.0) == 60.0


def test_a_pull_costs_one_and_a_failure_its_ratio_by_the_hours_worked() -> None:
    found = by_age(np.array([30.0, 60.0]), 50.0, LEAD)

    assert found.cost(10.0) == pytest.approx((10.0 + 1.0) / (30.0 + 50.0))
    assert found.per_life(10.0) == 5.5
    assert found.warned.tolist() == [0.0, 16.0]


def test_age_replacement_that_does_not_pay_is_left() -> None:
    ends = np.random.default_rng(0).exponential(100.0, 500)

    assert by_age(ends, best_age(ends, 3.0, LEAD), LEAD).cost(3.0) == pytest.approx(
        run_to_failure(ends).cost(3.0), rel=0.1
    )
    assert best_age(np.array([90.0, 100.0, 110.0]), 10.0, LEAD) == pytest.approx(90.0)


def test_the_dearer_a_failure_the_more_a_prognosis_saves() -> None:
    table = cost_table(foreseen(0.0), ENDS, LEAD)

    saved = [cost(table, "prognosis 0.1", ratio) for ratio in RATIOS]
    assert saved == sorted(saved, reverse=True)
    assert all(cost(table, "run to failure", ratio) == 1.0 for ratio in RATIOS)


def test_a_good_prognosis_is_cheaper_than_the_age_and_a_blind_one_is_not() -> None:
    good, blind = (cost_table(foreseen(off), ENDS, LEAD) for off in (0.0, PROBLEM.cap))

    for ratio in RATIOS:
        assert cost(good, "prognosis 0.1", ratio) < cost(good, "age", ratio)
        assert cost(blind, "prognosis 0.1", ratio) == 1.0


def test_what_a_prognosis_is_worth_comes_as_figures() -> None:
    good, blind = (worth(foreseen(off), ENDS) for off in (0.0, PROBLEM.cap))
    lead = 0.1 * float(np.median(ENDS))

    assert good["lead time [own hours]"] == pytest.approx(lead)
    for ratio in ("3", "10", "30"):
        by, age = (good[f"cost by {name}, failures cost {ratio}"] for name in ("prognosis", "age"))
        assert by < age <= 1.0
        assert blind[f"cost by prognosis, failures cost {ratio}"] == 1.0
    assert good["warned in time"] == 1.0
    assert good["warning, median [own hours]"] >= lead
    assert good["false pulls per true failure"] == good["failed all the same"] == 0.0
    assert blind["failed all the same"] == 1.0


def test_only_units_that_failed_are_watched_in_order_of_time() -> None:
    mixed = windows(worn(20, cut=0.7), PROBLEM.length)
    shuffled = mixed[np.random.default_rng(0).permutation(len(mixed))]

    found = watched(shuffled, np.zeros((len(mixed), len(LEVELS))))

    assert found.units.size == mixed.failed.sum()
    assert (np.diff(found.age)[np.diff(found.units) == 0] > 0).all()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidModel, match=r"no quantile 0\.2"):
        by_prognosis(foreseen(0.0), 0.2, LEAD)
    with pytest.raises(InvalidModel, match="in the past"):
        Lead(-1.0, 2.0)
    with pytest.raises(InvalidModel, match="quantiles are"):
        watched(EVERY, np.zeros((len(EVERY), 2)))


def test_many_units_are_looked_at_as_closely_as_few() -> None:
    lives = worn(12)

    all_of_them, some = (close_looks(lives, 10, most=most) for most in (10_000, 150))

    assert len(np.unique(all_of_them.unit)) == 12
    assert 2 <= len(np.unique(some.unit)) < 12
    for looks in (all_of_them, some):
        for unit in np.unique(looks.unit):
            assert set(np.diff(looks.age[looks.unit == unit])) == {2.0}


def test_only_units_that_failed_are_looked_at() -> None:
    lives = worn(12, cut=0.5)

    looks = close_looks(lives, 10)

    assert looks.failed.all()
    assert len(np.unique(looks.unit)) == len(lives.failed()) < 12
