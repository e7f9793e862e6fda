"""Networks of thousands of quantities, reconciled without a dense matrix.

The conditions of the least squares are solved as they stand,

    | Σ⁻¹  0   Amᵀ | | x |   | Σ⁻¹ y |
    | 0    0   Auᵀ | | u | = |   0   |
    | Am   Au  0   | | λ |   |   b   |

by a sparse factorisation; the first blocks of the inverse hold the variances of x and u.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import SuperLU, norm, splu

from idrill.dvr.balances import Array, Mask
from idrill.errors import InvalidNetwork

SINGULAR = 1e-11
"""Pivot that stands for none, quantities being counted in their standard deviations [-]."""
AT_ONCE = 256
"""Columns of the inverse that are worked out at a time."""


@dataclass(frozen=True, slots=True)
class LargeReconciliation:
    """One sample of a large network."""

    values: Array
    """Reconciled or, where not measured, recovered (quantity)."""
    sd: Array
    """Their standard deviations (quantity)."""
    chi_square: float
    degrees_of_freedom: int


def reconcile_large(
    matrix: sparse.csr_array[np.float64],
    measured: Array,
    variances: Array,
    constants: Array | None = None,
) -> LargeReconciliation:
    """One sample of a network with independent balances and errors.

    Args:
        matrix: A of A x = b (balance, quantity).
        measured: Measurements; not a number where nothing was measured (quantity).
        variances: Of the measurements (quantity).
        constants: b; nothing unless given (balance).

    Raises:
        InvalidNetwork: If shapes do not fit, a variance is not above zero, balances depend on each
            other or an unmeasured quantity is unobservable.

    Example:
        >>> chain = sparse.csr_array(np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]))
        >>> done = reconcile_large(chain, np.array([1.0, 2.0, 3.0]), np.ones(3))
        >>> done.values.round(6).tolist(), done.degrees_of_freedom
        ([2.0, 2.0, 2.0], 2)
    """
    balances, count = matrix.shape
    right = np.zeros(balances) if constants is None else constants
    known = ~np.isnan(measured)
    _check(matrix.shape, measured, variances, right)
    scale = np.sqrt(np.where(known, variances, 1.0))
    scaled = sparse.csc_array(matrix @ sparse.diags_array(scale))
    rows = np.maximum(norm(scaled, axis=1), np.finfo(np.float64).tiny)
    scaled = sparse.csc_array(sparse.diags_array(1.0 / rows) @ scaled)
    factors = _factors(scaled, known)
    sides = np.concatenate([np.where(known, measured / scale, 0.0), right / rows])
    values = scale * factors.solve(sides)[:count]
    moves = np.where(known, (values - measured) / scale, 0.0)
    return LargeReconciliation(
        values=values,
        sd=scale * np.sqrt(np.maximum(_variances(factors, count), 0.0)),
        chi_square=float((moves**2).sum()),
        degrees_of_freedom=balances - int((~known).sum()),
    )


def _check(shape: tuple[int, int], measured: Array, variances: Array, constants: Array) -> None:
    """See that these fit together and are numbers."""
    balances, count = shape
    for name, entries in (("measured", measured), ("variances", variances)):
        if entries.shape != (count,):
            raise InvalidNetwork(f"{name}: {entries.size} entries for {count} quantities")
    if constants.shape != (balances,):
        raise InvalidNetwork(f"constants: {constants.size} entries for {balances} balances")
    if not np.isfinite(constants).all():
        raise InvalidNetwork("constants: one is not a finite number")
    if np.isinf(measured).any():
        place = int(np.flatnonzero(np.isinf(measured))[0])
        raise InvalidNetwork(f"measured: that of quantity {place + 1} is not a finite number")
    wrong = ~np.isnan(measured) & ~((variances > 0.0) & np.isfinite(variances))
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        raise InvalidNetwork(f"variances: that of quantity {place + 1} must be above zero")


def _factors(scaled: sparse.csc_array[np.float64], known: Mask) -> SuperLU:
    """The factorised conditions of quantities in their standard deviations."""
    weights = sparse.diags_array(known.astype(np.float64))
    conditions = sparse.block_array([[weights, scaled.T], [scaled, None]], format="csc")
    try:
        factors = splu(conditions)
    except RuntimeError:
        factors = None
    if factors is None or np.abs(factors.U.diagonal()).min() < SINGULAR:
        raise InvalidNetwork(
            "A: balances depend on each other, or an unmeasured quantity is unobservable; "
            "idrill.dvr.balances.LinearBalances takes such networks and says which"
        )
    return factors


def _variances(factors: SuperLU, count: int) -> Array:
    """Diagonal of the inverse, so many columns at a time (quantity)."""
    size, found = factors.shape[0], np.empty(count)
    for first in range(0, count, AT_ONCE):
        places = np.arange(first, min(first + AT_ONCE, count))
        units = np.zeros((size, len(places)))
        units[places, np.arange(len(places))] = 1.0
        found[places] = factors.solve(units)[places, np.arange(len(places))]
    return found
