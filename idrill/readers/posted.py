"""Readings as they are told one by one, or in columns: by HTTP, by a broker.

A reading that cannot be used is rejected alone, with its place and the reason; a channel or a unit
that makes no sense for a whole column is a fault of what was sent.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite

import numpy as np
import polars as pl

from idrill.channels import BY_NAME, channel
from idrill.errors import InvalidRequest, UnknownChannel
from idrill.frame import TIME, channels_in
from idrill.readers.reading import Reason

TOLERANCE = timedelta(minutes=5)
"""How far ahead of ours the clock of a rig may be."""

_FEW = 8
"""Up to so many rows are looked at one by one."""

SAMPLE = 200
"""How much of a rejected reading is kept [characters]."""


@dataclass(frozen=True, slots=True)
class PostedReading:
    """What somebody says was measured at one instant, not looked at yet."""

    time: object
    """ISO 8601, with a time zone."""
    values: object
    """The value of each channel, by its name, in the unit that the channel is stored in."""


@dataclass(frozen=True, slots=True)
class RejectedReading:
    """A reading that cannot be used."""

    place: int
    """Among those told, from 0."""
    reason: Reason
    detail: str
    sample: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What is left of readings once they were looked at.

    `table` has a row for each reading that can be used: `place` (Int64), `time`, and one Float64
    column per channel that any of them tells. Instants may repeat.
    """

    table: pl.DataFrame
    rejected: tuple[RejectedReading, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """When a reading may have been made."""

    first: datetime
    last: datetime

    @classmethod
    def until(cls, now: datetime, first_day: date) -> "Period":
        """From the first day that has a partition to a little after now."""
        return cls(datetime.combine(first_day, time(), UTC), now + TOLERANCE)


class _Unusable(Exception):
    """Raised within this module where a reading cannot be used."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def check_units(units: Mapping[str, str]) -> None:
    """See that values are told in the units that channels are stored in.

    Raises:
        UnknownChannel: If a channel does not exist.
        InvalidRequest: If a unit is another one.

    Example:
        >>> check_units({"torque": "kN·m"})
    """
    for name, unit in units.items():
        stored = channel(name).unit
        if unit != stored:
            raise InvalidRequest(f"{name} is stored in {stored}, not in {unit}: convert it first")


def read_rows(readings: Sequence[PostedReading], period: Period) -> Posted:
    """What can be used of readings that were told row by row."""
    found = _rows_at_once(readings, period) if len(readings) > _FEW else None
    return _row_by_row(readings, period) if found is None else found


def _rows_at_once(readings: Sequence[PostedReading], period: Period) -> Posted | None:
    """The rows, if nothing is wrong with any of their values; else None."""
    told = [one.values for one in readings if isinstance(one.values, dict)]
    names = set().union(*told)
    if len(told) < len(readings) or not names.issubset(BY_NAME):
        return None
    columns = {name: [values.get(name) for values in told] for name in names}
    return _at_once([one.time for one in readings], columns, period)


def _row_by_row(readings: Sequence[PostedReading], period: Period) -> Posted:
    rows: list[dict[str, object]] = []
    rejected: list[RejectedReading] = []
    for place, reading in enumerate(readings):
        try:
            instant = _instant(reading.time, period)
            rows.append({"place": place, "time": instant, **_values(reading.values)})
        except _Unusable as fault:
            rejected.append(RejectedReading(place, fault.reason, str(fault), _sample(reading)))
    return Posted(_table(rows), tuple(rejected))


def read_columns(
    times: Sequence[object], columns: Mapping[str, Sequence[object]], period: Period
) -> Posted:
    """What can be used of readings that were told in columns, one value for each of `times`.

    Raises:
        UnknownChannel: If a channel does not exist.
        InvalidRequest: If a column is longer or shorter than `times`.
    """
    for name, values in columns.items():
        if len(values) != len(times):
            short = f"{name} has {len(values)} values for {len(times)} instants"
            raise InvalidRequest(f"{short}: tell null where nothing was measured")
    for name in columns:
        channel(name)
    found = _at_once(times, columns, period)
    return _row_by_row(list(_as_rows(times, columns)), period) if found is None else found


def _at_once(
    times: Sequence[object], columns: Mapping[str, Sequence[object]], period: Period
) -> Posted | None:
    """The columns, if nothing is wrong with any of their values; else None."""
    try:
        instants = _instants(times, period)
        if any(bool in set(map(type, values)) for values in columns.values()):
            return None
        values = [pl.Series(name, columns[name], pl.Float64) for name in channels_in(columns)]
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return None
    return _sound(pl.DataFrame([instants, *values]))


def _instants(times: Sequence[object], period: Period) -> pl.Series:
    """Instants, if nothing is wrong with any.

    Raises:
        TypeError: If one is no text, or some have no time zone.
        ValueError: If one is not in ISO 8601, or lies outside the period.
    """
    told = [datetime.fromisoformat(one) for one in times]  # type: ignore[arg-type]
    if told and not period.first <= min(told) <= max(told) <= period.last:
        raise ValueError("outside the period")
    # polars takes five times as long for what is aware of a time zone. A double tells
    # microseconds apart up to the year 2255.
    seconds = pl.Series("time", [one.timestamp() for one in told], dtype=pl.Float64)
    return (seconds * 1e6).round().cast(pl.Int64).cast(TIME)


def posted_of(frame: pl.DataFrame, period: Period) -> Posted | None:
    """The rows of a table of instants and channels, if nothing is wrong with any; else None.

    Args:
        frame: `time`, as a frame has it, and one Float64 column per channel.
        period: When a reading may have been made.
    """
    known = frame["time"].is_between(period.first, period.last).fill_null(value=False)
    return _sound(frame) if known.all() else None


def _sound(frame: pl.DataFrame) -> Posted | None:
    """The rows with their places, if each has a number and none a value that is no number."""
    names = channels_in(frame.columns)
    values = frame.select(names).to_numpy()
    told = np.isfinite(values)
    holes = sum(frame[name].null_count() for name in names)
    if not names or not told.any(axis=1).all() or told.sum() + holes != told.size:
        return None
    place = pl.int_range(frame.height, eager=True).alias("place")
    return Posted(frame.select(place, "time", *names), ())


def _as_rows(
    times: Sequence[object], columns: Mapping[str, Sequence[object]]
) -> Iterator[PostedReading]:
    for place, instant in enumerate(times):
        yield PostedReading(instant, {name: values[place] for name, values in columns.items()})


def _instant(told: object, period: Period) -> datetime:
    if not isinstance(told, str):
        raise _Unusable(Reason.BAD_TIME, "time is no text in ISO 8601")
    try:
        instant = datetime.fromisoformat(told)
        known = instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        raise _Unusable(Reason.BAD_TIME, "time is not in ISO 8601") from None
    if known is None:
        raise _Unusable(Reason.BAD_TIME, "time has no time zone: end it with Z or an offset")
    if known > period.last:
        ahead = f"later than {period.last:%F %T}Z: is the rig's clock right?"
        raise _Unusable(Reason.IN_THE_FUTURE, ahead)
    if known < period.first:
        raise _Unusable(Reason.BEFORE_FIRST_DAY, f"before the first day, {period.first:%F}")
    return known


def _values(told: object) -> dict[str, object]:
    if not isinstance(told, Mapping):
        raise _Unusable(Reason.BAD_NUMBER, "values is no object of channels and numbers")
    found = {str(name): _number(str(name), value) for name, value in told.items()}
    found = {name: value for name, value in found.items() if value is not None}
    if not found:
        raise _Unusable(Reason.NO_VALUES, "no channel has a value")
    return dict(found)


def _number(name: str, value: object) -> float | None:
    if name not in BY_NAME:
        try:
            channel(name[:64])
        except UnknownChannel as error:
            raise _Unusable(Reason.UNKNOWN_CHANNEL, str(error)) from None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unusable(Reason.BAD_NUMBER, f"{name} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise _Unusable(Reason.BAD_NUMBER, f"{name} is not finite")
    return number


def _table(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    names = channels_in({name for row in rows for name in row})
    schema = {"place": pl.Int64(), "time": TIME} | dict.fromkeys(names, pl.Float64())
    return pl.DataFrame(rows, schema=schema)


def _sample(reading: PostedReading) -> str:
    told = {"time": reading.time, "values": reading.values}
    return json.dumps(told, default=str, ensure_ascii=False)[:SAMPLE]
