"""Validation of a stream: the verdicts of `validation`, as the rows come in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

import polars as pl

from idrill import frame as frames
from idrill.activity import ActivityThresholds
from idrill.dvr.activities import DailyActivities, Earlier, came_late
from idrill.dvr.tracks import AHEAD, HISTORY
from idrill.dvr.validation import marked
from idrill.errors import FrameError
from idrill.frame import QUALITY, Quality, channels_in, quality_of

LATENESS = timedelta(seconds=5)
"""By how much a row may lie before the newest and still take its place."""

LAG = timedelta(microseconds=AHEAD) + LATENESS
"""How long a row waits for its verdict, in time of the rig."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a validator knows beside its rows, so that another one can go on where it stopped."""

    since: datetime | None
    settled_to: datetime
    judged_to: datetime
    day: date
    """That was judged last."""
    thresholds: ActivityThresholds
    """Of that day."""
    channels: tuple[str, ...]
    waiting: tuple[datetime, ...]
    """Instants of the rows that are not judged yet."""
    late: tuple[datetime, ...]
    """Those of them that came late."""


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

    @classmethod
    def resumed(cls, memory: Memory, rows: pl.DataFrame, earlier: Earlier) -> Self:
        """A validator that goes on where another one stopped.

        Args:
            memory: What that one knew.
            rows: Its rows: those that wait, and those of `HISTORY` before `judged_to` with the bit
                `LATE` where they came late. Other bits do not count.
            earlier: Gives the judged rows of the day, with their bits; asked for at its end.
        """
        one = cls()
        one._activities = DailyActivities.resumed(memory.day, memory.thresholds, earlier)
        one._rows = _with_channels(rows, memory)
        one._since = memory.since
        one._settled_to, one._judged_to = memory.settled_to, memory.judged_to
        return one

    @property
    def memory(self) -> Memory:
        """What another validator has to know to go on, beside the rows."""
        waiting = self._rows.filter(pl.col("time") > self._judged_to)
        late = waiting.filter(came_late(waiting))["time"]
        return Memory(
            self._since,
            self._settled_to,
            self._judged_to,
            *self._activities.today,
            tuple(channels_in(self._rows.columns)),
            tuple(waiting["time"]),
            tuple(late),
        )

    def step(self, frame: pl.DataFrame, arrivals: pl.Series | None = None) -> pl.DataFrame:
        """Take rows in, and give those back whose verdicts stand.

        Args:
            frame: Rows as in a canonical frame, in any order; instants may stand twice.
            arrivals: Number of the delivery that each row came with, ascending: what comes late is
                then the same whether deliveries are taken one by one or many at once (row). Without
                it all came together.

        Returns:
            Canonical rows with bits and `activity`: those judged now, and those that came late.

        Raises:
            FrameError: If the rows are no canonical rows, or those of another rig.
        """
        rows = self._rows.clear() if frame.is_empty() else _canonical(frame)
        tardy = rows["time"].clear() if arrivals is None else _tardy(frame["time"], arrivals)
        is_late = (pl.col("time") <= self._settled_to) | pl.col("time").is_in(tardy.implode())
        unseen = rows.join(self._rows, on="time", how="anti")
        late = _marked_late(unseen.filter(is_late))
        self._rows = _merged(self._rows, rows.filter(~is_late), late)
        if self._rows["rig_id"].n_unique() > 1:
            raise FrameError("the rows are those of another rig: one validator serves one rig")
        newest = rows["time"].max()
        if isinstance(newest, datetime):
            yesterday = _end_of_the_day_before(newest)
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


def _end_of_the_day_before(newest: datetime) -> datetime:
    day = newest.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(microseconds=1)


def _tardy(times: pl.Series, arrivals: pl.Series) -> pl.Series:
    """The instants that came late behind deliveries before their own."""
    newest = pl.col("newest")
    deliveries = (
        pl.DataFrame({"time": times, "arrival": arrivals})
        .group_by("arrival", maintain_order=True)
        .agg("time", pl.col("time").max().alias("newest"))
        .with_columns(newest.cum_max().shift(1))
        .filter(newest.is_not_null())
        .explode("time")
    )
    settled = pl.max_horizontal(newest - LATENESS, newest.dt.truncate("1d") - timedelta(0, 0, 1))
    return deliveries.filter(pl.col("time") <= settled)["time"]


def _with_channels(rows: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """The rows with a column for each channel that was known, late as far as they were."""
    names, qualities = memory.channels, [quality_of(name) for name in memory.channels]
    absent = [name for name in names if name not in rows.columns]
    full = rows.with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in absent),
        *(pl.lit(None, QUALITY).alias(quality_of(name)) for name in absent),
    ).with_columns(pl.col(qualities).fill_null(int(Quality.GOOD)))
    kept = full.select("rig_id", "time", "origin", *names, *qualities)
    late = pl.lit(came_late(kept)) | pl.col("time").is_in(memory.late)
    bits = pl.when(late).then(int(Quality.LATE)).otherwise(int(Quality.GOOD)).cast(QUALITY)
    return kept.with_columns(bits.alias(quality) for quality in qualities)


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
