"""How large a Parquet file says that it is, unpacked: read off its footer and heads of pages.

The footer may say one thing and the pages another, and readers take memory as the pages say. The
numbers of fields are those of `parquet_structs`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from idrill.errors import InvalidRequest
from idrill.readers import parquet_structs, thrift
from idrill.readers.thrift import Fields

MAGIC = b"PAR1"
ENDING = 8
"""What stands behind the footer: its length and the magic [bytes]."""


UNCOMPRESSED = 0
"""The codec that is none."""

_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_HEAD_OF = {_DATA: 5, _DICTIONARY: 7, _DATA_V2: 8}
"""Where a page of each type tells more of itself."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A column of a group of rows."""

    start: int
    length: int
    """Packed [bytes]."""
    codec: int


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that stand together."""

    rows: int
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the head of a page says of it."""

    unpacked: int
    """[bytes]"""
    values: int
    is_dictionary: bool


def footer_length(file: bytes) -> int:
    """How long the footer of a file is [bytes].

    Raises:
        InvalidRequest: If it is no Parquet.
    """
    whole = len(file) >= len(MAGIC) + ENDING
    if not whole or not file.startswith(MAGIC) or not file.endswith(MAGIC):
        raise InvalidRequest("it does not begin and end as Parquet does")
    length = int.from_bytes(file[-ENDING : -len(MAGIC)], "little")
    if length > len(file) - ENDING - len(MAGIC):
        raise InvalidRequest("its footer is longer than itself")
    return length


def groups(file: bytes) -> list[Group]:
    """The groups of rows that the footer of a file tells of.

    Raises:
        InvalidRequest: If it tells of none, or of other rows than they have.
    """
    footer = file[len(file) - ENDING - footer_length(file) : len(file) - ENDING]
    told, _ = thrift.struct(footer, 0, parquet_structs.FILE)
    found = [_group(one) for one in _list(told, 4)]
    if _count(told, 3) != sum(group.rows for group in found):
        raise InvalidRequest("it has other rows than its groups")
    return found


def pages(file: bytes, chunk: Chunk) -> Iterator[Page]:
    """The pages of a column.

    Raises:
        InvalidRequest: If they are not where the footer says, or no pages.
    """
    place, end = chunk.start, chunk.start + chunk.length
    if not len(MAGIC) <= place <= end <= len(file):
        raise InvalidRequest("a column lies outside the file")
    while place < end:
        head, place = thrift.struct(file, place, parquet_structs.PAGE)
        unpacked, packed = _count(head, 2), _count(head, 3)
        if chunk.codec == UNCOMPRESSED and unpacked != packed:
            raise InvalidRequest("a page that is not packed has another size unpacked")
        kind = _count(head, 1)
        told = head.get(_HEAD_OF.get(kind, 0))
        if not isinstance(told, dict) or sum(one in head for one in (5, 6, 7, 8)) != 1:
            raise InvalidRequest("a page is of another kind than it says")
        yield Page(unpacked, _count(told, 1), kind == _DICTIONARY)
        place += packed
    if place != end:
        raise InvalidRequest("a page reaches beyond its column")


def _group(told: object) -> Group:
    if not isinstance(told, dict):
        raise InvalidRequest("a group of rows is none")
    return Group(_count(told, 3), tuple(_chunk(one) for one in _list(told, 1)))


def _chunk(told: object) -> Chunk:
    column = told.get(3) if isinstance(told, dict) else None
    if not isinstance(column, dict):
        raise InvalidRequest("a column is none")
    start = _count(column, 9)
    if 11 in column:
        dictionary = _count(column, 11)
        if dictionary > start:
            raise InvalidRequest("a dictionary stands behind what it is for")
        start = dictionary
    return Chunk(start, _count(column, 7), _count(column, 4))


def _count(told: Fields, number: int) -> int:
    found = told.get(number)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise InvalidRequest("it does not say how much it holds")
    return found


def _list(told: Fields, number: int) -> list[object]:
    found = told.get(number)
    if not isinstance(found, list):
        raise InvalidRequest("its footer does not say what it holds")
    return found
