"""Payloads of Sparkplug B: protobuf as the specification has it, and the same in JSON.

*Sparkplug Specification* 3.0 (Eclipse, 2022), ch. 6. Of protobuf only what these messages use is
read: numbers, texts and messages within messages. Data sets and templates are passed over.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from idrill.errors import InvalidMessage

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
"""Bits of the signed types, whose values travel as unsigned ones."""

_UNIT_KEYS = ("engUnit", "Engineering Units", "unit", "units")
"""Properties in which vendors state a unit."""

BOOLEAN = 11
"""The data type of true and false."""

_UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)

Value = float | bool | str | None


@dataclass(frozen=True, slots=True)
class Metric:
    """One value."""

    name: str | None
    """None where its alias stands for it."""
    alias: int | None
    timestamp: int | None
    """When it was measured [ms since the epoch]; None: as the payload says."""
    value: Value
    datatype: int | None = None
    unit: str | None = None
    """As a birth states it."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What one message says."""

    timestamp: int | None
    """When it was sent [ms since the epoch]."""
    seq: int | None
    """Counts the messages of a node, from 0 to 255 and on from 0."""
    metrics: tuple[Metric, ...] = field(default_factory=tuple)


def read(body: bytes) -> Payload:
    """A payload, in protobuf or in JSON.

    Raises:
        InvalidMessage: If it is neither.
    """
    try:
        return _of_json(json.loads(body)) if body.lstrip()[:1] == b"{" else _payload(body)
    except _UNREADABLE as error:
        raise InvalidMessage(f"no payload of Sparkplug: {error}") from error


def written(payload: Payload) -> bytes:
    """A payload in protobuf; of each metric its name or alias, instant, type and value."""
    metrics = b"".join(_long(2, _metric_bytes(one)) for one in payload.metrics)
    return _number(1, payload.timestamp) + metrics + _number(3, payload.seq)


def _payload(body: bytes) -> Payload:
    timestamp = seq = None
    metrics = []
    for number, value in _fields(body):
        if number == 1:
            timestamp = _int(value)
        elif number == 2:
            metrics.append(_metric(_raw(value)))
        elif number == 3:
            seq = _int(value)
    return Payload(timestamp, seq, tuple(metrics))


def _metric(body: bytes) -> Metric:
    told = dict(_fields(body))
    datatype = _int(told[4]) if 4 in told else None
    value = None if told.get(7) else _value(told, datatype)
    return Metric(
        name=_raw(told[1]).decode() if 1 in told else None,
        alias=_int(told[2]) if 2 in told else None,
        timestamp=_int(told[3]) if 3 in told else None,
        value=value,
        datatype=datatype,
        unit=_unit(_raw(told[9])) if 9 in told else None,
    )


def _value(told: Mapping[int, int | bytes], datatype: int | None) -> Value:
    for number in (10, 11):
        if number in told:
            return _signed(_int(told[number]), datatype)
    if 12 in told:
        return float(struct.unpack("<f", _raw(told[12]))[0])
    if 13 in told:
        return float(struct.unpack("<d", _raw(told[13]))[0])
    if 14 in told:
        return bool(told[14])
    return _raw(told[15]).decode() if 15 in told else None


def _signed(value: int, datatype: int | None) -> float:
    """The number that an unsigned one stands for, as its type has it."""
    bits = _SIGNED.get(datatype or 0)
    if bits is None:
        return value
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _unit(body: bytes) -> str | None:
    """The unit among the properties of a metric."""
    fields = list(_fields(body))
    keys = [_raw(value).decode() for number, value in fields if number == 1]
    values = [dict(_fields(_raw(value))) for number, value in fields if number == 2]
    told = {key: _raw(one[8]).decode() for key, one in zip(keys, values, strict=False) if 8 in one}
    return next((told[key] for key in _UNIT_KEYS if key in told), None)


def _fields(body: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message of protobuf: numbers whole, all else as bytes.

    Raises:
        ValueError: If it is none.
    """
    place = 0
    while place < len(body):
        tag, place = _varint(body, place)
        kind = tag & 7
        if kind == _VARINT:
            value, place = _varint(body, place)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, place = _varint(body, place)
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"a field of kind {kind}")
        if place + size > len(body):
            raise ValueError("it is cut short")
        yield tag >> 3, body[place : place + size]
        place += size


def _varint(body: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = body[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ValueError("a number without an end")


def _int(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise TypeError("a text where a number belongs")
    return value


def _raw(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise TypeError("a number where a text belongs")
    return value


def _of_json(told: Mapping[str, Any]) -> Payload:
    metrics = tuple(_json_metric(one) for one in told.get("metrics", ()))
    return Payload(_whole(told.get("timestamp")), _whole(told.get("seq")), metrics)


def _json_metric(told: Mapping[str, Any]) -> Metric:
    properties = told.get("properties") or {}
    unit = next((properties[key] for key in _UNIT_KEYS if key in properties), None)
    stated = unit.get("value") if isinstance(unit, Mapping) else unit
    value = told.get("value")
    if value is not None and not isinstance(value, int | float | str):
        value = None
    if isinstance(value, int):
        float(value)  # as whoever takes it does; a number may have any length in JSON
    name = told.get("name")
    return Metric(
        name=None if name is None else str(name),
        alias=_whole(told.get("alias")),
        timestamp=_whole(told.get("timestamp")),
        value=value,
        unit=None if stated is None else str(stated),
    )


def _whole(told: object) -> int | None:
    return None if told is None else int(str(told))


def _metric_bytes(metric: Metric) -> bytes:
    name = b"" if metric.name is None else _long(1, metric.name.encode())
    head = name + _number(2, metric.alias) + _number(3, metric.timestamp)
    unit = b""
    if metric.unit is not None:
        stated = _number(1, 12) + _long(8, metric.unit.encode())
        unit = _long(9, _long(1, b"engUnit") + _long(2, stated))
    return head + _number(4, metric.datatype) + unit + _value_bytes(metric.value)


def _value_bytes(value: Value) -> bytes:
    if value is None:
        return _number(7, 1)
    if isinstance(value, bool):
        return _number(14, int(value))
    if isinstance(value, str):
        return _long(15, value.encode())
    return _tag(13, _FIXED64) + struct.pack("<d", value)


def _number(number: int, value: int | None) -> bytes:
    return b"" if value is None else _tag(number, _VARINT) + _as_varint(value)


def _long(number: int, value: bytes) -> bytes:
    return _tag(number, _BYTES) + _as_varint(len(value)) + value


def _tag(number: int, kind: int) -> bytes:
    return _as_varint(number << 3 | kind)


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
