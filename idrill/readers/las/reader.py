"""LAS 1.2 and 2.0: logs of a well over depth or time, wrapped or not.

lasio reads the header. The data are read here, because a reader that reshapes a stream of numbers
shifts every value behind a missing one into the wrong curve (`las_rows`).
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import polars as pl

from idrill.errors import BrokenSource, OversizedSource, SourceError
from idrill.readers.assembly import RawColumn, RawTable, ReadOptions, assemble
from idrill.readers.las.header import Curve, LasHeader, numbered_lines, read_header
from idrill.readers.las.indexing import Index, IndexPlan, index_of, plan_index
from idrill.readers.las.rows import Cells, Row, Rows, data_lines, layout, read_rows, unwrapped
from idrill.readers.reading import Kind, Reading, Reason, Rejection


def read_las(path: Path, options: ReadOptions) -> Reading:
    """The rows of a LAS file, over depth or time.

    Raises:
        OversizedSource: If the file is larger than `options.max_bytes`.
        BrokenSource: If its header is broken, it is LAS 3.0, or its index cannot be told.
        SourceError: If it cannot be read.
    """
    try:
        if path.stat().st_size > options.max_bytes:
            raise OversizedSource(options.source, f"is larger than {options.max_bytes} bytes.")
        with path.open("rb") as file:
            header, first = read_header(file, options.source)
            plan = plan_index(header, options)
            lines = data_lines(numbered_lines(file, options.source, first), options.source)
            rows = _rows(lines, header, plan, options)
    except OSError as error:
        raise SourceError(options.source, f"cannot be read: {error.strerror}.") from error
    return assemble(_table(rows, header, plan, options), options)


def _rows(lines: Iterator[Row], header: LasHeader, plan: IndexPlan, options: ReadOptions) -> Rows:
    """The rows of the data.

    Raises:
        BrokenSource: If there are none, or a row of a wrapped file cannot be told from the next.
    """
    start = next(lines, None)
    if start is None:
        raise BrokenSource(options.source, "has no row after `~A`: nothing to read.")
    names = tuple(curve.name for curve in header.curves)
    form = layout(start, len(names))
    lines = chain([start], lines)
    if header.wrapped and form.count(start.text) != len(names):
        if form.count(start.text) > 1 or len(names) < 3:
            raise BrokenSource(
                options.source,
                "is wrapped (WRAP YES), but the index does not stand alone in its line.",
                line=start.line,
            )
        lines = unwrapped(lines, form)
    nulls = options.columns.null_values if options.columns else ()
    return read_rows(lines, form, Cells(names, frozenset(plan.curves), header.null, nulls))


def _table(rows: Rows, header: LasHeader, plan: IndexPlan, options: ReadOptions) -> RawTable:
    table = rows.table
    index = index_of(table, plan, header, options)
    kept = table.filter(index.values.is_not_null())
    return RawTable(
        plan.kind,
        f"las {header.version}",
        kept["line"],
        index.values.drop_nulls(),
        [_column(kept, curve) for curve in header.curves if curve.name not in plan.curves],
        rows.read,
        [*rows.rejections, *_without_index(table, index, plan)],
        () if header.well is None else (header.well,),
        notes=(*index.notes, *_notes(rows)),
        others=plan.curves,
    )


def _column(table: pl.DataFrame, curve: Curve) -> RawColumn:
    values, unit = table[curve.name], curve.unit or None
    return RawColumn(curve.name, values, unit, curve.description, curve.mnemonic)


def _without_index(table: pl.DataFrame, index: Index, plan: IndexPlan) -> Iterator[Rejection]:
    reason = Reason.BAD_DEPTH if plan.kind is Kind.DEPTH else Reason.BAD_TIME
    detail = f"{' and '.join(plan.curves)} cannot be read as {plan.kind}"
    absent = table.filter(index.values.is_null()).select("line", *plan.curves)
    for line, *texts in absent.iter_rows():
        yield Rejection(line, line, 1, reason, detail, " ".join(map(str, texts))[:200])


def _notes(rows: Rows) -> Iterator[str]:
    for name, (count, line, sample) in rows.wrong.items():
        yield f"curve {name}: {count} values are no numbers, first {sample[:40]!r} in line {line}"
