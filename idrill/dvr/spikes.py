"""Spikes: one or two values far from those before and after them, which agree with each other.

A causal form of the filter of F. R. Hampel, *The influence curve and its role in robust
estimation*, J. Am. Stat. Assoc. 69 (1974) 383: median and spread come from the values before, and
two values that follow must have come back. A step is no spike, because what follows stays with it.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from idrill.dvr.tracks import REACH, Array, Mask, Track

LEVEL = 5
"""How many values before give the level."""

MEMORY = 30
"""How many changes before give the spread."""

USUAL = 26
"""How many of these changes are not larger than the usual one: so one spike hides no second."""

HEIGHT = 8.0
"""How many usual changes a spike is high, both ways [e]."""

RETURN = 0.3
"""By what share of its height the values on both sides of a spike may differ [e]."""

LONGEST = 2
"""Values of the longest spike; more could be what the rig did."""


def spikes(track: Track, sigma: float, least: float) -> Mask:
    """Which values are spikes.

    Args:
        track: The values of a channel.
        sigma: Standard deviation of its noise.
        least: Lower peaks are none.

    Returns:
        (value)

    Example:
        >>> times = np.arange(40) * 1_000_000
        >>> values = np.where(np.arange(40) == 35, 9.0, 1.0)
        >>> calm = Track(times, values, np.arange(40))
        >>> np.flatnonzero(spikes(calm, 0.1, 0.5)).tolist()
        [35]
    """
    found = np.zeros(track.times.size, dtype=np.bool_)
    for width in range(1, LONGEST + 1):
        first = _candidates(track, width, max(HEIGHT * sigma, least))
        if first.size:
            first = first[_stands_out(track, first, width, sigma)]
        for within in range(width):
            found[first + within] = True
    return found


def _candidates(track: Track, width: int, least: float) -> NDArray[np.int64]:
    """Values from which the track comes back after `width` of them, as fast as it went."""
    steps = track.steps
    first = np.flatnonzero(np.abs(steps) > least) + 1
    first = first[(first > MEMORY) & (first < track.times.size - width)]
    away, back = steps[first - 1], steps[first + width - 1]
    first = first[(np.abs(back) > least) & (away * back < 0.0)]
    recent = track.times[first] - track.times[first - MEMORY - 1] <= REACH
    return first[recent & track.awaited(first, width)]


def _stands_out(track: Track, first: NDArray[np.int64], width: int, sigma: float) -> Mask:
    """Whether what comes back was far away by what the channel did before (candidate)."""
    before = np.median(_windows(track.values, first, LEVEL), axis=1)
    changes = np.partition(_windows(np.abs(track.steps), first - 1, MEMORY), USUAL - 1, axis=1)
    usual = np.maximum(changes[:, USUAL - 1], sigma)
    height = _height(track, first, width, before)
    came_back = np.abs(track.values[first + width] - before) < RETURN * height
    stayed = _stayed(track, first, width, before, height)
    return np.asarray((height > HEIGHT * usual) & came_back & stayed)


def _height(track: Track, first: NDArray[np.int64], width: int, before: Array) -> Array:
    """The least height over the level before, all values being on one side of it."""
    above = np.stack([track.values[first + within] - before for within in range(width)])
    one_side = np.abs(np.sign(above).sum(axis=0)) == width
    return np.where(one_side, np.abs(above).min(axis=0), 0.0)


def _stayed(
    track: Track, first: NDArray[np.int64], width: int, before: Array, height: Array
) -> Mask:
    """Whether the value after the return, if it comes in time, is back too."""
    last = track.times.size - 1 - first
    following = np.minimum(width + 1, last)
    comes = (following > width) & track.awaited(first, following)
    back = np.abs(track.values[first + following] - before) < RETURN * height
    return np.asarray(~comes | back)


def _windows(values: Array, ends: NDArray[np.int64], size: int) -> Array:
    """The `size` values before each of the ends (end, size)."""
    return sliding_window_view(values, size)[ends - size]
