"""Parquet that says one thing to one reader and something else to another is refused unread."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from idrill.errors import InvalidRequest, OversizedRequest
from idrill.readers import parquet_pages, parquet_structs, thrift
from idrill.readers.parquet_pages import pages as pages_of
from idrill.readers.posted import Period
from idrill.readers.posted_tables import read_parquet
from idrill.readers.thrift import Kind, ListOf, Plain, Struct
from tests.readers.parquet_bytes import (
    closed,
    field,
    footer_of,
    integer,
    packed,
    varint,
    wire,
    with_head,
    with_last_column,
    written,
)

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
PERIOD = Period.until(NOW, date(2024, 1, 1))
TIMES = [datetime(2024, 3, 1, 11, second=second, tzinfo=UTC) for second in range(3)]
TABLE = pa.table({"time": pa.array(TIMES, pa.timestamp("us", "UTC")), "torque": [1.0, 2.0, 3.0]})
SOUND = written(TABLE, use_dictionary=False, compression="none")
PACKED = written(TABLE, use_dictionary=False, compression="zstd")

STRUCTS = {name: one for name, one in vars(parquet_structs).items() if isinstance(one, Struct)}
FIELDS = [
    pytest.param(one, number, id=f"{name}-{number}")
    for name, one in STRUCTS.items()
    for number in one.known
]


def any_of(kind: Kind) -> Any:
    """A value of a type."""
    if isinstance(kind, Struct):
        return {}
    if isinstance(kind, ListOf):
        return [any_of(kind.one)]
    if kind is Plain.BINARY:
        return b"ab"
    return b"\0" * 8 if kind is Plain.DOUBLE else b"\0" if kind is Plain.BYTE else 1


def test_a_file_that_was_taken_apart_and_put_together_again_is_the_same() -> None:
    again = with_last_column(SOUND, lambda _, page: with_head(page))

    found = [read_parquet(one, PERIOD).table for one in (SOUND, again)]

    assert found[0].equals(found[1])
    assert found[0]["torque"].to_list() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "options",
    [
        {"version": "1.0", "compression": "snappy", "row_group_size": 1},
        {"data_page_version": "2.0", "compression": "zstd"},
        {"data_page_version": "2.0", "compression": "none", "write_page_checksum": True},
        {"write_page_index": True, "sorting_columns": [pq.SortingColumn(0)]},
        {"write_statistics": False, "compression": "gzip", "store_schema": False},
        {"use_dictionary": False, "use_byte_stream_split": ["torque"], "compression": "brotli"},
        {"use_deprecated_int96_timestamps": True, "store_schema": False, "compression": "lz4"},
    ],
    ids=lambda told: "-".join(map(str, told)),
)
def test_what_pyarrow_writes_in_any_way_says_only_what_the_format_knows(
    options: dict[str, Any],
) -> None:
    body = written(TABLE, **options)

    groups = parquet_pages.groups(body)

    pages = [page for one in groups for chunk in one.chunks for page in pages_of(body, chunk)]
    assert sum(one.rows for one in groups) == 3
    assert sum(one.values for one in pages if not one.is_dictionary) == 6


def test_a_page_hidden_in_what_others_skip_is_not_unpacked() -> None:
    """Who goes by types passes over a binary; who goes by numbers finds a head in it."""
    size = 64 << 20
    none_is_missing = b"\2\0\0\0" + bytes([3 << 1, 1])
    bomb = pa.Codec("zstd").compress(none_is_missing.ljust(size, b"\0"), asbytes=True)
    page = {1: 0, 5: {1: 3, 2: 0, 3: 3, 4: 3}}
    hidden = packed(parquet_structs.PAGE, page | {2: size, 3: len(bomb)}) + bomb
    # The number by which one skips it is the size that the other reads: even, since zigzag.
    hidden += b"\0" * (len(hidden) % 2)
    shown = packed(parquet_structs.PAGE, page | {2: 100, 3: 0})
    head = bytes([2 << 4 | Plain.BINARY.value]) + varint(len(hidden)) + hidden + shown

    body = with_last_column(PACKED, lambda *_: head)

    assert len(body) < 10_000
    assert pl.read_parquet(io.BytesIO(body), use_statistics=False)["torque"].to_list() == [0.0] * 3
    with pytest.raises(InvalidRequest, match="another type"):
        read_parquet(body, PERIOD)


@pytest.mark.parametrize(("struct", "number"), FIELDS)
def test_a_field_is_taken_once_and_of_its_type_alone(struct: Struct, number: int) -> None:
    kind = struct.known[number]
    one = field(number, kind, any_of(kind))

    assert set(thrift.struct(one + b"\0", 0, struct)[0]) == {number}
    with pytest.raises(InvalidRequest, match="twice"):
        thrift.struct(one + one + b"\0", 0, struct)
    for other in (*Plain, ListOf(Plain.I32), Struct({})):
        if wire(other) != wire(kind):
            told = field(number, other, any_of(other)) + b"\0"
            with pytest.raises(InvalidRequest, match="another type"):
                thrift.struct(told, 0, struct)
        if isinstance(kind, ListOf) and wire(other) != wire(kind.one):
            told = field(number, ListOf(other), [any_of(other)]) + b"\0"
            with pytest.raises(InvalidRequest, match="a list of it"):
                thrift.struct(told, 0, struct)


@pytest.mark.parametrize("struct", STRUCTS.values(), ids=STRUCTS)
@pytest.mark.parametrize("number", [0, -1, 99, 32_767])
def test_a_field_that_the_format_does_not_know_is_refused(struct: Struct, number: int) -> None:
    with pytest.raises(InvalidRequest, match="does not know"):
        thrift.struct(field(number, Plain.I32, 1) + b"\0", 0, struct)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (b"\x15" + integer(2**31), "larger than its type"),
        (b"\x05" + integer(2**16 + 1) + integer(1), "larger than its type"),
        (b"\x15" + b"\x80" * 11, "no end"),
        (b"\x28" + varint(2**32 + 1) + b"a", "a length is larger"),
        (b"\x28" + varint(9) + b"a", "ends too early"),
        (b"\x39\xf5" + varint(2**32), "a length is larger"),
    ],
)
def test_a_number_that_others_would_cut_is_refused(told: bytes, words: str) -> None:
    wanted = Struct({1: Plain.I32, 2: Plain.BINARY, 3: ListOf(Plain.I32)})

    with pytest.raises(InvalidRequest, match=words):
        thrift.struct(told + b"\0", 0, wanted)


def test_fields_may_stand_in_another_order_where_their_numbers_are_told_in_full() -> None:
    told = field(2, Plain.I32, 7) + field(1, Plain.I32, 5) + b"\0"

    found, end = thrift.struct(told, 0, Struct({1: Plain.I32, 2: Plain.I32}))

    assert (found, end) == ({1: 5, 2: 7}, len(told))


def test_a_page_that_is_not_packed_is_as_large_as_it_is() -> None:
    lying = with_last_column(SOUND, lambda _, page: with_head(page, unpacked=1 << 20))

    with pytest.raises(InvalidRequest, match="not packed"):
        read_parquet(lying, PERIOD)


def test_a_page_is_of_the_kind_that_it_says() -> None:
    def as_dictionary(_: Any, page: bytes) -> bytes:
        head, place = thrift.struct(page, 0, parquet_structs.PAGE)
        return packed(parquet_structs.PAGE, head | {1: 2}) + page[place:]

    with pytest.raises(InvalidRequest, match="another kind"):
        read_parquet(with_last_column(SOUND, as_dictionary), PERIOD)


def test_the_pages_of_a_column_hold_together_no_more_than_a_table_may() -> None:
    rows = 6_000
    times = [TIMES[0] + timedelta(milliseconds=place) for place in range(rows)]
    told = pa.table({"time": pa.array(times, pa.timestamp("us", "UTC")), "torque": [1.0] * rows})
    body = with_last_column(written(told, use_dictionary=False), lambda _, page: page * 2)

    with pytest.raises(OversizedRequest, match="rows"):
        read_parquet(body, PERIOD)


def test_a_footer_whose_groups_have_other_rows_than_it_says_is_refused() -> None:
    footer: Any = footer_of(SOUND)
    length = int.from_bytes(SOUND[-8:-4], "little")

    with pytest.raises(InvalidRequest, match="other rows"):
        read_parquet(closed(SOUND[: -8 - length], footer | {3: 10**9}), PERIOD)


def test_where_the_reader_gives_up_our_words_say_so() -> None:
    def of_one(column: Any, page: bytes) -> bytes:
        column[5] = 1
        return with_head(page, values=1)

    body = with_last_column(SOUND, of_one)

    with pytest.raises(pl.exceptions.PanicException, match="JoinError::Panic"):
        pl.read_parquet(io.BytesIO(body), parallel="none", use_statistics=False)
    with pytest.raises(InvalidRequest, match=r"what its columns and pages say$"):
        read_parquet(body, PERIOD)
