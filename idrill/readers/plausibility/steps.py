"""One change of unit in a noisy channel: two stretches that differ by the ratio of two units.

The split is where the sizes, in logarithms, fall best into two levels (least squares). It needs no
quiet reading on either side, so it finds what `switches` cannot; it finds one change only, and is
believed only where one side makes no sense by the yardstick of the channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from idrill.readers.plausibility.yardsticks import Alternative, Floats

FEWEST = 50
"""Readings that each side must have."""
MISFIT = 0.15
"""How far the step may be from the ratio of the units, as a share of its logarithm."""
NOISE = 0.25
"""Typical scatter of either side that is allowed, as a share of the same."""


@dataclass(frozen=True, slots=True)
class Step:
    """Two stretches of a channel, one of them in another unit."""

    at: int
    """Position of the first reading of the second stretch."""
    other_last: bool
    """Whether the second stretch is the one in the other unit."""
    alternative: Alternative


def find_step(sizes: Floats, others: Sequence[Alternative]) -> Step | None:
    """The change of unit of a channel, None where no two stretches differ so.

    Args:
        sizes: Readings, all above zero, in the order of time.
        others: The units it may have changed to.

    Example:
        >>> psi = Alternative("psi", 6.894757, 0.0)
        >>> step = find_step(np.array([15_000.0] * 60 + [2_175.6] * 60), [psi])
        >>> step.at, step.other_last
        (60, True)
    """
    if len(sizes) < 2 * FEWEST:
        return None
    logs = np.log(sizes)
    at = _split(logs)
    before, behind = logs[:at], logs[at:]
    height = float(np.median(behind) - np.median(before))
    scatter = max(_scatter(before), _scatter(behind))
    fitting = [
        (abs(abs(height) - one.size) / one.size, one)
        for one in others
        if abs(abs(height) - one.size) <= MISFIT * one.size and scatter <= NOISE * one.size
    ]
    if not fitting:
        return None
    one = min(fitting, key=lambda pair: pair[0])[1]
    return Step(at, bool(height * log(one.factor) < 0), one)


def _split(logs: Floats) -> int:
    """Where two levels describe the readings best."""
    total = len(logs)
    size = np.arange(1, total)
    gain = np.cumsum(logs - logs.mean())[:-1] ** 2 / (size * (total - size))
    return FEWEST + int(np.argmax(gain[FEWEST - 1 : total - FEWEST]))


def _scatter(logs: Floats) -> float:
    return 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
