"""Instruments that show one quantity, and the hypotheses that explain why they disagree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Hypothesis:
    """Something that may have gone wrong, and how it would shift the residuals."""

    name: str
    """The channel that would be wrong, or the event that would have happened."""
    kind: str
    """`sensor` or `process`."""
    signature: Mapping[str, float]
    """By instrument, by how much its residual shifts per unit of size."""
    direction: int = 0
    """Sign that the size must have; 0 if any."""
    least: float = 0.0
    """Smallest size that is worth an alarm."""
    most: float = np.inf
    """Largest size that it could have."""

    def excludes(self, size: float) -> bool:
        """Whether it cannot be so large."""
        return abs(size) > self.most


@dataclass(frozen=True, slots=True)
class Habit:
    """How the residual of one instrument behaves while nothing is wrong."""

    sd: float
    """Standard deviation of a window's residual."""
    memory: float
    """Correlation from one window to the next [-]."""
    noise: float
    """Part of `sd` that is the instrument's own noise."""
    wander: float
    """Standard deviation of the mean of `BLOCK` windows."""
    rough: float
    """Root mean square of all residuals, wild ones clipped."""
    windows: int
    """From which it was learned."""

    @property
    def long_run(self) -> float:
        """Standard deviation per window of sums over many windows (long-run variance)."""
        short = self.sd * np.sqrt((1.0 + self.memory) / (1.0 - self.memory))
        return float(max(short, self.wander * np.sqrt(BLOCK)))


def middle(values: pl.Series) -> float:
    """The median; 0 where there is none.

    Example:
        >>> middle(pl.Series([3.0, None, 1.0])), middle(pl.Series([], dtype=pl.Float64))
        (2.0, 0.0)
    """
    found = values.drop_nulls().to_numpy()
    return float(np.median(found)) if found.size else 0.0


BLOCK = 15
"""Windows of a block: half an hour, whose means show what wanders."""
MOST_MEMORY = 0.97
"""A residual that remembers more cannot be told from one that drifts [-]."""
ENOUGH = 20
"""Windows below which nothing is learned."""


def habit(residuals: Array, noise: float, floor: float) -> Habit | None:
    """The habit of residuals in order of time, robustly; None where there are too few.

    Args:
        residuals: Not a number where there is none (window).
        noise: Standard deviation of an instrument's own noise in a window.
        floor: Least standard deviation that is believed.

    Example:
        >>> round(habit(np.tile([1.0, -1.0], 3000), noise=0.5, floor=0.1).sd, 2)
        1.49
    """
    known = residuals[np.isfinite(residuals)]
    if known.size < ENOUGH:
        return None
    centred = known - np.median(known)
    size = np.abs(centred)
    # The tails of residuals are heavier than those of noise: they count as much as the middle.
    sd = max(1.4826 * float(np.median(size)), float(np.quantile(size, 0.99)) / 2.58, floor)
    clipped = np.clip(centred / sd, -3.0, 3.0)
    together, alone = float(np.mean(clipped[1:] * clipped[:-1])), float(np.mean(clipped**2))
    memory = together / max(alone, 1e-12)
    sd *= float(np.sqrt(1.0 + YOUNG / known.size))
    blocks = centred[: centred.size // BLOCK * BLOCK].reshape(-1, BLOCK).mean(axis=1)
    wander = 1.4826 * float(np.median(np.abs(blocks))) if blocks.size >= LEAST_BLOCKS else sd
    rough = float(np.sqrt(np.mean(np.clip(centred, -6.0 * sd, 6.0 * sd) ** 2)))
    memory = min(max(memory, 0.0), MOST_MEMORY)
    return Habit(sd, memory, min(noise, sd), min(wander, sd), max(rough, sd), known.size)


YOUNG = 60.0
"""Windows of which a habit is as doubtful as it is wide: two hours [e]."""
LEAST_BLOCKS = 6
"""Blocks below which a residual may wander as much as it scatters."""
