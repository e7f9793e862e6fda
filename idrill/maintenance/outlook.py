"""The chance that a unit fails before it has worked so many more hours.

A prognosis states quantiles; between them the chance is taken to grow evenly, below the lowest as
a lognormal distribution through it and the median begins. What a prognosis says at its cap is "at
least so long", so what lies beyond is left to the law of lives on record; where there is none
nothing is said of it, and the risk of a plan counts up to the cap only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from idrill.maintenance.life_law import LifeLaw
from idrill.prognosis import LEVELS, Prognosis

Array = NDArray[np.float64]

AHEAD = 4.0
"""How far ahead a law is read, in its scales [-]."""
POINTS = 400
"""At which a law is read."""
EARLY = np.linspace(0.0, 1.0, 9)[:-1]
"""Places below the lowest quantile, as shares of it [-]."""
LOWEST = float(ndtri(LEVELS[0]))
"""Standard score of the lowest quantile [-]."""
TRUST = (0.01, 20.0)
"""Between which it is looked for how far warnings come true [-]."""
MOST = 0.99
"""Chance above which a warning counts no more, where sources are weighed [-]."""
NARROWEST = 0.1
"""Standard deviation of the logarithm, at least [-]."""


class SaidBy(StrEnum):
    """What an outlook rests on."""

    PROGNOSIS = "prognosis"
    AGE = "age"
    """The law of lives on record, at the unit's age."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """The chance of failure, by own hours ahead."""

    hours: Array
    """Ascending from 0 [own hours] (point)."""
    chance: Array
    """Of having failed by then [-] (point)."""
    said_by: SaidBy
    known_to: float
    """Beyond it nothing is known; the chance stays where it is [own hours]."""
    model: str = ""
    """Of the prognosis; "" if it is by age."""

    def failed(self, ahead: Array) -> Array:
        """Chance of having failed within so many own hours (ahead)."""
        return np.asarray(np.interp(ahead, self.hours, self.chance))

    def after(self, worked: float) -> "Outlook":
        """The outlook once the unit worked so many own hours more and did not fail."""
        if worked <= 0.0:
            return self
        gone = float(self.failed(np.array([worked]))[0])
        left = self.hours > worked
        hours = np.concatenate([[0.0], self.hours[left] - worked])
        chance = np.concatenate([[gone], self.chance[left]])
        chance = (chance - gone) / (1.0 - gone) if gone < 1.0 else np.ones(hours.size)
        known_to = max(self.known_to - worked, 0.0)
        return replace(self, hours=hours, chance=chance, known_to=known_to)

    def weighed(self, trust: float) -> "Outlook":
        """The outlook of a source whose warnings came true so many times as often as it said.

        Hazards are taken to be wrong by a factor: the chance of outlasting is raised to it.

        Args:
            trust: Failures that happened, for each that was to be expected [-].
        """
        return replace(self, chance=1.0 - (1.0 - self.chance) ** trust)

    def lasting(self, ahead: Array) -> Array:
        """Own hours that the unit works on average, until it fails or so many are over (ahead)."""
        alive = 1.0 - self.chance
        area = np.concatenate(
            [[0.0], np.cumsum(np.diff(self.hours) * (alive[1:] + alive[:-1]) / 2)]
        )
        beyond = np.maximum(ahead - self.hours[-1], 0.0) * alive[-1]
        return np.asarray(_between(ahead, self.hours, alive, area) + beyond)


def _between(ahead: Array, hours: Array, alive: Array, area: Array) -> Array:
    """The integral of a function that is linear between points, up to each place (ahead)."""
    at = np.clip(np.searchsorted(hours, ahead, side="right") - 1, 0, hours.size - 1)
    into = np.minimum(ahead, hours[-1]) - hours[at]
    middle = np.interp(hours[at] + into / 2.0, hours, alive)
    return np.asarray(area[at] + into * middle)


def by_prognosis(prognosis: Prognosis, law: LifeLaw | None) -> Outlook | None:
    """What a prognosis says; None if it is withheld.

    Args:
        prognosis: Of the unit.
        law: Of its kind, for what lies beyond the cap.
    """
    if prognosis.quantiles is None:
        return None
    cap = prognosis.cap if prognosis.cap is not None else float("inf")
    hours, chance = _stated(prognosis.quantiles, cap, law, prognosis.age)
    if law is None or prognosis.age is None or not np.isfinite(cap):
        return Outlook(hours, chance, SaidBy.PROGNOSIS, float(hours[-1]), prognosis.model)
    ahead = np.linspace(0.0, AHEAD * law.scale, POINTS)[1:]
    later = chance[-1] + (1.0 - chance[-1]) * law.chance(prognosis.age + cap, ahead)
    hours, chance = np.concatenate([hours, cap + ahead]), np.concatenate([chance, later])
    return Outlook(hours, chance, SaidBy.PROGNOSIS, float("inf"), prognosis.model)


def by_age(law: LifeLaw, age: float) -> Outlook:
    """What the record says of a unit of an age."""
    hours = np.linspace(0.0, AHEAD * law.scale, POINTS)
    return Outlook(hours, law.chance(age, hours), SaidBy.AGE, float("inf"))


def _stated(
    quantiles: tuple[float, ...], cap: float, law: LifeLaw | None, age: float | None
) -> tuple[Array, Array]:
    """Points below the cap that quantiles state, and one at it."""
    if quantiles[0] >= cap:
        places = cap * np.append(EARLY, 1.0)
        told = np.zeros(places.size) if law is None or age is None else law.chance(age, places)
        return places, np.minimum(told, LEVELS[0])
    hours, chance = list(EARLY * quantiles[0]), list(_early(quantiles))
    for value, level in zip(quantiles, LEVELS, strict=True):
        if value >= cap:
            break
        # Two quantiles at one place are a jump; it needs some width to be read between points.
        hours.append(max(value, hours[-1] + 1e-6))
        chance.append(level)
    slope = (chance[-1] - chance[-2]) / (hours[-1] - hours[-2])
    bound = next((each for each in LEVELS if each > chance[-1]), 1.0)
    last = max(min(hours[-1] + (1.0 - chance[-1]) / slope, cap), hours[-1] + 1e-6)
    chance.append(min(chance[-1] + slope * (last - hours[-1]), bound))
    hours.append(last)
    return np.maximum.accumulate(np.array(hours) + 1e-9 * np.arange(len(hours))), np.array(chance)


def _early(quantiles: tuple[float, ...]) -> Array:
    """Chance at `EARLY` shares of the lowest quantile, as of a lognormal distribution.

    It goes through the lowest quantile and the median. Its tail is thin: a unit that is 95 % sure
    of a hundred hours does not fail in the next ten.
    """
    low, middle = quantiles[0], quantiles[LEVELS.index(0.5)]
    spread = NARROWEST if low <= 0.0 else max(np.log(middle / low) / -LOWEST, NARROWEST)
    shares = np.maximum(EARLY, 1e-9)
    return np.asarray(ndtr(LOWEST + np.log(shares) / spread)) * (EARLY > 0.0)


def trust_in(outlooks: Sequence[Outlook], left: Sequence[float], within: float) -> float:
    """How many times as often units failed as was said of them [-].

    Args:
        outlooks: What was said at instants of the past.
        left: Own hours that each unit then lasted, or at least was seen to.
        within: Own hours ahead that are looked at, no more than each unit was seen for.

    Example:
        >>> said = by_age(LifeLaw(1.0, 100.0, 9), 0.0)
        >>> round(trust_in([said] * 400, [5.0] * 20 + [90.0] * 380, within=10.0), 2)
        0.5
    """
    ahead = np.array([within])
    chances = np.array([float(one.failed(ahead)[0]) for one in outlooks])
    hazards = -np.log1p(-np.minimum(chances, MOST))
    happened = int((np.array(left) <= within).sum())

    def surplus(trust: float) -> float:
        # Half a failure on both sides, so that a source of which little was seen is neither a
        # liar nor beyond doubt.
        return float(-np.expm1(-trust * hazards).sum() + 0.5 * trust - happened - 0.5)

    least, most = TRUST
    if surplus(most) <= 0.0:
        return most
    return float(brentq(surplus, least, most)) if surplus(least) < 0.0 else least
