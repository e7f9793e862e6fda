"""Activities told day by day: those of a UTC day by the limits that the days before it taught."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

import numpy as np
import polars as pl

from idrill.activity import ActivityThresholds, classify, learn_thresholds
from idrill.activity.signals import SIGNALS
from idrill.dvr.tracks import HISTORY
from idrill.frame import ACTIVITY, Activity, Quality, channels_in, quality_of

MANY = 100
"""Pieces of a day that are put together to one, so that a stream row by row stays quick."""


Earlier = Callable[[], pl.DataFrame]


class DailyActivities:
    """What a rig does from day to day, as its rows come in.

    Its limits change at UTC midnight only, and then by all rows of the day that have come in time:
    so whole days and a stream of the same rows learn the same.
    """

    def __init__(self, thresholds: ActivityThresholds | None) -> None:
        """Starts from what the day before left; from the field's usual limits without it."""
        self._thresholds = thresholds or ActivityThresholds()
        self._day = date.min
        self._rows: list[pl.DataFrame] = []
        self._earlier: Earlier | None = None

    @classmethod
    def resumed(cls, day: date, thresholds: ActivityThresholds, earlier: Earlier) -> Self:
        """Goes on within a day, where another one stopped.

        Args:
            day: The day.
            thresholds: Its limits.
            earlier: Gives the marked rows of the day that were told before; asked for when the
                day is over.
        """
        one = cls(thresholds)
        one._day, one._earlier = day, earlier
        return one

    @property
    def today(self) -> tuple[date, ActivityThresholds]:
        """The day that was told last, and its limits."""
        return self._day, self._thresholds

    @property
    def thresholds(self) -> ActivityThresholds:
        """What the rows so far leave to the next day."""
        rows = [] if self._earlier is None else [_signals_of(self._earlier())]
        rows += self._rows
        if not rows:
            return self._thresholds
        return learn_thresholds(pl.concat(rows, how="diagonal"), self._thresholds)

    def tell(self, rows: pl.DataFrame, due: pl.Series) -> pl.Series:
        """The activity of the rows that are due; `unknown` for those that came late.

        Args:
            rows: Marked rows of one rig by time: with those of the quarter of an hour before.
            due: Which of them are asked for: none twice, and none before those asked for earlier
                unless they came late (row).

        Returns:
            `activity`, one value per row that is due.
        """
        late = came_late(rows)
        numbered = _signals_of(rows).with_row_index("place").with_columns(due.alias("due"))
        punctual = numbered.filter(~late)
        asked = punctual.filter("due")["time"].dt.date().unique(maintain_order=True)
        unknown = pl.lit(Activity.UNKNOWN.value, dtype=ACTIVITY).alias("activity")
        told = [numbered.filter(late & due).select("place", unknown)]
        told += [self._tell(punctual, day) for day in asked]
        return pl.concat(told).sort("place")["activity"]

    def _tell(self, punctual: pl.DataFrame, day: date) -> pl.DataFrame:
        """Place and activity of the rows of one day that are due."""
        if day != self._day:
            self._thresholds, self._day, self._rows = self.thresholds, day, []
            self._earlier = None
        midnight = datetime.combine(day, time.min, UTC)
        known = punctual.filter(
            pl.col("time").is_between(
                midnight - HISTORY, midnight + timedelta(days=1), closed="left"
            )
        )
        told = known.with_columns(classify(known, self._thresholds)).filter(
            "due", pl.col("time") >= midnight
        )
        self._remember(told)
        return told.select("place", "activity")

    def _remember(self, rows: pl.DataFrame) -> None:
        self._rows.append(_signals_of(rows))
        if len(self._rows) > MANY:
            self._rows = [pl.concat(self._rows, how="diagonal", rechunk=True)]


def _signals_of(rows: pl.DataFrame) -> pl.DataFrame:
    """What tells activities, of rows."""
    signals = channels_in(set(rows.columns) & set(SIGNALS))
    return rows.select("time", *signals, *map(quality_of, signals))


def came_late(rows: pl.DataFrame) -> pl.Series:
    """Whether a row has a value that came late (row)."""
    late = np.zeros(rows.height, dtype=np.bool_)
    for name in channels_in(rows.columns):
        late |= rows[quality_of(name)].to_numpy() & int(Quality.LATE) != 0
    return pl.Series("late", late)
