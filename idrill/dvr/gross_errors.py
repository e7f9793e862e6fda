"""Which measurement, or which balance, is wrong.

A bias of size β in quantity i shifts the residuals of the balances by β G eᵢ. All tests below are
of these residuals, made independent and of standard deviation 1: `Reconciler.whitened`. Each takes
many samples at once; `idrill.dvr.several_errors` goes sample by sample.

Quantities whose errors shift the residuals alike cannot be told apart: they form one class, which
is suspected as a whole.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

from idrill.dvr.balances import Array
from idrill.dvr.reconciliation import ALPHA, Reconciler

ALIKE = 1e-7
"""By how much a correlation may fall short of 1 for two errors to be alike [-]."""


@dataclass(frozen=True)
class GrossErrorTests:
    """Tests for gross errors in samples of one network."""

    reconciler: Reconciler

    @cached_property
    def signatures(self) -> Array:
        """How an error of size 1 in each quantity shifts the residuals (balance, quantity)."""
        shifts = np.zeros((self.reconciler.degrees_of_freedom, len(self.reconciler.names)))
        shifts[:, self.reconciler.mask] = self.reconciler.whitening
        return shifts

    @cached_property
    def strengths(self) -> Array:
        """Length of each signature; 0 where no balance checks a quantity (quantity)."""
        lengths = np.linalg.norm(self.signatures, axis=0)
        return np.asarray(np.where(lengths > 1e-12 * lengths.max(initial=0.0), lengths, 0.0))

    @cached_property
    def classes(self) -> tuple[tuple[str, ...], ...]:
        """Redundant quantities, those whose errors are alike together, in order of the network."""
        return tuple(tuple(self.reconciler.names[i] for i in members) for members in self.groups)

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The classes by place in the network."""
        checked = np.flatnonzero(self.strengths)
        directions = self.signatures[:, checked] / self.strengths[checked]
        alike = np.abs(directions.T @ directions) > 1.0 - ALIKE
        found: dict[int, list[int]] = {}
        for column, place in enumerate(checked):
            found.setdefault(int(checked[int(alike[column].argmax())]), []).append(int(place))
        return tuple(tuple(members) for members in found.values())

    def class_of(self, name: str) -> tuple[str, ...]:
        """The quantities that cannot be told from this one, itself among them."""
        return next((members for members in self.classes if name in members), (name,))

    def generalised_likelihood_ratio(self, samples: Array) -> Array:
        """How much chi-square falls if the bias of one quantity is allowed for.

        S. Narasimhan, R. S. H. Mah, *Generalized likelihood ratio method for gross error
        identification*, AIChE J. 33 (1987) 1514.

        Args:
            samples: (sample, quantity)

        Returns:
            Chi-square with one degree of freedom each; 0 for what is not checked
            (sample, quantity).
        """
        return np.square(self._projected(samples))

    def bias(self, samples: Array) -> Array:
        """The bias of each quantity that best explains the residuals, taken alone.

        Returns:
            In the unit of the quantity; not a number where no balance checks it
            (sample, quantity).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(
                np.where(self.strengths > 0.0, self._projected(samples) / self.strengths, np.nan)
            )

    def measurement_test(self, samples: Array) -> Array:
        """Move of each measurement by its standard deviation.

        R. S. H. Mah, A. C. Tamhane, *Detection of gross errors in process data*, AIChE J. 28
        (1982) 828. With independent measurements its square is the likelihood ratio.

        Returns:
            Standard normal each; 0 for what is not checked (sample, quantity).
        """
        gained = self.reconciler.whitening @ self.reconciler.sigma
        moves, spread = self.reconciler.whitened(samples) @ gained, np.linalg.norm(gained, axis=0)
        known = np.where(spread > 1e-12 * spread.max(initial=0.0), spread, np.inf)
        found = np.zeros((len(samples), len(self.reconciler.names)))
        found[:, self.reconciler.mask] = -moves / known
        return found

    def nodal_test(self, samples: Array) -> Array:
        """Residual of each balance among measured quantities by its standard deviation.

        G. A. Almasy, R. S. H. Mah, Ind. Eng. Chem. Process Des. Dev. 23 (1984) 779.

        Returns:
            Standard normal each (sample, balance).
        """
        reduction = self.reconciler.reduction
        spread = np.sqrt(
            np.einsum("ij,jk,ik->i", reduction.matrix, self.reconciler.sigma, reduction.matrix)
        )
        residuals = samples[:, self.reconciler.mask] @ reduction.matrix.T - reduction.constants
        return np.asarray(residuals / spread)

    def critical(self, alpha: float = ALPHA) -> float:
        """Size of the largest of all statistics that a share alpha of sound samples may exceed.

        Z. Šidák's inequality over the classes, J. Am. Stat. Assoc. 62 (1967) 626.
        """
        return critical_of(len(self.groups), alpha)

    def _projected(self, samples: Array) -> Array:
        """Residuals along each signature (sample, quantity)."""
        lengths = np.where(self.strengths > 0.0, self.strengths, np.inf)
        return np.asarray(self.reconciler.whitened(samples) @ (self.signatures / lengths))


def critical_of(tests: int, alpha: float) -> float:
    """Size that the largest of so many standard normal numbers exceeds with a chance below alpha.

    Example:
        >>> round(critical_of(1, 0.05), 3), round(critical_of(10, 0.05), 3)
        (1.96, 2.8)
    """
    each = 1.0 - (1.0 - alpha) ** (1.0 / max(tests, 1))
    return float(stats.norm.ppf(1.0 - each / 2.0))
