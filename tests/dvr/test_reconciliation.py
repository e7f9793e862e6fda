"""Reconciliation closes balances, moves as little as it may, and says how sure it is."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import optimize, sparse

from idrill.dvr.balances import LinearBalances, Standing
from idrill.dvr.large_networks import reconcile_large
from idrill.dvr.nonlinear import reconcile_nonlinear
from idrill.dvr.reconciliation import Reconciler, reconcile
from idrill.errors import InvalidNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = [(1, 3), (3, 6), (6, 12), (11, 28), (26, 50)]
SPLITTER = LinearBalances(np.array([[1.0, -1.0, -1.0]]), names=("feed", "left", "right"))


@pytest.mark.parametrize(("nodes", "streams"), SIZES)
def test_it_agrees_with_rational_arithmetic(
    drawn: Any, by_fractions: Any, nodes: int, streams: int
) -> None:
    case = drawn(nodes, nodes, streams)

    done = reconcile(LinearBalances(case.matrix), case.measured, case.sd**2)
    values, sd, chi_square = by_fractions(case)

    assert done.values == pytest.approx(values, rel=1e-12, abs=1e-12)
    assert done.sd == pytest.approx(sd, rel=1e-9, abs=1e-12)
    assert done.chi_square == pytest.approx(chi_square, rel=1e-10)


@pytest.mark.real_data
def test_it_agrees_with_rational_arithmetic_on_the_published_networks(
    published: Any, by_fractions: Any
) -> None:
    for case in published.values():
        done = reconcile(LinearBalances(case.matrix), case.measured, case.sd**2)
        values, sd, chi_square = by_fractions(case)

        assert done.values == pytest.approx(values, rel=1e-9)
        assert done.adjustability == pytest.approx(1 - sd / case.sd, abs=1e-9)
        assert done.detectability == pytest.approx(np.sqrt(1 - (sd / case.sd) ** 2), abs=1e-8)
        assert done.chi_square == pytest.approx(chi_square, rel=1e-9)
        assert np.abs(case.matrix @ done.values).max() < 1e-9 * np.abs(values).max()


@pytest.mark.parametrize(("nodes", "streams"), SIZES)
def test_balances_close_and_what_is_not_measured_is_found(
    drawn: Any, nodes: int, streams: int
) -> None:
    case = drawn(7, nodes, streams)
    missing = case.measured.copy()
    missing[nodes:nodes + nodes // 2] = np.nan  # fmt: skip

    done = reconcile(LinearBalances(case.matrix), missing, case.sd**2)
    known = ~np.isnan(done.values)
    closed = np.abs(case.matrix @ np.where(known, done.values, 0.0))
    whole = (np.abs(case.matrix) @ ~known) == 0

    assert closed[whole].max() < 1e-9
    assert done.degrees_of_freedom >= nodes - nodes // 2


def test_two_ways_of_reckoning_agree_where_something_is_not_measured(drawn: Any) -> None:
    for seed in range(20):
        case = drawn(seed, 6, 14)
        missing = case.measured.copy()
        missing[2] = np.nan

        done = reconcile(LinearBalances(case.matrix), missing, case.sd**2)
        large = reconcile_large(sparse.csr_array(case.matrix), missing, case.sd**2)

        assert large.values == pytest.approx(done.values, rel=1e-10)
        # A quantity that the balances alone give has no variance but for rounding.
        assert large.sd**2 == pytest.approx(done.sd**2, rel=1e-10, abs=1e-12)
        assert large.chi_square == pytest.approx(done.chi_square, rel=1e-9)
        assert large.degrees_of_freedom == done.degrees_of_freedom


def test_intervals_cover_what_they_say(drawn: Any) -> None:
    case = drawn(3, 5, 11)
    random = np.random.default_rng(3)
    samples = case.exact + case.sd * random.standard_normal((20_000, 11))
    reconciler = Reconciler(LinearBalances(case.matrix), case.sd**2)

    inside = np.abs(reconciler.values(samples) - case.exact) < 1.959964 * reconciler.sd
    rejected = (reconciler.chi_square(samples) > reconciler.critical(0.05)).mean()

    assert inside.mean(axis=0) == pytest.approx(0.95, abs=0.01)
    assert rejected == pytest.approx(0.05, abs=0.01)


def test_errors_that_go_together_change_what_is_moved() -> None:
    covariance = np.array([[0.04, 0.0, 0.0], [0.0, 0.01, 0.009], [0.0, 0.009, 0.01]])
    measured = np.array([10.2, 5.0, 4.9])

    done = reconcile(SPLITTER, measured, covariance)
    alone = reconcile(SPLITTER, measured, np.diag(covariance))
    gain = covariance @ np.array([1.0, -1.0, -1.0])
    by_hand = measured - gain * 0.3 / (gain @ np.array([1.0, -1.0, -1.0]))

    assert done.values == pytest.approx(by_hand, rel=1e-12)
    assert np.abs(done.values - alone.values).max() > 0.01


def test_quantities_are_classed_by_what_the_balances_say() -> None:
    # 1 → a → 2 → b → 3, and a loop 4, 5 that nobody measures
    matrix = np.array(
        [[1.0, -1, 0, 0, 0], [0, 1, -1, 0, 0], [0, 0, 0, 1, -1]],
    )

    balances = LinearBalances(matrix)

    assert balances.classify(np.array([True, False, True, False, False])) == (
        Standing.REDUNDANT, Standing.OBSERVABLE, Standing.REDUNDANT, Standing.UNOBSERVABLE,
        Standing.UNOBSERVABLE,
    )  # fmt: skip
    assert balances.classify(np.array([True, False, False, False, True])) == (
        Standing.NON_REDUNDANT, Standing.OBSERVABLE, Standing.OBSERVABLE, Standing.OBSERVABLE,
        Standing.NON_REDUNDANT,
    )  # fmt: skip


def test_what_nothing_checks_stays_as_it_is_bit_for_bit(drawn: Any) -> None:
    case = drawn(1, 5, 12)
    matrix = np.hstack([case.matrix, np.zeros((5, 1))])
    matrix[0, 12] = 1.0
    unmeasured = np.append(case.measured, np.pi)
    unmeasured[np.flatnonzero(case.matrix[0])] = np.nan
    sd = np.append(case.sd, 0.3)

    done = reconcile(LinearBalances(matrix), unmeasured, sd**2)
    alone = [n for n, standing in enumerate(done.standings) if standing is Standing.NON_REDUNDANT]

    assert 12 in alone
    assert (done.values[alone] == unmeasured[alone]).all()
    assert done.adjustability[alone] == pytest.approx(0.0, abs=1e-15)


def test_balances_that_follow_from_others_count_once_and_contradictions_are_named(
    drawn: Any,
) -> None:
    case = drawn(2, 4, 9)
    doubled = np.vstack([case.matrix, case.matrix.sum(axis=0)])

    once = reconcile(LinearBalances(case.matrix), case.measured, case.sd**2)
    twice = reconcile(LinearBalances(doubled), case.measured, case.sd**2)

    assert twice.degrees_of_freedom == once.degrees_of_freedom == 4
    assert twice.values == pytest.approx(once.values, rel=1e-12)
    with pytest.raises(InvalidNetwork, match="contradict"):
        reconcile(LinearBalances(doubled, np.array([0, 0, 0, 0, 1.0])), case.measured, case.sd**2)


def test_the_unit_that_a_balance_is_written_in_does_not_count(drawn: Any) -> None:
    case = drawn(3, 4, 9)
    units = np.array([1.0, 1e-12, 1e9, 1e-300])
    measured = np.where(np.arange(9) == 2, np.nan, case.measured)

    one = reconcile(LinearBalances(case.matrix), measured, case.sd**2)
    other = reconcile(LinearBalances(case.matrix * units[:, None]), measured, case.sd**2)

    assert other.standings == one.standings
    assert other.values == pytest.approx(one.values, rel=1e-9)
    assert other.chi_square == pytest.approx(one.chi_square, rel=1e-9)


def test_a_million_samples_are_what_one_after_the_other_gives(drawn: Any) -> None:
    case = drawn(4, 11, 28)
    reconciler = Reconciler(LinearBalances(case.matrix), case.sd**2)
    samples = case.exact + case.sd * np.random.default_rng(4).standard_normal((200, 28))

    together = reconciler.values(samples), reconciler.chi_square(samples)
    one_by_one = [reconciler.reconcile(sample) for sample in samples]

    assert together[0] == pytest.approx(np.array([one.values for one in one_by_one]), rel=1e-12)
    assert together[1] == pytest.approx([one.chi_square for one in one_by_one], rel=1e-9)


def test_bounds_are_kept_at_the_least_cost_and_the_balances_with_them(drawn: Any) -> None:
    minimize: Any = optimize.minimize
    case = drawn(5, 4, 11)
    free = reconcile(LinearBalances(case.matrix), case.measured, case.sd**2)
    lower = np.where(np.arange(11) == 2, free.values + 3.0, -np.inf)
    upper = np.where(np.arange(11) == 5, free.values - 1.0, np.inf)

    bound = reconcile(LinearBalances(case.matrix), case.measured, case.sd**2, bounds=(lower, upper))
    other = minimize(
        lambda x: float((((x - case.measured) / case.sd) ** 2).sum()),
        bound.values,
        jac=lambda x: 2 * (x - case.measured) / case.sd**2,
        bounds=list(zip(lower, upper, strict=True)),
        constraints={"type": "eq", "fun": lambda x: case.matrix @ x},
        options={"ftol": 1e-14},
    )

    assert np.abs(case.matrix @ bound.values).max() < 1e-9
    assert (bound.values >= lower).all()
    assert (bound.values <= upper).all()
    assert bound.values == pytest.approx(other.x, abs=1e-5)


def test_bounds_that_no_flow_can_keep_are_an_error() -> None:
    lower, upper = np.array([0.0, 6.0, 6.0]), np.array([10.0, np.inf, np.inf])

    with pytest.raises(InvalidNetwork, match="bounds"):
        reconcile(SPLITTER, np.array([10.0, 5.0, 5.0]), np.ones(3), bounds=(lower, upper))
    with pytest.raises(InvalidNetwork, match="feed"):
        reconcile(SPLITTER, np.array([10.0, 5.0, 5.0]), np.ones(3), bounds=(upper, lower))


def test_concentrations_and_flows_are_reconciled_together() -> None:
    """A splitter of two components: bilinear; the optimum is where no move lowers the cost."""
    exact = np.array([100.0, 64.5, 35.5, 0.10, 0.02, 0.2453521127])
    sd = np.array([2.0, 1.3, 0.7, 0.002, 0.0005, 0.005])
    measured = exact + sd * np.array([0.5, -1.2, 0.8, 1.1, -0.4, 0.9])

    def balances(x: Any) -> Any:
        return np.array([x[0] - x[1] - x[2], x[0] * x[3] - x[1] * x[4] - x[2] * x[5]])

    def slopes(x: Any) -> Any:
        return np.array(
            [[1, -1, -1, 0, 0, 0], [x[3], -x[4], -x[5], x[0], -x[1], -x[2]]], dtype=np.float64
        )

    done = reconcile_nonlinear(balances, slopes, measured, sd**2)
    multipliers = np.linalg.lstsq(
        slopes(done.values).T, (done.values - measured) / sd**2, rcond=None
    )
    left = slopes(done.values).T @ multipliers[0] - (done.values - measured) / sd**2

    assert np.abs(balances(done.values)).max() < 1e-9
    assert np.abs(left * sd).max() < 1e-8
    assert done.chi_square == pytest.approx((((done.values - measured) / sd) ** 2).sum())


def test_an_unmeasured_concentration_is_found_and_one_that_cannot_be_is_named() -> None:
    def balance(x: Any) -> Any:
        return np.array([x[0] * x[1] - x[2] * x[3]])

    def slope(x: Any) -> Any:
        return np.array([[x[1], x[0], -x[3], -x[2]]])

    measured, start = np.array([10.0, 0.5, 20.0, np.nan]), np.array([np.nan, np.nan, np.nan, 1.0])
    both = np.array([10.0, 0.5, np.nan, np.nan])

    found = reconcile_nonlinear(balance, slope, measured, np.ones(4), start=start)

    assert found.values[3] == pytest.approx(0.25)
    with pytest.raises(InvalidNetwork, match="x3, x4"):
        reconcile_nonlinear(balance, slope, both, np.ones(4), start=np.full(4, 1.0))
    with pytest.raises(InvalidNetwork, match="start"):
        reconcile_nonlinear(balance, slope, measured, np.ones(4))


NAN = float("nan")
WRONG: "dict[str, tuple[Callable[[], object], str]]" = {
    "ragged": (lambda: LinearBalances([[1.0, -1.0], [1.0]]), "A: "),  # type: ignore[arg-type]
    "no balance": (lambda: LinearBalances(np.zeros((0, 3))), "A: "),
    "not a number": (lambda: LinearBalances(np.array([[1.0, NAN]])), "A: entry 1, 2"),
    "names": (lambda: LinearBalances(np.ones((1, 2)), names=("a", "a")), "names: 'a'"),
    "constants": (lambda: LinearBalances(np.ones((1, 2)), np.ones(3)), "b: "),
    "nothing measured": (lambda: reconcile(SPLITTER, np.full(3, NAN), np.ones(3)), "nothing is"),
    "infinite": (lambda: reconcile(SPLITTER, np.array([1, np.inf, 1]), np.ones(3)), "left"),
    "zero": (lambda: reconcile(SPLITTER, np.ones(3), np.array([1.0, 0.0, 1.0])), "left is 0"),
    "negative": (lambda: reconcile(SPLITTER, np.ones(3), np.array([1.0, 1.0, -1.0])), "right is"),
    "shape": (lambda: reconcile(SPLITTER, np.ones(2), np.ones(3)), "measured: 2 entries"),
    "crooked": (lambda: reconcile(SPLITTER, np.ones(3), np.eye(3) + np.tri(3, 3, -1) / 9), "symm"),
    "no share": (lambda: reconcile(SPLITTER, np.ones(3), np.ones(3), alpha=2.0), "alpha: is 2"),
    "one error": (lambda: reconcile(SPLITTER, np.ones(3), np.ones((3, 3))), "positive definite"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_a_network_is_refused_by_name(name: str) -> None:
    attempt, words = WRONG[name]

    with pytest.raises(InvalidNetwork, match=words):
        attempt()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("measured", [np.inf, 1.0, 1.0], "measured: that of quantity 1 is not a finite number"),
        ("measured", [1.0, 1.0], "measured: 2 entries for 3 quantities"),
        ("variances", [1.0, 0.0, 1.0], "variances: that of quantity 2 must be above zero"),
        ("variances", [1.0, 1.0], "variances: 2 entries for 3 quantities"),
        ("constants", [1.0], "constants: 1 entries for 2 balances"),
        ("constants", [np.nan, 0.0], "constants: one is not a finite number"),
    ],
)
def test_a_large_network_of_what_is_no_number_is_refused(
    field: str, value: list[float], words: str
) -> None:
    chain = sparse.csr_array(np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]))
    given = {"measured": np.ones(3), "variances": np.ones(3), field: np.array(value)}

    with pytest.raises(InvalidNetwork, match=words):
        reconcile_large(chain, **given)
