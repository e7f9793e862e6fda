"""The stretches of a frame that statistics are taken over, and what is taken there.

The definitions are those of the specification's table: on bottom is less than 0.15 m off it while
rotating, pumping and advancing; windows of 60 s lie in runs on bottom of at least 120 s.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import channel
from idrill.readers.reading import median_interval
from idrill.units import conversion

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

ON_BOTTOM = 0.15
"""Distance of the bit from the bottom below which it is on bottom [m]."""
ROTATING = 20.0
"""[rpm]"""
PUMPING = 1_000.0
"""[L/min]"""
ADVANCING = 1.0
"""[m/h]"""
SHORTEST_RUN = 120.0
"""[s]"""
WINDOW = 60.0
"""[s]"""


def column(frame: pl.DataFrame, name: str, unit: str | None = None) -> Values:
    """The values of a channel, NaN where there are none.

    Args:
        frame: Canonical rows of one rig, sorted by time.
        name: Of the channel.
        unit: What the values are wanted in; the channel's own unit unless given.
    """
    found = frame[name].to_numpy().astype(np.float64)
    if unit is None:
        return found
    change = conversion(channel(name).unit, unit)
    return np.asarray(found * change.factor + change.shift)


def interval(frame: pl.DataFrame) -> float:
    """Time between two rows [s]."""
    return median_interval(frame["time"]) or 1.0


def hours(frame: pl.DataFrame) -> float:
    """Time from the first row to the last [h]."""
    return (frame.height - 1) * interval(frame) / 3600


def off_bottom(frame: pl.DataFrame) -> Values:
    """Distance of the bit from the bottom (row) [m]."""
    return column(frame, "hole_depth") - column(frame, "bit_depth")


def drilling(frame: pl.DataFrame) -> Mask:
    """Whether the bit drills: on bottom, rotating, pumping, advancing (row)."""
    return np.asarray(
        (off_bottom(frame) < ON_BOTTOM)
        & (column(frame, "rotary_speed") > ROTATING)
        & (column(frame, "flow_in") > PUMPING)
        & (column(frame, "rate_of_penetration") > ADVANCING)
    )


def stretches(mask: Mask, shortest: int = 1) -> list[slice]:
    """Where the mask holds without a break.

    Args:
        mask: (row)
        shortest: Least number of rows that counts.

    Example:
        >>> stretches(np.array([True, True, False, True]))
        [slice(0, 2, None), slice(3, 4, None)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [slice(start, end) for start, end in pairs if end - start >= shortest]


def drilling_runs(frame: pl.DataFrame) -> list[slice]:
    """Stretches of drilling of at least two minutes."""
    return stretches(drilling(frame), round(SHORTEST_RUN / interval(frame)))


def windows(frame: pl.DataFrame) -> list[slice]:
    """Whole minutes of drilling, one after the other in each run."""
    size = round(WINDOW / interval(frame))
    return [
        slice(start, start + size)
        for run in drilling_runs(frame)
        for start in range(run.start, run.stop - size + 1, size)
    ]


def means(values: Values, parts: Sequence[slice]) -> Values:
    """Mean of each part (part)."""
    return np.array([values[part].mean() for part in parts], dtype=np.float64)


def detrended(values: Values) -> Values:
    """What a straight line through the values leaves.

    Example:
        >>> detrended(np.array([1.0, 2.0, 3.0])).round(9).tolist()
        [0.0, 0.0, 0.0]
    """
    place = np.arange(values.size) - (values.size - 1) / 2
    slope = (place @ values) / (place @ place)
    return np.asarray(values - values.mean() - slope * place)


def spread(values: Values) -> float:
    """Standard deviation about a straight line, which takes two degrees of freedom.

    Example:
        >>> round(spread(np.array([1.0, -1.0, -1.0, 1.0])), 6)
        1.414214
    """
    left = detrended(values)
    return float(np.sqrt((left @ left) / (values.size - 2)))


def autocorrelation(values: Values) -> float:
    """Correlation of what a straight line leaves with itself one row later; NaN if nothing is left.

    Example:
        >>> round(autocorrelation(np.array([1.0, -1.0, -1.0, 1.0])), 6)
        -0.333333
    """
    left = detrended(values)
    power = float(left @ left)
    if power <= 1e-18 * float(values @ values):
        return float("nan")
    pairs = float(left[1:] @ left[:-1]) / (values.size - 1)
    return pairs / (power / values.size)


def kurtosis(values: Values) -> float:
    """Fourth moment by the square of the second: 3 for normal values; NaN where nothing varies.

    Example:
        >>> kurtosis(np.array([1.0, -1.0, 1.0, -1.0]))
        1.0
    """
    left = values - values.mean()
    variance = float((left**2).mean())
    return float((left**4).mean()) / variance**2 if variance > 0.0 else float("nan")
