"""How large a Parquet file says that it is, unpacked: read off its footer and heads of pages.

The footer may say one thing and the pages another, and readers take memory as the pages say. Names
and numbers of fields: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from collections.abc import Iterator
from dataclasses import dataclass

from idrill.errors import InvalidRequest
from idrill.readers import thrift
from idrill.readers.thrift import Fields

MAGIC = b"PAR1"
ENDING = 8
"""What stands behind the footer: its length and the magic [bytes]."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that stand together."""

    rows: int
    chunks: tuple[tuple[int, int], ...]
    """Where each of its columns begins, and how long it is, packed [bytes]."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the head of a page says of it."""

    unpacked: int
    """[bytes]"""
    values: int


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
        InvalidRequest: If it tells of none.
    """
    footer = file[len(file) - ENDING - footer_length(file) : len(file) - ENDING]
    told, _ = thrift.struct(footer, 0)
    return [_group(one) for one in _list(told, 4)]


def pages(file: bytes, chunk: tuple[int, int]) -> Iterator[Page]:
    """The pages of a column.

    Args:
        file: The whole file.
        chunk: Where the column begins, and how long it is, packed [bytes].

    Raises:
        InvalidRequest: If they are not where the footer says, or no pages.
    """
    place, end = chunk[0], sum(chunk)
    if not len(MAGIC) <= place <= end <= len(file):
        raise InvalidRequest("a column lies outside the file")
    while place < end:
        head, place = thrift.struct(file, place)
        unpacked, packed = _count(head, 2), _count(head, 3)
        # Data, dictionary, or data of the second version: each begins with its number of values.
        kinds = [one for one in (head.get(5), head.get(7), head.get(8)) if isinstance(one, dict)]
        yield Page(unpacked, max((_count(one, 1) for one in kinds), default=0))
        place += packed
    if place != end:
        raise InvalidRequest("a page reaches beyond its column")


def _group(told: object) -> Group:
    if not isinstance(told, dict):
        raise InvalidRequest("a group of rows is none")
    return Group(_count(told, 3), tuple(_chunk(one) for one in _list(told, 1)))


def _chunk(told: object) -> tuple[int, int]:
    column = told.get(3) if isinstance(told, dict) else None
    if not isinstance(column, dict):
        raise InvalidRequest("a column is none")
    start = _count(column, 9)
    if 11 in column:
        dictionary = _count(column, 11)
        if dictionary > start:
            raise InvalidRequest("a dictionary stands behind what it is for")
        start = dictionary
    return start, _count(column, 7)


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
