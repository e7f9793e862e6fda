"""Where the values of a channel fall: rig-days, buckets of time, and how far they are covered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.dvr.sampling import DAY, standing
from idrill.errors import FrameError
from idrill.frame import ORIGIN, TIME, Origin

Every = Literal["1m", "1h", "1d"] | timedelta
"""Width of a bucket; it divides a day."""

BUCKET_SCHEMA = pl.Schema(
    {
        "rig_id": pl.String(),
        "time": TIME,
        "origin": ORIGIN,
        "channel": pl.String(),
        "count": pl.Int64(),
        "min": pl.Float64(),
        "mean": pl.Float64(),
        "max": pl.Float64(),
        "last": pl.Float64(),
        "std": pl.Float64(),
        "coverage": pl.Float64(),
    }
)
"""The columns of the long table."""

_WIDTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}


def width_of(every: Every) -> int:
    """Width of a bucket [µs].

    Raises:
        FrameError: If it does not divide a day.
    """
    width = every if isinstance(every, timedelta) else _WIDTHS.get(every)
    if width is None:
        raise FrameError(f"no bucket is called {every!r}: use {', '.join(_WIDTHS)} or a timedelta")
    microseconds = width // timedelta(microseconds=1)
    if microseconds <= 0 or DAY % microseconds:
        raise FrameError(f"buckets of {width} do not divide a day")
    return microseconds


def rig_days(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows of each rig, origin and UTC day.

    What a rig measured is one series, whether it came live or in files: where both speak of a day,
    its rows are called live.
    """
    if frame.is_empty():
        return
    frame = _one_series(frame)
    origins = frame["origin"]
    if frame["rig_id"][0] == frame["rig_id"][-1] and (origins == origins[0]).all():
        sources = [frame]
    else:
        sources = [
            rows for _, rows in sorted(frame.partition_by("rig_id", "origin", as_dict=True).items())
        ]
    for rows in sources:
        times = rows["time"].to_physical().to_numpy()
        midnights = np.arange(times[0] // DAY, times[-1] // DAY + 2) * DAY
        bounds = np.unique(np.searchsorted(times, midnights)).tolist()
        for start, end in pairwise(bounds):
            yield rows.slice(start, end - start)


def _one_series(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows, those from files called live on days of a rig that have live ones."""
    origin, live = pl.col("origin"), pl.lit(Origin.LIVE.value, ORIGIN)
    if frame["origin"].n_unique() == 1:
        return frame
    has_live = (origin == live).any().over("rig_id", pl.col("time").dt.date())
    called = (origin == Origin.FILE.value) & has_live
    return frame.with_columns(pl.when(called).then(live).otherwise(origin).alias("origin"))


@dataclass(frozen=True)
class Pattern:
    """Which rows of a rig-day have a usable value, and which have any; None: all of them."""

    usable: pl.Series | None
    measured: pl.Series | None

    @cached_property
    def key(self) -> tuple[bytes, ...]:
        """What two equal patterns have in common."""
        if self.usable is self.measured:
            return () if self.usable is None else (_bits(self.usable),)
        return tuple(b"" if mask is None else _bits(mask) for mask in (self.usable, self.measured))

    def instants(self, times: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """When there was a usable value, and when there was any."""
        measured = times if self.measured is None else times.filter(self.measured)
        if self.usable is self.measured:
            return measured.to_numpy(), measured.to_numpy()
        usable = times if self.usable is None else times.filter(self.usable)
        return usable.to_numpy(), measured.to_numpy()


def _bits(mask: pl.Series) -> bytes:
    return np.packbits(mask.to_numpy()).tobytes()


@dataclass(frozen=True, slots=True)
class Buckets:
    """Where the values of one pattern fall."""

    times: NDArray[np.int64]
    """Starts of the buckets that have a row."""
    counts: NDArray[np.int64]
    """Values in each of these."""
    coverage: NDArray[np.float64]
    starts: NDArray[np.int64]
    """Index of the first value of each bucket that has values."""
    owner: NDArray[np.int64]
    """For each value, which of the buckets that have values is its own."""


def buckets_of(instants: pl.Series, pattern: Pattern, width: int) -> Buckets:
    """The buckets in which a usable value stands."""
    times, measured = pattern.instants(instants)
    stands = standing(times, measured)
    edges = _edges(times, stands, width)
    before = np.searchsorted(times, edges)
    counts, covered = np.diff(before), np.diff(_stood_before(edges, before, times, stands))
    row, full = (counts > 0) | (covered > 0), counts > 0
    return Buckets(
        times=edges[:-1][row],
        counts=counts[row],
        coverage=covered[row] / width,
        starts=before[:-1][full],
        owner=np.repeat(np.arange(np.count_nonzero(full)), counts[full]),
    )


def _edges(times: NDArray[np.int64], stands: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """The bounds of the buckets from the first value to where the last one ends [µs]."""
    if not len(times):
        return np.zeros(1, dtype=np.int64)
    end = int(times[-1]) + max(int(stands[-1]) - 1, 0)
    return np.arange(times[0] // width, end // width + 2) * width


def _stood_before(
    edges: NDArray[np.int64],
    before: NDArray[np.int64],
    times: NDArray[np.int64],
    stands: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For how long values stood before each edge [µs]."""
    if not len(times):
        return np.zeros_like(edges)
    total = np.concatenate(([0], np.cumsum(stands)))[before]
    latest = np.maximum(before - 1, 0)
    beyond = np.where(before > 0, times[latest] + stands[latest] - edges, 0)
    stood: NDArray[np.int64] = total - np.maximum(beyond, 0)
    return stood
