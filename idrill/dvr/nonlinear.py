"""Bilinear and non-linear balances f(x) = 0, by successive linearisation.

T. W. Knepper, J. W. Gorman, *Statistical analysis of constrained data sets*, AIChE J. 26 (1980)
260: the balances are linear around the values found last, J x = J x₀ - f(x₀), and are reconciled
with the measurements themselves, until the values stay.
"""

from collections.abc import Callable

import numpy as np

from idrill.dvr.balances import Array, LinearBalances
from idrill.dvr.reconciliation import ALPHA, Reconciliation, reconcile
from idrill.errors import InvalidNetwork

MOST_STEPS = 100
CLOSED = 1e-10
"""Change of the values, by their standard deviation, at which they stay [-]."""


def reconcile_nonlinear(
    function: Callable[[Array], Array],
    jacobian: Callable[[Array], Array],
    measured: Array,
    covariance: Array,
    *,
    start: Array | None = None,
    names: tuple[str, ...] = (),
    alpha: float = ALPHA,
) -> Reconciliation:
    """One sample reconciled with balances f(x) = 0.

    Args:
        function: f of the values (quantity), giving (balance).
        jacobian: Its derivatives (balance, quantity).
        measured: Measurements; not a number where nothing was measured (quantity).
        covariance: Of the measurements (quantity, quantity), or their variances (quantity).
        start: Values to begin from; the measurements unless given (quantity). Wanted where
            something is not measured.
        names: Of the quantities.
        alpha: Share of sound samples that the global test may reject.

    Raises:
        InvalidNetwork: If something unmeasured has no value to begin from, the values do not
            settle, or these do not fit together.

    Example:
        Two flows and two concentrations, what goes in comes out:

        >>> f = lambda x: np.array([x[0] * x[1] - x[2] * x[3]])
        >>> df = lambda x: np.array([[x[1], x[0], -x[3], -x[2]]])
        >>> given, sd = np.array([10.0, 0.5, 20.0, 0.26]), np.array([0.1, 0.01, 0.2, 0.01])
        >>> done = reconcile_nonlinear(f, df, given, sd**2)
        >>> bool(abs(f(done.values)[0]) < 1e-9), done.degrees_of_freedom
        (True, 1)
    """
    values = np.array(measured if start is None else start, dtype=np.float64)
    values = np.where(np.isnan(measured), values, measured)
    if not np.isfinite(values).all():
        place = int(np.flatnonzero(~np.isfinite(values))[0])
        raise InvalidNetwork(f"start: quantity {place + 1} is not measured and has no value either")
    for _ in range(MOST_STEPS):
        slope = jacobian(values)
        balances = LinearBalances(slope, slope @ values - function(values), names)
        found = reconcile(balances, measured, covariance, alpha=alpha)
        unknown = [name for name, sd in zip(balances.names, found.sd, strict=True) if np.isnan(sd)]
        if unknown:
            raise InvalidNetwork(f"measured: {', '.join(unknown)} cannot be known from the rest")
        scale = np.maximum(found.sd, 1e-12 * np.abs(found.values)) + 1e-300
        settled = bool((np.abs(found.values - values) <= CLOSED * scale).all())
        values = found.values
        if settled:
            return found
    raise InvalidNetwork(
        f"balances: the values did not settle in {MOST_STEPS} steps; begin nearer to the solution"
    )
