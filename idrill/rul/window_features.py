"""A window as so many numbers, for models that know no time: trees and linear ones."""

import numpy as np
from numpy.typing import NDArray

from idrill.rul.scaling import Scaler
from idrill.windows import Windows

Array = NDArray[np.float64]

STATISTICS = ("last", "mean", "slope", "std", "min", "max")
"""Of each channel, over the rows that a window has; the slope is per row."""
AT_ONCE = 2_000
"""Windows scaled at a time, which bounds the memory that takes."""


def feature_names(channels: tuple[str, ...]) -> tuple[str, ...]:
    """What the columns of `window_features` are called.

    Example:
        >>> feature_names(("torque",))[:3]
        ('torque_last', 'torque_mean', 'torque_slope')
    """
    named = [f"{channel}_{name}" for name in STATISTICS for channel in channels]
    ordered = [named[i :: len(channels)] for i in range(len(channels))]
    return (*(name for part in ordered for name in part), "rows", "age")


def window_features(scaler: Scaler, windows: Windows) -> Array:
    """Statistics of each scaled channel, the number of rows, and the age (window, feature).

    Example:
        See `statistics` for the columns of one channel.
    """
    starts = range(0, len(windows), AT_ONCE)
    parts = [windows[start : start + AT_ONCE] for start in starts]
    found = [statistics(scaler(part.values), part.mask) for part in parts]
    rows = windows.mask.sum(axis=1)
    return np.column_stack([np.concatenate(found), rows, windows.age])


def statistics(values: NDArray[np.float32], mask: NDArray[np.bool_]) -> Array:
    """`STATISTICS` of each channel, channel by channel (window, channel · statistic).

    Args:
        values: Scaled (window, time, channel).
        mask: Whether there is a row (window, time).

    Example:
        >>> values = np.array([[[9.0], [1.0], [3.0], [5.0]]], dtype=np.float32)
        >>> statistics(values, np.array([[False, True, True, True]])).round(3)
        array([[5.   , 3.   , 2.   , 1.633, 1.   , 5.   ]])
    """
    there = mask[..., None]
    count = mask.sum(axis=1)[:, None]
    held = np.where(there, values, 0.0).astype(np.float64)
    mean = held.sum(axis=1) / count
    off = np.where(there, held - mean[:, None, :], 0.0)
    found = [
        held[:, -1],
        mean,
        _slope(off, mask),
        np.sqrt(np.square(off).sum(axis=1) / count),
        np.where(there, values, np.inf).min(axis=1),
        np.where(there, values, -np.inf).max(axis=1),
    ]
    return np.stack(found, axis=2).reshape(len(values), -1)


def _slope(off: Array, mask: NDArray[np.bool_]) -> Array:
    """Of a line through the rows by least squares; zero of a single row (window, channel)."""
    time = np.where(mask, np.arange(mask.shape[1], dtype=np.float64), 0.0)
    centred = np.where(mask, time - (time.sum(axis=1) / mask.sum(axis=1))[:, None], 0.0)
    spread = np.square(centred).sum(axis=1)
    along = np.einsum("wt,wtc->wc", centred, off)
    return np.asarray(along / np.maximum(spread, 1e-12)[:, None])
