"""Units that a model has not seen: folds of the lives, and one random row of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.problem import Predictor, Problem
from idrill.windows import Lives, Windows, windows_at

Array = NDArray[np.float64]


def random_ends(lives: Lives, seed: int, *, count: int = 1) -> list[NDArray[np.int64]]:
    """Rows at which each life is asked about, at random over its rows (life, count).

    Args:
        lives: Whichever.
        seed: Same seed, same rows.
        count: Rows of each life; they may repeat in a life with few.
    """
    generator = np.random.default_rng(seed)
    return [np.sort(generator.integers(0, life.rows, size=count)) for life in lives]


@dataclass(frozen=True, eq=False)
class Fold:
    """A part of the lives, and all others."""

    training: Lives
    held_out: Lives


def folds(lives: Lives, count: int, seed: int) -> tuple[Fold, ...]:
    """Folds over groups, so that no unit and no rig is on both sides of one.

    Raises:
        InvalidModel: If there are fewer groups than folds, or fewer than two folds.
    """
    if not 2 <= count <= len(lives.groups):
        raise InvalidModel(f"{count} folds of {len(lives.groups)} groups cannot be made")
    groups = np.random.default_rng(seed).permutation(np.array(lives.groups, dtype=object))
    parts = [set(groups[number::count]) for number in range(count)]
    return tuple(Fold(lives.of(set(groups) - part), lives.of(part)) for part in parts)


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """What models said of units that they had not seen, at one random row of each."""

    predicted: Array
    """(unit)"""
    actual: Array
    """Remaining life, capped (unit)."""
    units: tuple[str, ...]


def out_of_fold(
    problem: Problem, members: Sequence[tuple[Predictor, Lives]], seed: int
) -> OutOfFold:
    """Predictions for held-out units, each by a predictor that has not seen it.

    Residuals of these, pooled, are no more than approximately those of one more unit.

    Units whose capped remaining life is not known at their row are left out.

    Args:
        problem: What is foreseen.
        members: A predictor, and the lives that it has not seen.
        seed: Of the rows.
    """
    parts: list[tuple[Windows, Array]] = []
    for number, (predictor, held_out) in enumerate(members):
        ends = random_ends(held_out, seed + number)
        asked = windows_at(held_out, problem.length, ends)
        asked = asked[problem.known(asked)]
        parts.append((asked, predictor.predict(asked)))
    return OutOfFold(
        predicted=np.concatenate([predicted for _, predicted in parts]),
        actual=np.concatenate([problem.target(asked) for asked, _ in parts]),
        units=tuple(asked.units[unit] for asked, _ in parts for unit in asked.unit),
    )
