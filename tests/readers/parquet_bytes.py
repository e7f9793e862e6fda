"""Parquet taken apart and put together again, to say in it what no writer says."""

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from idrill.readers import parquet_structs, thrift
from idrill.readers.thrift import Fields, Kind, ListOf, Plain, Struct

MAGIC = b"PAR1"


def varint(number: int) -> bytes:
    told = b""
    while number > 127:
        told += bytes([number & 127 | 128])
        number >>= 7
    return told + bytes([number])


def integer(number: int) -> bytes:
    return varint(number * 2 if number >= 0 else -number * 2 - 1)


def wire(kind: Kind) -> int:
    """The type of a field on the wire."""
    if isinstance(kind, Plain):
        return int(kind.value)
    return 9 if isinstance(kind, ListOf) else 12


def field(number: int, kind: Kind, value: Any) -> bytes:
    """A field by its number in full."""
    if kind is Plain.BOOL:
        return bytes([1 if value else 2]) + integer(number)
    return bytes([wire(kind)]) + integer(number) + packed(kind, value)


def packed(kind: Kind, value: Any) -> bytes:
    """A value without its type."""
    if isinstance(kind, Struct):
        fields = (field(number, kind.known[number], one) for number, one in value.items())
        return b"".join(fields) + b"\0"
    if isinstance(kind, ListOf):
        values = b"".join(packed(kind.one, one) for one in value)
        return bytes([0xF0 | wire(kind.one)]) + varint(len(value)) + values
    if kind is Plain.BINARY:
        return varint(len(value)) + bytes(value)
    return bytes(value) if kind in (Plain.BYTE, Plain.DOUBLE) else integer(value)


def written(table: pa.Table, **options: Any) -> bytes:
    told = io.BytesIO()
    pq.write_table(table, told, **options)
    return told.getvalue()


def footer_of(file: bytes) -> Fields:
    length = int.from_bytes(file[-8:-4], "little")
    return thrift.struct(file[-8 - length : -8], 0, parquet_structs.FILE)[0]


def closed(pages: bytes, footer: Fields) -> bytes:
    """A file of what stands before its footer, and that."""
    told = packed(parquet_structs.FILE, footer)
    return pages + told + len(told).to_bytes(4, "little") + MAGIC


def with_last_column(file: bytes, change: Callable[[Fields, bytes], bytes]) -> bytes:
    """A file with other pages in its last column, which is not in a dictionary.

    Args:
        file: With one group of rows.
        change: Gives the pages, from what is told of the column, and the one page that it has.
    """
    footer: Any = footer_of(file)
    column = footer[4][-1][1][-1][3]
    start = column[9]
    pages = change(column, file[start : start + column[7]])
    column[7] = len(pages)
    return closed(file[:start] + pages, footer)


def with_head(page: bytes, **changes: int) -> bytes:
    """A page with other sizes, or another number of values, in its head."""
    head, place = thrift.struct(page, 0, parquet_structs.PAGE)
    told: Any = head
    told[2] = changes.get("unpacked", told[2])
    told[5][1] = changes.get("values", told[5][1])
    return packed(parquet_structs.PAGE, told) + page[place:]
