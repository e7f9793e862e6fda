"""Numbers in delimited text: marks of thousands and decimals, settled by column and by file."""

from pathlib import Path

import pytest

from idrill.readers.columns import ColumnMap
from tests.readers.csv_text import reading_of, seconds, text


def test_thousands_marks_are_understood(tmp_path: Path) -> None:
    content = text("date;Pressure;Standpipe Pressure kPa", "2024-03-17 08:00;1.5;16,941.25",
                   "2024-03-17 08:01;1.5;980.5")  # fmt: skip

    assert reading_of(tmp_path, content).table["standpipe_pressure"].to_list() == [16941.25, 980.5]


def test_a_comma_inside_quotes_sets_off_the_thousands(tmp_path: Path) -> None:
    content = text('time,SPP (kPa),Hook Load (lbf)', '2024-03-17 08:00:00,"16,941","264,554.4"',
                   '2024-03-17 08:00:05,"16,950","264,554"')  # fmt: skip

    table = reading_of(tmp_path, content).table

    assert table["standpipe_pressure"].to_list() == [16941.0, 16950.0]
    assert table["hook_load"].to_list() == pytest.approx([1176.797, 1176.795], abs=1e-3)


def test_three_decimals_behind_a_comma_are_decimals(tmp_path: Path) -> None:
    content = text("time;Torque (kN.m);Hook Load (kN)", "2024-03-17 08:00:00;12,345;176,797",
                   "2024-03-17 08:00:05;12,346;176,795")  # fmt: skip

    assert reading_of(tmp_path, content).table["torque"].to_list() == [12.345, 12.346]


GROUPED = [
    (["1.176,8", "21.057"], [1176.8, 21057.0]),
    (["980,5", "21.057"], [980.5, 21057.0]),
    (["980", "21.057"], [980.0, 21057.0]),
    (["1.204.557", "21.057"], [1204557.0, 21057.0]),
    (["12.5", "21.057"], [12.5, 21.057]),
    (["0.981", "21.057"], [0.981, 21.057]),
    (['"980"', '"21.057"'], [980.0, 21057.0]),
]


@pytest.mark.parametrize("swapped", [False, True], ids=["decimal comma", "decimal point"])
@pytest.mark.parametrize(("cells", "expected"), GROUPED)
def test_a_mark_before_three_digits_means_what_its_column_and_its_file_say(
    tmp_path: Path, cells: list[str], expected: list[float], *, swapped: bool
) -> None:
    rows = [f"2024-03-17 08:00:0{i};1180,5;{cell}" for i, cell in enumerate(cells)]
    body = text(*rows).translate(str.maketrans(",.", ".,")) if swapped else text(*rows)

    reading = reading_of(tmp_path, "Time;Hook Load (kN);SPP (kPa)\n" + body)

    assert reading.table["standpipe_pressure"].to_list() == expected
    assert reading.table["hook_load"].to_list() == [1180.5, 1180.5]


def test_grouped_numbers_first_met_far_down_the_file_are_grouped_too(tmp_path: Path) -> None:
    rows = [f"2024-03-17 08:{i // 60:02d}:{i % 60:02d},25;980,5" for i in range(900)]

    reading = reading_of(tmp_path, text("Time;SPP (kPa)", *rows, "2024-03-17 09:00:00,25;21.057"))

    assert reading.table["standpipe_pressure"][-1] == 21057.0
    assert seconds(reading)[-1] == "2024-03-17T09:00:00.250000+00:00"


@pytest.mark.parametrize(
    ("hook_load", "spp", "words"),
    [
        ("1180,5", "21.057", ["decimal comma", "'SPP (kPa)': 12,345 is taken as 12"]),
        ("1180.5", "21.057", []),
        ("1180", "21.057", ["'SPP (kPa)': 12.345 is taken as 12"]),
        ("1180", "21,057", ["decimal comma", "'SPP (kPa)': 12,345 is taken as 12"]),
        ("1180,5", "2.176,8", ["decimal comma"]),
        ("1180,5", "12.5", ["'Hook Load (kN)': numbers have a decimal comma"]),
    ],
)
def test_what_nothing_settles_is_said(
    tmp_path: Path, hook_load: str, spp: str, words: list[str]
) -> None:
    rows = [f"2024-03-17 08:00:0{i};{hook_load};{spp}" for i in range(3)]

    notes = reading_of(tmp_path, text("Time;Hook Load (kN);SPP (kPa)", *rows)).report.notes

    assert len(notes) == len(words)
    assert all(word in note for word, note in zip(words, notes, strict=True))


def test_the_decimal_mark_of_the_map_holds_for_every_column(tmp_path: Path) -> None:
    content = text("Time;SPP (kPa)", "2024-03-17 08:00:00;21.057", "2024-03-17 08:00:05;21.060")

    plain, told = (reading_of(tmp_path, content, ColumnMap(decimal=mark)) for mark in ".,")

    assert plain.table["standpipe_pressure"].to_list() == [21.057, 21.06]
    assert told.table["standpipe_pressure"].to_list() == [21057.0, 21060.0]
    assert not any("is taken as" in note for note in plain.report.notes + told.report.notes)
