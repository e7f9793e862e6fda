"""Structs of Thrift's compact protocol, in which Parquet tells what it holds.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from idrill.errors import InvalidRequest

DEEPEST = 16
"""How many structs and lists may stand inside each other."""


Fields = dict[int, object]
"""The fields of a struct, by their numbers."""

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)


def struct(data: bytes, place: int, depth: int = 0) -> tuple[Fields, int]:
    r"""The fields of a struct, and where it ends.

    Args:
        data: What it stands in.
        place: Where it begins.
        depth: How many others it stands in.

    Raises:
        InvalidRequest: If there is none.

    Example:
        >>> struct(b"\x15\x06\x18\x02ab\x00", 0)
        ({1: 3, 2: b'ab'}, 7)
    """
    if depth > DEEPEST:
        raise InvalidRequest("it is nested too deeply")
    fields: Fields = {}
    number = 0
    while True:
        head, place = _byte(data, place), place + 1
        if head == 0:
            return fields, place
        step, kind = head >> 4, head & 15
        if step:
            number += step
        else:
            number, place = _integer(data, place)
        if kind in (_TRUE, _FALSE):
            fields[number] = kind == _TRUE
        else:
            fields[number], place = _value(data, place, kind, depth)


def _value(data: bytes, place: int, kind: int, depth: int) -> tuple[object, int]:
    if kind in _INTEGERS:
        return _integer(data, place)
    if kind == _STRUCT:
        return struct(data, place, depth + 1)
    if kind in (_LIST, _SET):
        return _list(data, place, depth + 1)
    if kind == _BINARY:
        length, place = _varint(data, place)
        return data[place : place + length], place + length
    if kind in (_TRUE, _FALSE, _BYTE):
        return None, place + 1
    if kind == _DOUBLE:
        return None, place + 8
    raise InvalidRequest("it holds what Parquet does not")


def _list(data: bytes, place: int, depth: int) -> tuple[list[object], int]:
    if depth > DEEPEST:
        raise InvalidRequest("it is nested too deeply")
    head, place = _byte(data, place), place + 1
    length, kind = head >> 4, head & 15
    if length == 15:
        length, place = _varint(data, place)
    if length > len(data) - place:
        raise InvalidRequest("a list is longer than what it stands in")
    found: list[object] = []
    for _ in range(length):
        one, place = _value(data, place, kind, depth)
        found.append(one)
    return found, place


def _integer(data: bytes, place: int) -> tuple[int, int]:
    told, place = _varint(data, place)
    return (told >> 1) ^ -(told & 1), place


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
