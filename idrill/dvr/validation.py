"""Marks what is wrong with each value of a frame, without changing any.

Range, missing values and gaps. Duplicate and backward times were settled when the sources were
merged, so a frame that still has them is refused.

Nothing looks ahead and nothing looks back further than `HISTORY`, so a day validated with the end
of the day before gives the same bits as a stream that never stops.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from idrill import frame as frames
from idrill.activity import classify
from idrill.channels import channel
from idrill.dvr.sampling import (
    DAY,
    SLOWEST,
    STANDS,
    previous_time,
    running_interval,
    standing,
)
from idrill.errors import FrameError
from idrill.frame import Quality, channels_in, quality_of, usable

HISTORY = timedelta(minutes=15)
"""How much of the day before decides about the first rows of a day."""

SILENCE = timedelta(minutes=8)
"""A channel without a value for longer has a gap, whatever its interval."""

LEAST_GAP = timedelta(seconds=60)
"""Shorter interruptions are no gap."""

GAP_INTERVALS = 10
"""How many intervals an interruption must last to be a gap."""


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """What validation found in one channel."""

    channel: str
    values: int
    """Rows that hold a value."""
    usable: int
    """Values with nothing wrong."""
    flagged: dict[str, int]
    """Rows per quality bit, by the bit's name; bits that no row has are left out."""
    coverage: float
    """Share of the day for which a usable value stood."""


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """What validation found in a frame."""

    rows: int
    channels: tuple[ChannelReport, ...]
    activity: dict[str, int]
    """Rows per activity."""

    @property
    def usable_share(self) -> float:
        """Share of the values that can be used; 1 where there are none."""
        values = sum(each.values for each in self.channels)
        return sum(each.usable for each in self.channels) / values if values else 1.0

    @property
    def coverage(self) -> float:
        """Mean share of the day for which a usable value stood, over the channels."""
        covered = [each.coverage for each in self.channels]
        return sum(covered) / len(covered) if covered else 0.0

    @property
    def flagged(self) -> dict[str, int]:
        """Values per quality bit, over all channels."""
        total: dict[str, int] = {}
        for each in self.channels:
            for bit, rows in each.flagged.items():
                total[bit] = total.get(bit, 0) + rows
        return total

    def as_metadata(self) -> dict[str, float | int]:
        """The figures under stable names, so that they can be plotted over time."""
        figures: dict[str, float | int] = {
            "rows": self.rows,
            "usable_share": self.usable_share,
            "coverage": self.coverage,
        }
        figures |= {f"flagged/{bit}": rows for bit, rows in self.flagged.items()}
        return figures | {f"activity/{name}": rows for name, rows in self.activity.items()}


@dataclass(frozen=True, slots=True)
class Validated:
    """A frame with its quality bits and activities, and what was found."""

    frame: pl.DataFrame
    report: ValidationReport


def validate(frame: pl.DataFrame, *, history: pl.DataFrame | None = None) -> Validated:
    """The frame with bits for what is wrong, its activities, and a report.

    Bits that are there stay. A null is `MISSING` once 1.5 of the channel's own intervals have
    passed since its last value; before that the channel is only slower than the rows. The first
    value after an interruption of ten intervals and a minute, or of eight minutes, has the bit
    `GAP`.

    Args:
        frame: Canonical rows of one rig.
        history: The raw rows of the 15 minutes before; empty if there were none. None says that
            nothing is known of the time before, so the first values follow no gap.

    Raises:
        FrameError: If a table is no canonical frame, holds more than one rig, or the history does
            not come before the frame.
    """
    known = _with_history(frame, history)
    since = _observed_since(known, history)
    flagged = known.with_columns(
        _bits(name, since).alias(quality_of(name)) for name in channels_in(known.columns)
    )
    rows = flagged.with_columns(classify(flagged)).tail(frame.height)
    columns = [name for name in frame.columns if name != "activity"]
    validated = rows.select(*columns, "activity")
    return Validated(validated, _report(validated))


def history_before(day: date, earlier: pl.DataFrame) -> pl.DataFrame | None:
    """The rows that `validate` needs as the history of a day.

    Args:
        day: The UTC day to be validated.
        earlier: The raw rows of the day before.

    Returns:
        Those of its last 15 minutes; None where that day has no rows at all, so that a rig's first
        values follow no gap.
    """
    if earlier.is_empty():
        return None
    midnight = datetime.combine(day, time.min, UTC)
    return earlier.filter(pl.col("time").is_between(midnight - HISTORY, midnight, closed="left"))


def _with_history(frame: pl.DataFrame, history: pl.DataFrame | None) -> pl.DataFrame:
    frames.check(frame)
    if history is None or history.is_empty():
        known = frame
    else:
        frames.check(history)
        known = pl.concat([history, frame], how="diagonal")
    if known["rig_id"].n_unique() > 1:
        raise FrameError("the rows are those of more than one rig: validate one rig at a time")
    if known.height > frame.height and not known["time"].is_sorted():
        raise FrameError("the history does not end before the frame begins")
    qualities = [quality_of(name) for name in channels_in(known.columns)]
    return known.with_columns(pl.col(qualities).fill_null(int(Quality.GOOD)))


def _observed_since(known: pl.DataFrame, history: pl.DataFrame | None) -> datetime | None:
    """From when on a silent channel would have been noticed."""
    first = known["time"].min()
    if not isinstance(first, datetime):
        return None
    return first if history is None else first - HISTORY - SILENCE


def _bits(name: str, since: datetime | None) -> pl.Expr:
    found = _out_of_range(name) | _missing(name, since) | _gap(name, since)
    return pl.col(quality_of(name)) | found


def _mark(condition: pl.Expr, bit: Quality) -> pl.Expr:
    return pl.when(condition).then(int(bit)).otherwise(0).cast(frames.QUALITY)


def _out_of_range(name: str) -> pl.Expr:
    limits = channel(name)
    # not is_between: a NaN is outside too
    inside = pl.col(name).is_between(limits.low, limits.high)
    return _mark(pl.col(name).is_not_null() & ~inside, Quality.OUT_OF_RANGE)


def _missing(name: str, since: datetime | None) -> pl.Expr:
    elapsed = (pl.col("time") - _last_time(name, since)).dt.total_microseconds() / 1e6
    due = elapsed > STANDS * running_interval(name).fill_null(float(SLOWEST))
    return _mark(pl.col(name).is_null() & due, Quality.MISSING)


def _last_time(name: str, since: datetime | None) -> pl.Expr:
    return previous_time(name).fill_null(pl.lit(since, dtype=frames.TIME))


def _gap(name: str, since: datetime | None) -> pl.Expr:
    step = pl.col("time") - _last_time(name, since)
    interval_before = running_interval(name).shift(1)
    long = (step.dt.total_microseconds() / 1e6 > GAP_INTERVALS * interval_before).fill_null(
        value=False
    ) & (step > LEAST_GAP)
    return _mark(pl.col(name).is_not_null() & (long | (step > SILENCE)), Quality.GAP)


def _report(frame: pl.DataFrame) -> ValidationReport:
    activity = frame["activity"].cast(pl.String).value_counts(sort=True)
    names = channels_in(frame.columns)
    return ValidationReport(
        rows=frame.height,
        channels=tuple(_channel_report(frame, name) for name in names),
        activity=dict(activity.iter_rows()),
    )


def _channel_report(frame: pl.DataFrame, name: str) -> ChannelReport:
    good = frame.select(usable(name)).to_series()
    return ChannelReport(
        channel=name,
        values=frame.height - frame[name].null_count(),
        usable=int(good.sum()),
        flagged=_rows_per_bit(frame[quality_of(name)]),
        coverage=_coverage(frame["time"], frame[name].is_not_null(), good),
    )


def _rows_per_bit(quality: pl.Series) -> dict[str, int]:
    counts = dict(quality.value_counts().iter_rows())
    rows = {
        str(bit.name).lower(): sum(count for value, count in counts.items() if value & bit)
        for bit in Quality
    }
    return {bit: count for bit, count in rows.items() if count}


def _coverage(times: pl.Series, measured: pl.Series, good: pl.Series) -> float:
    """Share of the days of these rows for which a good value stood."""
    instants = times.to_physical()
    if not good.any():
        return 0.0
    stood = standing(instants.filter(good).to_numpy(), instants.filter(measured).to_numpy()).sum()
    return float(stood / (DAY * times.dt.date().n_unique()))
