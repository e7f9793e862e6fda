"""The rows of delimited text, block by block: numbers and texts in columns, faults counted.

The lines that have the right number of fields go to polars as one table of numbers. Only a block in
which that fails is looked at cell by cell.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import ComputeError, SchemaError

from idrill.errors import BrokenSource
from idrill.readers.columns import ColumnMap
from idrill.readers.csv.indexing import Index
from idrill.readers.csv.layout import NULLS, Layout, is_value
from idrill.readers.csv.lines import Block, Lines, lines_of
from idrill.readers.reading import Kind

_FINGERPRINT = 24
"""Characters of a heading that are compared in all lines before the rest of it is in a few."""

_GROUPED = re.compile(rb"""(?:^|[\s;|"'+-])[1-9]\d{0,2}\.\d{3}(?!\d)""", re.MULTILINE)
"""A cell such as `21.057`, or one that begins so."""

_LIKELY_NULLS = ("NaN", "NAN", "nan", "null")
"""Looked for in every file; others where the sample has them, as each one costs time."""


@dataclass(frozen=True, slots=True)
class BadCells:
    """The cells of one column that are no numbers."""

    count: int
    first_line: int
    first_text: str


@dataclass(slots=True)
class Faults:
    """What was wrong with the lines so far."""

    rows: int = 0
    """Lines that should be rows, the faulty ones included."""
    wrong_fields: dict[int, int] = field(default_factory=dict)
    """Lines, with the number of fields they have."""
    torn: list[int] = field(default_factory=list)
    """Lines with quotes out of place."""
    repeated: list[int] = field(default_factory=list)
    """Lines that are the header once more."""
    numberless: list[int] = field(default_factory=list)
    """Lines whose cells are no numbers, all of them."""
    cells: dict[str, BadCells] = field(default_factory=dict)
    mended: int | None = None
    """The first line that was no UTF-8."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How each column is read; columns of text that are no time are not."""

    layout: Layout
    numeric: tuple[int, ...]
    texts: tuple[int, ...]
    skipped: tuple[int, ...]
    index: tuple[int, ...]
    nulls: tuple[str, ...]

    @property
    def schema(self) -> pl.Schema:
        """The table that a block becomes."""
        columns = {name_of(at): pl.Float64() for at in self.numeric}
        texts = {name_of(at): pl.String() for at in self.texts}
        return pl.Schema({"line": pl.Int64(), **dict(sorted((columns | texts).items()))})


def name_of(number: int) -> str:
    """The name that a column has until it has a channel."""
    return f"column_{number + 1}"


def plan_of(layout: Layout, index: Index, columns: ColumnMap) -> Plan:
    """How each column of a file is read, as its sample suggests."""
    time = index.columns if index.kind is Kind.TIME else ()
    skipped = [
        at for at in range(len(layout.names))
        if at not in index.columns and _is_text(layout.column(at))
    ]  # fmt: skip
    numeric = [at for at in range(len(layout.names)) if at not in skipped and at not in time]
    seen = {text for row in layout.sample for text in row.given if text.casefold() in NULLS}
    nulls = sorted(seen.union(_LIKELY_NULLS, columns.null_values))
    return Plan(layout, tuple(numeric), time, tuple(skipped), index.columns, tuple(nulls))


def _is_text(sample: Sequence[str]) -> bool:
    given = [text for text in sample if text]
    numbers = sum(is_value(text) and not any(mark in text[1:] for mark in ":/") for text in given)
    return 2 * numbers < len(given)


def rows_of(block: Block, plan: Plan, faults: Faults, source: str) -> pl.DataFrame:
    """The rows of a block, and what was wrong with the others into `faults`.

    Raises:
        BrokenSource: If polars cannot make columns of them.
    """
    if faults.mended is None:
        faults.mended = block.mended
    lines = lines_of(block, plan.layout.delimiter)
    good, trailing = _good(block, lines, plan.layout, faults)
    numbers = np.flatnonzero(good) + block.first_line
    if not numbers.size:
        return plan.schema.to_frame()
    text = _body(block, lines, good, trailing)
    try:
        table = _numbered(_as_numbers(text, plan), numbers, source)
    except (ComputeError, SchemaError):
        table = _cell_by_cell(text, plan, numbers, faults, source)
    return _without_nulls(table, plan).select(plan.schema.names())


def _numbered(table: pl.DataFrame, lines: NDArray[np.int64], source: str) -> pl.DataFrame:
    """The rows with the lines they stand in."""
    if table.height != lines.size:
        raise BrokenSource(
            source, f"{lines.size} lines make {table.height} rows: quotes are out of place.",
            line=int(lines[0]), remedy="Export it without quotes.",
        )  # fmt: skip
    return table.with_columns(pl.Series("line", lines, dtype=pl.Int64))


def _good(
    block: Block, lines: Lines, layout: Layout, faults: Faults
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which lines are sound rows, and which of them end with a delimiter too many."""
    number = np.arange(lines.starts.size) + block.first_line
    body = (number >= layout.first_row) & (lines.ends > lines.starts)
    last = lines.data[np.maximum(lines.ends - 1, 0)]
    trailing = (lines.fields == len(layout.names) + 1) & (last == ord(layout.delimiter))
    repeated = body & _is_heading(lines, layout)
    torn = body & ~repeated & lines.torn
    wrong = body & ~repeated & ~torn & ~trailing & (lines.fields != len(layout.names))
    faults.rows += int(body.sum())
    faults.repeated.extend(number[repeated].tolist())
    faults.torn.extend(number[torn].tolist())
    faults.wrong_fields.update(
        zip(number[wrong].tolist(), lines.fields[wrong].tolist(), strict=True)
    )
    good = body & ~repeated & ~torn & ~wrong
    return good, good & trailing


def _is_heading(lines: Lines, layout: Layout) -> NDArray[np.bool_]:
    """Which lines are the header, or the units below it."""
    found = np.zeros(lines.starts.size, dtype=np.bool_)
    for heading in layout.headings:
        wanted = np.frombuffer(heading.encode(), dtype=np.uint8)
        rest = np.flatnonzero(lines.ends - lines.starts == wanted.size)
        for at in range(min(_FINGERPRINT, wanted.size)):
            rest = rest[lines.data[lines.starts[rest] + at] == wanted[at]]
        found[[int(line) for line in rest if lines.text(int(line)) == heading]] = True
    return found


def _body(
    block: Block, lines: Lines, good: NDArray[np.bool_], trailing: NDArray[np.bool_]
) -> bytes:
    """The text of the good lines."""
    first = int(good.argmax())
    if good[first:].all() and not trailing.any():
        return block.text[int(lines.starts[first]) :]
    lengths = np.diff(lines.starts, append=lines.data.size)
    kept = np.repeat(good, lengths)
    kept[lines.ends[trailing] - 1] = False
    return lines.data[kept].tobytes()


def _as_numbers(text: bytes, plan: Plan) -> pl.DataFrame:
    """The rows, if all their cells are plain numbers; a grouped one would be read as a fraction.

    Raises:
        ComputeError: If some cell is not.
    """
    layout = plan.layout
    if layout.decimals.mark == "," and layout.delimiter != ",":
        if _GROUPED.search(text):
            raise ComputeError("a cell may have its thousands set off")
        text = text.replace(b",", b".")
    return _parsed(text, plan, pl.Float64())


def _parsed(text: bytes, plan: Plan, dtype: pl.Float64 | pl.String) -> pl.DataFrame:
    wanted = {name_of(at) for at in (*plan.numeric, *plan.texts)}
    texts = {name_of(at) for at in (*plan.texts, *plan.skipped)}
    names = [name_of(at) for at in range(len(plan.layout.names))]
    return pl.read_csv(
        text,
        has_header=False,
        schema={name: pl.String() if name in texts else dtype for name in names},
        columns=[name for name in names if name in wanted],
        separator=plan.layout.delimiter,
        quote_char='"' if b'"' in text else None,
        null_values=list(plan.nulls) if dtype == pl.Float64() else None,
    )


def _without_nulls(table: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The table without the numbers that the user's map calls null, however they are written."""
    declared = [float(text) for text in plan.nulls if _is_number(text)]
    names = [name_of(at) for at in plan.numeric]
    if not declared:
        return table
    return table.with_columns(pl.when(~pl.col(name).is_in(declared)).then(name) for name in names)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _cell_by_cell(
    text: bytes, plan: Plan, lines: NDArray[np.int64], faults: Faults, source: str
) -> pl.DataFrame:
    """The rows of a block in which some cell is no number."""
    try:
        raw = _parsed(text, plan, pl.String())
    except (ComputeError, SchemaError) as error:
        raise BrokenSource(
            source, f"its lines make no table: {str(error).splitlines()[0]}.", line=int(lines[0])
        ) from error
    raw = _numbered(raw, lines, source)
    if plan.layout.decimals.mark == "," and plan.layout.delimiter != ",":
        # As in the other blocks: a series of instants is read in one form.
        raw = raw.with_columns(pl.col(map(name_of, plan.texts)).str.replace_all(",", "."))
    names = [name_of(at) for at in plan.numeric]
    table = raw.with_columns(
        _number(pl.col(name_of(at)), plan.layout.decimals.of(at)) for at in plan.numeric
    )
    silent = [*NULLS, *(text.casefold() for text in plan.nulls)]
    said = pl.col(names).str.strip_chars().str.to_lowercase().is_in(silent).not_()
    bad = raw.select("line", said).with_columns(
        (pl.col(name) & table[name].is_null()).fill_null(value=False) for name in names
    )
    _count_cells(raw, bad, names, faults)
    return _with_numbers(table, bad, plan, faults)


def _number(text: pl.Expr, decimal: str) -> pl.Expr:
    """The number of each text, thousands set off or not."""
    thousands, mark = (r"\.", ",") if decimal == "," else (",", r"\.")
    bare = text.str.strip_chars()
    grouped = rf"^[+-]?[1-9]\d{{0,2}}({thousands}\d{{3}})+({mark}\d*)?$"
    marked = bare.str.contains(grouped)
    plain = pl.when(marked).then(bare.str.replace_all(thousands, "")).otherwise(bare)
    return plain.str.replace(decimal, ".", literal=True).cast(pl.Float64, strict=False)


def _count_cells(
    raw: pl.DataFrame, bad: pl.DataFrame, names: Sequence[str], faults: Faults
) -> None:
    for name in names:
        rows = bad[name]
        if count := int(rows.sum()):
            at = rows.arg_max() or 0
            new = BadCells(count, int(raw["line"][at]), str(raw[name][at])[:40])
            seen = faults.cells.get(name)
            faults.cells[name] = replace(seen, count=seen.count + count) if seen else new


def _with_numbers(
    table: pl.DataFrame, bad: pl.DataFrame, plan: Plan, faults: Faults
) -> pl.DataFrame:
    """The rows without those that hold a cell that is no number and none that is one."""
    measured = [name_of(at) for at in plan.numeric if at not in plan.index]
    if not measured:
        return table
    numberless = table.select(
        pl.all_horizontal(pl.col(measured).is_null())
        & pl.any_horizontal(bad[name] for name in measured)
    ).to_series()
    faults.numberless.extend(table["line"].filter(numberless).to_list())
    return table.filter(~numberless)
