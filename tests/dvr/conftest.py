"""Networks to test with: drawn ones, and the published ones of the real data."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.reconciliation import network

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A network with a sample of it."""

    matrix: Array
    exact: Array
    sd: Array
    measured: Array


Draw = Callable[[int, int, int], Case]
Solve = Callable[[Case], tuple[Array, Array, float]]


@pytest.fixture
def drawn() -> Draw:
    """Draws a network by seed, nodes and streams."""
    return _drawn


@pytest.fixture
def by_fractions() -> Solve:
    """Reconciles without rounding."""
    return _by_fractions


@pytest.fixture
def published(real_data: Path) -> dict[str, Case]:
    """The twelve networks of the literature."""
    text = (real_data / "data_reconciliation" / "linear_problems.json").read_text()
    return {
        name: Case(*(np.array(said[field]) for field in ("A", "exact", "sd", "measured")))
        for name, said in json.loads(text).items()
    }


def _drawn(seed: int, nodes: int, streams: int) -> Case:
    """Streams between nodes and the world, flows that balance, measurements of 2 % noise."""
    matrix = network(seed, nodes, streams).A
    random = np.random.default_rng(seed)
    inside = np.linalg.svd(matrix)[2][np.linalg.matrix_rank(matrix) :].T
    exact = 100.0 + inside @ random.normal(0.0, 20.0, inside.shape[1])
    exact -= np.linalg.pinv(matrix) @ (matrix @ exact)
    sd = random.uniform(0.5, 3.0, streams)
    return Case(matrix, exact, sd, exact + sd * random.standard_normal(streams))


def _by_fractions(case: Case) -> tuple[Array, Array, float]:
    """Reconciled values, their standard deviations and chi-square, without rounding.

    The conditions of the least squares, solved by elimination in rational numbers, for networks
    whose balances do not depend on each other.
    """
    rows = [[Fraction(float(entry)) for entry in row] for row in case.matrix]
    variances = [Fraction(float(entry)) ** 2 for entry in case.sd]
    measured = [Fraction(float(entry)) for entry in case.measured]
    spread = [
        [entry * variance for entry, variance in zip(row, variances, strict=True)] for row in rows
    ]
    gram = [[_dot(one, other) for other in rows] for one in spread]
    residuals = [_dot(row, measured) for row in rows]
    multipliers = _solved(gram, [[residual] for residual in residuals])
    gains = _solved(gram, spread)
    values = [
        y - sum(spread[row][column] * multipliers[row][0] for row in range(len(rows)))
        for column, y in enumerate(measured)
    ]
    left = [
        variance - sum(spread[row][column] * gains[row][column] for row in range(len(rows)))
        for column, variance in enumerate(variances)
    ]
    moved = sum((y - x) ** 2 / v for y, x, v in zip(measured, values, variances, strict=True))
    return (
        np.array([float(value) for value in values]),
        np.sqrt([float(variance) for variance in left]),
        float(moved),
    )


def _dot(one: list[Fraction], other: list[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))


def _solved(matrix: list[list[Fraction]], sides: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss and Jordan's elimination."""
    work = [list(row) + list(side) for row, side in zip(matrix, sides, strict=True)]
    for column in range(len(work)):
        pivot = next(row for row in range(column, len(work)) if work[row][column])
        work[column], work[pivot] = work[pivot], work[column]
        work[column] = [entry / work[column][column] for entry in work[column]]
        for row in range(len(work)):
            if row != column and work[row][column]:
                factor = work[row][column]
                work[row] = [a - factor * b for a, b in zip(work[row], work[column], strict=True)]
    return [row[len(work) :] for row in work]
