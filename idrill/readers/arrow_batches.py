"""What a message of an Arrow stream says of its rows, before anything of it is unpacked.

A message begins with a flatbuffer (https://arrow.apache.org/docs/format/Columnar.html#format-ipc,
https://flatbuffers.dev/internals): a table points to its fields, each by a number.
"""

import struct
from dataclasses import dataclass

from idrill.errors import InvalidRequest

_HEADER = 2
"""Field of a message that points to what the message is."""

_LENGTH, _COMPRESSION = 0, 3
"""Fields of a record batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a record batch says of itself."""

    rows: int
    is_compressed: bool


def batch_of(metadata: bytes) -> Batch:
    """What the metadata of a message say of its record batch.

    Raises:
        InvalidRequest: If there is none in them.
    """
    try:
        (root,) = struct.unpack_from("<I", metadata, 0)
        pointer = _field(metadata, root, _HEADER)
        if pointer is None:
            raise InvalidRequest("the body is no sound Arrow stream: a message is empty")
        (step,) = struct.unpack_from("<I", metadata, pointer)
        batch = pointer + step
        counted = _field(metadata, batch, _LENGTH)
        (rows,) = (0,) if counted is None else struct.unpack_from("<Q", metadata, counted)
        return Batch(rows, _field(metadata, batch, _COMPRESSION) is not None)
    except struct.error:
        raise InvalidRequest("the body is no sound Arrow stream: a message is cut") from None


def _field(metadata: bytes, table: int, number: int) -> int | None:
    """Where a field of a table lies; None where it is left out."""
    (step,) = struct.unpack_from("<i", metadata, table)
    fields = table - step
    (size,) = struct.unpack_from("<H", metadata, fields)
    slot = 4 + 2 * number
    if slot + 2 > size:
        return None
    (offset,) = struct.unpack_from("<H", metadata, fields + slot)
    return table + offset if offset else None
