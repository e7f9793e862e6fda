"""Delimited text: the exports of spreadsheets and recorders, indexed by time or by depth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from polars.exceptions import ComputeError

from idrill.errors import BrokenSource, OversizedSource, SourceError
from idrill.readers.assembly import RawColumn, RawTable, ReadOptions, assemble, runs
from idrill.readers.columns import ColumnMap
from idrill.readers.csv.decimals import remarks
from idrill.readers.csv.indexing import Index, index_of
from idrill.readers.csv.layout import SAMPLE, Layout, layout_of
from idrill.readers.csv.lines import blocks, texts_of
from idrill.readers.csv.rows import Faults, Plan, name_of, plan_of, rows_of
from idrill.readers.instants import Instants, instants, joined
from idrill.readers.reading import Kind, Reading, Reason, Rejection
from idrill.units import conversion


def read_csv(path: Path, options: ReadOptions) -> Reading:
    """The reading of a delimited text file.

    Args:
        path: A plain file.
        options: Its name, and the user's map of columns.

    Raises:
        UnknownFormat: If it is no table of columns.
        BrokenSource: If it has no header, no rows, no index, two headers, or is damaged.
        OversizedSource: If it, or a line of it, is too long.
    """
    return assemble(raw_table(path, options), options)


def raw_table(path: Path, options: ReadOptions) -> RawTable:
    """The rows of a delimited text file, not yet in channels; raises what `read_csv` does."""
    if path.stat().st_size > options.max_bytes:
        raise OversizedSource(
            options.source, f"is larger than the {options.max_bytes:,} bytes allowed.",
            remedy="Split it, or raise the limit.",
        )  # fmt: skip
    columns = options.columns or ColumnMap()
    layout = _layout(path, options.source, columns)
    index = index_of(layout, columns, options.source)
    plan, faults = plan_of(layout, index, columns), Faults()
    parts = [rows_of(block, plan, faults, options.source) for block in blocks(path, options.source)]
    table = pl.concat(parts)
    del parts
    return _File(path, options.source, columns, index, plan, faults).raw(table)


def _layout(path: Path, source: str, columns: ColumnMap) -> Layout:
    first = next(blocks(path, source), None)
    if first is None or not first.text.strip():
        raise BrokenSource(source, "is empty.", remedy="Export it again.")
    lines = first.text.split(b"\n", SAMPLE)[:SAMPLE]
    return layout_of([line.decode().rstrip("\r") for line in lines], columns, source)


@dataclass(frozen=True, slots=True)
class _File:
    """A file whose lines were read, and what is known about it."""

    path: Path
    source: str
    columns: ColumnMap
    index: Index
    plan: Plan
    faults: Faults

    @property
    def layout(self) -> Layout:
        return self.plan.layout

    def raw(self, table: pl.DataFrame) -> RawTable:
        """The raw table, of the rows whose index is sound."""
        values, notes, unsound = self._indexed(table)
        kept = values.is_not_null()
        rejections = self._rejections(table["line"].filter(~kept), unsound)
        if not kept.all():
            table, values = table.filter(kept), values.filter(kept)
        self._see_rows(table.height, rejections)
        return RawTable(
            kind=self.index.kind,
            format="csv",
            lines=table["line"],
            index=values,
            columns=self._columns(table),
            rows_read=self.faults.rows,
            rejections=rejections,
            others=tuple(self.layout.names[at] for at in self.index.columns),
            notes=(*notes, *self._notes()),
        )

    def _indexed(self, table: pl.DataFrame) -> tuple[pl.Series, tuple[str, ...], str]:
        """The index of each row, null where it is unsound, notes, and what unsound means."""
        texts = [table[name_of(at)] for at in self.index.columns]
        if self.index.kind is Kind.DEPTH:
            unit = conversion(self.index.unit, "m")
            depths = texts[0] * unit.factor + unit.shift
            return depths.set(~depths.is_finite(), None), (), "the depth is missing or no number"
        found = self._instants(texts[0] if len(texts) == 1 else joined(texts[0], texts[1]))
        return found.times, found.notes, f"the time is missing or no instant ({found.form})"

    def _instants(self, texts: pl.Series) -> Instants:
        try:
            return instants(
                texts, time_format=self.columns.time_format, utc_offset=self.columns.utc_offset
            )
        except ComputeError as error:
            raise SourceError(
                self.source, f"time_format {self.columns.time_format!r} is none.",
                remedy="It takes the letters of strftime, as in %d.%m.%Y %H:%M:%S.",
            ) from error  # fmt: skip

    def _rejections(self, unindexed: pl.Series, unsound: str) -> tuple[Rejection, ...]:
        """Everything rejected, as runs with their reason and the first line of each."""
        faults = self.faults
        reason = Reason.BAD_TIME if self.index.kind is Kind.TIME else Reason.BAD_DEPTH
        groups = [
            (faults.repeated, Reason.REPEATED_HEADER, "the header once more"),
            (faults.torn, Reason.WRONG_FIELDS, "quotes do not close within the line"),
            (faults.numberless, Reason.BAD_NUMBER, "none of its cells is a number"),
            (unindexed.to_list(), reason, unsound),
            *self._miscounted(),
        ]
        found = [one for group in groups for one in self._runs(*group)]
        return tuple(sorted(found, key=lambda one: one.first_line))

    def _miscounted(self) -> Iterator[tuple[list[int], Reason, str]]:
        width = len(self.layout.names)
        for count in sorted(set(self.faults.wrong_fields.values())):
            lines = [line for line, found in self.faults.wrong_fields.items() if found == count]
            yield lines, Reason.WRONG_FIELDS, f"{count} fields where the header has {width}"

    def _runs(self, lines: Sequence[int], reason: Reason, detail: str) -> tuple[Rejection, ...]:
        if not lines:
            return ()
        texts = texts_of(self.path, self.source, np.asarray(lines, dtype=np.int64))
        if reason in (Reason.BAD_TIME, Reason.BAD_DEPTH, Reason.BAD_NUMBER):
            self._see_headings(lines, texts)
        return runs(lines, reason, detail, texts)

    def _see_headings(self, lines: Sequence[int], texts: Sequence[str]) -> None:
        """Refuse a file that goes on below a header of other columns: its values would be mixed."""
        names = [name.casefold() for name in self.layout.names]
        indexed = [(at, names[at]) for at in self.index.columns]
        for line, text in zip(lines, texts, strict=True):
            parts = text.split(self.layout.delimiter)
            fields = [" ".join(part.strip(' "').split()).casefold() for part in parts]
            shared = {*names} & {*fields}
            again = all(fields[at : at + 1] == [name] for at, name in indexed)
            if again or (len(shared) > 1 and 2 * len(shared) >= len(names)):
                raise BrokenSource(
                    self.source, "a second header names other columns, or in another order.",
                    line=line, remedy="Split the file there.",
                )  # fmt: skip

    def _see_rows(self, kept: int, rejections: tuple[Rejection, ...]) -> None:
        """Refuse a file of which nothing, or not even half the lines, fits its header."""
        misfits = len(self.faults.wrong_fields) + len(self.faults.torn)
        if kept and 2 * misfits <= self.faults.rows:
            return
        worst = max(rejections, key=lambda one: one.rows, default=None)
        why = f"{worst.detail}: {worst.sample[:80]!r}" if worst else "there are none"
        rows = "none" if not kept else f"only {kept}"
        raise BrokenSource(
            self.source, f"{rows} of its {self.faults.rows} rows can be read; {why}.",
            line=worst.first_line if worst else None,
            remedy="Check its delimiter and header, or describe them in a map of columns.",
        )  # fmt: skip

    def _columns(self, table: pl.DataFrame) -> tuple[RawColumn, ...]:
        names, units, titles = self.layout.names, self.layout.units, self.layout.titles
        nothing = pl.Series([None] * table.height, dtype=pl.Float64())
        numeric = set(self.plan.numeric)
        return tuple(
            RawColumn(
                names[at],
                table[name_of(at)] if at in numeric else nothing,
                units[at],
                heading=titles[at] or None,
            )
            for at in sorted((*numeric, *self.plan.skipped))
        )

    def _notes(self) -> Iterator[str]:
        for name, cells in self.faults.cells.items():
            yield (
                f"column {self.layout.names[int(name[7:]) - 1]!r}: {cells.count} cells hold no "
                f"number, the first {cells.first_text!r} in line {cells.first_line}"
            )
        for at in self.plan.skipped:
            yield f"column {self.layout.names[at]!r} holds text"
        if self.faults.mended is not None:
            yield f"not UTF-8 from line {self.faults.mended} on: read as Windows-1252"
        yield from remarks(self.layout.decimals, self.layout.names)
