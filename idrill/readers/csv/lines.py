"""The lines of a text file: block by block, in UTF-8 whatever it was written in, none too long."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from idrill.errors import BrokenSource, OversizedSource, SourceError

LONGEST = 1 << 20
"""Bytes that a line may have: a thousand columns of a hundred characters take a tenth."""

BLOCK = 16 << 20
"""Bytes of the file that are looked at together."""

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines of a file."""

    text: bytes
    """UTF-8, each line ended by a newline."""
    first_line: int
    mended: int | None
    """The first line that was no UTF-8 and was read as Windows-1252."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a block stand, one entry per line."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    """Behind the last character, without the end of line."""
    fields: NDArray[np.int64]
    torn: NDArray[np.bool_]
    """Whether quotes do not close, or stand in the middle of a field."""

    def text(self, line: int, most: int = LONGEST) -> str:
        """One line, counted from 0, cut at `most` bytes."""
        start, end = int(self.starts[line]), int(self.ends[line])
        return self.data[start : min(end, start + most)].tobytes().decode("utf-8", "replace")


def blocks(path: Path, source: str) -> Iterator[Block]:
    """The lines of a file, some megabytes at a time.

    Args:
        path: A plain file.
        source: Its name in messages.

    Raises:
        OversizedSource: If a line is longer than `LONGEST`; no more than a block of it is read.
        BrokenSource: If the file holds NUL bytes, or is cut in the middle of a UTF-16 character.
        SourceError: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            decode = _decoder(file.peek(4096)[:4096], source)
            yield from _whole_lines(iter(lambda: file.read(BLOCK), b""), decode, source)
    except OSError as error:
        raise SourceError(source, f"cannot be read: {error.strerror or error}.") from error


def texts_of(path: Path, source: str, lines: NDArray[np.int64]) -> list[str]:
    """Some lines of a file as they stand in it.

    Args:
        path: A plain file.
        source: Its name in messages.
        lines: Their numbers from 1, rising.
    """
    found: list[str] = []
    for block in blocks(path, source) if lines.size else ():
        layout = lines_of(block, ",")
        inside = lines[
            (lines >= block.first_line) & (lines < block.first_line + layout.starts.size)
        ]
        found.extend(layout.text(int(line) - block.first_line, 4096) for line in inside)
    return found


def lines_of(block: Block, delimiter: str) -> Lines:
    """Where the lines of a block stand and how many fields they have."""
    data = np.frombuffer(block.text, dtype=np.uint8)
    newlines = np.flatnonzero(data == _NEWLINE)
    starts = np.concatenate(([0], newlines[:-1] + 1)).astype(np.int64)
    ends = newlines.astype(np.int64)
    while (returned := (ends > starts) & (data[ends - 1] == _RETURN)).any():
        ends = ends - returned
    marks = np.flatnonzero(data == ord(delimiter))
    torn = np.zeros(starts.size, dtype=np.bool_)
    if _QUOTE in block.text:
        marks, torn = _outside_quotes(data, starts, marks, ord(delimiter))
    fields = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    return Lines(data, starts, ends, fields, torn)


def _outside_quotes(
    data: NDArray[np.uint8], starts: NDArray[np.int64], marks: NDArray[np.int64], delimiter: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The delimiters that no quotes enclose, and which lines have quotes out of place."""
    quotes = np.flatnonzero(data == _QUOTE)
    before = np.searchsorted(quotes, starts)
    line_of_mark = np.searchsorted(starts, marks, side="right") - 1
    enclosed = (np.searchsorted(quotes, marks) - before[line_of_mark]) % 2 == 1
    line_of_quote = np.searchsorted(starts, quotes, side="right") - 1
    closing = (np.arange(quotes.size) - before[line_of_quote]) % 2 == 1
    neighbour = np.where(closing, data[quotes + 1], data[np.maximum(quotes - 1, 0)])
    sound = np.isin(neighbour, (delimiter, _NEWLINE, _RETURN, _QUOTE))
    sound |= ~closing & (quotes == starts[line_of_quote])
    torn = np.diff(np.append(before, quotes.size)) % 2 == 1
    torn[line_of_quote[~sound]] = True
    return marks[~enclosed], torn


def _decoder(head: bytes, source: str) -> Callable[[bytes], bytes]:
    """What turns the bytes of a file into UTF-8; Windows-1252 is seen to later, line by line."""
    name = _wide(head)
    if name is None:
        return bytes
    decoder = codecs.getincrementaldecoder(name)()

    def decode(chunk: bytes) -> bytes:
        try:
            return decoder.decode(chunk, final=not chunk).lstrip("\ufeff").encode()
        except UnicodeDecodeError as error:
            raise BrokenSource(
                source, f"is no valid {name.upper()} text ({error.reason}).",
                remedy="Export it again, best as UTF-8.",
            ) from error  # fmt: skip

    return decode


def _wide(head: bytes) -> str | None:
    """The name of a two-byte encoding, by its mark or by the zeros beside ASCII letters."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    low, high = head[0::2].count(0), head[1::2].count(0)
    if high > 0.4 * len(head) > 8 * low:
        return "utf-16-le"
    return "utf-16-be" if low > 0.4 * len(head) > 8 * high else None


def _whole_lines(
    chunks: Iterator[bytes], decode: Callable[[bytes], bytes], source: str
) -> Iterator[Block]:
    rest, line, old_mac = b"", 1, None
    for chunk in chunks:
        text = rest + decode(chunk)
        if line == 1:
            text = text.removeprefix(codecs.BOM_UTF8)
        if old_mac is None:
            old_mac = b"\n" not in text and b"\r" in text
        text = text.replace(b"\r", b"\n") if old_mac else text
        cut = text.rfind(b"\n") + 1
        rest = text[cut:]
        if cut:
            yield _sound(text[:cut], line, source)
            line += text.count(b"\n", 0, cut)
        if len(rest) > LONGEST:
            raise _too_long(source, line)
    rest += decode(b"")
    if rest:
        yield _sound(rest + b"\n", line, source)


def _sound(text: bytes, line: int, source: str) -> Block:
    """A block whose lines are text and not too long."""
    if (zero := text.find(b"\0")) >= 0:
        raise BrokenSource(
            source, "holds NUL bytes: the file is damaged or no text.",
            line=line + text.count(b"\n", 0, zero), remedy="Fetch it again.",
        )  # fmt: skip
    newlines = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _NEWLINE)
    lengths = np.diff(newlines, prepend=-1)
    if lengths.max() > LONGEST + 1:
        raise _too_long(source, line + int(lengths.argmax()))
    try:
        text.decode()
    except UnicodeDecodeError as error:
        mended = line + text.count(b"\n", 0, error.start)
        return Block(text.decode("cp1252", "replace").encode(), line, mended)
    return Block(text, line, None)


def _too_long(source: str, line: int) -> OversizedSource:
    return OversizedSource(
        source, f"the line is longer than {LONGEST:,} bytes: this is no table of readings.",
        line=line, remedy="Check that the file has line ends.",
    )  # fmt: skip
