"""The values of one channel on their own instants, apart from the rows that hold none."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.dvr.sampling import DAY
from idrill.frame import INFORMATIVE

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Instants = NDArray[np.int64]

SECOND = 1_000_000
"""[µs]"""

AHEAD = 10 * SECOND
"""How long a verdict may wait for the values that follow [µs]."""

HISTORY = timedelta(minutes=15)
"""How much of the day before decides about the first rows of a day."""

REACH = 12 * 60 * SECOND
"""How far back a verdict may look on the values of a channel [µs].

With the two minutes that it takes to know what the rig does, less than `HISTORY`.
"""


@dataclass(frozen=True)
class Track:
    """The values of one channel that nothing is known against so far."""

    times: Instants
    """Since the epoch, ascending [µs] (value)."""
    values: Array
    """(value)"""
    rows: NDArray[np.int64]
    """Where in the frame they stand (value)."""

    @cached_property
    def steps(self) -> Array:
        """From each value to the next (value - 1)."""
        return np.diff(self.values)

    @cached_property
    def pauses(self) -> NDArray[np.int64]:
        """Time from each value to the next [µs] (value - 1)."""
        return np.diff(self.times)

    def awaited(self, places: NDArray[np.int64], following: int | NDArray[np.int64]) -> Mask:
        """Whether a verdict on these values waits for so many that follow.

        They must come in time and on the same UTC day, because a day is closed with what is there.

        Args:
            places: Of the values in the track (place).
            following: How many values later; `places + following` must be in the track.
        """
        now, then = self.times[places], self.times[places + following]
        return np.asarray((then - now <= AHEAD) & (then // DAY == now // DAY))


def track(times: Instants, values: Array, bits: NDArray[np.uint16]) -> Track:
    """The usable values of a channel whose values out of range are marked.

    Args:
        times: Of the rows [µs] (row).
        values: Not a number where nothing was measured (row).
        bits: What is wrong with each (row).
    """
    wrong = bits & (int(~INFORMATIVE) & 0xFFFF)
    rows = np.flatnonzero((wrong == 0) & ~np.isnan(values))
    return Track(times[rows], values[rows], rows)


def there(column: pl.Series) -> Mask:
    """Where a column holds a value (row)."""
    absent = column.null_count()
    if absent in {0, column.len()}:
        return np.full(column.len(), absent == 0)
    return column.is_not_null().to_numpy()
