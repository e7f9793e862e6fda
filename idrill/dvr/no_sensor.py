"""Zeros of a sensor that is not there.

Loggers write 0 for what nobody measures. A zero is taken for that once the channel has shown
nothing else for minutes although the rig did what moves it: so it is known from the past alone, and
a channel at rest is left alone. Flow out is not judged, because no returns are a total loss.
"""

from types import MappingProxyType

import numpy as np

from idrill.dvr.conditions import Conditions
from idrill.dvr.tracks import SECOND, Mask, Track

NEVER_ZERO = frozenset(
    {"hook_load", "annular_pressure", "equivalent_circulating_density", "pit_volume_total"}
)
"""Channels that are never zero: block and top drive hang on the hook, mud stands in the hole."""

AT_ONCE = 60
"""For how long such a channel must have been zero [s] [e]."""

MOVED_BY = MappingProxyType(
    {
        "standpipe_pressure": "pumping",
        "mud_temperature_in": "pumping",
        "mud_temperature_out": "pumping",
        "torque": "drilling",
        "top_drive_motor_current": "drilling",
        "rate_of_penetration": "drilling",
    }
)
"""Channels that are not zero while the rig does this."""

WITHOUT_PAUSE = 600
"""For how long it must have done so, with the channel at zero [s] [e]."""

LONGEST_PAUSE = 60 * SECOND
"""A longer pause between two zeros ends the time that the channel was seen at zero [µs]."""


def no_sensor(name: str, track: Track, doing: Conditions) -> Mask:
    """Where a channel's zeros are those of no sensor.

    Args:
        name: Of the channel.
        track: Its values.
        doing: What the rig does.

    Returns:
        (value)
    """
    if name in NEVER_ZERO:
        return zero_for(track, AT_ONCE)
    if name not in MOVED_BY:
        return np.zeros(track.times.size, dtype=np.bool_)
    done = doing.pumping if MOVED_BY[name] == "pumping" else doing.drilling
    without_pause = doing.for_long(done, WITHOUT_PAUSE)[track.rows]
    return without_pause & zero_for(track, WITHOUT_PAUSE)


def zero_for(track: Track, seconds: int) -> Mask:
    """Where a channel is exactly zero, and has been seen to be for so long.

    Args:
        track: The values of the channel.
        seconds: How long [s].

    Returns:
        (value)

    Example:
        >>> times = np.arange(0, 5) * 1_000_000
        >>> zero_for(Track(times, np.array([4.0, 0, 0, 0, 0]), np.arange(5)), 3).tolist()
        [False, False, False, False, True]
    """
    zero = track.values == 0.0
    goes_on = np.zeros(zero.size, dtype=np.bool_)
    goes_on[1:] = zero[1:] & zero[:-1] & (track.pauses <= LONGEST_PAUSE)
    begun = np.maximum.accumulate(np.where(goes_on, 0, np.arange(zero.size)))
    return np.asarray(zero & (track.times - track.times[begun] >= seconds * SECOND))
