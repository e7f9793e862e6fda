"""Measurements moved as little as their variances say so that the balances close.

Weighted least squares with full covariance: the measurements y with covariance Σ go to
x = y - Σ Gᵀ V⁻¹ (G y - h) with V = G Σ Gᵀ, where G y = h are the balances among what is measured
(S. Narasimhan, C. Jordache, *Data Reconciliation and Gross Error Detection*, Gulf 2000, ch. 3).
Everything that does not depend on the measurements is worked out once in a `Reconciler`; a million
samples of a network then cost one matrix product.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import linalg, stats

from idrill.dvr.balances import Array, LinearBalances, Mask, Reduction, Standing
from idrill.dvr.bounds import within_bounds
from idrill.errors import InvalidNetwork

ALPHA = 0.05
"""Share of sound samples that the global test is allowed to reject [-]."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One sample of a network, reconciled."""

    names: tuple[str, ...]
    measured: Array
    """As given; not a number where nothing was measured (quantity)."""
    values: Array
    """Reconciled or, where not measured, recovered; not a number where unobservable (quantity)."""
    sd: Array
    """Standard deviations of the values (quantity)."""
    measured_sd: Array
    """Standard deviations of the measurements (quantity)."""
    standings: tuple[Standing, ...]
    chi_square: float
    """Sum of squares of the moves, by their covariance [-]."""
    degrees_of_freedom: int
    critical: float
    """Value that chi-square exceeds in a share ALPHA of sound samples; 0 without a balance."""

    @property
    def moves(self) -> Array:
        """What was added to each measurement (quantity)."""
        return self.values - self.measured

    @property
    def adjustability(self) -> Array:
        """How much surer a measurement became, as a share; 0 where nothing checks it (quantity)."""
        return np.asarray(1.0 - np.minimum(self.sd / self.measured_sd, 1.0))

    @property
    def detectability(self) -> Array:
        """How well a bias shows: the root of the share of variance that went (quantity)."""
        ratio = np.minimum(self.sd / self.measured_sd, 1.0)
        return np.asarray(np.sqrt(1.0 - ratio**2))

    @property
    def is_plausible(self) -> bool:
        """Whether the global test lets the sample pass."""
        return self.chi_square <= self.critical


@dataclass(frozen=True)
class Reconciler:
    """What reconciles samples of one network with the same quantities measured.

    Args:
        balances: Of the network.
        covariance: Of the measurements (quantity, quantity), or their variances (quantity); rows
            and columns of what is not measured are not looked at.
        measured: Which quantities are; all of them unless given (quantity).

    Raises:
        InvalidNetwork: If nothing is measured, the covariance is not symmetric and positive
            definite, or shapes do not fit; the message names the quantity.
    """

    balances: LinearBalances
    covariance: Array
    measured: Mask | None = None

    def __post_init__(self) -> None:
        count = len(self.balances.names)
        mask = np.ones(count, bool) if self.measured is None else np.asarray(self.measured, bool)
        if mask.shape != (count,):
            raise InvalidNetwork(f"measured: {mask.size} entries for {count} quantities")
        if not mask.any():
            raise InvalidNetwork("measured: nothing is measured, so nothing can be reconciled")
        object.__setattr__(self, "measured", mask)
        object.__setattr__(self, "covariance", _covariance(self.covariance, mask, self.names))

    @property
    def names(self) -> tuple[str, ...]:
        """Of all quantities."""
        return self.balances.names

    @cached_property
    def reduction(self) -> Reduction:
        """The balances among what is measured."""
        return Reduction(self.balances, self.mask)

    @property
    def mask(self) -> Mask:
        """Which quantities are measured (quantity)."""
        return np.asarray(self.measured, bool)

    @property
    def degrees_of_freedom(self) -> int:
        """How many independent balances check the measurements."""
        return len(self.reduction.constants)

    @cached_property
    def sigma(self) -> Array:
        """Covariance of the measurements (measured, measured)."""
        return np.asarray(self.covariance[np.ix_(self.mask, self.mask)])

    @cached_property
    def whitening(self) -> Array:
        """W with Wᵀ W = Gᵀ V⁻¹ G; W y - w is standard normal (balance, measured)."""
        matrix = self.reduction.matrix
        lower = np.linalg.cholesky(matrix @ self.sigma @ matrix.T)
        return np.asarray(linalg.solve_triangular(lower, matrix, lower=True))

    @cached_property
    def whitened_constants(self) -> Array:
        """What is taken off W y, w (balance)."""
        matrix = self.reduction.matrix
        lower = np.linalg.cholesky(matrix @ self.sigma @ matrix.T)
        return np.asarray(linalg.solve_triangular(lower, self.reduction.constants, lower=True))

    @cached_property
    def projection(self) -> tuple[Array, Array]:
        """P and p of the values P y + p of all quantities (quantity, measured), (quantity)."""
        gain = self.sigma @ self.whitening.T
        moved = np.eye(len(self.sigma)) - gain @ self.whitening
        offset = gain @ self.whitened_constants
        recovered, constant = self.reduction.recovery
        matrix, constants = np.empty((len(self.names), len(moved))), np.empty(len(self.names))
        matrix[self.mask], constants[self.mask] = moved, offset
        matrix[~self.mask] = recovered @ moved
        constants[~self.mask] = recovered @ offset + constant
        return matrix, constants

    @cached_property
    def spread(self) -> Array:
        """How values move with independent errors of standard deviation 1 (quantity, measured)."""
        return np.asarray(self.projection[0] @ np.linalg.cholesky(self.sigma))

    @cached_property
    def sd(self) -> Array:
        """Standard deviations of the values of all quantities (quantity)."""
        return np.asarray(np.linalg.norm(self.spread, axis=1))

    def values(self, samples: Array) -> Array:
        """Values of all quantities of many samples, by one matrix product.

        Args:
            samples: Measurements; what is not measured is not looked at (sample, quantity).

        Returns:
            Values, not a number where unobservable (sample, quantity).
        """
        matrix, constants = self.projection
        found = np.asarray(self._looked_at(samples) @ matrix.T)
        if constants.any():
            found += constants
        return found

    def whitened(self, samples: Array) -> Array:
        """Residuals of the balances, independent and of standard deviation 1 (sample, balance)."""
        return np.asarray(self._looked_at(samples) @ self.whitening.T - self.whitened_constants)

    def _looked_at(self, samples: Array) -> Array:
        """What is measured of the samples, uncopied where everything is (sample, measured)."""
        return samples if self.mask.all() else samples[:, self.mask]

    def chi_square(self, samples: Array) -> Array:
        """Statistic of the global test of many samples (sample)."""
        return np.asarray(np.square(self.whitened(samples)).sum(axis=1))

    def critical(self, alpha: float = ALPHA) -> float:
        """Chi-square that a share alpha of sound samples exceeds; 0 if no balance checks any.

        Raises:
            InvalidNetwork: If alpha is no share.
        """
        if not 0.0 < alpha < 1.0:
            raise InvalidNetwork(f"alpha: is {alpha:g}, it must lie between 0 and 1")
        freedom = self.degrees_of_freedom
        return float(stats.chi2.ppf(1.0 - alpha, freedom)) if freedom else 0.0

    def reconcile(self, sample: Array, *, alpha: float = ALPHA) -> Reconciliation:
        """One sample (quantity), reconciled; see `reconcile`.

        Raises:
            InvalidNetwork: If a measurement is not a finite number.
        """
        given = np.where(self.mask, np.asarray(sample, dtype=np.float64), np.nan)
        broken = self.mask & ~np.isfinite(given)
        if broken.any():
            name = self.names[int(np.flatnonzero(broken)[0])]
            raise InvalidNetwork(f"measured: {name} is not a finite number")
        measured_sd = np.where(self.mask, np.sqrt(np.diag(self.covariance)), np.nan)
        return Reconciliation(
            names=self.names,
            measured=given,
            values=self.values(given[None])[0],
            sd=self.sd,
            measured_sd=measured_sd,
            standings=self.reduction.standings,
            chi_square=float(self.chi_square(given[None])[0]),
            degrees_of_freedom=self.degrees_of_freedom,
            critical=self.critical(alpha),
        )


def reconcile(
    balances: LinearBalances,
    measured: Array,
    covariance: Array,
    *,
    bounds: tuple[Array, Array] | None = None,
    alpha: float = ALPHA,
) -> Reconciliation:
    """One sample of a network, reconciled.

    Args:
        balances: Of the network.
        measured: Measurements; not a number where nothing was measured (quantity).
        covariance: Of the measurements (quantity, quantity), or their variances (quantity).
        bounds: Lowest and highest value of each quantity; infinite where there is none (quantity).
            Standard deviations and the global test do not know of them.
        alpha: Share of sound samples that the global test may reject.

    Raises:
        InvalidNetwork: If these do not fit together; the message names the entry.

    Example:
        >>> splitter = LinearBalances([[1, -1, -1]], names=("feed", "left", "right"))
        >>> done = reconcile(splitter, np.array([10.2, 5.0, 4.9]), np.array([0.04, 0.01, 0.01]))
        >>> done.values.round(3)
        array([10.  ,  5.05,  4.95])
        >>> round(done.chi_square, 2), done.degrees_of_freedom
        (1.5, 1)
    """
    sample = np.asarray(measured, dtype=np.float64)
    if sample.shape != (len(balances.names),):
        raise InvalidNetwork(f"measured: {sample.size} entries for {len(balances.names)} names")
    reconciler = Reconciler(balances, covariance, ~np.isnan(sample))
    found = reconciler.reconcile(sample, alpha=alpha)
    if bounds is None:
        return found
    lower, upper = (_bound(side, balances.names) for side in bounds)
    values = within_bounds(found.values, reconciler.spread, lower, upper, balances.names)
    return replace(found, values=values)


def _bound(given: Array, names: tuple[str, ...]) -> Array:
    bound = np.asarray(given, dtype=np.float64)
    if bound.shape != (len(names),):
        raise InvalidNetwork(f"bounds: {bound.size} entries for {len(names)} quantities")
    return bound


def _covariance(given: Array, mask: Mask, names: tuple[str, ...]) -> Array:
    """The covariance as a matrix of all quantities, fit to be used."""
    covariance = np.asarray(given, dtype=np.float64)
    covariance = np.diag(covariance) if covariance.ndim == 1 else covariance
    if covariance.shape != (len(names), len(names)):
        raise InvalidNetwork(
            f"covariance: has shape {covariance.shape} for {len(names)} quantities"
        )
    known = np.ix_(mask, mask)
    for name, variance in zip(np.array(names)[mask], np.diag(covariance)[mask], strict=True):
        if not (np.isfinite(variance) and variance > 0.0):
            raise InvalidNetwork(
                f"covariance: the variance of {name} is {variance:g}, it must be above zero; "
                "put what is known exactly into the constants b"
            )
    part = covariance[known]
    if not np.allclose(part, part.T, rtol=1e-9, atol=0.0):
        raise InvalidNetwork("covariance: is not symmetric")
    scale = np.sqrt(np.diag(part))
    if np.linalg.eigvalsh(part / np.outer(scale, scale)).min() <= 1e-12:
        raise InvalidNetwork(
            "covariance: is not positive definite; two errors are one and the same"
        )
    return covariance
