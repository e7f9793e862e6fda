"""Readings told as Arrow or Parquet: the same as in columns, and nothing that grows."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as drawn

from idrill.channels import CHANNELS
from idrill.errors import InvalidRequest, OversizedRequest, UnknownChannel
from idrill.readers.posted import Period, Posted, read_columns
from idrill.readers.posted_tables import (
    MOST_CHANNELS,
    MOST_ROWS,
    read_arrow,
    read_parquet,
)
from idrill.readers.reading import Reason

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
PERIOD = Period.until(NOW, date(2024, 1, 1))
START = datetime(2024, 3, 1, 11, tzinfo=UTC)
TIMES = [START + timedelta(seconds=second) for second in range(3)]
INSTANT = pa.timestamp("us", "UTC")

Written = Callable[[pa.Table], bytes]
Read = Callable[[bytes, Period], Posted]


def arrow(table: pa.Table, **options: Any) -> bytes:
    written = io.BytesIO()
    with pa.ipc.new_stream(written, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        out.write_table(table)
    return written.getvalue()


def parquet(table: pa.Table, **options: Any) -> bytes:
    written = io.BytesIO()
    pq.write_table(table, written, **options)
    return written.getvalue()


FORMATS_OF: list[tuple[Written, Read]] = [(arrow, read_arrow), (parquet, read_parquet)]
FORMATS = [pytest.param(*one, id=one[0].__name__) for one in FORMATS_OF]


def table(times: "list[Any] | pa.Array[Any]" = TIMES, **columns: Any) -> pa.Table:
    instants = times if isinstance(times, pa.Array) else pa.array(times, INSTANT)
    return pa.table({"time": instants, **columns})


@pytest.mark.parametrize(("write", "read"), FORMATS)
def test_a_table_gives_what_columns_give(write: Written, read: Read) -> None:
    columns = {"torque": [1.0, None, 3.5], "hook_load": [800.0, 801.0, None]}

    found = read(write(table(**columns)), PERIOD)

    wanted = read_columns([one.isoformat() for one in TIMES], columns, PERIOD)
    assert found.table.equals(wanted.table)
    assert found.rejected == ()


@pytest.mark.parametrize("compression", ["zstd", "snappy", "lz4", "gzip", "uncompressed"])
def test_what_polars_writes_is_read(compression: Any) -> None:
    frame = pl.DataFrame({"time": TIMES, "torque": [1, 2, 3]})
    packed, streamed = io.BytesIO(), io.BytesIO()
    frame.write_parquet(packed, compression=compression)
    frame.write_ipc_stream(streamed, compression="uncompressed")

    found = [read_parquet(packed.getvalue(), PERIOD), read_arrow(streamed.getvalue(), PERIOD)]

    assert [one.table["torque"].to_list() for one in found] == [[1.0, 2.0, 3.0]] * 2
    assert [one.table["time"].to_list() for one in found] == [TIMES] * 2


@pytest.mark.parametrize(
    ("unit", "zone"), [("s", "UTC"), ("ms", "Asia/Kolkata"), ("us", "Europe/Oslo"), ("ns", "UTC")]
)
@pytest.mark.parametrize(("write", "read"), FORMATS)
def test_instants_of_any_unit_and_zone_are_the_same(
    write: Written, read: Read, unit: Any, zone: str
) -> None:
    times = pa.array(TIMES, pa.timestamp(unit, zone))

    assert read(write(table(times, torque=[1.0] * 3)), PERIOD).table["time"].to_list() == TIMES


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_zone_that_is_an_offset_is_none_of_parquet(unit: Any) -> None:
    told = table(pa.array(TIMES, pa.timestamp(unit, "+05:30")), torque=[1.0] * 3)

    assert read_arrow(arrow(told), PERIOD).table["time"].to_list() == TIMES
    with pytest.raises(InvalidRequest, match="zone"):
        read_parquet(parquet(told), PERIOD)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("ticks", [2**63 - 1, -(2**63) + 1, 2**62, 2**55])
@pytest.mark.parametrize(("write", "read"), FORMATS)
def test_an_instant_that_no_calendar_has_is_not_taken_for_another(
    write: Written, read: Read, unit: Any, ticks: int
) -> None:
    if unit == "s" and write is parquet:
        pytest.skip("Parquet holds no seconds")
    told = table(pa.array([ticks], pa.timestamp(unit, "UTC")), torque=[1.0])

    found = read(write(told), PERIOD)

    assert found.table.is_empty()
    assert [one.place for one in found.rejected] == [0]


@pytest.mark.parametrize(
    ("times", "values", "reason"),
    [
        (2**62, 1.0, Reason.BAD_TIME),
        (-(2**62), 1.0, Reason.BAD_TIME),
        (None, 1.0, Reason.BAD_TIME),
        (NOW + timedelta(minutes=6), 1.0, Reason.IN_THE_FUTURE),
        (datetime(2023, 12, 31, tzinfo=UTC), 1.0, Reason.BEFORE_FIRST_DAY),
        (TIMES[1], float("nan"), Reason.BAD_NUMBER),
        (TIMES[1], float("inf"), Reason.BAD_NUMBER),
        (TIMES[1], None, Reason.NO_VALUES),
    ],
)
@pytest.mark.parametrize(("write", "read"), FORMATS)
def test_an_odd_row_is_rejected_alone(
    write: Written, read: Read, times: Any, values: float | None, reason: Reason
) -> None:
    told = table([TIMES[0], times, TIMES[2]], torque=[1.0, values, 3.0])

    found = read(write(told), PERIOD)

    assert [(one.place, one.reason) for one in found.rejected] == [(1, reason)]
    assert found.table["torque"].to_list() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("told", "error", "words"),
    [
        (pa.table({"torque": [1.0]}), InvalidRequest, "called time"),
        (table(torqe=[1.0] * 3), UnknownChannel, "torque"),
        (table(torque=["1"] * 3), InvalidRequest, "torque is String"),
        (table(torque=pa.array(["1"] * 3).dictionary_encode()), InvalidRequest, "torque is"),
        (table(torque=[[1.0]] * 3), InvalidRequest, "torque is List"),
        (table(torque=[True] * 3), InvalidRequest, "torque is Bool"),
        (table(pa.array(["2024"] * 3), torque=[1.0] * 3), InvalidRequest, "time is String"),
        (table(pa.array(TIMES, pa.timestamp("us")), torque=[1.0] * 3), InvalidRequest, "time zone"),
        (pa.table([pa.array(TIMES, INSTANT), *[[1.0] * 3] * 2], ["time", "torque", "torque"]),
         InvalidRequest, "alike|more than one"),
        (table(**{f"c{number}": [1.0] * 3 for number in range(MOST_CHANNELS + 1)}),
         InvalidRequest, "at most 200 channels"),
        (table([START] * (MOST_ROWS + 1), torque=[1.0] * (MOST_ROWS + 1)), OversizedRequest,
         "at most 10000 rows"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("write", "read"), FORMATS)
def test_a_table_that_makes_no_sense_is_refused_whole_in_words(
    write: Written, read: Read, told: pa.Table, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        read(write(told), PERIOD)


def test_a_stream_that_is_compressed_inside_is_refused_before_it_is_unpacked() -> None:
    zeros = table([START] * 9_000, torque=[0.0] * 9_000)

    with pytest.raises(InvalidRequest, match="pack the whole body"):
        read_arrow(arrow(zeros, compression="zstd"), PERIOD)


def test_rows_that_take_no_room_are_counted_before_they_are_read() -> None:
    nothing = pa.table({"time": pa.array([], INSTANT), "torque": pa.array([], pa.null())})
    rows = pa.record_batch(
        {"time": pa.array([START], INSTANT), "torque": pa.array([None], pa.null())}
    )
    body = arrow(pa.Table.from_batches([rows], nothing.schema))
    one = body.replace((1).to_bytes(8, "little"), (10**12).to_bytes(8, "little"))

    assert one != body
    with pytest.raises(OversizedRequest, match="rows"):
        read_arrow(one, PERIOD)


def test_a_parquet_bomb_is_refused_by_its_footer() -> None:
    rows = 5_000_000
    bomb = parquet(
        pa.table({"time": pa.array([START] * 1, INSTANT).take(pa.array([0] * rows))}),
        compression="zstd",
    )

    assert len(bomb) < 100_000
    with pytest.raises(OversizedRequest, match="rows"):
        read_parquet(bomb, PERIOD)


def test_a_parquet_whose_pages_lie_about_their_size_is_refused_unread() -> None:
    """Its footer says that it is small; each of its pages that it unpacks to a mebibyte."""
    names = [one.name for one in CHANNELS][:40]
    sound = parquet(
        table([START] * 9_000, **{name: [0.0] * 9_000 for name in names}),
        use_dictionary=False,
        compression="zstd",
    )
    footer = pq.ParquetFile(io.BytesIO(sound)).metadata.row_group(0)
    lying = bytearray(sound)
    for number in range(1, 41):
        page = footer.column(number).data_page_offset
        # Type of the page, then its size unpacked: 0x15 is "the next field, of 32 bits".
        assert lying[page : page + 3] == b"\x15\x00\x15"
        lying[page + 3 : page + 6] = b"\xfe\xff\x7f"

    assert read_parquet(sound, PERIOD).table.height == 9_000
    assert sum(footer.column(number).total_uncompressed_size for number in range(41)) < 4 << 20
    with pytest.raises(OversizedRequest, match="unpacked"):
        read_parquet(bytes(lying), PERIOD)


@pytest.mark.parametrize("read", [read_arrow, read_parquet])
@pytest.mark.parametrize("body", [b"", b"PAR1", b"PAR1" * 3, b"{}", b"\xff" * 64, b"\0" * 64])
def test_a_body_that_is_no_table_is_refused_in_words(read: Read, body: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"the body is no |at most"):
        read(body, PERIOD)


SOUND: dict[Read, bytes] = {
    read: write(table([START] * 40, torque=[float(one) for one in range(40)], hook_load=[1] * 40))
    for write, read in FORMATS_OF
}


def test_a_stream_that_begins_with_something_else_is_refused() -> None:
    body = SOUND[read_arrow]
    length = int.from_bytes(body[4:8], "little")

    with pytest.raises(InvalidRequest, match="begin with its columns"):
        read_arrow(body[8 + length :], PERIOD)


@settings(max_examples=300, deadline=None)
@given(
    read=drawn.sampled_from([read_arrow, read_parquet]),
    place=drawn.integers(0, 4_000),
    bytes_=drawn.binary(min_size=1, max_size=8),
    cut=drawn.booleans(),
)
def test_a_damaged_table_is_read_or_refused_and_nothing_else(
    read: Read, place: int, bytes_: bytes, cut: bool
) -> None:
    body = SOUND[read]
    at = place % len(body)
    damaged = body[:at] if cut else body[:at] + bytes_ + body[at + len(bytes_) :]

    try:
        found = read(damaged, PERIOD)
    except (InvalidRequest, UnknownChannel):
        return
    assert found.table.height + len(found.rejected) <= MOST_ROWS
