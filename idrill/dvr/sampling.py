"""How often a channel is sampled, and for how long a value of it stands.

Each channel is judged against its own interval: a pit level every 30 s beside a hook load every 3 s
is not nine tenths missing.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

STANDS = 1.5
"""For how many of its intervals a value stands until the next one is due."""

SLOWEST = 120
"""Longest step that counts as sampling [s]; a longer one is an interruption."""

USUAL = 90
"""How many of a hundred steps the sampling interval is not exceeded by."""

WINDOW = "5m"
"""Over what time back the interval is the median of the steps."""

HOUR = 3_600_000_000
"""[µs]"""

DAY = 24 * HOUR
"""A day [µs]."""

UNEVEN = 0.25
"""An hour with so much more or less than its share of values is sampled in its own way."""

ENOUGH = 30
"""Values that an hour must have for an interval of its own; else that of all rows holds."""


def previous_time(channel: str) -> pl.Expr:
    """When `channel` had its last value before each row; null before the first."""
    return pl.when(pl.col(channel).is_not_null()).then("time").forward_fill().shift(1)


def running_interval(channel: str) -> pl.Expr:
    """The sampling interval of `channel` as it was known at its latest value [s].

    The median of the steps of the five minutes before that value, so it never looks ahead; two
    minutes (`SLOWEST`) as long as there is none.
    """
    measured = pl.col(channel).is_not_null()
    step = (pl.col("time") - previous_time(channel)).dt.total_microseconds() / 1e6
    sampling = pl.when(measured & (step <= SLOWEST)).then(step)
    interval = sampling.rolling_median_by("time", WINDOW).fill_null(float(SLOWEST))
    return pl.when(measured).then(interval).forward_fill()


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
