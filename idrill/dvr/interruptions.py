"""Values that are missing and gaps, each channel judged against its own sampling interval."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from idrill.dvr.sampling import SLOWEST, STANDS, running_intervals
from idrill.dvr.tracks import Instants, Mask

SILENCE = timedelta(minutes=8)
"""A channel without a value for longer has a gap, whatever its interval."""

LEAST_GAP = timedelta(seconds=60)
"""Shorter interruptions are no gap."""

GAP_INTERVALS = 10
"""How many intervals an interruption must last to be a gap."""

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Presence:
    """When a channel had values, and since when it could have had."""

    times: Instants
    """Of all rows [µs] (row)."""
    measured: Mask
    """Which rows hold a value (row)."""
    since: int
    """From when on its silence would have been noticed [µs]."""

    def missing(self) -> Mask:
        """Where a value was due and is not there (row)."""
        rows = np.flatnonzero(~self.measured)
        found = np.zeros(self.times.size, dtype=np.bool_)
        if not rows.size:
            return found
        latest = (np.cumsum(self.measured) - 1)[rows]
        values = self.times[self.measured]
        before = np.where(latest >= 0, values[latest] if values.size else 0, self.since)
        elapsed = self.times[rows] - before
        shortest = np.diff(values).min(initial=SLOWEST * 1_000_000)
        # No interval is shorter than the shortest step: most rows need no median.
        open_to_doubt = elapsed > STANDS * shortest
        rows, latest, elapsed = rows[open_to_doubt], latest[open_to_doubt], elapsed[open_to_doubt]
        places, which = np.unique(latest, return_inverse=True)
        intervals = np.full(places.size, SLOWEST * 1e6)
        intervals[places >= 0] = running_intervals(values, places[places >= 0])
        found[rows[elapsed > STANDS * intervals[which]]] = True
        return found

    def gaps(self) -> Mask:
        """Where the channel has its first value after an interruption (row)."""
        rows = np.flatnonzero(self.measured)
        values = self.times[rows]
        steps = np.diff(values, prepend=self.since)
        long = steps > SILENCE // _MICROSECOND
        (places,) = np.nonzero((steps > LEAST_GAP // _MICROSECOND) & ~long)
        places = places[places > 0]
        long[places] = steps[places] > GAP_INTERVALS * running_intervals(values, places - 1)
        found = np.zeros(self.times.size, dtype=np.bool_)
        found[rows[long]] = True
        return found
