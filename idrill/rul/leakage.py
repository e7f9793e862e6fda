"""Whether a data set gives its target away: how much of it one row tells of units never seen.

A single row of a machine that wears says something of its end, and something is not all. Where it
says nearly all, a column was made from the answer; where it matters which values are missing, the
record was cut by the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel, LeakageFound
from idrill.rul.baselines.linear import ridge
from idrill.rul.baselines.regression import Regression
from idrill.rul.baselines.tuning import one_thread, sampled_windows
from idrill.rul.held_out import folds
from idrill.rul.problem import Problem
from idrill.windows import Lives, Windows

Array = NDArray[np.float64]
Fit = Callable[[Array, Array], Regression]

FAILS = 0.95
"""Share of the variance of the target told by one row from which it was given away [-]."""
WARNS = 0.85
"""The same, from which somebody should look [-]."""
MARGIN = 0.02
"""By how much what is missing must tell more than the age to count [-]."""
LAST = 5
"""Rows before a failure in which no channel may go dark more often than before."""
DARKER = 0.1
"""By how much it must do so, chance left out, to count [-]."""
_LIVES = 8
"""Below which it may be chance whatever the figures say."""
FOLDS = 5
ROWS = 4_000
"""Of all failed lives together, at most."""
BINS = 32
"""Of a channel alone."""


class Verdict(StrEnum):
    """What follows for a data set."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Leakage:
    """Shares of the variance of the capped remaining life told of groups held out (R²) [-]."""

    name: str
    """Of the problem."""
    linear: float
    """By one row, by least squares."""
    trees: float
    """By one row, by boosted trees."""
    missing: float
    """By which values of one row were not measured, by boosted trees."""
    age: float
    """By the age, by boosted trees."""
    channels: Mapping[str, float]
    """By the value of one channel."""
    dark: Mapping[str, float] = field(default_factory=dict)
    """By how much more, or less, often a channel is missing in the last rows before a failure than
    earlier, three standard errors left out [-]."""

    @property
    def row(self) -> float:
        """By one row, whichever way tells more."""
        return max(self.linear, self.trees)

    @property
    def culprit(self) -> str:
        """The channel that tells most."""
        return max(self.channels, key=lambda name: self.channels[name])

    @property
    def verdict(self) -> Verdict:
        """What follows."""
        if self.row >= FAILS or self._missing_tells or self._darker:
            return Verdict.FAILED
        return Verdict.WARNED if self.row >= WARNS else Verdict.PASSED

    @property
    def findings(self) -> tuple[str, ...]:
        """What is suspicious; none of a data set that passes."""
        found = []
        if self.row >= WARNS:
            found.append(
                f"{self.name}: one row tells {self.row:.2f} of the remaining life, most of it "
                f"{self.culprit} ({self.channels[self.culprit]:.2f})"
            )
        if self._missing_tells:
            found.append(
                f"{self.name}: which values are missing tells {self.missing:.2f} of the remaining "
                f"life, the age {self.age:.2f}"
            )
        found += [
            f"{self.name}: {name} is missing {self.dark[name]:.0%} more or less often in the last "
            f"{LAST} rows before a failure"
            for name in self._darker
        ]
        return tuple(found)

    @property
    def _missing_tells(self) -> bool:
        return self.missing > max(self.age, 0.0) + MARGIN

    @property
    def _darker(self) -> list[str]:
        return [name for name, more in self.dark.items() if more > DARKER]


def leakage(problem: Problem, lives: Lives, seed: int = 0) -> Leakage:
    """How much rows of failed lives tell of what is left, in groups held out.

    Args:
        problem: Says which channels, and the cap.
        lives: With their labels; those cut short are left out.
        seed: Of the folds and of the rows taken.

    Raises:
        InvalidModel: If fewer than two groups have failed lives.
    """
    failed = lives.failed()
    if len(failed.groups) < 2:
        raise InvalidModel(
            f"{problem.name}: lives of {len(failed.groups)} groups failed, and leakage is judged "
            "between groups: at least 2 are needed"
        )
    parts, absent = _parts(problem, failed, seed)
    rows = np.concatenate([part.values[:, -1] for part in parts]).astype(np.float64)
    age = np.concatenate([part.age for part in parts])
    asked = _Question(
        target=np.concatenate([problem.target(part) for part in parts]),
        fold=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
    )
    return Leakage(
        name=problem.name,
        linear=asked.told(_filled(rows), _line),
        trees=asked.told(rows, _trees),
        missing=asked.told(absent, _trees),
        age=asked.told(age[:, None], _trees),
        channels={
            name: asked.told(rows[:, [number]], _bins)
            for number, name in enumerate(problem.channels)
        },
        dark=_darker_at_the_end(problem, failed),
    )


def require_no_leakage(found: Leakage) -> None:
    """Go on only if the target is not given away.

    Raises:
        LeakageFound: If it is; says by what.
    """
    if found.verdict is Verdict.FAILED:
        raise LeakageFound(f"{'; '.join(found.findings)}; leave out what was made from the answer")


def _parts(problem: Problem, failed: Lives, seed: int) -> tuple[list[Windows], Array]:
    """Windows of the lives, fold by fold, and what their last rows lack (window, channel)."""
    count = min(FOLDS, len(failed.groups))
    held_out = [fold.held_out for fold in folds(failed, count, seed)]
    parts = [sampled_windows(problem, lives, ROWS // count, seed) for lives in held_out]
    pairs = zip(held_out, parts, strict=True)
    return parts, np.concatenate([_absent(lives, part) for lives, part in pairs])


def _absent(lives: Lives, windows: Windows) -> Array:
    """Which values were not measured in the row that each window ends with (window, channel).

    A window cannot tell: in it a value stands until the next one.
    """
    known = {life.unit: life for life in lives}
    chosen = [known[windows.units[unit]] for unit in windows.unit]
    rows = [
        life.values[np.searchsorted(life.clock, age)]
        for life, age in zip(chosen, windows.age, strict=True)
    ]
    return np.asarray(np.isnan(np.stack(rows)), dtype=np.float64)


def _darker_at_the_end(problem: Problem, failed: Lives) -> dict[str, float]:
    """By how much the last rows of a life differ in what is missing, by channel [-].

    They are too few for what is missing to tell much of all remaining lives, yet a model that sees
    a channel end knows that the unit did. The first quarter of a life is left out, since growth
    against the start begins there.
    """
    shares = [_shares(life.values) for life in failed if life.rows >= 4 * LAST]
    if len(shares) < _LIVES:
        return {}
    more = np.stack([last - before for last, before in shares])
    chance = 3.0 * more.std(axis=0, ddof=1) / np.sqrt(len(more))
    beyond = np.maximum(np.abs(more.mean(axis=0)) - chance, 0.0)
    return dict(zip(problem.channels, beyond.tolist(), strict=True))


def _shares(values: NDArray[np.float32]) -> tuple[Array, Array]:
    """Share of each channel that is missing in the last rows, and before them (channel)."""
    absent = np.isnan(values)
    return absent[-LAST:].mean(axis=0), absent[len(absent) // 4 : -LAST].mean(axis=0)


@dataclass(frozen=True, eq=False)
class _Question:
    target: Array
    fold: NDArray[np.int64]

    def told(self, inputs: Array, fit: Fit) -> float:
        """Share of the variance told of folds held out; not above zero if nothing is."""
        wrong = np.empty_like(self.target)
        for number in np.unique(self.fold).tolist():
            out = self.fold == number
            model = fit(inputs[~out], self.target[~out])
            wrong[out] = model.predict(inputs[out]) - self.target[out]
        spread = float(np.var(self.target))
        return 1.0 - float(np.mean(wrong**2)) / spread if spread > 0.0 else 0.0


def _filled(rows: Array) -> Array:
    """The rows with the mean of the channel where there is nothing (row, channel)."""
    there = np.isfinite(rows)
    mean = np.where(there, rows, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return np.where(there, rows, mean)


def _line(inputs: Array, target: Array) -> Regression:
    return ridge(inputs, target, 1e-6)


def _trees(inputs: Array, target: Array) -> Regression:
    from sklearn.ensemble import (  # type: ignore[import-untyped]  # no stubs
        HistGradientBoostingRegressor,
    )

    trees = HistGradientBoostingRegressor(max_iter=60, max_leaf_nodes=12, early_stopping=False)
    with one_thread():
        found: Regression = trees.fit(inputs, target)
    return found


@dataclass(frozen=True, eq=False)
class _Steps:
    """The mean target of each of some ranges of one value; those without a value apart."""

    edges: Array
    means: Array

    def predict(self, inputs: Array) -> Array:
        return np.asarray(self.means[_step(inputs[:, 0], self.edges)])


def _step(values: Array, edges: Array) -> NDArray[np.int64]:
    found = np.searchsorted(edges, values)
    return np.where(np.isnan(values), edges.size + 1, found)


def _bins(inputs: Array, target: Array) -> Regression:
    values = inputs[:, 0]
    there = values[np.isfinite(values)]
    edges = np.unique(np.quantile(there, np.arange(1, BINS) / BINS)) if there.size else there
    step = _step(values, edges)
    count = np.bincount(step, minlength=edges.size + 2)
    total = np.bincount(step, weights=target, minlength=edges.size + 2)
    means = np.where(count > 0, total / np.maximum(count, 1), target.mean())
    return _Steps(edges, means)
