"""Jumps: changes that nothing can make so fast, and those by the factor between two units."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from idrill.channels import Channel
from idrill.dvr.tracks import SECOND, Mask, Track
from idrill.units import conversion

OTHER_UNITS = {
    "kN": ("klbf", "kkgf"), "kPa": ("psi", "bar", "MPa"), "L/min": ("gal/min",), "m": ("ft",),
    "m³": ("bbl",),
}  # fmt: skip
"""What a logger may switch to in the middle of a channel. Torque in kft·lbf is not to be told from
rock that is a quarter softer, and densities in other units are out of range."""

NOISE = 6.0
"""Standard deviations of noise by which two values differ without any movement [-]."""

SEEN = 120 * SECOND
"""A change over a longer pause says nothing of its speed [µs]."""


def too_fast(track: Track, channel: Channel) -> Mask:
    """Which values cannot be reached from the one before, nor from the one before that.

    So the value after a lone wrong one is not blamed, and of a lasting jump only the first is.

    Args:
        track: The values of a channel.
        channel: Its fastest change and its noise.

    Returns:
        (value)
    """
    found = np.zeros(track.times.size, dtype=np.bool_)
    # Noise cannot make most of the steps: the rest is few.
    places = np.flatnonzero(np.abs(track.steps[1:]) > NOISE * channel.sigma) + 2
    found[places] = _beyond(track, channel, places, 1) & _beyond(track, channel, places, 2)
    return found


def _beyond(track: Track, channel: Channel, places: NDArray[np.int64], back: int) -> Mask:
    """Whether values lie further from the one `back` places before than they could move."""
    change = np.abs(track.values[places] - track.values[places - back])
    time = track.times[places] - track.times[places - back]
    reachable = channel.max_rate * time / SECOND + NOISE * channel.sigma
    return np.asarray((change > reachable) & (time <= SEEN))


BEFORE, AFTER = 5, 3
"""Values whose medians are compared."""

LIKENESS = 0.03
"""By how much the ratio of both may miss the factor between two units [-] [e]."""

STEADINESS = 0.06
"""By how much the values on each side may differ among themselves [-] [e]."""

SUSPECT = 300 * SECOND
"""For how long values are suspect after a jump to another unit [µs]."""

REMEMBERED = 420 * SECOND
"""How long a jump is remembered, so that the jump back clears it [µs]."""


def other_unit(track: Track, channel: Channel, sound: Mask) -> Mask:
    """Which values seem to be in another unit than those before.

    The values jump at once by the factor between two units, from steady to steady. They are suspect
    for five minutes, or until they jump again; a jump back within seven minutes leads to values
    that are not.

    Args:
        track: The values of a channel.
        channel: Its unit.
        sound: Where nothing that the rig does would explain such a jump (value).

    Returns:
        (value)
    """
    found = np.zeros(track.times.size, dtype=np.bool_)
    if not sound.any():
        return found
    ratios = _switches(track, _factors(channel.unit))
    ratios[~sound] = 1.0
    (places,) = np.nonzero(ratios != 1.0)
    turned = np.concatenate([[0.0], np.log(ratios[places]).cumsum()])
    times = track.times[places]
    remembered = np.searchsorted(times, times - REMEMBERED)
    ends = np.searchsorted(track.times, times + SUSPECT, side="right")
    ends[:-1] = np.minimum(ends[:-1], places[1:])
    for number, place in enumerate(places):
        if abs(turned[number + 1] - turned[remembered[number]]) > 2 * LIKENESS:
            found[place : ends[number]] = True
    return found


@lru_cache(maxsize=64)
def _factors(unit: str) -> tuple[float, ...]:
    return tuple(
        factor
        for other in OTHER_UNITS.get(unit, ())
        for factor in (conversion(unit, other).factor, conversion(other, unit).factor)
    )


def _switches(track: Track, factors: Sequence[float]) -> NDArray[np.float64]:
    """By which of the factors the track jumps at each value; 1 where it does not (value)."""
    found = np.ones(track.times.size)
    first = np.arange(BEFORE, track.times.size - AFTER + 1)
    if not factors or not first.size:
        return found
    jump = np.abs(np.log(_ratio(track.values[first], track.values[first - 1])))
    first = first[jump > np.abs(np.log(factors)).min() - 2 * STEADINESS]
    first = first[track.awaited(first, AFTER - 1)]
    first = first[track.times[first] - track.times[first - BEFORE] <= SEEN]
    if first.size:
        found[first] = _factor_of(track, first, np.array(factors))
    return found


def _factor_of(
    track: Track, first: NDArray[np.int64], factors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The factor that the values from each place on differ by from those before (place)."""
    before = sliding_window_view(track.values, BEFORE)[first - BEFORE]
    after = sliding_window_view(track.values, AFTER)[first]
    ratio = _ratio(np.median(after, axis=1), np.median(before, axis=1))
    miss = np.abs(np.log(ratio)[:, None] - np.log(factors)[None, :])
    alike = (miss.min(axis=1) < LIKENESS) & _steady(before) & _steady(after)
    return np.where(alike, factors[miss.argmin(axis=1)], 1.0)


def _steady(values: NDArray[np.float64]) -> Mask:
    return np.asarray(np.ptp(values, axis=1) < STEADINESS * np.abs(values).min(axis=1))


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quotient where both have the same sign; 1, no jump, elsewhere."""
    same = above * below > 0.0
    return np.where(same, above / np.where(same, below, 1.0), 1.0)
