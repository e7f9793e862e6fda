"""What a message says: readings of one rig, row by row or in columns (docs/streams.md)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import msgspec
import polars as pl
from msgspec import Meta, Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from idrill.errors import InvalidMessage
from idrill.frame import Origin
from idrill.readers.posted import (
    Period,
    Posted,
    PostedReading,
    check_units,
    read_columns,
    read_rows,
)
from idrill.streams.delivery import LARGEST

FORMAT: Literal["idrill.readings/1"] = "idrill.readings/1"
MOST_ROWS = 10_000
"""Readings of one message at most."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Row(_Strict):
    """What was measured at one instant; a row that cannot be used is rejected alone."""

    time: Any
    """ISO 8601, with a time zone."""
    values: Any
    """The value of each channel, in the unit that it is stored in."""


class Columns(_Strict):
    """What was measured at several instants, one value of each channel for each."""

    time: Annotated[list[Any], Field(max_length=MOST_ROWS)]
    channels: Annotated[dict[str, list[Any]], Field(max_length=200)]


class Message(_Strict):
    """Readings of one rig, in `rows` or in `columns`."""

    format: Literal["idrill.readings/1"]
    message_id: Annotated[str, Field(min_length=1, max_length=128)]
    """Of this sending; only for people who look for it: readings are known by rig and instant."""
    rig_id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$")]
    """A rig that is registered."""
    origin: Literal[Origin.LIVE, Origin.REPLAY, Origin.SYNTHETIC] | None = None
    """Left out: what the readings of the rig are."""
    sender: Annotated[str, Field(max_length=200)] = ""
    """Who is named where a reading is rejected; else `stream`."""
    units: Annotated[dict[str, str], Field(default_factory=dict, max_length=200)]
    """Of some of the channels; must be those that are stored."""
    rows: Annotated[list[Row] | None, Field(max_length=MOST_ROWS)] = None
    """Readings one by one; one that cannot be used is rejected alone."""
    columns: Columns | None = None
    """The same in columns; one of an unknown channel refuses the message."""

    @model_validator(mode="after")
    def _tells_readings_once(self) -> Self:
        if (self.rows is None) == (self.columns is None):
            raise ValueError("tell readings in `rows` or in `columns`")
        return self


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells."""

    rig_id: str
    origin: Origin | None
    sender: str
    posted: Posted


def read(body: bytes, period: Period) -> Told:
    """What a message tells; readings that cannot be used are among those rejected.

    Raises:
        InvalidMessage: If it is no message of ours.
        UnknownChannel: If a column, or a unit, is of no channel.
        InvalidRequest: If a unit is another one, or columns differ in length.
    """
    if len(body) > LARGEST:
        raise InvalidMessage(f"{len(body)} bytes are more than {LARGEST}: send fewer readings")
    try:
        message = Message.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "message"
        raise InvalidMessage(f"{place}: {first['msg']}") from error
    check_units(message.units)
    origin = message.origin and Origin(message.origin)
    return Told(message.rig_id, origin, message.sender, _posted(message, period))


@dataclass(frozen=True, slots=True)
class Draft:
    """A message of rows that is as it should be, but for its readings, not looked at yet."""

    rig_id: str
    origin: Origin | None
    sender: str
    rows: tuple[PostedReading, ...]
    body: bytes


class _QuickRow(Struct, forbid_unknown_fields=True, gc=False):
    time: str
    values: dict[str, float | None]


class _Quick(Struct, forbid_unknown_fields=True, gc=False):
    format: Literal["idrill.readings/1"]
    message_id: Annotated[str, Meta(min_length=1, max_length=128)]
    rig_id: Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}\Z")]
    rows: Annotated[list[_QuickRow], Meta(max_length=MOST_ROWS)]
    origin: Literal["live", "replay", "synthetic"] | None = None
    sender: Annotated[str, Meta(max_length=200)] = ""
    units: Annotated[dict[str, str], Meta(max_length=0)] = {}


_QUICK = msgspec.json.Decoder(_Quick)


def draft(body: bytes) -> Draft | None:
    """A message of rows, taken apart the short way; None: `read` has to say what it is."""
    if len(body) > LARGEST:
        return None
    try:
        told = _QUICK.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    rows = tuple(PostedReading(row.time, row.values) for row in told.rows)
    return Draft(told.rig_id, told.origin and Origin(told.origin), told.sender, rows, body)


def posted_together(drafts: Sequence[Draft], period: Period) -> Posted:
    """The readings of several messages of one rig; each keeps the places of its own."""
    found = read_rows([row for one in drafts for row in one.rows], period)
    if found.rejected:
        # What is wrong is told as it came, and as `read` tells it.
        apart = [read(one.body, period).posted for one in drafts]
        table = pl.concat([one.table for one in apart], how="diagonal")
        return Posted(table, tuple(reading for one in apart for reading in one.rejected))
    places = [place for one in drafts for place in range(len(one.rows))]
    return Posted(found.table.with_columns(pl.Series("place", places, dtype=pl.Int64)), ())


def in_rows(
    rig_id: str,
    rows: Sequence[tuple[object, object]],
    *,
    message_id: str,
    origin: Origin | None = None,
    sender: str = "",
) -> bytes:
    """A message of readings row by row, each with its time and its values by channel.

    Raises:
        InvalidMessage: If it is too large.
    """
    about = _about(rig_id, message_id, origin, sender)
    return _written(about | {"rows": [{"time": at, "values": values} for at, values in rows]})


def in_columns(
    rig_id: str,
    times: Sequence[str],
    columns: Mapping[str, Sequence[float | None]],
    *,
    message_id: str,
    origin: Origin | None = None,
    sender: str = "",
) -> bytes:
    """A message of readings in columns, each with one value for each of `times`.

    Raises:
        InvalidMessage: If it is too large.
    """
    about = _about(rig_id, message_id, origin, sender)
    return _written(about | {"columns": {"time": times, "channels": columns}})


def _about(rig_id: str, message_id: str, origin: Origin | None, sender: str) -> dict[str, object]:
    told = {"format": FORMAT, "message_id": message_id, "rig_id": rig_id, "sender": sender}
    return told | {"origin": origin and origin.value}


def _written(told: dict[str, object]) -> bytes:
    body = json.dumps(told, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")
    if len(body) > LARGEST:
        raise InvalidMessage(f"{len(body)} bytes are more than {LARGEST}: send fewer readings")
    return body


def _posted(message: Message, period: Period) -> Posted:
    if message.columns is not None:
        return read_columns(message.columns.time, message.columns.channels, period)
    rows = message.rows or []
    return read_rows([PostedReading(row.time, row.values) for row in rows], period)
