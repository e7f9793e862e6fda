"""Rows that no partition can hold."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from idrill.errors import BrokenSource
from idrill.frame import TIME
from idrill.readers import reading as readings
from idrill.readers.bounds import days_of, within
from idrill.readers.reading import Kind, Reading, ReadReport, Reason

FIRST_DAY = date(2024, 1, 1)
START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def reading(*times: datetime) -> Reading:
    table = pl.DataFrame(
        {
            "line": pl.Series(range(2, 2 + len(times)), dtype=pl.Int64),
            "time": pl.Series(times, dtype=TIME),
            "torque": pl.Series([1.0] * len(times), dtype=pl.Float64),
        }
    )
    report = ReadReport("a.csv", "csv", rows_read=len(times), rows_kept=len(times))
    return Reading(Kind.TIME, table, report)


def test_rows_within_are_left_as_they_are() -> None:
    inside = reading(START, NOW, NOW + timedelta(hours=1))

    assert within(inside, FIRST_DAY, NOW) is inside


def test_rows_outside_are_rejected_with_line_and_reason_and_the_books_balance() -> None:
    early, late = START - timedelta(microseconds=1), NOW + timedelta(hours=1, seconds=1)

    found = within(reading(early, START, late, late, NOW), FIRST_DAY, NOW)

    readings.check(found)
    assert found.table["line"].to_list() == [3, 6]
    assert [
        (each.reason, each.first_line, each.last_line, each.rows)
        for each in found.report.rejections
    ] == [(Reason.BEFORE_FIRST_DAY, 2, 2, 1), (Reason.IN_THE_FUTURE, 4, 5, 2)]
    assert (found.report.first, found.report.last) == (START, NOW)


def test_a_file_of_earlier_days_alone_is_refused_naming_the_setting() -> None:
    with pytest.raises(BrokenSource, match=r"2023-12-31.*2024-01-01.*IDRILL_FIRST_DAY"):
        within(reading(START - timedelta(days=9), START - timedelta(days=1)), FIRST_DAY, NOW)


def test_a_file_of_the_future_alone_keeps_no_row() -> None:
    found = within(reading(NOW + timedelta(days=1)), FIRST_DAY, NOW)

    readings.check(found)
    assert found.table.is_empty()
    assert found.report.rows_rejected == 1


def test_rows_are_counted_by_utc_day() -> None:
    found = days_of(reading(START, START + timedelta(hours=23), START + timedelta(days=1)))

    assert found == {date(2024, 1, 1): 2, date(2024, 1, 2): 1}


def test_a_depth_log_lies_in_no_day() -> None:
    table = pl.DataFrame({"line": [2], "depth": [100.0], "torque": [1.0]})
    log = Reading(Kind.DEPTH, table, ReadReport("d.csv", "csv", rows_read=1, rows_kept=1))

    assert days_of(log) == {}
    assert within(log, FIRST_DAY, NOW) is log
