"""Logs of WITSML: every row accounted for, hostile documents refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idrill.errors import BrokenSource
from idrill.readers.assembly import ReadOptions
from idrill.readers.columns import ColumnEntry, ColumnMap
from idrill.readers.reading import Kind, Reading, Reason
from idrill.readers.witsml import read_witsml
from tests.readers.witsml_text import curve, depth_log, document, time_log

Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str | bytes, columns: ColumnMap | None = None) -> Reading:
        path = tmp_path / "log.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_witsml(path, ReadOptions("log.xml", columns))

    return read_text


def test_a_time_log_becomes_channels_in_their_units(read: Read) -> None:
    reading = read(
        document(
            time_log(
                "2016-07-28T10:00:00.000Z,640000,2000000",
                "2016-07-28T10:00:03.500Z,641000,2100000",
                "2016-07-28T10:00:06.000Z,642000,2200000",
            )
        )
    )

    assert reading.kind is Kind.TIME
    assert reading.report.format == "witsml 1.4.1.1"
    assert reading.table["hook_load"].to_list() == pytest.approx([640.0, 641.0, 642.0])
    assert reading.table["standpipe_pressure"].to_list() == pytest.approx([2000.0, 2100.0, 2200.0])
    assert reading.table["time"][1] == datetime(2016, 7, 28, 10, 0, 3, 500_000, UTC)
    assert reading.table["line"].to_list() == [1, 2, 3]
    assert [well.id for well in reading.wells] == ["15-9-F-7"]


def test_the_live_copy_of_a_mnemonic_that_stands_twice_is_read(read: Read) -> None:
    log = time_log("2016-07-28T10:00:00Z,0,640000", "2016-07-28T10:00:03Z,0,641000")

    reading = read(
        document(log.replace("PUMP", "HKLD_AVG").replace("Pa<", "N<").replace("Pa", "N"))
    )

    assert reading.table["hook_load"].to_list() == pytest.approx([640.0, 641.0])
    assert "HKLD_AVG" in reading.report.unmapped


def test_a_mnemonic_of_the_map_that_the_log_lacks_is_noted(read: Read) -> None:
    log = document(time_log("2016-07-28T10:00:00Z,640000,2000000"))
    told = {"HKLD_AV": ColumnEntry("hook_load", "N"), "Time": ColumnEntry(ignore=True)}

    (note,) = read(log, ColumnMap(told)).report.notes

    assert "'HKLD_AV', which the file does not have; the nearest is 'HKLD_AVG'" in note


def test_rows_too_long_to_wait_for_the_others_are_parsed_the_same(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"2016-07-28T10:00:{i:02d}Z,{640000 + i},2000000" for i in range(40)]
    whole = read(document(time_log(*rows, "x,1")))

    monkeypatch.setattr("idrill.readers.witsml.reader.BATCH_TEXT", 100)
    pieces = read(document(time_log(*rows, "x,1")))

    assert pieces.table.equals(whole.table)
    assert pieces.report == whole.report


def test_offsets_are_applied(read: Read) -> None:
    reading = read(
        document(
            time_log("2008-02-07T04:29:29-06:00,1,2000000", "2008-02-07T16:30:29+0530,2,2000000")
        )
    )

    assert reading.table["time"].to_list() == [
        datetime(2008, 2, 7, 10, 29, 29, tzinfo=UTC),
        datetime(2008, 2, 7, 11, 0, 29, tzinfo=UTC),
    ]


def test_times_without_an_offset_follow_the_map_and_are_noted(read: Read) -> None:
    log = document(time_log("2016-07-28T10:00:00,640000,2000000"))

    assumed = read(log)
    mapped = read(log, ColumnMap(utc_offset=timedelta(hours=2)))

    assert assumed.table["time"][0] == datetime(2016, 7, 28, 10, tzinfo=UTC)
    assert mapped.table["time"][0] == datetime(2016, 7, 28, 8, tzinfo=UTC)
    assert any("no offset" in note for note in assumed.report.notes)


def test_declared_nulls_and_empty_fields_are_no_values(read: Read) -> None:
    reading = read(
        document(
            time_log(
                "2016-07-28T10:00:00Z,-999.25,2000000",
                "2016-07-28T10:00:03Z,641000,",
                "2016-07-28T10:00:06Z,-999.2500,NaN",
                "2016-07-28T10:00:09Z, 642000 ,2100000",
            )
        )
    )

    assert reading.table["hook_load"].to_list() == [None, pytest.approx(641.0), pytest.approx(642)]
    assert reading.table["standpipe_pressure"].null_count() == 1
    assert [bad.reason for bad in reading.report.rejections] == [Reason.NO_VALUES]
    assert reading.report.rows_read == 4


def test_bad_rows_are_rejected_with_their_number_and_reason(read: Read) -> None:
    reading = read(
        document(
            time_log(
                "2016-07-28T10:00:00Z,640000,2000000",
                "2016-07-28T10:00:03Z,640000",
                "yesterday,640000,2000000",
                "2016-07-28T10:00:06Z,many,2000000",
                "2016-07-28T10:00:09Z,640000,2000000,1",
                "",
                "2016-07-28T10:00:12Z,640000,2000000",
                "2016-07-28T10:00:15Z,640000,2000000",
            )
        )
    )

    found = {(bad.first_line, bad.reason) for bad in reading.report.rejections}
    assert found == {
        (2, Reason.WRONG_FIELDS), (3, Reason.BAD_TIME), (4, Reason.BAD_NUMBER),
        (5, Reason.WRONG_FIELDS), (6, Reason.WRONG_FIELDS),
    }  # fmt: skip
    assert reading.report.rows_read == 8
    assert reading.table["line"].to_list() == [1, 7, 8]
    samples = {bad.first_line: bad.sample for bad in reading.report.rejections}
    assert samples[3] == "yesterday,640000,2000000"


def test_a_log_without_a_usable_row_is_read_all_the_same(read: Read) -> None:
    reading = read(document(time_log("2016-07-28T10:00:00Z,640000", "nothing,1,2")))

    assert reading.report.rows_read == reading.report.rows_rejected == 2
    assert reading.table.is_empty()


def test_a_curve_may_be_called_index(read: Read) -> None:
    columns = ColumnMap(columns={"index": ColumnEntry(channel="hook_load")})
    log = time_log("2016-07-28T10:00:00Z,640000,2000000").replace("HKLD_AVG", "index")

    reading = read(document(log), columns)

    assert reading.table["hook_load"].to_list() == pytest.approx([640.0])


def test_curves_that_hold_no_numbers_are_unmapped_with_the_reason(read: Read) -> None:
    more = curve("PIT_RESET_TIME", "unitless", "<typeLogData>date time</typeLogData>")
    more += curve("WOB_AVG", "N")
    log = time_log(
        "2016-07-28T10:00:00Z,640000,2000000,2016-07-28T08:00:00Z,open",
        "2016-07-28T10:00:03Z,640000,2000000,2016-07-28T08:00:00Z,shut",
        more=more,
        units=",N,Pa,,",
    ).replace("HKLD_AVG,PUMP<", "HKLD_AVG,PUMP,PIT_RESET_TIME,WOB_AVG<")

    reading = read(document(log))

    assert "date time" in reading.report.unmapped["PIT_RESET_TIME"]
    assert "'open'" in reading.report.unmapped["WOB_AVG"]
    assert reading.report.rows_rejected == 0


def test_a_quoted_field_may_hold_the_delimiter(read: Read) -> None:
    more = curve("REMARK", "unitless", "<typeLogData>string</typeLogData>")
    log = time_log(
        '2016-07-28T10:00:00Z,640000,2000000,"tight hole, reaming"', more=more, units=",N,Pa,"
    ).replace("HKLD_AVG,PUMP<", "HKLD_AVG,PUMP,REMARK<")

    reading = read(document(log))

    assert reading.table["hook_load"].to_list() == pytest.approx([640.0])


def test_a_stated_delimiter_is_used(read: Read) -> None:
    log = time_log("2016-07-28T10:00:00Z|640000|2000000", more="<dataDelimiter>|</dataDelimiter>")
    log = log.replace("Time,HKLD_AVG,PUMP", "Time|HKLD_AVG|PUMP").replace(">,N,Pa<", ">|N|Pa<")

    reading = read(document(log))

    assert reading.table["hook_load"].to_list() == pytest.approx([640.0])


def test_the_depth_that_a_server_adds_to_each_log_is_not_taken_for_hole_depth(read: Read) -> None:
    more = curve(
        "Depth", "m", "<curveDescription>The mnemonic of the Hole depth</curveDescription>"
    )
    log = time_log("2016-07-28T10:00:00Z,640000,2000000,-10.4", more=more, units=",N,Pa,m")

    reading = read(document(log.replace("HKLD_AVG,PUMP<", "HKLD_AVG,PUMP,Depth<")))

    assert "hole_depth" not in reading.channels
    assert "Depth" in reading.report.unmapped


def test_the_users_map_decides_over_the_header(read: Read) -> None:
    columns = ColumnMap(columns={"PUMP": ColumnEntry(ignore=True)})

    reading = read(document(time_log("2016-07-28T10:00:00Z,640000,2000000")), columns)

    assert reading.channels == ["hook_load"]


def test_a_depth_log_of_version_1_3_1_follows_its_column_indices(read: Read) -> None:
    reading = read(document(depth_log("1000,100", "1010,-1", "1020,200"), version="1.3.1.1"))

    assert reading.kind is Kind.DEPTH
    assert reading.table["depth"].to_list() == pytest.approx([304.8, 310.896])
    assert reading.table["hook_load"].to_list() == pytest.approx([444.822, 889.644], rel=1e-5)
    assert [well.id for well in reading.wells] == ["58-32"]


def test_a_decreasing_log_keeps_its_rows(read: Read) -> None:
    log = depth_log("1020,200", "1010,150", "1000,100", direction="decreasing")

    reading = read(document(log, version="1.3.1.1"))

    assert reading.report.rows_kept == 3
    assert any("backwards" in note for note in reading.report.notes)


def test_a_bad_depth_is_rejected(read: Read) -> None:
    reading = read(document(depth_log("-999.25,100", "deep,100", "1000,100"), version="1.3.1.1"))

    assert {bad.reason for bad in reading.report.rejections} == {Reason.BAD_DEPTH}
    assert reading.report.rows_rejected == 2


def test_several_logs_of_one_well_become_one_table(read: Read) -> None:
    first = time_log("2016-07-28T10:00:00Z,640000,2000000")
    second = time_log("2016-07-28T10:00:03Z,650,2100000").replace(
        curve("HKLD_AVG", "N", "<typeLogData>double</typeLogData>"), curve("HKLD_AVG", "kN")
    )

    reading = read(document(first, second))

    assert reading.table["hook_load"].to_list() == pytest.approx([640.0, 650.0])
    assert reading.table["line"].to_list() == [1, 2]
    assert any("2 logs" in note for note in reading.report.notes)


@pytest.mark.parametrize(
    ("logs", "problem"),
    [
        ((time_log("2016-07-28T10:00:00Z,1,2"), depth_log("1000,100")), "by time and by depth"),
        (
            (
                time_log("2016-07-28T10:00:00Z,1,2"),
                time_log("2016-07-28T10:00:00Z,1,2").replace("15/9-F-7", "15/9-F-8"),
            ),
            "logs of 15/9-F-7 and 15/9-F-8",
        ),
        ((depth_log("1000,100", unit="furlong"),), "furlong"),
        ((depth_log("1000,100", unit=""),), "states no unit"),
        ((depth_log("1000,100").replace("measured depth<", "vertical depth<"),), "vertical depth"),
        (
            ("<log><indexType>date time</indexType><logData><data>1</data></logData></log>",),
            "names",
        ),
        ((time_log("1", more="<dataDelimiter>::</dataDelimiter>"),), "separates fields"),
    ],
)
def test_logs_that_cannot_be_one_table_are_refused(
    read: Read, logs: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(BrokenSource, match=problem):
        read(document(*logs))


def test_a_document_without_logs_is_noted(read: Read) -> None:
    reading = read(document())

    assert reading.kind is Kind.OBJECTS
    assert reading.report.notes == ("the document holds no log",)


HIDDEN = "a line that must not leave its file"
ATTACKS = {
    "external entity": '<!DOCTYPE logs [<!ENTITY x SYSTEM "file://{secret}">]>',
    "billion laughs": '<!DOCTYPE logs [<!ENTITY a "ha"><!ENTITY x "{laughs}">]>',
    "external subset": '<!DOCTYPE logs SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_document_type_is_refused(read: Read, tmp_path: Path, attack: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(HIDDEN)
    declaration = ATTACKS[attack].format(secret=secret, laughs="&a;" * 1000)
    log = document(time_log("2016-07-28T10:00:00Z,640000,2000000")).replace("GenTime", "&x;")

    with pytest.raises(BrokenSource, match=r"log\.xml, line \d+: .*document type") as caught:
        read(f"{declaration}\n{log}")

    assert HIDDEN not in str(caught.value)


WHOLE = document(time_log(*["2016-07-28T10:00:00Z,640000,2000000"] * 50))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"\x00\xff\xfe binary", 1),
        (WHOLE[: len(WHOLE) // 2].encode(), WHOLE[: len(WHOLE) // 2].count("\n") + 1),
        (WHOLE[:-8].encode(), WHOLE.count("\n")),
        (WHOLE.replace("</logData>", "</logDatum>").encode(), WHOLE.count("\n") - 1),
        (WHOLE.replace("GenTime", "Gen\x01Time").encode(), 2),
        (WHOLE.replace("GenTime", "Gen\xff").encode("latin-1"), 2),
        (WHOLE.replace("GenTime", "&nbsp;").encode(), 2),
    ],
)
def test_broken_xml_is_refused_with_its_line(read: Read, content: bytes, line: int) -> None:
    with pytest.raises(BrokenSource) as caught:
        read(content)

    assert caught.value.line == line


@pytest.mark.parametrize(
    "content",
    [
        "<html><body>login</body></html>",
        '<logs xmlns="http://www.energistics.org/energyml/data/witsmlv2"/>',
        "<plan/>",
    ],
)
def test_what_is_no_witsml_is_refused(read: Read, content: str) -> None:
    with pytest.raises(BrokenSource, match="no WITSML"):
        read(content)


def test_a_row_of_ten_megabytes_is_refused(read: Read) -> None:
    with pytest.raises(BrokenSource):
        read(document(time_log("2016-07-28T10:00:00Z," + "6" * 11_000_000)))


def test_an_object_of_too_many_elements_is_refused(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idrill.readers.witsml.stream.MAX_ELEMENTS", 100)

    with pytest.raises(BrokenSource, match="more than 100 elements"):
        read(document(time_log("x", more="<a/>" * 200)))


def test_batches_join_without_a_seam(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idrill.readers.witsml.reader.BATCH", 7)
    start = datetime(2016, 7, 28, tzinfo=UTC)
    rows = [
        f"{(start + timedelta(seconds=3 * number)).isoformat()},{640000 + number},2000000"
        for number in range(100)
    ]

    reading = read(document(time_log(*rows)))

    assert reading.table["line"].to_list() == list(range(1, 101))
    assert reading.table["hook_load"][99] == pytest.approx(640.099)
