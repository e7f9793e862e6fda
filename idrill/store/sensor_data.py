"""Readings and their statistics, page by page, wherever they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from idrill.channels import channel
from idrill.errors import StoreError
from idrill.frame import quality_of
from idrill.store import rigs, seam
from idrill.store.lake import Lake
from idrill.store.live_readings import midnight
from idrill.store.statistics import FIGURES, base_of, statistics


class Resolution(StrEnum):
    """How fine the answer is."""

    RAW = "raw"
    MINUTE = "1m"
    HOUR = "1h"
    DAY = "1d"


WIDTHS = {
    Resolution.MINUTE: timedelta(minutes=1),
    Resolution.HOUR: timedelta(hours=1),
    Resolution.DAY: timedelta(days=1),
}
"""How long a bucket is."""

_REACH = {
    None: timedelta(days=1),
    timedelta(minutes=1): timedelta(days=7),
    timedelta(hours=1): timedelta(days=180),
    timedelta(days=1): timedelta(days=3660),
}
"""How far one step of a page reads, by the width of the buckets that it is made from."""

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which readings are wanted."""

    rig_id: str
    channels: tuple[str, ...]
    start: datetime
    end: datetime
    """First instant left out."""
    width: timedelta | None = None
    """Of a bucket; None: the readings themselves."""

    @property
    def names(self) -> list[str]:
        """The channels, each once.

        Raises:
            UnknownChannel: If one does not exist.
        """
        return list(dict.fromkeys(channel(name).name for name in self.channels))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the last instant, and of statistics the last channel and origin."""

    time: datetime
    channel: str = ""
    origin: str = ""


def read_sensor_data(
    lake: Lake,
    *,
    rig_id: str,
    channels: Sequence[str],
    start: datetime,
    end: datetime,
    resolution: Resolution,
) -> pl.DataFrame:
    """Readings of a rig from `start` until before `end`.

    Args:
        lake: The history; what came in since lies in its store.
        rig_id: The rig.
        channels: Names of channels.
        start: First instant.
        end: First instant left out.
        resolution: Readings as reconciled, or statistics of minutes, hours or days.

    Returns:
        Raw: `time`, and value and quality of each channel. Otherwise one row per bucket and
        channel: `time`, `channel`, `count`, `min`, `mean`, `max`, `last`, `std`, `coverage`.

    Raises:
        UnknownChannel: If a channel does not exist.
        NotFound: If the rig does not exist.
        StoreError: If the time range is empty.
    """
    wanted = Selection(rig_id, tuple(channels), start, end, WIDTHS.get(resolution))
    names = wanted.names
    if end <= start:
        raise StoreError(f"the time range is empty: it ends {end:%F %T}, before {start:%F %T}")
    with lake.database.session() as session:
        rigs.get(session, rig_id)
    rows = pl.concat(_piece(lake, wanted, names, *step) for step in _steps(wanted, start))
    if wanted.width is None:
        columns = [column for name in names for column in (name, quality_of(name))]
        return rows.select("time", *columns)
    return rows.select("time", "channel", *FIGURES)


def read_page(lake: Lake, wanted: Selection, *, after: Place | None, limit: int) -> pl.DataFrame:
    """The first rows of a selection, those behind `after`, read no further than they reach.

    Returns:
        As `read_sensor_data`, with the origin of each row behind `time`.

    Raises:
        UnknownChannel: If a channel does not exist.
    """
    names = wanted.names
    found: list[pl.DataFrame] = []
    rows, start = 0, wanted.start if after is None else max(wanted.start, after.time)
    for step in _steps(wanted, start):
        piece = _piece(lake, wanted, names, *step, most=limit - rows + 1)
        found.append(_behind(piece, wanted, after).head(limit - rows))
        rows += found[-1].height
        if rows >= limit:
            break
    return pl.concat(found)


def last_place(page: pl.DataFrame) -> Place:
    """Where a page ends that has rows."""
    last = page.row(-1, named=True)
    if "channel" not in last:
        return Place(last["time"])
    return Place(last["time"], last["channel"], last["origin"])


def _steps(wanted: Selection, start: datetime) -> list[tuple[datetime, datetime]]:
    """Stretches that one piece each is read of; they meet at midnights."""
    base = None if wanted.width is None else base_of(wanted.width)
    reach = _REACH[base and base[0]]
    found: list[tuple[datetime, datetime]] = []
    while start < wanted.end or not found:
        end = min(wanted.end, midnight(start.date()) + reach)
        found.append((start, max(end, start + _INSTANT)))
        start = found[-1][1]
    return found


def _piece(
    lake: Lake,
    wanted: Selection,
    names: list[str],
    start: datetime,
    end: datetime,
    most: int = 1 << 31,
) -> pl.DataFrame:
    """A stretch of a selection; of readings the first `most`."""
    if wanted.width is None:
        return seam.first_readings(lake, wanted.rig_id, names, start, end, limit=most)
    return statistics(lake, wanted.rig_id, names, wanted.width, start, end)


def _behind(piece: pl.DataFrame, wanted: Selection, after: Place | None) -> pl.DataFrame:
    if after is None:
        return piece
    later = pl.col("time") > after.time
    if wanted.width is not None:
        further = pl.col("origin").cast(pl.String) > after.origin
        further = (pl.col("channel") == after.channel) & further
        later |= (pl.col("time") == after.time) & ((pl.col("channel") > after.channel) | further)
    return piece.filter(later)
