"""Delimited text of every layout seen in the field, and none of its rows lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from idrill.errors import BrokenSource, OversizedSource, SourceError, UnknownFormat
from idrill.readers import Kind, ReadOptions, read
from idrill.readers.columns import ColumnEntry, ColumnMap, load_map
from idrill.readers.csv import read_csv
from idrill.readers.csv.lines import LONGEST
from idrill.readers.reading import Reason
from tests.readers.csv_text import HEADER, ROWS, reading_of, text


def test_values_come_out_in_the_unit_of_their_channel(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, text(HEADER, *ROWS))

    assert reading.kind is Kind.TIME
    assert reading.table["hook_load"][0] == pytest.approx(126 * 9.80665)
    assert reading.table["time"][7] == datetime(2024, 3, 17, 8, 0, 7, tzinfo=UTC)
    assert reading.table["line"].to_list() == list(range(2, 10))


@pytest.mark.parametrize(
    "content",
    [
        text(HEADER, *ROWS).encode("utf-8-sig"),
        text(HEADER, *ROWS).encode("utf-16"),
        text(HEADER, *ROWS).encode("utf-16-le"),
        text(HEADER, *ROWS).encode("utf-16-be"),
        text(HEADER, *ROWS).replace("\n", "\r\n").encode(),
        text(HEADER, *ROWS).replace("\n", "\r").encode(),
        text(HEADER, *ROWS).replace(",", ";").encode(),
        text(HEADER, *ROWS).replace(",", "\t").encode(),
        text(HEADER, *ROWS).replace(",", "|").encode(),
        text(HEADER, *ROWS).replace(",", " , ").encode(),
        text(HEADER, *ROWS).replace(",", ";").replace(".", ",").encode(),
        text(HEADER, *ROWS).replace("\n", ",\n").encode(),
        text(HEADER, *(row + "," for row in ROWS)).encode(),
        text(HEADER + ",", *ROWS).encode(),
        text(*(f'"{line}"'.replace(",", '","') for line in (HEADER, *ROWS))).encode(),
        text(HEADER, *ROWS).removesuffix("\n").encode(),
    ],
    ids=[
        "utf-8 with a mark", "utf-16", "utf-16-le", "utf-16-be", "crlf", "cr", "semicolon", "tab",
        "bar", "blanks", "decimal comma", "trailing comma", "trailing comma in rows",
        "trailing comma in the header", "quoted", "no last line end",
    ],
)  # fmt: skip
def test_one_table_in_every_dress(tmp_path: Path, content: bytes) -> None:
    plain = reading_of(tmp_path, text(HEADER, *ROWS))

    dressed = reading_of(tmp_path, content)

    assert dressed.table.equals(plain.table)
    assert dressed.report.rows_read == 8


def test_latin_1_is_read_and_said(tmp_path: Path) -> None:
    content = text("date,Temp Out (°C),Average Hookload kkgf", "2024-03-17 08:00:00,41.5,126")

    reading = reading_of(tmp_path, content.encode("latin-1"))

    assert reading.table["mud_temperature_out"].to_list() == [41.5]
    assert any("Windows-1252" in note for note in reading.report.notes)


def test_a_preamble_and_units_below_the_header_are_understood(tmp_path: Path) -> None:
    content = text(
        "Well: 15/9-F-7", "# exported 2024-03-18", "", "Date/Time;Hookload;SPP;Remark;Torque",
        "yyyy-mm-dd;[klbf];(psi);;ft.lbf", "2024-03-17 08:00:00;280;2457;on bottom;4600",
        "2024-03-17 08:00:05;281;2459;on bottom;4610",
    )  # fmt: skip

    reading = reading_of(tmp_path, content)

    assert reading.table["hook_load"][0] == pytest.approx(280 * 4.4482216)
    assert reading.table["standpipe_pressure"][0] == pytest.approx(2457 * 6.894757)
    assert reading.table["line"].to_list() == [6, 7]
    assert "Remark" in reading.report.unmapped


def test_a_unit_alone_in_its_line_is_a_bad_row_and_no_row_of_units(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, text(HEADER, " kPa", *ROWS))

    assert [one.first_line for one in reading.report.rejections] == [2]
    assert reading.report.rows_read == 9


def test_headings_with_line_breaks_in_quotes_are_read(tmp_path: Path) -> None:
    content = text('"date","Hookload', '(klbf)"', '"2024-03-17 08:00:00","280.5"')

    reading = reading_of(tmp_path, content)

    assert reading.table["hook_load"].to_list() == [pytest.approx(280.5 * 4.4482216)]
    assert reading.table["line"].to_list() == [3]


def test_repeated_headers_are_rejected_rows(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, text(HEADER, *ROWS[:3], HEADER, *ROWS[3:]))

    (rejection,) = reading.report.rejections
    assert (rejection.first_line, rejection.reason) == (5, Reason.REPEATED_HEADER)
    assert rejection.sample == HEADER
    assert reading.report.rows_read == 9
    assert reading.table["line"].to_list() == [2, 3, 4, 6, 7, 8, 9, 10]


def test_a_second_header_with_other_columns_refuses_the_file(tmp_path: Path) -> None:
    other = "Average Standpipe Pressure kPa,date,Hole Depth m,Average Hookload kkgf"

    with pytest.raises(BrokenSource, match="line 6: a second header"):
        reading_of(tmp_path, text(HEADER, *ROWS[:4], other, *ROWS[4:]))


def test_a_second_table_below_the_first_refuses_the_file(tmp_path: Path) -> None:
    first = [
        "Time,Hook Load (kN),SPP (kPa)",
        *(f"2024-03-17 08:00:0{i},1180,21000" for i in range(8)),
    ]
    second = ["Time,Pit 1 (m3),Pit 2 (m3)", *(f"2024-03-17 08:00:0{i},30,40" for i in range(4))]

    with pytest.raises(BrokenSource, match="line 11: a second header"):
        reading_of(tmp_path, text(*first, "", *second))


def test_bad_rows_are_rejected_with_line_reason_and_sample(tmp_path: Path) -> None:
    rows = [
        *ROWS[:2], "2024-03-17 08:00:01,1200", "garbage,1200.1,126,16900", ",1200.1,126,16900",
        '2024-03-17 08:00:02,"1200,126,16900', "2024-03-17 08:00:03,x,y,z", *ROWS[2:],
    ]  # fmt: skip

    reading = reading_of(tmp_path, text(HEADER, *rows))

    found = {(one.first_line, one.last_line, one.reason) for one in reading.report.rejections}
    assert found == {
        (4, 4, Reason.WRONG_FIELDS), (5, 6, Reason.BAD_TIME), (7, 7, Reason.WRONG_FIELDS),
        (8, 8, Reason.BAD_NUMBER),
    }  # fmt: skip
    samples = {one.first_line: one.sample for one in reading.report.rejections}
    assert samples[5] == "garbage,1200.1,126,16900"
    assert reading.report.rows_read == 13
    assert reading.report.rows_kept == 8


def test_a_cell_that_is_no_number_is_null_and_reported(tmp_path: Path) -> None:
    rows = [*ROWS[:3], "2024-03-17 08:00:03,1200.03,ERR,16930", *ROWS[4:]]

    reading = reading_of(tmp_path, text(HEADER, *rows))

    assert reading.table["hook_load"].is_null().to_list() == [False] * 3 + [True] + [False] * 4
    assert reading.table["standpipe_pressure"][3] == 16930
    (note,) = (note for note in reading.report.notes if "ERR" in note)
    assert "'Average Hookload kkgf': 1 cells" in note
    assert "line 5" in note


def test_texts_for_no_value_are_null_without_complaint(tmp_path: Path) -> None:
    spelled = ["NAN", "n/a", "", "--", "NULL", "No Data", "#N/A", "nan"]
    rows = [row.rsplit(",", 1)[0] + f",{null}" for row, null in zip(ROWS, spelled, strict=True)]

    reading = reading_of(tmp_path, text(HEADER, ROWS[0].replace("00,", "59,", 1), *rows))

    assert reading.table["standpipe_pressure"].null_count() == 8
    assert reading.report.notes == ()


def test_the_nulls_of_the_map_are_null_however_they_are_written(tmp_path: Path) -> None:
    rows = [*ROWS, "2024-03-17 08:01:00,1200.5,-77.0,16900", "2024-03-17 08:01:01,1200.5,-77,OFF"]

    reading = reading_of(tmp_path, text(HEADER, *rows), ColumnMap(null_values=("-77", "OFF")))

    assert reading.table["hook_load"].null_count() == 2
    assert reading.report.notes == ()


def test_interleaved_record_types_keep_all_their_rows(tmp_path: Path) -> None:
    rows = [
        f"2024-03-17 08:00:{i:02d}," + (f"{1200 + i},126,," if i % 2 else ",,16900,41.5")
        for i in range(20)
    ]

    reading = reading_of(
        tmp_path,
        text("date,Hole Depth m,Hookload kkgf,SPP kPa,Temp Out degC", *rows),
    )

    assert reading.report.rows_kept == 20
    assert reading.table["hook_load"].count() == 10
    assert reading.table["mud_temperature_out"].count() == 10


def test_the_live_copy_of_a_heading_that_stands_twice_is_read(tmp_path: Path) -> None:
    rows = [f"2024-03-17 08:00:0{i},0,{21000 + i}" for i in range(4)]

    reading = reading_of(tmp_path, text("Time,SPP (kPa),SPP (kPa)", *rows))

    assert reading.table["standpipe_pressure"].to_list() == [21000.0, 21001.0, 21002.0, 21003.0]
    assert [one.column for one in reading.report.columns] == ["SPP (kPa) (2)"]
    assert "beside 'SPP (kPa) (2)'" in reading.report.unmapped["SPP (kPa)"]


def test_columns_that_are_headed_alike_keep_names_of_their_own(tmp_path: Path) -> None:
    rows = [f"2024-03-17 08:00:0{i},1,2,3" for i in range(4)]

    reading = reading_of(tmp_path, text("Time,Spare,Spare,Spare (2)", *rows, "2024-03-17,x,2,3"))

    assert set(reading.report.unmapped) == {"Spare", "Spare (2)", "Spare (3)"}


def test_what_the_map_says_of_a_heading_holds_for_all_columns_headed_so(tmp_path: Path) -> None:
    rows = [f"2024-03-17 08:00:0{i},0,{3000 + i},1" for i in range(4)]
    content = text("Time,P1,P1,Torque", *rows)
    both = ColumnMap({"P1": ColumnEntry("standpipe_pressure", "psi")})
    second = ColumnMap({"P1 (2)": ColumnEntry("casing_pressure", "kPa")})

    found = reading_of(tmp_path, content, both).table["standpipe_pressure"]

    assert found.to_list() == pytest.approx([6.894757 * (3000 + i) for i in range(4)])
    assert reading_of(tmp_path, content, second).table["casing_pressure"][0] == 3000.0


@pytest.mark.parametrize("heading", ["hook load kkgf", "Averaged Hookload kkgf", "AvgHookload"])
def test_a_heading_of_the_map_that_the_file_lacks_is_noted_with_the_nearest(
    tmp_path: Path, heading: str
) -> None:
    columns = ColumnMap({heading: ColumnEntry("hook_load", "klbf"), "date": ColumnEntry()})

    (note,) = reading_of(tmp_path, text(HEADER, *ROWS), columns).report.notes

    assert repr(heading) in note
    assert "the nearest is 'Average Hookload kkgf'" in note


def test_blanks_in_a_heading_of_the_map_count_once_as_in_the_file(tmp_path: Path) -> None:
    told = tmp_path / "map.toml"
    told.write_text('[columns]\n"HL  calc" = { channel = "hook_load", unit = "kN" }\n')

    reading = reading_of(tmp_path, text("Time,HL  calc", "2024-03-17 08:00:00,9"), load_map(told))

    assert reading.table["hook_load"].to_list() == [9.0]
    assert reading.report.notes == ()


def test_the_map_names_columns_that_no_heading_gives_away(tmp_path: Path) -> None:
    columns = ColumnMap(
        depth="Teufe", depth_unit="ft", columns={"HL": ColumnEntry("hook_load", "klbf")}
    )

    reading = reading_of(tmp_path, text("Teufe,HL", "1000,280", "1001,281"), columns)

    assert reading.kind is Kind.DEPTH
    assert reading.table["depth"].to_list() == pytest.approx([304.8, 305.1048])


def test_a_depth_that_is_no_number_rejects_its_row(tmp_path: Path) -> None:
    content = text("Measured Depth m,Hookload kkgf", "100,126", "?,126", ",126", "101,127")

    reading = reading_of(tmp_path, content)

    assert [one.reason for one in reading.report.rejections] == [Reason.BAD_DEPTH]
    assert reading.report.rejections[0].rows == 2


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", BrokenSource, "is empty"),
        (b"\n\n\n", BrokenSource, "is empty"),
        (HEADER.encode(), BrokenSource, "a header and no rows"),
        (text(*ROWS).encode(), BrokenSource, "no header"),
        (text(HEADER, *ROWS).replace(",", "~").encode(), UnknownFormat, "makes columns"),
        (text("a,b", "1,2", "3,4").encode(), BrokenSource, "no column of time or depth"),
        (text(HEADER, *ROWS[:3], "a\0b", *ROWS[3:]).encode(), BrokenSource, "line 5: holds NUL"),
        (text(HEADER, *(row + ",1,2" for row in ROWS)).encode(), BrokenSource, "6 fields"),
        (text(HEADER, *(row[5:] for row in ROWS)).encode(), BrokenSource, "'date' holds times"),
        (text(HEADER, *ROWS).encode("utf-16")[:-1], BrokenSource, "UTF-16"),
        (text(HEADER, *ROWS, "x" * (LONGEST + 9)).encode(), OversizedSource, "line 10: the line"),
        (text(HEADER, "x" * (LONGEST + 9), *ROWS).encode(), OversizedSource, "line 2: the line"),
    ],
)  # fmt: skip
def test_a_broken_structure_refuses_the_file(
    tmp_path: Path, content: bytes, error: type[SourceError], words: str
) -> None:
    with pytest.raises(error, match=words):
        reading_of(tmp_path, content)


def test_a_line_without_end_is_refused_without_reading_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.write(text(HEADER, *ROWS).encode() + b"1" * (2 * LONGEST))
        file.truncate(1 << 30)

    with pytest.raises(OversizedSource, match="line 10"):
        read(path, ReadOptions("endless.csv"))


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rig.csv"
    path.write_text(text(HEADER, *ROWS))

    with pytest.raises(OversizedSource, match="100 bytes"):
        read_csv(path, ReadOptions("rig.csv", max_bytes=100))


def test_a_time_format_that_is_none_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="time_format"):
        reading_of(tmp_path, text(HEADER, *ROWS), ColumnMap(time_format="%d.%m.%Y %H"))


def test_a_column_of_the_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenSource, match="'Clock'"):
        reading_of(tmp_path, text(HEADER, *ROWS), ColumnMap(time=("Clock",)))


def test_blocks_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        f"2024-03-17 08:{i // 60:02d}:{i % 60:02d},{1200 + i / 100},126.5,°{i}" for i in range(900)
    ]
    content = text(HEADER, *lines[:450], HEADER, "x,y", *lines[450:])
    whole = reading_of(tmp_path, content)

    monkeypatch.setattr("idrill.readers.csv.lines.BLOCK", 1000)
    pieces = reading_of(tmp_path, content)
    wide = reading_of(tmp_path, content.encode("utf-16"))

    assert pieces.table.equals(whole.table)
    assert pieces.report.rejections == whole.report.rejections == wide.report.rejections
    assert wide.table.equals(whole.table)
