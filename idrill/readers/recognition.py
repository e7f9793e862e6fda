"""Which format a file has, by its first bytes, and its reading by the reader of that format."""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from idrill.errors import BrokenSource, SourceError, UnknownFormat
from idrill.readers import reading as contract
from idrill.readers.assembly import ReadOptions
from idrill.readers.parquet import holds_channels, read_parquet
from idrill.readers.reading import Reading

HEAD = 64 << 10
"""Bytes that a file is recognised by."""

_XML = re.compile(rb"^\s*(<\?xml|<!--|<[A-Za-z_])")
_WITSML = re.compile(
    rb"witsml\.org|energistics\.org|<(?:\w+:)?(logs?|wells?|wellbores?|rigs?|trajector(?:y|ys|ies)|"
    rb"tubulars?|wbGeometrys?|formationMarkers?)[\s>]"
)
_WITS0 = re.compile(rb"^&&[\r\n ]", re.MULTILINE)
_WITS0_ITEM = re.compile(rb"^\d{4}\S", re.MULTILINE)
_LAS = re.compile(rb"^\s*~V", re.MULTILINE | re.IGNORECASE)
_DELIMITED = re.compile(rb"[,;\t|]")
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})
_PARQUET = b"PAR1"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FOREIGN = {
    b"\x1f\x8b": "gzip", b"PK": "a zip archive or an Excel workbook", _PARQUET: "Parquet",
    b"\x89HDF": "HDF5", b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"{": "JSON", b"[": "JSON", b"SQLite": "an SQLite database", b"BZh": "bzip2",
}  # fmt: skip

SUPPORTED = "CSV, WITSML 1.3.1.1 and 1.4.1.1, WITS level 0, LAS 2.0 and Parquet of channels"


class Format(StrEnum):
    """A format that a reader exists for."""

    CSV = "csv"
    WITSML = "witsml"
    WITS0 = "wits0"
    LAS = "las"
    PARQUET = "parquet"


def recognise(path: Path) -> Format | None:
    """The format of a plain file, None if it looks like none that can be read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(_PARQUET):
        return Format.PARQUET if holds_channels(path) else None
    return _format_of(_narrow(head))


def read(path: Path, options: ReadOptions) -> Reading:
    """The reading of a plain file, by the reader of its format.

    Args:
        path: A file as `unpack` gives it.
        options: Its name in messages, and the user's map of columns.

    Raises:
        UnknownFormat: If no reader recognises it.
        SourceError: If it is empty, broken, too large, or cannot be opened.
    """
    try:
        found = recognise(path)
        if found is None:
            raise _unknown(path, options.source)
        reading = _reader(found)(path, options)
    except OSError as error:
        raise SourceError(options.source, f"cannot be read: {error.strerror or error}.") from error
    contract.check(reading)
    return reading


def _reader(found: Format) -> Callable[[Path, ReadOptions], Reading]:
    """The reader of a format; lxml and lasio are imported only for their own."""
    if found is Format.WITSML:
        from idrill.readers.witsml import read_witsml

        return read_witsml
    if found is Format.WITS0:
        from idrill.readers.wits0 import read_wits0

        return read_wits0
    if found is Format.LAS:
        from idrill.readers.las import read_las

        return read_las
    if found is Format.PARQUET:
        return read_parquet
    from idrill.readers.csv import read_csv

    return read_csv


def _narrow(head: bytes) -> bytes:
    """The head in one byte per character, so that one set of expressions fits all encodings."""
    if head.startswith(_WIDE_MARKS):
        name = "utf-16-le" if head.startswith(b"\xff\xfe") else "utf-16-be"
        return head[2:].decode(name, "ignore").encode("utf-8", "ignore")
    zeros = head.count(0)
    if zeros > 0.4 * len(head):
        little = head[1::2].count(0) > head[0::2].count(0)
        return head.decode("utf-16-le" if little else "utf-16-be", "ignore").encode(
            "utf-8", "ignore"
        )
    return head.removeprefix(b"\xef\xbb\xbf")


def _format_of(head: bytes) -> Format | None:
    if _XML.match(head):
        return Format.WITSML if _WITSML.search(head) else None
    if _is_binary(head) or _foreign(head):
        return None
    if _LAS.search(head[:4096]):
        return Format.LAS
    if _WITS0.search(head) and len(_WITS0_ITEM.findall(head)) > 1:
        return Format.WITS0
    return Format.CSV if _DELIMITED.search(head) else None


def _is_binary(head: bytes) -> bool:
    """Whether control characters make up more of it than a few damaged bytes would."""
    return len(head) - len(head.translate(None, _CONTROL)) > max(2, 0.01 * len(head))


def _foreign(head: bytes) -> str | None:
    return next((name for mark, name in _FOREIGN.items() if head.startswith(mark)), None)


def _unknown(path: Path, source: str) -> SourceError:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        return BrokenSource(source, "is empty.", remedy="Export it again.")
    return UnknownFormat(
        source, f"is {_seen(head)}, which no reader takes.", remedy=f"i-Drill reads {SUPPORTED}."
    )


def _seen(head: bytes) -> str:
    """What a file looks like, in words."""
    if foreign := _foreign(head):
        return foreign
    plain = _narrow(head)
    if _XML.match(plain):
        return "XML without a WITSML object"
    if _is_binary(plain):
        return f"binary data beginning {head[:8].hex(' ')}"
    return f"text without columns beginning {plain[:40].decode('utf-8', 'replace')!r}"
