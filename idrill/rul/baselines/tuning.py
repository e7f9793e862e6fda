"""What baselines share: the protocol, the rows they learn from, and the choice among trials."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.problem import Predictor, Problem
from idrill.rul.scaling import Scaler
from idrill.windows import Lives, Windows, windows_at

Array = NDArray[np.float64]
C = TypeVar("C")

TRIALS = 12
"""Settings that a baseline tries unless told; as many as a network that it is held against."""
ROWS = 6_000
"""Windows of training lives that a baseline learns from, at most."""
JUDGED = 2_000
"""Windows of validation lives that it is chosen by, at most."""


class Baseline(Protocol):
    """A simple way to foresee remaining life, which a network must beat to be of use."""

    @property
    def trials(self) -> int:
        """Settings tried; the best on validation lives is kept."""
        ...

    def fit(
        self, problem: Problem, scaler: Scaler, training: Lives, validation: Lives, seed: int
    ) -> Predictor:
        """Learn from training lives, choose by validation lives.

        Raises:
            InvalidModel: If there is nothing to learn from or to choose by.
        """
        ...


def sampled_windows(problem: Problem, lives: Lives, rows: int, seed: int) -> Windows:
    """Windows at random rows of each life, all of them if they are few.

    Args:
        problem: Says how long they are.
        lives: Each gives about as many.
        rows: At most.
        seed: Same seed, same rows.
    """
    generator = np.random.default_rng(seed)
    each = max(rows // max(len(lives), 1), 1)
    ends = [np.sort(generator.permutation(life.rows)[:each]).astype(np.int64) for life in lives]
    return windows_at(lives, problem.length, ends)


def known_windows(problem: Problem, lives: Lives, rows: int, seed: int) -> Windows:
    """Those of `sampled_windows` whose capped remaining life is known.

    Raises:
        InvalidModel: If there is none.
    """
    found = sampled_windows(problem, lives, rows, seed)
    found = found[problem.known(found)]
    if not len(found):
        raise nothing_known(problem, lives)
    return found


def nothing_known(problem: Problem, lives: Lives) -> InvalidModel:
    """Says that no target is known in the lives."""
    return InvalidModel(
        f"{problem.name}: none of {len(lives)} lives failed or outlived the cap of "
        f"{problem.cap:g}; longer records are needed"
    )


def best(candidates: Iterable[C], predicted: Callable[[C], Array], target: Array) -> C:
    """The candidate whose predictions have the least squared error; the first of equals.

    Args:
        candidates: At least one.
        predicted: What one says of validation windows (window).
        target: Their capped remaining life (window).
    """
    return min(candidates, key=lambda one: float(np.mean((predicted(one) - target) ** 2)))


@contextmanager
def one_thread() -> Iterator[None]:
    """Trees grow on one core: several fits beside each other would only wait for each other."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # no stubs

    with threadpool_limits(limits=1, user_api="openmp"):
        yield
