"""A test set that keeps its labels until a model is frozen, and counts the looks at it.

Whoever chooses a model by its test set measures the choice, not the model. So the windows are
handed out without what is left of their lives, and that is told only against the digest of an
artefact that can no longer change, together with what it predicted.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.rul.problem import Problem
from idrill.windows import Life, Lives, Windows, windows_at

Array = NDArray[np.float64]

DIGEST = re.compile(r"[0-9a-f]{64}")
"""A SHA-256 in hexadecimal."""


def digest_of(*parts: bytes | Array) -> str:
    """SHA-256 over an artefact: its files' bytes, or the arrays that it is made of."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


@dataclass(frozen=True, eq=False)
class Score:
    """What a frozen model predicted, beside what came."""

    digest: str
    """Of the model."""
    look: int
    """How many models had been scored on the set, this one included."""
    problem: Problem
    windows: Windows
    """With their labels."""
    predicted: Array
    """(window)"""

    @property
    def actual(self) -> Array:
        """Remaining life (window)."""
        return self.windows.remaining

    @property
    def target(self) -> Array:
        """Remaining life, capped (window)."""
        return self.problem.target(self.windows)


class SealedTest:
    """Windows of lives never seen, without their labels.

    Args:
        problem: What is foreseen.
        lives: Whose remaining life is to be kept back.
        ends: Rows of each life at which it is asked about; its last row if left out.

    Raises:
        InvalidWindows: If there is no life.
    """

    def __init__(
        self, problem: Problem, lives: Lives, ends: Sequence[NDArray[np.int64]] | None = None
    ) -> None:
        self._problem = problem
        self._lives = lives
        self._ends = [np.array([life.rows - 1]) for life in lives] if ends is None else list(ends)
        self._frozen: dict[str, str] = {}

    @property
    def windows(self) -> Windows:
        """Values, masks and ages; what is left is not a number, and none is said to have failed."""
        blind = tuple(
            Life(life.unit, life.group, life.values, life.clock, end=np.inf, failed=False)
            for life in self._lives
        )
        found = windows_at(replace(self._lives, lives=blind), self._problem.length, self._ends)
        return replace(found, remaining=np.full(len(found), np.nan))

    @property
    def looks(self) -> int:
        """How many models have been scored."""
        return len(self._frozen)

    @property
    def frozen(self) -> tuple[str, ...]:
        """Digests of the models that have been scored, in order."""
        return tuple(self._frozen)

    def score(self, frozen: str, predicted: Array) -> Score:
        """What a frozen model predicted for `windows`, with what came.

        Args:
            frozen: SHA-256 of the model's artefact (`digest_of`).
            predicted: Remaining life (window).

        Raises:
            InvalidModel: If the digest is none, a prediction is missing or not a number, or the
                same model predicted something else before.
        """
        self._require_frozen(frozen, predicted)
        labelled = windows_at(self._lives, self._problem.length, self._ends)
        look = list(self._frozen).index(frozen) + 1
        return Score(frozen, look, self._problem, labelled, predicted)

    def _require_frozen(self, frozen: str, predicted: Array) -> None:
        name = self._problem.name
        if not DIGEST.fullmatch(frozen):
            raise InvalidModel(
                f"{name}: labels stay sealed until a model is frozen; {frozen!r} is no SHA-256 "
                "of one"
            )
        asked = sum(ends.size for ends in self._ends)
        if predicted.shape != (asked,) or not np.isfinite(predicted).all():
            raise InvalidModel(
                f"{name}: needs one number for each of {asked} windows before it is scored"
            )
        before = self._frozen.setdefault(frozen, digest_of(predicted))
        if before != digest_of(predicted):
            raise InvalidModel(f"{name}: {frozen[:12]} predicted something else before")
