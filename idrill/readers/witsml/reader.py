"""WITSML 1.3.1.1 and 1.4.1.1: logs by time or depth; other objects go to `witsml_objects`.

A document may hold several logs. They become one table where all are indexed alike and belong to
one well; otherwise the file is refused, because one source is one table. Rows are numbered by their
`<data>` elements, since servers write a whole document on one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import polars as pl
from lxml import etree

from idrill.errors import BrokenSource, InvalidName, UnitError
from idrill.frame import TIME
from idrill.readers.assembly import RawColumn, RawTable, ReadOptions, assemble
from idrill.readers.columns import spaced
from idrill.readers.headings import recognise
from idrill.readers.reading import Kind, Reading
from idrill.readers.witsml.header import LogHeader
from idrill.readers.witsml.objects import nothing_used, read_objects, version_of, well_called
from idrill.readers.witsml.rows import Curve, LogRows
from idrill.readers.witsml.stream import Stream, local_name, root_of
from idrill.units import conversion
from idrill.wells import Well

BATCH, BATCH_TEXT = 10_000, 1 << 19
"""Rows and characters of them that are parsed at a time, whichever is reached first."""

_NUMERIC = {None, "double", "float", "long", "int", "short", "byte"}
"""Values of `typeLogData` that promise numbers; it may be absent."""

_COMPANION = "the mnemonic of the hole depth"
"""How one vendor's server describes the curve `Depth` that it adds to each log. On Volve's F-7 that
curve holds the hole depth in one log, the bit depth in the next and 0 in a third."""


def read_witsml(path: Path, options: ReadOptions) -> Reading:
    """The content of a WITSML document.

    Raises:
        BrokenSource: If its XML is broken or cut short, it is no WITSML, or its logs cannot be one
            table.
    """
    root = root_of(path, options.source)
    version = version_of(root, options.source)
    if root.name != "logs":
        return read_objects(path, root, options)
    document = _read_logs(path, options)
    if not document.logs:
        return nothing_used(version, options, "the document holds no log")
    reading = assemble(_raw_table(document, version), options)
    unmapped = {**reading.report.unmapped, **document.unmapped}
    return replace(reading, report=replace(reading.report, unmapped=unmapped))


@dataclass(frozen=True, slots=True)
class _Log:
    """The rows of one `logData`."""

    header: LogHeader
    rows: LogRows


@dataclass(slots=True)
class _Document:
    """The logs of a document, as far as it has been read."""

    options: ReadOptions
    header: LogHeader
    logs: list[_Log] = field(default_factory=list)
    unmapped: dict[str, str] = field(default_factory=dict)
    """Curves that hold no numbers, with the reason."""
    rows: LogRows | None = None
    """Of the `logData` that is being read."""
    waiting: list[str | None] = field(default_factory=list)
    waiting_text: int = 0
    """Characters of the rows that wait."""
    rows_read: int = 0

    def accept(self, element: etree._Element) -> None:
        """Take in an element other than a row."""
        parent = element.getparent()
        above = "" if parent is None else local_name(parent)
        if above == "log" and parent is not None:
            self.header.texts.setdefault("uidWell", parent.get("uidWell") or "")
        if above == "log" and local_name(element) == "logData":
            self._finish_rows()
        elif above in ("log", "logData"):
            self.header.accept(element)
        elif local_name(element) == "log":
            self.header = LogHeader(self.options.source)

    def _finish_rows(self) -> None:
        self.parse_waiting()
        if self.rows is None:
            self.rows = self._begin()
        self.logs.append(_Log(self.header, self.rows))
        for number, example in self.rows.textual.items():
            name = self.rows.layout.curves[number].mnemonic
            self.unmapped[name] = f"holds text, such as {example!r}"
        self.rows = None

    def parse_waiting(self) -> None:
        """Parse the rows that have come since the last time."""
        if self.rows is None and self.waiting:
            self.rows = self._begin()
        if self.rows is not None:
            self.rows.take(self.waiting, self.rows_read + 1)
        self.rows_read += len(self.waiting)
        self.waiting, self.waiting_text = [], 0

    def hold(self, row: str | None) -> None:
        """Keep a row until there are enough to be parsed together."""
        self.waiting.append(row)
        self.waiting_text += len(row or "")

    @property
    def is_full(self) -> bool:
        """Whether enough rows wait."""
        return len(self.waiting) >= BATCH or self.waiting_text >= BATCH_TEXT

    def _begin(self) -> LogRows:
        columns = self.options.columns
        clock = (columns and columns.utc_offset) or timedelta(0)
        layout = self.header.layout(clock)
        kept = []
        for number, curve in enumerate(layout.curves):
            if number == layout.index:
                continue
            reason = self._useless(curve)
            if reason is None:
                kept.append(number)
            else:
                self.unmapped[curve.mnemonic] = reason
        return LogRows(layout, kept)

    def _useless(self, curve: Curve) -> str | None:
        """Why a curve cannot become a channel; only those that may are kept in memory."""
        chosen = self.options.columns and self.options.columns.columns.get(spaced(curve.mnemonic))
        if chosen:
            return "ignored by the map of columns" if chosen.ignore else None
        return _not_numbers(curve) or _unrecognised(curve)


def _unrecognised(curve: Curve) -> str | None:
    found = recognise(curve.mnemonic, curve.unit, curve.description)
    return found if isinstance(found, str) else None


def _not_numbers(curve: Curve) -> str | None:
    if curve.data_type not in _NUMERIC:
        return f"holds no numbers but {curve.data_type}"
    if curve.description.casefold().startswith(_COMPANION):
        return "is the depth its server adds to each log: hole or bit depth, it does not say which"
    return None


def _read_logs(path: Path, options: ReadOptions) -> _Document:
    document = _Document(options, LogHeader(options.source))
    stream = Stream(path, options.source)
    for element in stream:
        if element.tag.endswith("data") and local_name(element) == "data":
            document.hold(element.text)
            element.clear()
            if document.is_full:
                document.parse_waiting()
                stream.forget(element)
            continue
        document.accept(element)
        if local_name(element) == "log":
            stream.forget(element)
    return document


def _raw_table(document: _Document, version: str) -> RawTable:
    """The logs of a document below one another."""
    kind = _only_kind(document.options.source, document.logs)
    table, columns = _stacked(document.logs)
    wells = [well for log in document.logs for well in _wells(log.header)]
    return RawTable(
        kind=kind,
        format=version,
        lines=table[_LINE],
        index=table[_INDEX],
        columns=[replace(column, values=table[name]) for name, column in columns.items()],
        rows_read=document.rows_read,
        rejections=[bad for log in document.logs for bad in log.rows.rejections],
        wells=tuple(dict.fromkeys(wells)),
        notes=tuple(_notes(document)),
        others=tuple(curve.mnemonic for log in document.logs for curve in log.rows.layout.curves),
    )


def _only_kind(source: str, logs: Sequence[_Log]) -> Kind:
    """What all logs are indexed by.

    Raises:
        BrokenSource: If they differ in that, or belong to several wells.
    """
    remedy = "Write them to separate files."
    kinds = {log.rows.layout.kind for log in logs}
    if len(kinds) > 1:
        raise BrokenSource(source, "it mixes logs by time and by depth.", remedy=remedy)
    wells = sorted({log.header.well for log in logs if log.header.well})
    if len(wells) > 1:
        raise BrokenSource(source, f"it holds logs of {' and '.join(wells)}.", remedy=remedy)
    return kinds.pop()


def _stacked(logs: Sequence[_Log]) -> tuple[pl.DataFrame, dict[str, RawColumn]]:
    """All rows, and what is known about their columns."""
    columns: dict[str, RawColumn] = {}
    tables = []
    for log in logs:
        placed = [
            _place(columns, name, log.rows.layout.curves[number], number)
            for number, name in _names(log.rows).items()
        ]
        keys = pl.col("line").alias(_LINE), pl.col("index").alias(_INDEX)
        tables += [table.select(*keys, *placed) for table in log.rows.tables]
    schema = {_LINE: pl.Int64(), _INDEX: _index_type(logs[0])} | dict.fromkeys(
        columns, pl.Float64()
    )
    return pl.concat([pl.DataFrame(schema=schema), *tables], how="diagonal"), columns


_LINE, _INDEX = "\0line", "\0index"
"""Names that no curve has: a zero byte cannot stand in XML."""


def _index_type(log: _Log) -> pl.DataType:
    return TIME if log.rows.layout.kind is Kind.TIME else pl.Float64()


def _names(rows: LogRows) -> dict[int, str]:
    """A column name for each kept field: its mnemonic, numbered where it stands twice."""
    names: dict[int, str] = {}
    for number in rows.fields:
        mnemonic = rows.layout.curves[number].mnemonic
        times = sum(rows.layout.curves[other].mnemonic == mnemonic for other in names)
        names[number] = f"{mnemonic} ({times + 1})" if times else mnemonic
    return names


def _place(columns: dict[str, RawColumn], name: str, curve: Curve, number: int) -> pl.Expr:
    """One field under its column name, in the unit that the first log of the file uses."""
    known = columns.setdefault(name, _raw(name, curve))
    values = pl.col(str(number))
    if curve.unit == known.unit:
        return values.alias(name)
    try:
        change = conversion(curve.unit or "", known.unit or "")
    except UnitError:
        other = f"{name} [{curve.unit}]"
        columns.setdefault(other, _raw(other, curve))
        return values.alias(other)
    return (values * change.factor + change.shift).alias(name)


def _raw(name: str, curve: Curve) -> RawColumn:
    """A column as yet without values."""
    empty = pl.Series(dtype=pl.Float64)
    return RawColumn(name, empty, curve.unit, curve.description, heading=curve.mnemonic)


def _wells(header: LogHeader) -> list[Well]:
    """The well of a log, where its name can be one."""
    try:
        return [well_called(header.well)] if header.well else []
    except InvalidName:
        return []


def _notes(document: _Document) -> list[str]:
    """What a reader of the report should know besides."""
    notes = []
    if len(document.logs) > 1:
        names = ", ".join(dict.fromkeys(log.header.name for log in document.logs))
        notes.append(f"{len(document.logs)} logs became one table: {names}")
    if unzoned := sum(log.rows.unzoned for log in document.logs):
        notes.append(f"{unzoned} times state no offset from UTC")
    if any(log.header.texts.get("direction") == "decreasing" for log in document.logs):
        notes.append("the log runs backwards, so its rows count as reordered")
    return notes
