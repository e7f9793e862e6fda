"""A wrong measurement is found, its size is told, and those that cannot be told apart are one."""

from typing import Any

import numpy as np
import pytest

from idrill.dvr.balances import LinearBalances
from idrill.dvr.gross_errors import GrossErrorTests
from idrill.dvr.reconciliation import Reconciler
from idrill.dvr.several_errors import serial_compensation, serial_elimination, subset_search


def examined(case: Any, covariance: Any = None) -> GrossErrorTests:
    given = case.sd**2 if covariance is None else covariance
    return GrossErrorTests(Reconciler(LinearBalances(case.matrix), given))


def sound(case: Any, count: int, seed: int = 1) -> Any:
    noise = np.random.default_rng(seed).standard_normal((count, len(case.sd)))
    return case.exact + case.sd * noise


def test_with_independent_errors_the_measurement_test_is_the_likelihood_ratio(drawn: Any) -> None:
    for seed in range(10):
        case = drawn(seed, 6, 13)
        tests, samples = examined(case), sound(case, 50)

        ratio = tests.generalised_likelihood_ratio(samples)

        assert np.square(tests.measurement_test(samples)) == pytest.approx(
            ratio, rel=1e-12, abs=1e-12
        )


def test_the_likelihood_ratio_is_what_chi_square_falls_by(drawn: Any) -> None:
    case = drawn(2, 5, 11)
    covariance = np.diag(case.sd**2)
    covariance[0, 1] = covariance[1, 0] = 0.6 * case.sd[0] * case.sd[1]
    tests, samples = examined(case, covariance), sound(case, 20)
    before = tests.reconciler.chi_square(samples)

    for place in range(11):
        mask = np.ones(11, bool)
        mask[place] = False
        without = Reconciler(LinearBalances(case.matrix), covariance, mask)
        fallen = before - without.chi_square(samples)
        if tests.strengths[place] > 0:
            ratio = tests.generalised_likelihood_ratio(samples)[:, place]
            assert ratio == pytest.approx(fallen, rel=1e-7, abs=1e-7)


def test_tests_of_sound_samples_are_standard_normal(drawn: Any) -> None:
    case = drawn(3, 6, 14)
    tests, samples = examined(case), sound(case, 20_000)

    measurement, nodal = tests.measurement_test(samples), tests.nodal_test(samples)
    checked = tests.strengths > 0

    assert measurement[:, checked].std(axis=0) == pytest.approx(1.0, abs=0.03)
    assert nodal.std(axis=0) == pytest.approx(1.0, abs=0.03)
    assert (np.abs(measurement).max(axis=1) > tests.critical(0.1)).mean() < 0.1


def test_the_bias_of_the_wrong_measurement_is_told(drawn: Any) -> None:
    case = drawn(4, 6, 13)
    tests = examined(case)
    wrong = int(np.argmax(tests.strengths * case.sd))
    samples = sound(case, 4_000)
    samples[:, wrong] += 9.0 * case.sd[wrong]

    told = tests.bias(samples)[:, wrong]

    assert told.mean() == pytest.approx(9.0 * case.sd[wrong], rel=0.02)
    assert told.std() == pytest.approx(1.0 / tests.strengths[wrong], rel=0.05)


def test_quantities_that_cannot_be_told_apart_are_one_class_and_suspected_as_one() -> None:
    # What comes in goes through two meters in series, then splits.
    matrix = np.array([[1.0, -1, 0, 0, 0, 0], [0, 1, -1, -1, 0, 0], [0, 0, 1, 0, -1, -1]])
    names = ("in", "again", "left", "right", "left one", "left two")
    tests = GrossErrorTests(Reconciler(LinearBalances(matrix, None, names), np.full(6, 0.01)))
    sample = np.array([10.0, 10, 6, 4, 3, 3])
    sample[5] += 2.0

    (suspect,) = serial_elimination(tests, sample)

    assert tests.classes == (
        ("in",), ("again",), ("left",), ("right",), ("left one", "left two"),
    )  # fmt: skip
    assert suspect.names == ("left one", "left two")
    assert suspect.bias == pytest.approx(2.0)


METHODS = [serial_elimination, serial_compensation, subset_search]


@pytest.mark.parametrize("method", METHODS)
def test_a_sound_sample_is_seldom_suspected(drawn: Any, method: Any) -> None:
    case = drawn(5, 8, 18)
    tests = examined(case)

    accused = [bool(method(tests, sample, alpha=0.05)) for sample in sound(case, 400)]

    assert np.mean(accused) < 0.09


@pytest.mark.parametrize("method", METHODS)
def test_two_large_errors_are_found_with_their_sizes(drawn: Any, method: Any) -> None:
    case = drawn(6, 8, 18)
    tests = examined(case)
    first, second = np.argsort(-tests.strengths * case.sd)[[0, 3]]
    sample = case.exact.copy()
    sample[first] += 30.0 * case.sd[first]
    sample[second] -= 25.0 * case.sd[second]

    suspects = method(tests, sample)
    found = {one.names[0]: one.bias for one in suspects}

    assert {f"x{first + 1}", f"x{second + 1}"} == set(found)
    assert found[f"x{first + 1}"] == pytest.approx(30.0 * case.sd[first], rel=1e-6)
    assert found[f"x{second + 1}"] == pytest.approx(-25.0 * case.sd[second], rel=1e-6)


def test_the_search_of_subsets_finds_the_best_of_its_size(drawn: Any) -> None:
    case = drawn(7, 6, 12)
    tests = examined(case)
    random = np.random.default_rng(7)
    sample = case.exact + case.sd * 12.0 * random.standard_normal(12) * (random.random(12) < 0.3)

    suspects = subset_search(tests, sample)
    mask = np.ones(12, bool)
    mask[[tests.reconciler.names.index(one.names[0]) for one in suspects]] = False
    left = Reconciler(LinearBalances(case.matrix), case.sd**2, mask)

    assert suspects
    assert left.chi_square(sample[None])[0] <= left.critical(0.05)


def test_where_nothing_checks_anything_nothing_is_suspected() -> None:
    tests = GrossErrorTests(
        Reconciler(LinearBalances(np.array([[1.0, -1]])), np.ones(2), np.array([True, False]))
    )

    assert tests.classes == ()
    assert tests.measurement_test(np.array([[1.0, np.nan]])).tolist() == [[0.0, 0.0]]
    assert all(not method(tests, np.array([1.0, np.nan])) for method in METHODS)
