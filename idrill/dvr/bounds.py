"""Reconciled values that keep within bounds: a least-distance problem.

C. L. Lawson, R. J. Hanson, *Solving Least Squares Problems* (SIAM, 1995), ch. 23: the shortest z
with G z ≥ h, by way of non-negative least squares.
"""

import numpy as np
from scipy.optimize import nnls

from idrill.dvr.balances import RELATIVE_ZERO, Array
from idrill.errors import InvalidNetwork

UNREACHABLE = 1e-9
"""Residual below which no point fulfils the bounds [-]."""


def within_bounds(
    values: Array, spread: Array, lower: Array, upper: Array, names: tuple[str, ...]
) -> Array:
    """The values moved within bounds, at the least cost and without breaking a balance.

    Args:
        values: Reconciled without bounds (quantity).
        spread: How values move with independent errors of standard deviation 1 (quantity, error).
        lower: Lowest value of each, or minus infinity (quantity).
        upper: Highest value of each, or infinity (quantity).
        names: Of the quantities.

    Raises:
        InvalidNetwork: If a bound is not a number, a lower one lies above the upper one, or no
            values can fulfil bounds and balances.

    Example:
        >>> one = within_bounds(
        ...     np.array([1.0, -0.5]),
        ...     np.array([[1.0], [1.0]]),
        ...     np.zeros(2),
        ...     np.full(2, np.inf),
        ...     ("in", "out"),
        ... )
        >>> one.tolist()
        [1.5, 0.0]
    """
    for name, low, high in zip(names, lower, upper, strict=True):
        if not low <= high:
            raise InvalidNetwork(f"bounds: {name} must lie from {low:g} to {high:g}")
    reach = np.abs(spread).max(axis=1, initial=0.0)
    moves = reach > RELATIVE_ZERO * np.nanmax(reach, initial=0.0)
    floor, ceiling = np.isfinite(lower) & moves, np.isfinite(upper) & moves
    directions = np.vstack([spread[floor], -spread[ceiling]])
    wanted = np.concatenate([(lower - values)[floor], (values - upper)[ceiling]])
    if not (wanted > 0.0).any():
        return values
    step = _shortest(directions, wanted)
    if step is None:
        raise InvalidNetwork("bounds: no values fulfil both the bounds and the balances")
    moved: Array = values + spread @ step
    return np.where(np.isnan(moved), moved, np.clip(moved, lower, upper))


def _shortest(directions: Array, wanted: Array) -> Array | None:
    """The shortest z with directions z >= wanted; None if there is none."""
    scale = np.abs(wanted).max()
    columns = np.vstack([directions.T, wanted / scale])
    target = np.zeros(len(columns))
    target[-1] = 1.0
    weights, distance = nnls(columns, target)
    if distance < UNREACHABLE:
        return None
    rest = columns @ weights - target
    return np.asarray(-scale * rest[:-1] / rest[-1])
