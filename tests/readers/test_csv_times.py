"""Times in delimited text: the forms of dates, what can be read two ways, offsets."""

from datetime import timedelta
from pathlib import Path

import pytest

from idrill.readers.columns import ColumnMap
from tests.readers.csv_text import reading_of, seconds, text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["2007-10-23 08:07:08", "2007-10-23 08:07:12"], "2007-10-23T08:07:08+00:00"),
        (["2009-7-3 18:04:32", "2009-7-3 18:04:36"], "2009-07-03T18:04:32+00:00"),
        (["2007-12-1", "2007-12-1 00:00:04"], "2007-12-01T00:00:00+00:00"),
        (["10/23/2007 8:07:08 PM", "10/23/2007 8:07:12 PM"], "2007-10-23T20:07:08+00:00"),
        (["10/01/2007 12:07:08 AM", "10/23/2007 8:07:12 PM"], "2007-10-01T00:07:08+00:00"),
        (["01/10/2007 08:07:08", "23/10/2007 08:07:12"], "2007-10-01T08:07:08+00:00"),
        (["23.10.2007 08:07:08", "23.10.2007 08:07:12"], "2007-10-23T08:07:08+00:00"),
        (["23-Oct-07 08:07:08", "23-Oct-07 08:07:12"], "2007-10-23T08:07:08+00:00"),
        (["2008-02-07T04:29:29-06:00", "2008-02-07T04:29:39-06:00"], "2008-02-07T10:29:29+00:00"),
        (["2008-02-07T04:29:29.250Z", "2008-02-07T04:29:39Z"], "2008-02-07T04:29:29.250000+00:00"),
        (["1193126828", "1193126832"], "2007-10-23T08:07:08+00:00"),
        (["1193126828000", "1193126832000"], "2007-10-23T08:07:08+00:00"),
        (["39378.338287037", "39378.338333333"], "2007-10-23T08:07:08+00:00"),
        (["20071023080708", "20071023080712"], "2007-10-23T08:07:08+00:00"),
    ],
)  # fmt: skip
def test_dates_in_many_forms(tmp_path: Path, written: list[str], expected: str) -> None:
    reading = reading_of(tmp_path, text("Time;Hookload kkgf", *(f"{one};126" for one in written)))

    assert seconds(reading)[0] == expected
    assert reading.report.rows_kept == 2


@pytest.mark.parametrize("heads", ["Date,Time", "YYYY/MM/DD,HH:MM:SS"])
def test_date_and_time_may_stand_apart(tmp_path: Path, heads: str) -> None:
    content = text(f"{heads},Hookload kkgf", "2007/10/23,08:07:08,126", "2007/10/23,08:07:12,127")

    assert seconds(reading_of(tmp_path, content))[0] == "2007-10-23T08:07:08+00:00"


def test_a_date_that_can_be_read_two_ways_is_said(tmp_path: Path) -> None:
    content = text("Time,Hookload kkgf", "03/04/2007 08:00:00,126", "03/04/2007 08:00:04,127")

    reading = reading_of(tmp_path, content)
    told = reading_of(tmp_path, content, ColumnMap(time_format="%m/%d/%Y %H:%M:%S"))

    assert seconds(reading)[0] == "2007-04-03T08:00:00+00:00"
    assert any("two ways" in note for note in reading.report.notes)
    assert seconds(told)[0] == "2007-03-04T08:00:00+00:00"
    assert told.report.notes == ()


def test_the_offset_of_the_map_holds_where_the_file_states_none(tmp_path: Path) -> None:
    columns = ColumnMap(time=("Clock",), utc_offset=timedelta(hours=-6))
    content = text("Clock,Hookload kkgf", "2007-10-23 08:07:08,126", "2007-10-23T08:07:12Z,127")

    reading = reading_of(tmp_path, content, columns)

    assert seconds(reading) == ["2007-10-23T14:07:08+00:00", "2007-10-23T08:07:12+00:00"]
