"""Structs of Thrift's compact protocol, in which Parquet tells what it holds.

Read by the numbers and types that a format gives its fields, and by nothing else: a reader that
goes by numbers alone and one that goes by types alone see two things in the same bytes.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from idrill.errors import InvalidRequest

DEEPEST = 16
"""How many structs and lists may stand inside each other."""

Fields = dict[int, object]
"""The fields of a struct, by their numbers."""


class Plain(Enum):
    """A value without others in it; its number is that of its type on the wire."""

    BOOL = 1
    """On the wire 1 where it is true, 2 where it is false."""
    BYTE = 3
    I16 = 4
    I32 = 5
    I64 = 6
    DOUBLE = 7
    BINARY = 8


@dataclass(frozen=True, slots=True)
class ListOf:
    """Values of one type."""

    one: "Kind"


@dataclass(frozen=True, slots=True)
class Struct:
    """The fields that a format knows of a struct, by their numbers."""

    known: Mapping[int, "Kind"]


Kind: TypeAlias = Plain | ListOf | Struct
"""What a format says that a field is."""

_FALSE, _LIST, _STRUCT = 2, 9, 12
_BITS = {Plain.I16: 16, Plain.I32: 32, Plain.I64: 64}
_ROOM = {Plain.BYTE: 1, Plain.DOUBLE: 8}
"""[bytes]"""


def struct(data: bytes, place: int, wanted: Struct, depth: int = 0) -> tuple[Fields, int]:
    r"""The fields of a struct, and where it ends.

    Args:
        data: What it stands in.
        place: Where it begins.
        wanted: What its format says of it.
        depth: How many others it stands in.

    Raises:
        InvalidRequest: If there is none, it tells a field twice, or one that its format does not
            know, or knows as another type.

    Example:
        >>> struct(b"\x15\x06\x18\x02ab\x00", 0, Struct({1: Plain.I32, 2: Plain.BINARY}))
        ({1: 3, 2: b'ab'}, 7)
    """
    _check_depth(depth)
    fields: Fields = {}
    number = 0
    while True:
        head, place = _byte(data, place), place + 1
        if head == 0:
            return fields, place
        step, wire = head >> 4, head & 15
        if step:
            number += step
        else:
            number, place = _integer(data, place, 16)
        kind = wanted.known.get(number)
        if kind is None:
            raise InvalidRequest("it has a field that Parquet does not know")
        if number in fields:
            raise InvalidRequest("it has a field twice")
        if kind is Plain.BOOL and wire in (Plain.BOOL.value, _FALSE):
            fields[number] = wire == Plain.BOOL.value
        elif wire == _wire(kind):
            fields[number], place = _value(data, place, kind, depth)
        else:
            raise InvalidRequest("a field of it is of another type than in Parquet")


def _wire(kind: Kind) -> int:
    if isinstance(kind, Plain):
        return int(kind.value)
    return _LIST if isinstance(kind, ListOf) else _STRUCT


def _value(data: bytes, place: int, kind: Kind, depth: int) -> tuple[object, int]:
    if isinstance(kind, Struct):
        return struct(data, place, kind, depth + 1)
    if isinstance(kind, ListOf):
        return _list(data, place, kind.one, depth + 1)
    if kind in _BITS:
        return _integer(data, place, _BITS[kind])
    length = _ROOM.get(kind)
    if length is None:
        length, place = _length(data, place)
    if length > len(data) - place:
        raise InvalidRequest("it ends too early")
    return data[place : place + length], place + length


def _list(data: bytes, place: int, kind: Kind, depth: int) -> tuple[list[object], int]:
    _check_depth(depth)
    head, place = _byte(data, place), place + 1
    length, wire = head >> 4, head & 15
    if length == 15:
        length, place = _length(data, place)
    if length and wire != _wire(kind):
        raise InvalidRequest("a list of it is of another type than in Parquet")
    if length > len(data) - place:
        raise InvalidRequest("a list is longer than what it stands in")
    found: list[object] = []
    for _ in range(length):
        one, place = _value(data, place, kind, depth)
        found.append(one)
    return found, place


def _check_depth(depth: int) -> None:
    if depth > DEEPEST:
        raise InvalidRequest("it is nested too deeply")


def _integer(data: bytes, place: int, bits: int) -> tuple[int, int]:
    told, place = _varint(data, place)
    # Other readers cut what does not fit, each in its own way.
    if told >> bits:
        raise InvalidRequest("a number is larger than its type")
    return (told >> 1) ^ -(told & 1), place


def _length(data: bytes, place: int) -> tuple[int, int]:
    told, place = _varint(data, place)
    if told >> 31:
        raise InvalidRequest("a length is larger than there are")
    return told, place


def _varint(data: bytes, place: int) -> tuple[int, int]:
    told = 0
    for shift in range(0, 70, 7):
        byte, place = _byte(data, place), place + 1
        told |= (byte & 127) << shift
        if byte < 128:
            return told, place
    raise InvalidRequest("a number has no end")


def _byte(data: bytes, place: int) -> int:
    if not 0 <= place < len(data):
        raise InvalidRequest("it ends too early")
    return data[place]
