"""A plan as an iCalendar and as a picture."""

from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from idrill.maintenance.calendar import LINE, Event, calendar
from idrill.maintenance.gantt import MOST_ROWS, Bar, gantt
from tests.plan_work import DAY, HOUR, NOW

WORK = Event(
    "task-7@idrill", "liner; pump 1, R1\nnow", NOW, NOW + 2 * HOUR, NOW, "R1", tentative=True
)


def unfolded(told: str) -> list[str]:
    assert told.endswith("\r\n")
    assert all(len(line.encode()) <= LINE for line in told.split("\r\n"))
    return told.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_calendar_says_what_when_and_whether_it_was_approved() -> None:
    lines = unfolded(calendar([WORK], "i-Drill"))

    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    for line in (
        "UID:task-7@idrill", "DTSTART:20260302T000000Z", "DTEND:20260302T020000Z",
        r"SUMMARY:liner\; pump 1\, R1\nnow", "STATUS:TENTATIVE", "LOCATION:R1",
    ):  # fmt: skip
        assert line in lines


@pytest.mark.parametrize("title", ["ü" * 200, "a" * 74, "🛢" * 40])
def test_long_lines_are_folded_between_characters(title: str) -> None:
    told = calendar([Event("x", title, NOW, NOW + HOUR, NOW)], "i-Drill")

    assert f"SUMMARY:{title}" in unfolded(told)


def test_a_title_cannot_add_a_line_of_its_own() -> None:
    told = calendar([Event("x", "a\r\nEND:VEVENT\r\x00b", NOW, NOW + HOUR, NOW)], "i-Drill")

    assert unfolded(told).count("END:VEVENT") == 1


def bar(row: str, start: datetime, hours: float = 2.0, risk: float | None = None) -> Bar:
    return Bar(
        row, "replace <liner>", start, start + timedelta(hours=hours), "proposed", risk, "A&B"
    )


def shapes(picture: str, name: str) -> list[ET.Element]:
    return ET.fromstring(picture).findall(f".//{{http://www.w3.org/2000/svg}}{name}")  # noqa: S314


def test_a_picture_has_a_bar_for_each_work_and_a_row_for_each_place() -> None:
    picture = gantt(
        [bar("R1 mud_pump_1", NOW + DAY, risk=0.5), bar("R1 top_drive", NOW + 2 * DAY),
         bar("R1 top_drive", NOW + 9 * DAY)], NOW, NOW + 7 * DAY, "R1 & R2",
    )  # fmt: skip

    words = [one.text for one in shapes(picture, "text")]
    assert {"R1 mud_pump_1", "R1 top_drive", "R1 & R2"} <= set(words)
    titles = [one.text or "" for one in shapes(picture, "title")]
    assert len([one for one in titles if "replace <liner>" in one]) == 2
    assert any("50.0% fails before" in one for one in titles)


def test_a_picture_of_too_many_rows_says_how_many_are_missing() -> None:
    bars = [bar(f"R{number:03d} mud_pump_1", NOW) for number in range(MOST_ROWS + 5)]

    words = [one.text or "" for one in shapes(gantt(bars, NOW, NOW + DAY, "all"), "text")]

    assert any("5 rows more are not drawn" in one for one in words)


def test_a_picture_of_nothing_says_so() -> None:
    words = [one.text for one in shapes(gantt([], NOW, NOW + DAY, "none"), "text")]

    assert "nothing is planned" in words
