"""Validation of a stream: the verdicts of `validation`, as the rows come in."""

from datetime import UTC, datetime, timedelta

import polars as pl

from idrill import frame as frames
from idrill.activity import ActivityThresholds
from idrill.dvr.activities import DailyActivities
from idrill.dvr.tracks import AHEAD, HISTORY
from idrill.dvr.validation import marked
from idrill.errors import FrameError
from idrill.frame import Quality, channels_in, quality_of

LATENESS = timedelta(seconds=5)
"""By how much a row may lie before the newest and still take its place."""

LAG = timedelta(microseconds=AHEAD) + LATENESS
"""How long a row waits for its verdict, in time of the rig."""


class Validator:
    """Validates the rows of one rig as they come.

    It remembers the last quarter of an hour, and of the day the channels that tell activities.

    A row waits until rows more than `LAG` later have come, or rows of the next UTC day: then its
    verdict is that which `validate` gives of the whole day. A row that comes later than `LATENESS`
    allows is given back with the bit `LATE`: `validate` passes over such rows in the same
    way. A second row of an instant fills what the first left open, or is dropped if it is late.
    Once the first is forgotten, the second cannot be told from a late row.

    Example:
        >>> from idrill.frame import empty
        >>> Validator().step(empty(["torque"])).height
        0
    """

    def __init__(self, thresholds: ActivityThresholds | None = None) -> None:
        """A validator that has seen no row.

        Args:
            thresholds: The limits between activities that the day before left; the field's usual
                ones unless given. Those of the next day are learned at midnight.
        """
        self._activities = DailyActivities(thresholds)
        self._rows = frames.empty()
        self._since: datetime | None = None
        self._settled_to = LONG_AGO
        self._judged_to = LONG_AGO

    def step(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Take rows in, and give those back whose verdicts stand.

        Args:
            frame: Rows as in a canonical frame, in any order; instants may stand twice.

        Returns:
            Canonical rows with bits and `activity`: those judged now, and those that came late.

        Raises:
            FrameError: If the rows are no canonical rows, or those of another rig.
        """
        rows = self._rows.clear() if frame.is_empty() else _canonical(frame)
        unseen = rows.join(self._rows, on="time", how="anti")
        late = _marked_late(unseen.filter(pl.col("time") <= self._settled_to))
        self._rows = _merged(self._rows, rows.filter(pl.col("time") > self._settled_to), late)
        if self._rows["rig_id"].n_unique() > 1:
            raise FrameError("the rows are those of another rig: one validator serves one rig")
        newest = rows["time"].max()
        if isinstance(newest, datetime):
            day = newest.replace(hour=0, minute=0, second=0, microsecond=0)
            yesterday = day - timedelta(microseconds=1)
            self._settled_to = max(self._settled_to, newest - LATENESS, yesterday)
            return self._judge(max(newest - LAG, yesterday), late)
        return self._judge(self._judged_to, late)

    @property
    def thresholds(self) -> ActivityThresholds:
        """The limits between activities that the rows judged so far leave to the next day."""
        return self._activities.thresholds

    def close(self) -> pl.DataFrame:
        """Judge the rows that still wait by what is there, as at the end of a day."""
        newest = self._rows["time"].max()
        if isinstance(newest, datetime):
            self._settled_to = max(self._settled_to, newest)
        return self._judge(self._settled_to, self._rows.clear())

    def _judge(self, until: datetime, late: pl.DataFrame) -> pl.DataFrame:
        """The rows up to an instant that were not judged yet, and these late ones."""
        until = max(until, self._judged_to)
        time = pl.col("time")
        passed = late.filter(time <= self._judged_to)["time"].implode()
        due = time.is_between(self._judged_to, until, closed="right") | time.is_in(passed)
        if self._since is None:
            first = self._rows["time"].min()
            self._since = first if isinstance(first, datetime) and first <= until else None
        found = self._rows.clear() if self._rows.filter(due).is_empty() else self._rows
        rows = marked(found, self._since)
        asked = rows.select(due).to_series()
        verdicts = rows.filter(asked).with_columns(self._activities.tell(rows, asked))
        self._rows = self._rows.filter(time >= until - HISTORY)
        self._judged_to = until
        return verdicts


LONG_AGO = datetime(1, 1, 1, tzinfo=UTC) + HISTORY
"""Before every row."""


def _canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows in order, each instant once, without activity."""
    rows = _merged(frame.drop("activity", strict=False))
    frames.check(rows)
    return rows


def _marked_late(rows: pl.DataFrame) -> pl.DataFrame:
    names = channels_in(rows.columns)
    return rows.with_columns(pl.col(quality_of(name)) | int(Quality.LATE) for name in names)


def _merged(*parts: pl.DataFrame) -> pl.DataFrame:
    """All rows by time; where an instant stands twice, the later value of each channel."""
    # A piece per step would make every later look at the rows slower.
    rows = (
        pl.concat([part for part in parts if part.width], how="diagonal")
        .sort("time", maintain_order=True)
        .rechunk()
    )
    names = channels_in(rows.columns)
    good = pl.col(map(quality_of, names)).fill_null(int(Quality.GOOD))
    if not rows["time"].is_duplicated().any():
        return rows.with_columns(good)
    latest = [
        pl.col(column).filter(pl.col(name).is_not_null()).last().alias(column)
        for name in names
        for column in (name, quality_of(name))
    ]
    keys = [pl.col("rig_id").last(), pl.col("origin").last()]
    merged = rows.group_by("time", maintain_order=True).agg(*keys, *latest)
    return merged.select(rows.columns).with_columns(good)
