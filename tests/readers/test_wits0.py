"""Reading captures of WITS level 0."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idrill.errors import BrokenSource, OversizedSource, SourceError
from idrill.readers.assembly import ReadOptions
from idrill.readers.columns import ColumnEntry, ColumnMap
from idrill.readers.reading import Kind, Reading, Reason, check
from idrill.readers.wits0 import read_wits0
from idrill.readers.wits0.frames import (
    CONTRADICTION,
    CUT,
    LONGEST_FRAME,
    NO_END,
    NO_START,
    Frame,
    FrameParser,
)
from idrill.readers.wits0.items import ITEM_UNITS, Agreement, agreed, channel_values

FIRST = """&&
0101Troll A-7
0105230925
0106083724
01086707.1
0114134.68
012126242.33
!!
"""
SECOND = FIRST.replace("083724", "083730").replace("6707.1", "6707.3")
TANKS = """&&
1105230925
1106083731
111539.5
1110385.06
!!
"""
PUMPS = """&&
1205230925
1206083726
1211163838
!!
"""


def reading(tmp_path: Path, content: str | bytes, columns: ColumnMap | None = None) -> Reading:
    path = tmp_path / "capture.wits"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_wits0(path, ReadOptions(path.name, columns))
    check(found)
    return found


def frames_in(text: str) -> list[Frame]:
    parser = FrameParser()
    return parser.feed(text) + parser.close()


def test_frames_become_rows_in_metric_units(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST + SECOND + TANKS)

    assert found.kind is Kind.TIME
    assert found.table["line"].to_list() == [1, 9, 17]
    assert found.table["time"][0] == datetime(2023, 9, 25, 8, 37, 24, tzinfo=UTC)
    assert found.table["bit_depth"].to_list() == [6707.1, 6707.3, None]
    assert found.table["hook_load"][0] == pytest.approx(1346.8)
    assert found.table["standpipe_pressure"][0] == 26242.33
    assert found.table["pit_volume_1"].to_list() == [None, None, 39.5]
    assert [well.id for well in found.wells] == ["TROLL-A-7"]


def test_field_units_are_taken_where_the_map_says_so(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST, ColumnMap(units="field"))

    assert found.table["bit_depth"][0] == pytest.approx(6707.1 * 0.3048)
    assert found.table["hook_load"][0] == pytest.approx(134.68 * 4.4482216152605)
    assert not any("metric" in note for note in found.report.notes)


def test_an_unstated_system_of_units_is_noted(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST)

    assert any("taken to be metric" in note for note in found.report.notes)


def test_the_clock_of_the_sender_is_set_to_utc(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST, ColumnMap(utc_offset=timedelta(hours=-6)))

    assert found.table["time"][0] == datetime(2023, 9, 25, 14, 37, 24, tzinfo=UTC)


def test_a_frame_of_a_record_without_channels_is_rejected_for_want_of_values(
    tmp_path: Path,
) -> None:
    found = reading(tmp_path, FIRST + PUMPS + SECOND)

    assert found.report.rows_read == 3
    assert found.report.rows_kept == 2
    assert [(r.reason, r.rows, r.first_line) for r in found.report.rejections] == [
        (Reason.NO_VALUES, 1, 9)
    ]


def test_frames_that_come_twice_are_kept_and_counted(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST + FIRST + SECOND + FIRST)

    assert found.report.rows_kept == 4
    assert found.report.repeated == 2
    assert found.report.reordered == 1


def test_numbers_that_mean_no_value_become_null(tmp_path: Path) -> None:
    text = FIRST.replace("134.68", "-9999") + SECOND.replace("26242.33", "-7777")

    found = reading(tmp_path, text, ColumnMap(null_values=("-7777", "0")))

    assert found.table["hook_load"].to_list() == [None, pytest.approx(1346.8)]
    assert found.table["standpipe_pressure"].to_list() == [26242.33, None]


def test_items_of_the_vendor_are_named_as_unmapped_until_the_map_names_them(
    tmp_path: Path,
) -> None:
    text = FIRST.replace("!!", "014177.5\n!!")
    columns = ColumnMap(columns={"0141": ColumnEntry("annular_pressure", "bar")})

    silent, named = reading(tmp_path, text), reading(tmp_path, text, columns)

    assert "0141" in silent.report.unmapped
    assert named.table["annular_pressure"][0] == pytest.approx(7750.0)


def test_a_value_that_is_no_number_is_null_and_noted_with_its_line(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST + SECOND.replace("134.68", "13x.68"))

    assert found.table["hook_load"].null_count() == 1
    assert any("item 0114" in note and "line 9" in note for note in found.report.notes)


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        (SECOND[:-4], Reason.WRONG_FIELDS, CUT),
        (SECOND.replace("!!\n", "") + FIRST, Reason.WRONG_FIELDS, NO_END),
        (SECOND.replace("&&\n", "") + FIRST, Reason.WRONG_FIELDS, NO_START),
        (SECOND.replace("01086707.3", "01216707.3"), Reason.WRONG_FIELDS, CONTRADICTION),
        (SECOND.replace("0105230925\n", ""), Reason.BAD_TIME, "no date and time"),
        (SECOND.replace("230925", "231325"), Reason.BAD_TIME, "no date and time"),
        (SECOND.replace("083730", "256199"), Reason.BAD_TIME, "no date and time"),
        ("&&\n!!\n", Reason.WRONG_FIELDS, "no item"),
    ],
)
def test_a_damaged_frame_is_a_rejected_row(
    tmp_path: Path, content: str, reason: Reason, detail: str
) -> None:
    found = reading(tmp_path, FIRST + content)

    [rejection] = found.report.rejections
    assert (rejection.reason, rejection.rows, rejection.first_line) == (reason, 1, 9)
    assert detail in rejection.detail
    assert found.report.rows_read == found.report.rows_kept + 1


def test_damaged_frames_in_a_row_are_one_rejection(tmp_path: Path) -> None:
    timeless = FIRST.replace("0106083724\n", "")

    found = reading(tmp_path, FIRST + timeless * 3 + SECOND + timeless)

    assert [rejection.rows for rejection in found.report.rejections] == [3, 1]
    assert [rejection.first_line for rejection in found.report.rejections] == [9, 38]


def test_noise_between_frames_is_noted_and_costs_no_frame(tmp_path: Path) -> None:
    found = reading(tmp_path, "hello\n" + FIRST + "\x07\xff noise\n~~\n" + SECOND)

    assert found.report.rows_kept == 2
    assert any("3 lines between frames" in note for note in found.report.notes)


def test_a_line_that_is_no_item_is_noted_and_the_frame_kept(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST.replace("!!", "vendor text\n!!"))

    assert found.report.rows_kept == 1
    assert any("1 lines inside frames" in note for note in found.report.notes)


def test_a_frame_that_never_ends_is_cut_and_the_next_one_read(tmp_path: Path) -> None:
    endless = "&&\n" + "01081.0\n" * (2 * LONGEST_FRAME // 8)

    found = reading(tmp_path, FIRST + endless + SECOND)

    assert found.report.rows_kept == 2
    assert found.report.rows_rejected == found.report.rows_read - 2 > 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        bytes(range(256)) * 40,
        FIRST.encode("utf-16"),
        b"time,depth\n2023-09-25,12\n",
        FIRST[:-4].encode(),
        b"0" * 3_000_000,
        b"hello\n" * 600_000 + FIRST.encode(),
    ],
)
def test_a_file_without_a_whole_frame_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BrokenSource, match="holds no WITS frame"):
        reading(tmp_path, content)


def test_a_very_long_line_after_good_frames_costs_little_and_is_noted(tmp_path: Path) -> None:
    found = reading(tmp_path, FIRST + "x" * 5_000_000 + "\n" + SECOND)

    assert found.report.rows_kept == 2
    assert any("between frames" in note for note in found.report.notes)


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "capture.wits"
    path.write_text(FIRST * 10)

    with pytest.raises(OversizedSource, match="larger than 100 bytes"):
        read_wits0(path, ReadOptions("capture.wits", max_bytes=100))


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        read_wits0(tmp_path / "absent.wits", ReadOptions("absent.wits"))


@given(st.lists(st.integers(0, 200), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_frames_do_not_depend_on_how_the_text_is_cut(cuts: list[int], newline: str) -> None:
    text = (FIRST + "noise\n" + PUMPS + SECOND).replace("\n", newline)
    edges = [0, *sorted(cuts), len(text)]
    parser = FrameParser()

    pieces = [parser.feed(text[start:end]) for start, end in itertools.pairwise(edges)]
    frames = [frame for piece in pieces for frame in piece] + parser.close()

    assert frames == frames_in(FIRST + "noise\n" + PUMPS + SECOND)
    assert [frame.line for frame in frames] == [1, 10, 15]
    assert parser.loose == 1


def test_an_end_without_a_line_break_completes_the_frame_at_once() -> None:
    parser = FrameParser()

    [frame] = parser.feed(FIRST[:-1])
    [following] = parser.feed("\r\n" + SECOND)

    assert frame.fault is None
    assert following.line == 9


def test_a_frame_gives_the_live_path_its_channels() -> None:
    [frame] = frames_in(FIRST.replace("!!", "0122-999.25\n0126wet\n01419\n!!"))

    values = channel_values(frame, Agreement())

    assert values == {
        "bit_depth": 6707.1,
        "hook_load": pytest.approx(1346.8),
        "standpipe_pressure": 26242.33,
    }


def test_the_better_of_two_items_gives_the_channel() -> None:
    frame = Frame(1, {"1108": "6700.0", "0110": "6708.15"}, "")

    assert channel_values(frame, Agreement()) == {"hole_depth": 6708.15}


def test_a_map_that_ignores_an_item_silences_it() -> None:
    frame = Frame(1, {"0108": "6700.0"}, "")
    agreement = agreed(ColumnMap(columns={"0108": ColumnEntry(ignore=True)}))

    assert channel_values(frame, agreement) == {}


def test_both_systems_give_units_to_the_same_items() -> None:
    assert ITEM_UNITS["metric"].keys() == ITEM_UNITS["field"].keys()
    assert ITEM_UNITS["field"]["0131"] == "lb/gal"


@pytest.mark.real_data
def test_the_capture_is_accounted_for_frame_by_frame(real_data: Path) -> None:
    path = real_data / "wits0" / "capture.wits"

    found = read_wits0(path, ReadOptions(path.name))
    check(found)

    assert found.report.rows_read == 66
    assert found.report.rows_kept == 48
    assert {r.reason for r in found.report.rejections} == {Reason.NO_VALUES}
    assert found.report.repeated >= 24
    assert found.report.reordered > 0
    assert found.table["line"].is_sorted()
    assert {"bit_depth", "hook_load", "pit_volume_1"} <= set(found.channels)


@pytest.mark.real_data
def test_values_of_the_capture_stand_in_the_units_of_their_channels(real_data: Path) -> None:
    path = real_data / "wits0" / "capture.wits"

    first = read_wits0(path, ReadOptions(path.name)).table.row(0, named=True)

    assert first["time"] == datetime(2023, 9, 25, 8, 37, 24, tzinfo=UTC)
    assert first["hook_load"] == pytest.approx(134.68 * 10)
    assert (first["standpipe_pressure"], first["mud_density_in"]) == (26242.33, 1300.0)
    assert (first["flow_in"], first["flow_out_fraction"]) == (1709.99, 45.0)
