"""Rows in the binary form of PostgreSQL's COPY, made column by column.

The form is that of the manual, chapter "COPY", section "Binary Format": a head, per row the number
of fields and each field with its length in bytes, -1 for null; a tail.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TAIL = b"\xff\xff"

_EPOCH = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""From which PostgreSQL counts instants, in microseconds since 1970."""

_FIELD = np.dtype([("length", ">i4"), ("value", ">i8")])
_NULL = np.dtype(">i4")


def encoded(word: str, rows: pl.DataFrame, number: int, channels: Sequence[str]) -> bytes:
    """Rows without head and tail: a text, `time`, a number, then the channels.

    Args:
        word: The first field of every row.
        rows: With `time` as a frame has it, without nulls, and Float64 channels.
        number: The third field of every row.
        channels: The fields after that, null where `rows` has no such column.

    Example:
        >>> rows = pl.DataFrame({"time": [datetime(2000, 1, 1, tzinfo=UTC)]})
        >>> encoded("R1", rows, 7, ["torque"]).hex()[:48]
        '000400000002523100000008000000000000000000000008'
    """
    known = [name for name in channels if name in rows.columns]
    blocks = _blocks(word, rows.height, number, channels, known)
    blocks["time"]["value"] = rows["time"].to_physical().to_numpy() - _EPOCH
    for name in known:
        blocks[name]["value"] = rows[name].to_numpy().view(np.int64)
    holes = [name for name in known if rows[name].null_count()]
    return _without_holes(blocks, rows, holes) if holes else blocks.tobytes()


def _blocks(
    word: str, height: int, number: int, channels: Sequence[str], known: Sequence[str]
) -> NDArray[np.void]:
    """Rows of fields that are none of them null, but for the channels that are not known."""
    text = word.encode()
    numbers = [("time", _FIELD), ("number", _FIELD)]
    told = [(name, _FIELD if name in known else _NULL) for name in channels]
    head = [("fields", np.dtype(">i2")), ("word", np.dtype(f"V{4 + len(text)}"))]
    blocks = np.zeros(height, np.dtype([*head, *numbers, *told]))
    blocks["fields"] = 3 + len(channels)
    blocks["word"] = np.void(len(text).to_bytes(4, "big") + text)
    blocks["number"]["value"] = number
    for name, kind in (*numbers, *told):
        if kind is _FIELD:
            blocks[name]["length"] = 8
        else:
            blocks[name] = -1
    return blocks


def _without_holes(blocks: NDArray[np.void], rows: pl.DataFrame, holes: Sequence[str]) -> bytes:
    """The bytes of rows once fields that are null hold no value."""
    octets = blocks.view(np.uint8).reshape(len(blocks), -1)
    kept = np.ones(octets.shape, dtype=np.bool_)
    fields = dict(blocks.dtype.fields or {})
    for name in holes:
        missing = rows[name].is_null().to_numpy()
        blocks[name]["length"][missing] = -1
        begin = int(fields[name][1]) + 4
        kept[missing, begin : begin + 8] = False
    return octets[kept].tobytes()
