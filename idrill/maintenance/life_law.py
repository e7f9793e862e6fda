"""How long units of a kind last by what is on record, and the age that replaces them best.

Age replacement after Barlow and Proschan, *Mathematical Theory of Reliability* (1965), ch. 4: the
long-run cost of an hour is the mean cost of a unit over the mean hours that it works.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidPlan

Array = NDArray[np.float64]

FEWEST_FAILURES = 5
"""On record, below which a law says too little to plan by."""
WAITING = 1.5
"""How much more an own hour of a unit is worth where tomorrow's prognosis will say more [-]; of 1,
1.5 and 2 it cost least on simulated fleets of other seeds than those that plans are judged by."""
LONGEST = 4.0
"""Ages that are looked at, in scales of the law [-]."""
STEPS = 2_000
"""Ages that are looked at."""


@dataclass(frozen=True, slots=True)
class LifeLaw:
    """A Weibull distribution of own hours to failure."""

    shape: float
    """[-]"""
    scale: float
    """[own hours]"""
    failures: int
    """That it rests on."""

    def __post_init__(self) -> None:
        if not (self.shape > 0.0 and self.scale > 0.0):
            raise InvalidPlan(f"a law of shape {self.shape:g} and scale {self.scale:g} is none")

    @property
    def mean(self) -> float:
        """Mean life of units that are left until they fail [own hours].

        Example:
            >>> round(LifeLaw(1.0, 500.0, 9).mean, 6)
            500.0
        """
        return self.scale * math.gamma(1.0 + 1.0 / self.shape)

    def survival(self, age: Array) -> Array:
        """Share of units that outlive each age (age)."""
        return np.asarray(np.exp(-((np.maximum(age, 0.0) / self.scale) ** self.shape)))

    def chance(self, age: float, ahead: Array) -> Array:
        """Chance that a unit of an age fails within so many more own hours (ahead).

        Example:
            >>> LifeLaw(1.0, 100.0, 9).chance(50.0, np.array([30.0, 100.0])).round(4)
            array([0.2592, 0.6321])
        """
        exponent = (age / self.scale) ** self.shape
        return np.asarray(-np.expm1(exponent - ((age + ahead) / self.scale) ** self.shape))

    def costs(self, planned: float, failed: float) -> tuple[Array, Array]:
        """Ages of replacement, and what an own hour costs in the long run at each (age), (age).

        Args:
            planned: Cost of a planned replacement.
            failed: Cost of a failure.
        """
        ages = np.linspace(0.0, LONGEST * self.scale, STEPS + 1)
        alive = self.survival(ages)
        worked = np.concatenate([[0.0], np.cumsum(np.diff(ages) * (alive[1:] + alive[:-1]) / 2.0)])
        a_unit = failed * (1.0 - alive) + planned * alive
        return ages[1:], a_unit[1:] / worked[1:]

    def hour_cost(self, planned: float, failed: float) -> float:
        """What an own hour of a unit costs in the long run at the best age of replacement.

        Args:
            planned: Cost of a planned replacement.
            failed: Cost of a failure.

        Example:
            >>> round(LifeLaw(1.0, 500.0, 9).hour_cost(1.0, 10.0), 4)
            0.02
        """
        return float(self.costs(planned, failed)[1].min())

    def best_age(self, planned: float, failed: float) -> float:
        """The age of replacement that costs least [own hours]; infinite if none pays.

        Example:
            >>> LifeLaw(1.0, 500.0, 9).best_age(1.0, 10.0)
            inf
            >>> round(LifeLaw(3.0, 500.0, 9).best_age(1.0, 10.0))
            191
        """
        ages, costs = self.costs(planned, failed)
        least = int(np.argmin(costs))
        pays = costs[least] < failed / self.mean * (1.0 - 1e-3) and least < ages.size - 1
        return float(ages[least]) if pays else math.inf
