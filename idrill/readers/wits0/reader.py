"""WITS level 0: frames of items, as rigs have sent them over serial lines since 1984.

A frame stands between the lines `&&` and `!!`; each line in it is `RRIIvalue`: record, item, value
(`wits0_frames`). A row is a frame. Records 01 (general, time based) and 11 (mud tank volumes) carry
channels (`wits0_items`); a frame of another record has no values, and is rejected for that.
"""

import codecs
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from idrill.errors import BrokenSource, InvalidName, OversizedSource, SourceError
from idrill.frame import TIME
from idrill.readers.assembly import RawColumn, RawTable, ReadOptions, assemble
from idrill.readers.reading import Kind, Reading, Reason, Rejection
from idrill.readers.wits0.frames import Frame, FrameParser
from idrill.readers.wits0.items import ITEM_UNITS, Agreement, agreed
from idrill.wells import Well, well_id

_CHUNK = 1 << 18
_LONGEST_GREETING = 1 << 20
"""How much may stand before the first frame [characters]."""
_HEADER = frozenset({"01", "02", "03", "04", "05", "06"})
"""Well, section, record, sequence, date and time: the same items in every record."""
NO_TIME = "items 05 and 06 give no date and time (YYMMDD and HHMMSS)"
EMPTY = "the frame holds no item"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_wits0(path: Path, options: ReadOptions) -> Reading:
    """The frames of a capture, each one row.

    Raises:
        OversizedSource: If the file is larger than `options.max_bytes`.
        BrokenSource: If it holds no frame.
        SourceError: If it cannot be read.
    """
    agreement = agreed(options.columns)
    parser, rows = FrameParser(agreement.utc_offset), _Rows()
    for text in _texts(path, options):
        rows.add(parser.feed(text))
        if rows.read == 0 and parser.size > _LONGEST_GREETING:
            break
    rows.add(parser.close())
    if rows.sound == 0:
        raise BrokenSource(
            options.source,
            "holds no WITS frame: a line `&&`, lines of items, a line `!!`.",
            remedy="Check that it is a WITS level 0 capture.",
        )
    return assemble(_table(rows, parser.loose, agreement), options)


def _texts(path: Path, options: ReadOptions) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    size = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > options.max_bytes:
                    raise OversizedSource(
                        options.source, f"is larger than {options.max_bytes} bytes."
                    )
                yield decoder.decode(chunk)
    except OSError as error:
        raise SourceError(options.source, f"cannot be read: {error.strerror}.") from error


class _Rows:
    """The frames read so far."""

    def __init__(self) -> None:
        self.read = 0
        self.sound = 0
        self.lines = array("q")
        self.times = array("q")
        self.cells: list[pl.DataFrame] = []
        """Rows, codes, values, and the texts that are no numbers."""
        self.rejections: list[Rejection] = []
        self.wells: dict[str, Well] = {}
        self.strays = 0
        self._last_rejected = 0

    def add(self, frames: Iterable[Frame]) -> None:
        """Take in frames, in the order of the file."""
        rows: list[int] = []
        codes: list[str] = []
        texts: list[str] = []
        for frame in frames:
            self.read += 1
            self.sound += frame.fault is None
            self.strays += frame.strays
            if frame.time is None:
                self._reject(frame)
                continue
            rows += [len(self.lines)] * len(frame.items)
            codes += frame.items.keys()
            texts += frame.items.values()
            self._keep(frame, frame.time)
        if codes:
            self.cells.append(_parsed(rows, codes, texts))

    def _keep(self, frame: Frame, time: datetime) -> None:
        self.lines.append(frame.line)
        self.times.append((time - _EPOCH) // timedelta(microseconds=1))
        name = frame.items.get(f"{frame.record}01", "")
        if name and name not in self.wells:
            with suppress(InvalidName):
                self.wells[name] = Well(well_id(name), name)

    def _reject(self, frame: Frame) -> None:
        reason = Reason.WRONG_FIELDS if frame.fault or not frame.items else Reason.BAD_TIME
        detail = frame.fault or (NO_TIME if frame.items else EMPTY)
        last = frame.line + frame.text.count("\n") + (frame.text != "")
        before = self.rejections[-1] if self._last_rejected == self.read - 1 > 0 else None
        if before is not None and (before.reason, before.detail) == (reason, detail):
            self.rejections[-1] = replace(before, last_line=last, rows=before.rows + 1)
        else:
            sample = frame.text.replace("\n", " ")[:200]
            self.rejections.append(Rejection(frame.line, last, 1, reason, detail, sample))
        self._last_rejected = self.read


def _parsed(rows: list[int], codes: list[str], texts: list[str]) -> pl.DataFrame:
    schema = {"row": pl.Int64(), "code": pl.String(), "text": pl.String()}
    cells = pl.DataFrame({"row": rows, "code": codes, "text": texts}, schema=schema)
    value = pl.col("text").cast(pl.Float64, strict=False)
    return cells.filter(~pl.col("code").str.tail(2).is_in(_HEADER)).select(
        "row",
        pl.col("code").cast(pl.Int16),
        value.fill_nan(None).alias("value"),
        pl.when(value.is_null() & (pl.col("text") != "")).then(pl.col("text")).alias("text"),
    )


def _table(rows: _Rows, loose: int, agreement: Agreement) -> RawTable:
    cells = pl.concat(rows.cells) if rows.cells else _parsed([], [], [])
    cells = cells.with_columns(
        pl.when(~pl.col("value").is_in(agreement.nulls)).then(pl.col("value")).alias("value")
    )
    lines = pl.Series("line", np.frombuffer(rows.lines, np.int64), pl.Int64)
    return RawTable(
        Kind.TIME,
        "wits0",
        lines,
        pl.Series("time", np.frombuffer(rows.times, np.int64), pl.Int64).cast(TIME),
        _columns(cells, lines.len(), agreement),
        rows.read,
        rows.rejections,
        tuple(rows.wells.values()),
        notes=tuple(_notes(rows, loose, cells, lines, agreement)),
    )


def _columns(cells: pl.DataFrame, height: int, agreement: Agreement) -> list[RawColumn]:
    units = ITEM_UNITS[agreement.system]
    columns = []
    for (number,), part in sorted(cells.partition_by("code", as_dict=True).items()):
        code = f"{number:04d}"
        values = np.full(height, np.nan)
        values[part["row"].to_numpy()] = part["value"].cast(pl.Float64).to_numpy()
        series = pl.Series(code, values, nan_to_null=True)
        columns.append(RawColumn(code, series, units.get(code)))
    return columns


def _notes(
    rows: _Rows, loose: int, cells: pl.DataFrame, lines: pl.Series, agreement: Agreement
) -> Iterator[str]:
    if agreement.columns.units is None:
        yield "units are taken to be metric: WITS states none (`units` in the map of columns)"
    if rows.strays:
        yield f"{rows.strays} lines inside frames are no items"
    if loose:
        yield f"{loose} lines between frames are no items"
    wrong = cells.filter(pl.col("text").is_not_null()).group_by("code", maintain_order=True)
    first = (pl.col("row").first(), pl.col("text").first(), pl.len().alias("count"))
    for number, row, text, count in wrong.agg(*first).iter_rows():
        if agreement.channel(f"{number:04d}") is not None:
            place = f"first {text[:40]!r} in the frame of line {lines[row]}"
            yield f"item {number:04d}: {count} values are no numbers, {place}"
