"""The canonical table of readings, and the words it is written in.

A frame is a polars table with one row per rig and instant:

| column              | type                | meaning                                          |
|---------------------|---------------------|--------------------------------------------------|
| `rig_id`            | String              | the rig that measured                            |
| `time`              | Datetime µs, UTC    | when                                             |
| `origin`            | Enum `Origin`       | how the reading came here                        |
| `<channel>`         | Float64             | the value in the channel's unit; null: not measured |
| `<channel>_quality` | UInt16, `Quality`   | what is wrong with the value; 0 is good          |
| `activity`          | Enum `Activity`     | what the rig was doing, once validation ran      |
| `<channel>_sd`      | Float64             | of a reconciled value; null where it is measured |

A frame holds the channels that were measured, in the order of `channels.CHANNELS`; a channel that
nobody measured has no column. `(rig_id, time)` is unique and rows are sorted by time.
"""

import hashlib
from collections.abc import Iterable, Sequence
from enum import IntFlag, StrEnum

import polars as pl

from idrill.channels import BY_NAME, CHANNELS
from idrill.errors import FrameError


class Quality(IntFlag):
    """What is wrong with one value; the bits are fixed for ever."""

    GOOD = 0
    MISSING = 1
    SENTINEL = 1 << 1
    OUT_OF_RANGE = 1 << 2
    TOO_FAST = 1 << 3
    SPIKE = 1 << 4
    FROZEN = 1 << 5
    GAP = 1 << 6
    LATE = 1 << 7
    IMPOSSIBLE = 1 << 8
    UNIT_SUSPECT = 1 << 9
    GROSS_ERROR = 1 << 10
    RECONCILED = 1 << 11
    CALIBRATED = 1 << 12


INFORMATIVE = Quality.GAP | Quality.LATE | Quality.RECONCILED | Quality.CALIBRATED
"""Bits that say how a value came, or what was done to it, not that it is bad."""


class Origin(StrEnum):
    """How a reading came to be here."""

    LIVE = "live"
    REPLAY = "replay"
    FILE = "file"
    SYNTHETIC = "synthetic"


class Activity(StrEnum):
    """What the rig is doing."""

    DRILLING_ROTATING = "drilling_rotating"
    DRILLING_SLIDING = "drilling_sliding"
    CONNECTION = "connection"
    TRIPPING_IN = "tripping_in"
    TRIPPING_OUT = "tripping_out"
    CIRCULATING = "circulating"
    REAMING = "reaming"
    BACK_REAMING = "back_reaming"
    STATIC = "static"
    OUT_OF_HOLE = "out_of_hole"
    UNKNOWN = "unknown"


TIME = pl.Datetime("us", "UTC")
"""Type of every instant."""

ORIGIN = pl.Enum([origin.value for origin in Origin])
ACTIVITY = pl.Enum([activity.value for activity in Activity])
QUALITY = pl.UInt16()

KEYS = ("rig_id", "time", "origin")
"""The columns that every frame has."""


def quality_of(channel: str) -> str:
    """Name of the column that holds the quality bits of `channel`."""
    return f"{channel}_quality"


def sd_of(channel: str) -> str:
    """Name of the column that holds the standard deviation of reconciled values of `channel`."""
    return f"{channel}_sd"


def channels_in(columns: Iterable[str]) -> list[str]:
    """The channels among `columns`, in the order of `channels.CHANNELS`.

    Example:
        >>> channels_in(["time", "torque", "torque_quality", "hole_depth"])
        ['hole_depth', 'torque']
    """
    present = set(columns)
    return [channel.name for channel in CHANNELS if channel.name in present]


def schema(channels: Sequence[str] | None = None) -> pl.Schema:
    """The columns of a frame that measures `channels` (all of them unless given)."""
    names = [channel.name for channel in CHANNELS] if channels is None else list(channels)
    columns: dict[str, pl.DataType | type[pl.DataType]] = {
        "rig_id": pl.String(),
        "time": TIME,
        "origin": ORIGIN,
    }
    columns |= {name: pl.Float64() for name in names}
    columns |= {quality_of(name): QUALITY for name in names}
    return pl.Schema(columns)


def empty(channels: Sequence[str] = ()) -> pl.DataFrame:
    """A frame without rows that measures `channels`."""
    return pl.DataFrame(schema=schema(channels))


def measured(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without the channels that hold no value at all."""
    absent = [
        name for name in channels_in(frame.columns) if frame[name].null_count() == frame.height
    ]
    return frame.drop(absent, *map(quality_of, absent), *map(sd_of, absent), strict=False)


def usable(channel: str) -> pl.Expr:
    """Whether a value of `channel` is there and nothing is wrong with it."""
    wrong = pl.col(quality_of(channel)) & int(~INFORMATIVE & 0xFFFF)
    return pl.col(channel).is_not_null() & (wrong == 0)


def check(frame: pl.DataFrame) -> None:
    """See that a table is a canonical frame.

    Raises:
        FrameError: If a key column is missing, of another type or has a hole, a channel is unknown,
            of another type or without its quality, rows are not sorted by time, or an instant
            stands twice.
    """
    _check_columns(frame)
    for name in KEYS:
        if frame[name].has_nulls():
            raise FrameError(f"a row has no {name}")
    order = frame.select(pl.struct("rig_id", "time"))
    if not order.to_series().is_sorted():
        raise FrameError("rows are not sorted by rig and time")
    if order.is_duplicated().any():
        raise FrameError("an instant of a rig stands twice")


def _check_columns(frame: pl.DataFrame) -> None:
    held = frame.schema
    for name, dtype in schema(channels_in(held)).items():
        if name not in held:
            raise FrameError(f"column {name!r} is missing")
        if held[name] != dtype:
            raise FrameError(f"column {name!r} is {held[name]}, not {dtype}")
    known = {*KEYS, "activity", *BY_NAME, *map(quality_of, BY_NAME), *map(sd_of, BY_NAME)}
    stray = set(held) - known
    if stray:
        raise FrameError(f"columns that no frame has: {', '.join(sorted(stray))}")


def content_hash(frame: pl.DataFrame) -> str:
    """Hash of the values of a table, whatever files it lies in.

    Two tables with the same columns and rows in the same order have the same hash, on every
    platform and version of polars: the bytes hashed are the Arrow buffers of canonical types.

    Example:
        >>> one = pl.DataFrame({"depth": [1.0, None]})
        >>> content_hash(one) == content_hash(one.clone())
        True
    """
    digest = hashlib.sha256()
    for name in sorted(frame.columns):
        column = frame[name]
        digest.update(f"{name}:{column.dtype}:{len(column)};".encode())
        digest.update(column.is_null().cast(pl.UInt8).to_numpy().tobytes())
        if column.dtype in (pl.String, pl.Enum, pl.Categorical):
            texts = column.cast(pl.String).fill_null("")
            digest.update(texts.str.len_bytes().to_numpy().tobytes())
            digest.update("".join(texts.to_list()).encode())
        else:
            digest.update(column.to_physical().fill_null(0).to_numpy().tobytes())
    return digest.hexdigest()
