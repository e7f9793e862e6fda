"""Rows that no partition can hold: before the first day, or in the future."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from idrill.errors import BrokenSource
from idrill.readers.assembly import runs
from idrill.readers.reading import Kind, Reading, Reason, Rejection


def within(reading: Reading, first_day: date, now: datetime) -> Reading:
    """The reading without the rows that no partition can hold, which are rejected.

    Args:
        reading: Of any kind; only rows with a time are looked at.
        first_day: First day that has a partition (UTC).
        now: Rows more than an hour later are in the future.

    Raises:
        BrokenSource: If every row lies before the first day; the message names the setting.
    """
    if reading.kind is not Kind.TIME or reading.table.is_empty():
        return reading
    start = datetime.combine(first_day, time(), UTC)
    early, late = pl.col("time") < start, pl.col("time") > now + timedelta(hours=1)
    if reading.table.select(early.all()).item():
        latest = _instant(reading.table, pl.col("time").max())
        raise BrokenSource(
            reading.report.source,
            f"ends on {latest:%Y-%m-%d}, before the first day, {first_day}.",
            remedy="Set IDRILL_FIRST_DAY to an earlier day.",
        )
    table = reading.table.filter(~early & ~late)
    rejected = (
        *_outside(reading.table.filter(early), Reason.BEFORE_FIRST_DAY, f"before {first_day}"),
        *_outside(reading.table.filter(late), Reason.IN_THE_FUTURE, f"later than {now:%F %R}Z"),
    )
    if not rejected:
        return reading
    report = replace(
        reading.report,
        rows_kept=table.height,
        rejections=(*reading.report.rejections, *rejected),
        first=_instant(table, pl.col("time").min()),
        last=_instant(table, pl.col("time").max()),
    )
    return replace(reading, table=table, report=report)


def days_of(reading: Reading) -> Mapping[date, int]:
    """How many rows of a reading lie in each UTC day."""
    if reading.kind is not Kind.TIME:
        return {}
    days = reading.table.group_by(pl.col("time").dt.date()).len().sort("time")
    return dict(days.iter_rows())


def _outside(table: pl.DataFrame, reason: Reason, detail: str) -> tuple[Rejection, ...]:
    return runs(table["line"], reason, detail, table["time"].cast(pl.String).to_list())


def _instant(table: pl.DataFrame, chosen: pl.Expr) -> datetime | None:
    found = table.select(chosen).item()
    return found if isinstance(found, datetime) else None
