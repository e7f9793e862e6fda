"""Distributions that parameters of simulated things are drawn from."""

from dataclasses import dataclass
from math import exp, log
from typing import Protocol

from numpy.random import Generator


class Distribution(Protocol):
    """Something a number can be drawn from."""

    def draw(self, random: Generator) -> float:
        """One number."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every number from `low` to `high` is as likely as another."""

    low: float
    high: float

    def draw(self, random: Generator) -> float:
        """One number."""
        return float(random.uniform(self.low, self.high))


@dataclass(frozen=True, slots=True)
class LogUniform:
    """Every ratio is as likely as another, from `low` to `high`, both above zero."""

    low: float
    high: float

    def draw(self, random: Generator) -> float:
        """One number."""
        return exp(random.uniform(log(self.low), log(self.high)))


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Half of the numbers lie above the median; the logarithm has standard deviation `sigma`."""

    median: float
    sigma: float

    def draw(self, random: Generator) -> float:
        """One number."""
        return self.median * exp(self.sigma * random.standard_normal())


@dataclass(frozen=True, slots=True)
class Normal:
    """Two thirds of the numbers lie within one standard deviation of the mean."""

    mean: float
    sd: float

    def draw(self, random: Generator) -> float:
        """One number."""
        return float(random.normal(self.mean, self.sd))
