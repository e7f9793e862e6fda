"""How often a channel is sampled, and for how long a value of it stands.

Each channel is judged against its own interval: a pit level every 30 s beside a hook load every 3 s
is not nine tenths missing.
"""

import numpy as np
from numpy.typing import NDArray

STANDS = 1.5
"""For how many of its intervals a value stands until the next one is due."""

SLOWEST = 120
"""Longest step that counts as sampling [s]; a longer one is an interruption."""

USUAL = 90
"""How many of a hundred steps the sampling interval is not exceeded by."""

WINDOW = 300_000_000
"""Over what time back the interval is the median of the steps [µs]."""

AT_ONCE = 4096
"""For how many values the interval is sought at once, so that memory stays small."""

HOUR = 3_600_000_000
"""[µs]"""

DAY = 24 * HOUR
"""A day [µs]."""

UNEVEN = 0.25
"""An hour with so much more or less than its share of values is sampled in its own way."""

ENOUGH = 30
"""Values that an hour must have for an interval of its own; else that of all rows holds."""


def running_intervals(times: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sampling interval of a channel as it was known at some of its values [µs].

    The median of the steps of the five minutes before, so it never looks ahead; two minutes
    (`SLOWEST`) as long as there is none.

    Args:
        times: Instants of the values since the epoch, ascending [µs] (value).
        places: Which of them (place).

    Returns:
        (place)

    Example:
        >>> times = np.array([0, 3, 6, 8, 11]) * 1_000_000
        >>> running_intervals(times, np.array([0, 4])).tolist()
        [120000000.0, 3000000.0]
    """
    found = [
        _medians(times, places[start : start + AT_ONCE]) for start in range(0, len(places), AT_ONCE)
    ]
    return np.concatenate(found) if found else np.empty(0)


def _medians(times: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    first = np.searchsorted(times, times[places] - WINDOW, side="right")
    back = np.arange(int((places - first).max()) + 1)
    value = places[:, None] - back
    steps = times[value] - times[np.maximum(value - 1, 0)]
    counts = (value >= np.maximum(first, 1)[:, None]) & (steps <= SLOWEST * 1_000_000)
    ordered = np.sort(np.where(counts, steps, np.iinfo(np.int64).max), axis=1)
    number = counts.sum(axis=1)
    rows = np.arange(len(places))
    middle = (
        ordered[rows, np.maximum(number - 1, 0) // 2] / 2
        + ordered[rows, np.minimum(number // 2, back.size - 1)] / 2
    )
    return np.where(number > 0, middle, SLOWEST * 1e6)


def interval(times: NDArray[np.int64]) -> float:
    """The step that nine of ten steps do not exceed [µs]; 0 where there is no step.

    Not the median: a clock that steps by 3 and 2 s, or two sources that interleave in one channel,
    has many short steps, and the values before its long ones would seem to stand too short.
    Interruptions (`SLOWEST`) do not count unless there is nothing else.

    Example:
        >>> interval(np.array([0, 3, 6, 8, 11]))
        3.0
    """
    steps = np.sort(np.diff(times))
    sampling = steps[: np.searchsorted(steps, SLOWEST * 1_000_000, side="right")]
    chosen = sampling if len(sampling) else steps
    return float(chosen[(len(chosen) - 1) * USUAL // 100]) if len(chosen) else 0.0


def standing(times: NDArray[np.int64], sampled: NDArray[np.int64]) -> NDArray[np.int64]:
    """For how long each value stands: until the next, at most 1.5 intervals, never past midnight.

    The interval is that of the hour a value lies in: loggers change their rate within a day.

    Args:
        times: Instants of the usable values since the epoch, ascending [µs].
        sampled: Instants of all values, usable or not, ascending [µs]; `times` is part of it.

    Returns:
        Durations [µs].

    Example:
        >>> times = np.array([0, 10, 20, 60])
        >>> standing(times, np.arange(0, 70, 10)).tolist()
        [10, 10, 15, 15]
    """
    if not len(times):
        return np.empty(0, dtype=np.int64)
    longest = (STANDS * _intervals(times, sampled)).astype(np.int64)
    stands = np.diff(times, append=times[-1] + longest[-1])
    np.minimum(stands, longest, out=stands)
    midnights = np.arange(times[0] // DAY + 1, times[-1] // DAY + 2) * DAY
    latest = np.searchsorted(times, midnights) - 1
    stands[latest] = np.minimum(stands[latest], midnights - times[latest])
    return stands


def _intervals(times: NDArray[np.int64], sampled: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sampling interval of the hour in which each of `times` lies [µs]."""
    bounds = np.arange(sampled[0] // HOUR, sampled[-1] // HOUR + 2) * HOUR
    overall = interval(sampled)
    hourly = np.full(len(bounds) - 1, overall)
    first = np.searchsorted(sampled, bounds)
    values = np.diff(first)
    unusual = np.abs(values * overall / HOUR - 1) > UNEVEN
    for hour in np.flatnonzero(unusual & (values >= ENOUGH)):
        hourly[hour] = interval(sampled[first[hour] : first[hour + 1]])
    return np.repeat(hourly, np.diff(np.searchsorted(times, bounds)))
