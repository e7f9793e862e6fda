"""Frozen values: a channel that stands still longer than it ever would by itself.

How often a channel repeats its value is learned from the minutes before: a quantised speed that
stands for half an hour is sound, a hook load that repeats four times in a row is not. A repeat
counts only where the rig keeps the channel moving. The beginning of a freeze is not known for one
when it passes; from the value on that gives it away, the rest of the run is marked.
"""

import numpy as np
from numpy.typing import NDArray

from idrill.dvr.tracks import REACH, SECOND, Array, Mask, Track

LEARNED = 300 * SECOND
"""Over what time before a run its usual repeats are counted [µs]."""

ENOUGH = 20
"""Values that this must be learned from."""

CHANCE = 1e-9
"""How likely a marked run would be in a sound channel [-] [e]."""

SHORTEST = 30 * SECOND
"""A shorter run is no freeze [µs] [e]."""


def frozen(track: Track, moved: Mask, always: Mask) -> Mask:
    """Which values repeat the one before too often.

    Args:
        track: The values of a channel.
        moved: Where the rig has kept the channel moving for as long as its repeats are learned
            from (value).
        always: Where moreover a sound channel could not stand for as long (value).

    Returns:
        (value)

    Example:
        >>> times = np.arange(0, 400, 4) * 1_000_000
        >>> values = np.where(np.arange(100) < 60, np.arange(100) % 7, 3.0)
        >>> still = Track(times, values, np.arange(100))
        >>> yes = np.full(100, True)
        >>> int(frozen(still, yes, ~yes).argmax())
        67
    """
    if track.times.size < 2 or not moved.any():
        return np.zeros(track.times.size, dtype=np.bool_)
    repeats = np.concatenate([[False], (track.steps == 0.0) & (track.pauses <= SHORTEST)])
    start = np.maximum.accumulate(np.where(repeats, 0, np.arange(track.times.size)))
    lasted = track.times - track.times[start]
    too_long = (lasted >= SHORTEST) & _unlikely(track, repeats, start)
    return np.asarray(repeats & ((too_long & moved) | (always & (lasted >= LEARNED))))


def _unlikely(track: Track, repeats: Mask, start: NDArray[np.int64]) -> Mask:
    """Whether a sound channel would not repeat itself so often (value).

    Repeats of a quantised, slowly wandering channel come in runs, so what counts is how often one
    is followed by another.
    """
    earliest = np.maximum(track.times - REACH, track.times[start] - LEARNED)
    first = np.minimum(np.searchsorted(track.times, earliest) + 1, start)
    single = (_counted(repeats, first, start) + 1.0) / (start - first + 2.0)
    again = repeats[1:] & repeats[:-1]
    chained = (_counted(np.concatenate([[False], again]), first, start) + single) / (
        _counted(np.concatenate([[False], repeats[:-1]]), first, start) + 1.0
    )
    run = np.arange(track.times.size) - start
    unlikely = run * np.log(np.maximum(single, chained)) < np.log(CHANCE)
    return np.asarray((start - first >= ENOUGH) & unlikely)


def _counted(marks: Mask, first: NDArray[np.int64], last: NDArray[np.int64]) -> Array:
    """How many are marked from `first` to before `last` (value)."""
    before = np.concatenate([[0], np.cumsum(marks)])
    return np.asarray(before[last] - before[first], dtype=np.float64)
