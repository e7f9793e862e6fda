"""Linear balances A x = b between the quantities of a network, and what they say of each quantity.

A quantity is measured or not; the balances then make it redundant (they check it), non-redundant
(they cannot), observable (they give it) or unobservable (they do not). The classification is by
the QR projection of C. M. Crowe, Y. A. García Campos, A. Hrymak, *Reconciliation of process flow
rates by matrix projection*, AIChE J. 29 (1983) 881, and C. L. E. Swartz (1989).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from idrill.errors import InvalidNetwork

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

RELATIVE_ZERO = 1e-10
"""What counts as nothing beside the largest coefficient of a balance [-]."""


class Standing(StrEnum):
    """What the balances say of one quantity."""

    REDUNDANT = "redundant"
    """Measured, and checked by the others."""
    NON_REDUNDANT = "non-redundant"
    """Measured, and nothing checks it: it stays as it is."""
    OBSERVABLE = "observable"
    """Not measured, and known from the others."""
    UNOBSERVABLE = "unobservable"
    """Not measured, and not to be known."""


@dataclass(frozen=True, slots=True)
class LinearBalances:
    """Balances A x = b.

    Args:
        A: One row a balance (balance, quantity).
        b: What each comes to; nothing unless given (balance).
        names: Of the quantities; x1, x2, … unless given.

    Raises:
        InvalidNetwork: If shapes do not fit, an entry is no number, a name is there twice, or no
            quantity or balance is there at all.

    Example:
        >>> junction = LinearBalances([[1, -1, -1]], names=("feed", "left", "right"))
        >>> junction.classify(np.array([True, True, False]))
        (<Standing.NON_REDUNDANT: 'non-redundant'>, <Standing.NON_REDUNDANT: 'non-redundant'>,
         <Standing.OBSERVABLE: 'observable'>)
    """

    A: Array
    b: Array | None = None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        matrix = _numbers("A", self.A, dimensions=2)
        if 0 in matrix.shape:
            raise InvalidNetwork(f"A: has shape {matrix.shape}; give a row for each balance")
        constants = np.zeros(len(matrix)) if self.b is None else _numbers("b", self.b, dimensions=1)
        names = tuple(self.names) or tuple(f"x{n}" for n in range(1, matrix.shape[1] + 1))
        object.__setattr__(self, "A", matrix)
        object.__setattr__(self, "b", constants)
        object.__setattr__(self, "names", names)
        if len(constants) != len(matrix):
            raise InvalidNetwork(f"b: has {len(constants)} entries for {len(matrix)} balances")
        if len(names) != matrix.shape[1]:
            raise InvalidNetwork(f"names: {len(names)} for {matrix.shape[1]} quantities")
        for name in names:
            if names.count(name) > 1:
                raise InvalidNetwork(f"names: {name!r} stands for more than one quantity")

    @property
    def constants(self) -> Array:
        """What each balance comes to (balance)."""
        return np.zeros(len(self.A)) if self.b is None else self.b

    def residuals(self, values: Array) -> Array:
        """A x - b (…, balance) of values (…, quantity)."""
        return np.asarray(values @ self.A.T - self.constants)

    def classify(self, measured: Mask) -> tuple[Standing, ...]:
        """What the balances say of each quantity.

        Args:
            measured: Which quantities are (quantity).
        """
        return Reduction(self, measured).standings


@dataclass(frozen=True)
class Reduction:
    """Balances cleared of what is not measured, dependent ones left out.

    With A = [Am Au] and the QR factors Au = [Q1 Q2] R the rows of Q2ᵀ Am hold among measured
    quantities alone.

    Raises:
        InvalidNetwork: If balances contradict each other whatever is measured.
    """

    balances: LinearBalances
    measured: Mask

    @cached_property
    def matrix(self) -> Array:
        """G of the balances G y = h among measured quantities, of full rank (balance, measured).

        Each balance counts by its largest coefficient, as what is nothing is judged by that.
        """
        return self._independent[0]

    @cached_property
    def constants(self) -> Array:
        """What each of these comes to, h (balance)."""
        return self._independent[1]

    @cached_property
    def recovery(self) -> tuple[Array, Array]:
        """U and u of the unmeasured quantities U y + u; rows of unobservable ones are not a number.

        Returns:
            U (unmeasured, measured) and u (unmeasured).
        """
        inverse = linalg.pinv(self._unmeasured_part, rtol=RELATIVE_ZERO)
        gains, offsets = -inverse @ self._measured_part, inverse @ self._constants
        free = self._free
        gains[free], offsets[free] = np.nan, np.nan
        return gains, offsets

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """What the balances say of each quantity."""
        touched = np.abs(self.matrix).max(axis=0, initial=0.0)
        scale = np.abs(self._measured_part).max(axis=0, initial=0.0)
        redundant = iter(touched > RELATIVE_ZERO * np.maximum(scale, 1.0))
        free = iter(self._free)
        return tuple(
            (Standing.REDUNDANT if next(redundant) else Standing.NON_REDUNDANT)
            if is_measured
            else (Standing.UNOBSERVABLE if next(free) else Standing.OBSERVABLE)
            for is_measured in self.measured
        )

    @cached_property
    def _scale(self) -> Array:
        """Largest coefficient of each balance: the unit it is written in must not count."""
        largest = np.abs(self.balances.A).max(axis=1)
        return np.where(largest > 0.0, largest, 1.0)

    @cached_property
    def _measured_part(self) -> Array:
        return np.asarray(self.balances.A[:, self.measured] / self._scale[:, None])

    @cached_property
    def _unmeasured_part(self) -> Array:
        return np.asarray(self.balances.A[:, ~self.measured] / self._scale[:, None])

    @cached_property
    def _constants(self) -> Array:
        return np.asarray(self.balances.constants / self._scale)

    @cached_property
    def _free(self) -> Mask:
        """Which unmeasured quantities may move without breaking a balance (unmeasured)."""
        directions = linalg.null_space(self._unmeasured_part, rcond=RELATIVE_ZERO)
        return np.asarray(np.abs(directions).max(axis=1, initial=0.0) > np.sqrt(RELATIVE_ZERO))

    @cached_property
    def _independent(self) -> tuple[Array, Array]:
        matrix, constants = self._measured_part, self._constants
        if not self.measured.all():
            factors = linalg.qr(self._unmeasured_part, pivoting=True)
            q, r = np.asarray(factors[0], np.float64), np.asarray(factors[1], np.float64)
            clear = q[:, _rank(r) :].T
            matrix, constants = clear @ matrix, clear @ constants
            # Rounding would make a quantity redundant, and move it, that no balance checks.
            matrix[np.abs(matrix) < RELATIVE_ZERO * np.abs(matrix).max(initial=0.0)] = 0.0
        return independent(matrix, constants)


def independent(matrix: Array, constants: Array) -> tuple[Array, Array]:
    """As many rows as are independent of each other, the first ones where there is a choice.

    Args:
        matrix: (balance, quantity)
        constants: (balance)

    Raises:
        InvalidNetwork: If a row contradicts others.

    Example:
        >>> independent(np.array([[1.0, -1.0], [2.0, -2.0]]), np.array([1.0, 2.0]))
        (array([[ 1., -1.]]), array([1.]))
    """
    scale = np.abs(matrix).max(initial=0.0)
    kept: list[int] = []
    basis = np.zeros((0, matrix.shape[1]))
    for row, entries in enumerate(matrix):
        rest = entries - basis.T @ (basis @ entries)
        rest -= basis.T @ (basis @ rest)
        length = float(np.linalg.norm(rest))
        if length > RELATIVE_ZERO * max(scale, 1.0) * np.sqrt(matrix.shape[1]):
            kept.append(row)
            basis = np.vstack([basis, rest / length])
    _require_agreement(matrix, constants, kept)
    return matrix[kept], constants[kept]


def _require_agreement(matrix: Array, constants: Array, kept: list[int]) -> None:
    """See that rows that follow from others come to what those say."""
    others = [row for row in range(len(matrix)) if row not in kept]
    if not others:
        return
    weights = np.linalg.lstsq(matrix[kept].T, matrix[others].T, rcond=None)[0]
    implied = weights.T @ constants[kept]
    tolerance = 1e-8 * (1.0 + np.abs(constants).max(initial=0.0))
    wrong = np.abs(implied - constants[others]) > tolerance
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise InvalidNetwork(
            f"b: the balances contradict each other; one that follows from others comes to "
            f"{constants[others][first]:g}, they say {implied[first]:g}"
        )


def _rank(upper: Array) -> int:
    diagonal = np.abs(np.diag(upper))
    return int((diagonal > RELATIVE_ZERO * max(float(diagonal.max(initial=0.0)), 1e-300)).sum())


def _numbers(name: str, values: object, *, dimensions: int) -> Array:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidNetwork(f"{name}: is no table of numbers with rows of equal length") from None
    if array.ndim != dimensions:
        raise InvalidNetwork(f"{name}: has {array.ndim} dimensions, {dimensions} are wanted")
    if not np.isfinite(array).all():
        place = ", ".join(str(n + 1) for n in np.argwhere(~np.isfinite(array))[0])
        raise InvalidNetwork(f"{name}: entry {place} is not a finite number")
    return array
