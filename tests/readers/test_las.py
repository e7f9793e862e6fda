"""Reading LAS 1.2 and 2.0."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idrill.errors import BrokenSource, OversizedSource, SourceError
from idrill.readers.assembly import ReadOptions
from idrill.readers.columns import ColumnEntry, ColumnMap
from idrill.readers.las import read_las
from idrill.readers.reading import Kind, Reading, Reason, check

HEADER = """~Version
VERS.   2.0 : CWLS LOG ASCII STANDARD
WRAP.    NO : ONE LINE PER DEPTH STEP
~Well
STRT.M   1500.0 : START
STOP.M   1501.0 : STOP
STEP.M      0.5 : STEP
NULL.   -999.25 : NULL VALUE
COMP.  EQUINOR  : COMPANY
WELL.  15/9-F-7 : WELL
FLD.     VOLVE  : FIELD
~Curve
DEPT.M          : DEPTH
GR  .GAPI       : GAMMA RAY
ROP .M/HR       : RATE OF PENETRATION
SPPA.PSI        : STANDPIPE PRESSURE
~Params
BS.IN 8.5 : BIT SIZE
~A
"""
DATA = """1500.0  80.0  20.0  3000.0
1500.5  82.5 -999.25  3010.0
1501.0  NaN  21.0  3020.0
"""
TIMED = (
    HEADER.replace("STRT.M   1500.0", "STRT.S   2013-05-01 06:00:00")
    .replace("DEPT.M          : DEPTH", "ETIM.S : ELAPSED TIME")
    .replace("M   1501.0", "S ")
)
DATED = (
    HEADER.replace("DEPT.M          : DEPTH", "DATE.D : DAY\nTIME.HHMMSS : TIME OF DAY")
    .replace("STRT.M   1500.0", "STRT. ")
    .replace("STOP.M   1501.0", "STOP. ")
)
WRAPPED = HEADER.replace("WRAP.    NO", "WRAP.   YES")


def reading(tmp_path: Path, content: str | bytes, columns: ColumnMap | None = None) -> Reading:
    path = tmp_path / "log.las"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_las(path, ReadOptions(path.name, columns))
    check(found)
    return found


def test_a_depth_log_is_read_in_the_units_of_the_channels(tmp_path: Path) -> None:
    found = reading(tmp_path, HEADER + DATA)

    assert found.kind is Kind.DEPTH
    assert found.report.format == "las 2.0"
    assert found.table["depth"].to_list() == [1500.0, 1500.5, 1501.0]
    assert found.table["gamma_ray"].to_list() == [80.0, 82.5, None]
    assert found.table["rate_of_penetration"].to_list() == [20.0, None, 21.0]
    assert found.table["standpipe_pressure"][0] == pytest.approx(3000 * 6.894757293168)
    assert found.table["line"].to_list() == [20, 21, 22]


def test_the_well_comes_with_field_and_operator(tmp_path: Path) -> None:
    [well] = reading(tmp_path, HEADER + DATA).wells

    assert (well.id, well.name, well.field, well.operator) == (
        "15-9-F-7",
        "15/9-F-7",
        "VOLVE",
        "EQUINOR",
    )


def test_a_depth_in_feet_becomes_metres(tmp_path: Path) -> None:
    found = reading(tmp_path, HEADER.replace("DEPT.M", "DEPT.FT") + DATA)

    assert found.table["depth"][0] == pytest.approx(457.2)


def test_a_depth_without_a_unit_takes_that_of_its_start(tmp_path: Path) -> None:
    header = HEADER.replace("DEPT.M", "DEPT. ").replace("STRT.M ", "STRT.FT")

    assert reading(tmp_path, header + DATA).table["depth"][0] == pytest.approx(457.2)


@pytest.mark.parametrize(
    "row", ["1500.5  82.5  3010.0\n", "1500.5  82.5  20.0  3010.0  7\n", "1500.5\n"]
)
def test_a_row_with_a_wrong_number_of_fields_is_rejected_and_shifts_nothing(
    tmp_path: Path, row: str
) -> None:
    found = reading(tmp_path, HEADER + DATA + row + "1501.5  85.0  22.0  3030.0\n")

    [rejection] = found.report.rejections
    assert (rejection.reason, rejection.first_line, rejection.rows) == (Reason.WRONG_FIELDS, 23, 1)
    assert rejection.sample == row.strip()
    assert found.table["gamma_ray"].to_list() == [80.0, 82.5, None, 85.0]


def test_rows_with_no_readable_depth_are_rejected(tmp_path: Path) -> None:
    rows = "-999.25  82.5  20.0  3010.0\nx12  82.5  20.0  3010.0\n"

    found = reading(tmp_path, HEADER + DATA + rows)

    assert [(r.reason, r.first_line) for r in found.report.rejections] == [
        (Reason.BAD_DEPTH, 23),
        (Reason.BAD_DEPTH, 24),
    ]
    assert found.report.rows_read == 5


def test_a_field_that_is_no_number_is_null_and_noted_with_its_line(tmp_path: Path) -> None:
    found = reading(tmp_path, HEADER + DATA + "1501.5  8z.0  22.0  3030.0\n")

    assert found.table["gamma_ray"][3] is None
    assert any("curve GR: 1 values" in note and "line 23" in note for note in found.report.notes)


def test_texts_that_the_map_calls_null_are_no_mistakes(tmp_path: Path) -> None:
    found = reading(
        tmp_path, HEADER + DATA.replace("80.0", "void"), ColumnMap(null_values=("void",))
    )

    assert found.table["gamma_ray"][0] is None
    assert not any("no numbers" in note for note in found.report.notes)


@pytest.mark.parametrize(
    "data",
    [
        DATA.replace("  ", ",").replace(" -", ",-"),
        DATA.replace("  ", " , ").replace(" -", ",-"),
        DATA.replace(".", ","),
        DATA.replace("  ", "\t"),
        "# a comment\n\n" + DATA,
    ],
)
def test_the_usual_ways_to_separate_fields_are_read(tmp_path: Path, data: str) -> None:
    found = reading(tmp_path, HEADER + data)

    assert found.table["standpipe_pressure"][2] == pytest.approx(3020 * 6.894757293168)
    assert found.table["rate_of_penetration"].to_list() == [20.0, None, 21.0]


def test_a_wrapped_log_is_read_row_by_row(tmp_path: Path) -> None:
    data = "1500.0\n80.0 20.0\n3000.0\n1500.5\n82.5 -999.25\n3010.0\n1501.0\n83 21 3020\n"

    found = reading(tmp_path, WRAPPED + data)

    assert found.table["depth"].to_list() == [1500.0, 1500.5, 1501.0]
    assert found.table["gamma_ray"].to_list() == [80.0, 82.5, 83.0]
    assert found.table["line"].to_list() == [20, 23, 26]


@pytest.mark.parametrize(
    "damaged",
    [
        "1500.5\n82.5\n3010.0\n",
        "1500.5\n82.5 20.0 1\n3010.0\n",
        "82.5 20.0\n3010.0\n",
        "1500.5\n",
    ],
)
def test_a_damaged_row_of_a_wrapped_log_shifts_nothing(tmp_path: Path, damaged: str) -> None:
    sound = [f"{1501 + n}.0\n8{n}.0 2{n}.0\n30{n}0.0\n" for n in range(4)]

    found = reading(tmp_path, WRAPPED + sound[0] + damaged + "".join(sound[1:]))

    kept = dict(zip(found.table["depth"], found.table["gamma_ray"], strict=True))
    assert {1503.0: 82.0, 1504.0: 83.0}.items() <= kept.items()
    assert kept.items() <= {1501.0: 80.0, 1502.0: 81.0, 1503.0: 82.0, 1504.0: 83.0}.items()
    assert found.report.rows_rejected == found.report.rows_read - len(kept) > 0


def test_a_wrapped_log_whose_rows_cannot_be_told_apart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenSource, match=r"line 20: .*does not stand alone"):
        reading(tmp_path, WRAPPED + "1500.0 80.0\n20.0 3000.0\n")


def test_seconds_since_the_start_become_instants(tmp_path: Path) -> None:
    found = reading(tmp_path, TIMED + "0 80 20 3000\n5 81 20 3000\n10.5 82 20 3000\n")

    assert found.kind is Kind.TIME
    assert found.table["time"].to_list() == [
        datetime(2013, 5, 1, 6, 0, 0, tzinfo=UTC),
        datetime(2013, 5, 1, 6, 0, 5, tzinfo=UTC),
        datetime(2013, 5, 1, 6, 0, 10, 500_000, tzinfo=UTC),
    ]


def test_the_clock_of_the_file_is_set_to_utc(tmp_path: Path) -> None:
    columns = ColumnMap(utc_offset=timedelta(hours=2))

    found = reading(tmp_path, TIMED + "0 80 20 3000\n", columns)

    assert found.table["time"][0] == datetime(2013, 5, 1, 4, tzinfo=UTC)


def test_seconds_since_1970_are_no_seconds_since_the_start(tmp_path: Path) -> None:
    found = reading(tmp_path, TIMED + "1367388000 80 20 3000\n")

    assert found.table["time"][0] == datetime(2013, 5, 1, 6, tzinfo=UTC)


def test_seconds_since_an_unstated_start_are_refused_with_the_remedy(tmp_path: Path) -> None:
    content = TIMED.replace("2013-05-01 06:00:00", "0.0") + "0 80 20 3000\n"

    with pytest.raises(BrokenSource, match=r"from a start that its header does not state.*STRT"):
        reading(tmp_path, content)


def test_a_day_and_a_time_of_day_are_one_instant(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        DATED + "2013/05/01 06:00:00 80 20 3000\n2013/05/01 xx 81 20 3000\n"
        "2013/05/01 06:00:10 82 20 3000\n",
    )

    assert found.table["time"].to_list() == [
        datetime(2013, 5, 1, 6, 0, 0, tzinfo=UTC),
        datetime(2013, 5, 1, 6, 0, 10, tzinfo=UTC),
    ]
    assert [r.reason for r in found.report.rejections] == [Reason.BAD_TIME]


def test_a_form_of_time_that_only_the_map_knows_is_read(tmp_path: Path) -> None:
    columns = ColumnMap(time=("DATE", "TIME"), time_format="%y%m%d %H%M%S")

    found = reading(tmp_path, DATED + "130501 060000 80 20 3000\n", columns)

    assert found.table["time"][0] == datetime(2013, 5, 1, 6, tzinfo=UTC)


def test_a_time_that_nobody_can_read_is_refused_with_a_sample(tmp_path: Path) -> None:
    with pytest.raises(BrokenSource, match=r"cannot be read: 'dawn early'.*time_format"):
        reading(tmp_path, DATED + "dawn early 80 20 3000\n")


def test_a_map_can_name_the_depth_and_a_channel(tmp_path: Path) -> None:
    columns = ColumnMap(columns={"ROP": ColumnEntry("torque", "kN.m")}, depth="GR", depth_unit="ft")

    found = reading(tmp_path, HEADER + DATA, columns)

    assert found.table["depth"].to_list() == pytest.approx([80 * 0.3048, 82.5 * 0.3048])
    assert found.table["torque"][0] == 20.0


def test_a_map_that_names_an_absent_curve_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenSource, match="no curve 'TVD'"):
        reading(tmp_path, HEADER + DATA, ColumnMap(depth="TVD"))


def test_version_1_2_is_read(tmp_path: Path) -> None:
    header = HEADER.replace("VERS.   2.0", "VERS.   1.2").replace(
        "15/9-F-7 : WELL", "WELL : 15/9-F-7"
    )

    found = reading(tmp_path, header + DATA)

    assert found.report.format == "las 1.2"
    assert found.wells[0].name == "15/9-F-7"


def test_the_live_copy_of_a_curve_that_stands_twice_is_read(tmp_path: Path) -> None:
    header = HEADER.replace("GR  .GAPI       : GAMMA RAY", "SPPA.PSI        : PRESSURE")
    header = header.replace("STANDPIPE PRESSURE", "SENSOR B")
    found = reading(tmp_path, header + DATA.replace("80.0", "0").replace("82.5", "0"))

    assert found.table["standpipe_pressure"][0] == pytest.approx(3000 * 6.894757)
    assert "SPPA" in found.report.unmapped


def test_a_map_may_name_what_another_log_holds(tmp_path: Path) -> None:
    told = {"ROPA": ColumnEntry("rate_of_penetration"), "DEPT": ColumnEntry(ignore=True)}
    found = reading(tmp_path, HEADER + DATA, ColumnMap(told))

    (note,) = (note for note in found.report.notes if "the map of columns" in note)
    assert "'ROPA', which the file does not have; the nearest is 'ROP'" in note


def test_two_curves_of_one_name_are_both_accounted_for(tmp_path: Path) -> None:
    found = reading(tmp_path, HEADER.replace("SPPA.PSI ", "GR.GAPI") + DATA)

    mapped = {column.column for column in found.report.columns}
    assert mapped | set(found.report.unmapped) == {"GR", "GR:2", "ROP"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "no data section"),
        ("hello\n" * 900_000, "no data section"),
        (bytes(range(256)) * 20, "no data section"),
        ((HEADER + DATA).encode("utf-16"), "no data section"),
        (HEADER.split("~A")[0], "no data section"),
        (HEADER, "no row after"),
        ("~A\n1 2 3\n", "states LAS version ''"),
        (HEADER.replace("2.0 :", "1.9 :") + DATA, "states LAS version '1.9'"),
        (HEADER.replace("2.0", "3.0") + DATA, "states LAS version '3.0'"),
        (HEADER.replace("2.0", "3.0").replace("~A", "~Log_Data"), "states LAS version '3.0'"),
        (HEADER.replace("VERS.   2.0", "VERS.   x.y") + DATA, "version 'x.y'"),
        (HEADER.replace("WRAP.    NO", "WRAP. MAYBE") + DATA, "WRAP 'MAYBE'"),
        (HEADER.replace("~Curve", "~Other") + DATA, "names 0 curves"),
        (HEADER.replace("STRT.M   1500.0 : START", "STRT") + DATA, "broken header.*STRT"),
        (HEADER.replace("DEPT.M", "PORO.PU") + DATA, "neither a depth nor a time"),
        (HEADER.replace("DEPT.M", "DEPT.PSI") + DATA, "is no length"),
        (HEADER + DATA + "~Curve\n", "line 23: has a section after the data"),
        (HEADER + "1" * 2_000_000, "line 20: is longer than"),
        ("x" * 2_000_000, "line 1: is longer than"),
    ],
)
def test_a_broken_file_is_refused_with_what_is_wrong(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    with pytest.raises(BrokenSource, match=problem):
        reading(tmp_path, content)


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.las"
    path.write_text(HEADER + DATA)

    with pytest.raises(OversizedSource, match="larger than 100 bytes"):
        read_las(path, ReadOptions("log.las", max_bytes=100))


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        read_las(tmp_path / "absent.las", ReadOptions("absent.las"))


def test_readers_load_neither_lasio_nor_pandas() -> None:
    program = (
        "import sys, idrill.readers, idrill.readers.las;"
        "print(sorted({'lasio', 'pandas'} & set(sys.modules)))"
    )

    found = subprocess.run(  # noqa: S603  the interpreter of this test
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"
