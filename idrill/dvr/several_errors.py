"""Several gross errors in one sample: elimination, compensation and the search of subsets.

All three end when the global test lets the rest pass, or when nothing more can be told. Where
quantities cannot be told apart, the class is suspected and counts as one error.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from idrill.dvr.balances import Array
from idrill.dvr.gross_errors import GrossErrorTests, critical_of
from idrill.dvr.reconciliation import ALPHA

WIDEST = 200_000
"""Most subsets of one size that a search looks at."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A class of quantities one of which is believed to be wrong."""

    names: tuple[str, ...]
    """More than one where their errors are alike."""
    bias: float
    """Of the first of them, in its unit, all suspects allowed for together."""


def serial_elimination(
    tests: GrossErrorTests, sample: Array, *, alpha: float = ALPHA, critical: float | None = None
) -> tuple[Suspect, ...]:
    """Suspects by the iterative measurement test: the largest is left out, then again.

    R. W. Serth, W. A. Heenan, *Gross error detection and data reconciliation in steam-metering
    systems*, AIChE J. 32 (1986) 733. A quantity that is left out is unmeasured, which in the
    residuals means: its signature is projected away.

    Args:
        tests: Of the network.
        sample: Measurements (quantity).
        alpha: Share of sound samples that may raise a suspicion.
        critical: Size from which a statistic is suspicious; that of alpha unless given.
    """
    residuals = tests.reconciler.whitened(sample[None])[0]
    found: list[int] = []
    while len(found) < tests.reconciler.degrees_of_freedom:
        shifts, rest = _without(tests, found, residuals)
        lengths = np.linalg.norm(shifts, axis=0)
        open_to = _telling(tests, lengths, found)
        limit = critical_of(len(open_to), alpha) if critical is None else critical
        sizes = [abs(float(shifts[:, place] @ rest)) / lengths[place] for place in open_to]
        if not sizes or max(sizes) <= limit:
            break
        found.append(open_to[int(np.argmax(sizes))])
    return _suspects(tests, found, residuals)


def serial_compensation(
    tests: GrossErrorTests, sample: Array, *, alpha: float = ALPHA, critical: float | None = None
) -> tuple[Suspect, ...]:
    """Suspects by likelihood ratio, the bias of each taken off before the next is looked for.

    S. Narasimhan, R. S. H. Mah, AIChE J. 33 (1987) 1514. The bias once estimated stays, which is
    what sets it apart from elimination.

    Args:
        tests: Of the network.
        sample: Measurements (quantity).
        alpha: Share of sound samples that may raise a suspicion.
        critical: Size from which a statistic is suspicious; that of alpha unless given.
    """
    residuals = tests.reconciler.whitened(sample[None])[0]
    rest, found = residuals.copy(), list[int]()
    while len(found) < tests.reconciler.degrees_of_freedom:
        open_to = _telling(tests, tests.strengths, found)
        limit = critical_of(len(open_to), alpha) if critical is None else critical
        along = [float(tests.signatures[:, p] @ rest) / tests.strengths[p] for p in open_to]
        if not along or max(map(abs, along)) <= limit:
            break
        best = int(np.argmax(np.abs(along)))
        found.append(open_to[best])
        rest = rest - along[best] * tests.signatures[:, found[-1]] / tests.strengths[found[-1]]
    return _suspects(tests, found, residuals)


def subset_search(
    tests: GrossErrorTests,
    sample: Array,
    *,
    alpha: float = ALPHA,
    most: int | None = None,
    critical: float | None = None,
) -> tuple[Suspect, ...]:
    """The smallest set of classes whose biases explain the sample, the best of its size.

    Args:
        tests: Of the network.
        sample: Measurements (quantity).
        alpha: Share of sound samples that may raise a suspicion.
        most: Largest size looked at; one less than the degrees of freedom unless given.
        critical: Share of chance below which what a set leaves over is not believed to be noise;
            alpha unless given.

    Returns:
        Nothing if no error is needed. If no set that was looked at explains the sample, the best of
        the largest size.
    """
    residuals = tests.reconciler.whitened(sample[None])[0]
    freedom = tests.reconciler.degrees_of_freedom
    share = alpha if critical is None else critical
    best: tuple[int, ...] = ()
    for size in range(min(freedom - 1 if most is None else most, len(tests.groups)) + 1):
        found = _best_of_size(tests, residuals, size)
        if found is None:
            break
        best, left = found
        if stats.chi2.sf(left, freedom - size) > share:
            break
    return _suspects(tests, list(best), residuals)


def _best_of_size(
    tests: GrossErrorTests, residuals: Array, size: int
) -> tuple[tuple[int, ...], float] | None:
    """The set that leaves the least chi-square, and what it leaves; None if there are too many."""
    places = [members[0] for members in tests.groups]
    sets = np.array(list(_few(combinations(places, size))), dtype=np.int64)
    if len(sets) > WIDEST:
        return None
    if size == 0:
        return (), float(residuals @ residuals)
    shifts = tests.signatures.T[sets] / tests.strengths[sets][:, :, None]
    gram = shifts @ np.swapaxes(shifts, 1, 2)
    along = shifts @ residuals
    possible = np.linalg.det(gram) > 1e-9  # dependent signatures explain no more than fewer do
    if not possible.any():
        return None
    gram, along, sets = gram[possible], along[possible], sets[possible]
    explained = (along * np.linalg.solve(gram, along[:, :, None])[:, :, 0]).sum(axis=1)
    best = int(np.argmax(explained))
    chosen = tuple(int(place) for place in sets[best])
    return chosen, max(float(residuals @ residuals - explained[best]), 0.0)


def _few(subsets: Iterable[tuple[int, ...]]) -> Iterable[tuple[int, ...]]:
    """The subsets, one more than is too many at most."""
    return (subset for subset, _ in zip(subsets, range(WIDEST + 1), strict=False))


def _telling(tests: GrossErrorTests, lengths: Array, found: list[int]) -> list[int]:
    """One quantity of each class that still can be told from those found."""
    left = [members[0] for members in tests.groups if not set(members) & set(found)]
    return [place for place in left if lengths[place] > 1e-6 * tests.strengths[place]]


def _without(tests: GrossErrorTests, found: list[int], residuals: Array) -> tuple[Array, Array]:
    """Signatures and residuals with those of the quantities found projected away."""
    if not found:
        return tests.signatures, residuals
    basis = np.linalg.qr(tests.signatures[:, found] / tests.strengths[found])[0]
    shifts = tests.signatures - basis @ (basis.T @ tests.signatures)
    return shifts, residuals - basis @ (basis.T @ residuals)


def _suspects(tests: GrossErrorTests, found: list[int], residuals: Array) -> tuple[Suspect, ...]:
    """The suspects with their biases, estimated together."""
    if not found:
        return ()
    biases = np.linalg.lstsq(tests.signatures[:, found], residuals, rcond=None)[0]
    names = tests.reconciler.names
    return tuple(
        Suspect(tests.class_of(names[place]), float(bias))
        for place, bias in zip(found, biases, strict=True)
    )
