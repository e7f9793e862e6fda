"""The data of a LAS file as rows of cells, each with as many as there are curves.

Fields are counted line by line, because a missing one would shift all that follow into the wrong
curve. A row with another number of fields is rejected.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

import polars as pl

from idrill.errors import BrokenSource
from idrill.readers.reading import Reason, Rejection

BATCH = 20_000
"""Rows that are taken apart at a time."""

_NULL_TEXTS = ("", "NAN", "NULL", "N/A", "NA", "-", "--")

_FIELD = r"\"[^\"]*\"|\S+"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file."""

    line: int
    last_line: int
    text: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How the fields of a row are told apart."""

    fields: int
    comma: bool = False
    """Whether a comma separates them."""
    decimal_comma: bool = False

    def tokens(self, texts: pl.Series) -> pl.Series:
        """The fields of each row."""
        if self.comma:
            return texts.str.split(",").list.eval(pl.element().str.strip_chars())
        return texts.str.extract_all(_FIELD)

    def count(self, text: str) -> int:
        """How many fields stand in one line."""
        return text.count(",") + 1 if self.comma else len(re.findall(_FIELD, text))


@dataclass(frozen=True, slots=True)
class Cells:
    """How the fields of a row become values."""

    names: tuple[str, ...]
    """One for each field."""
    texts: frozenset[str]
    """The columns that stay texts: the index."""
    null: float | None = None
    null_texts: tuple[str, ...] = ()


@dataclass(slots=True)
class Rows:
    """All rows of the data that have the right number of fields."""

    batches: list[pl.DataFrame] = field(default_factory=list)
    """`line`, then a column for each field."""
    rejections: list[Rejection] = field(default_factory=list)
    wrong: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Columns with fields that are no numbers: how many, the line and the text of the first."""
    read: int = 0

    @property
    def table(self) -> pl.DataFrame:
        """The rows in the order of the file."""
        return pl.concat(self.batches) if self.batches else pl.DataFrame()


def data_lines(lines: Iterator[tuple[int, bytes]], source: str) -> Iterator[Row]:
    """The lines that hold data.

    Raises:
        BrokenSource: If another section begins among them.
    """
    for number, line in lines:
        text = line.decode("latin-1").strip()
        if text.startswith("~"):
            raise BrokenSource(source, f"has a section after the data: {text[:40]!r}.", line=number)
        if text and not text.startswith("#"):
            yield Row(number, number, text)


def layout(first: Row, fields: int) -> Layout:
    """How fields are told apart, from the first line of the data.

    Example:
        >>> layout(Row(1, 1, "1500.0, 8.5,, 3"), 4).comma
        True
        >>> layout(Row(1, 1, "1500,0 8,5"), 2).decimal_comma
        True
    """
    blank, comma = Layout(fields), Layout(fields, comma=True)
    if "," not in first.text or blank.count(first.text) == fields != comma.count(first.text):
        return replace(blank, decimal_comma="," in first.text)
    return comma


def unwrapped(lines: Iterator[Row], form: Layout) -> Iterator[Row]:
    """The rows of a wrapped file, each in one text.

    The index stands alone in its line, which is how a row is found again after one with a missing
    or a surplus field. Lines that stand where no row can begin spoil the row before them: the two
    come as one, of too many fields.

    Example:
        >>> lines = [Row(n, n, text) for n, text in enumerate(["10", "1 2", "3", "11", "4 5 6"], 1)]
        >>> [row.text for row in unwrapped(iter(lines), Layout(4))]
        ['10 1 2 3', '11 4 5 6']
    """
    before: list[Row] = []
    held: list[Row] = []
    count = 0
    for line in lines:
        size = form.count(line.text)
        if size == 1 and count == 1:
            before, held, count = before + held, [], 0
        elif size == 1 and count >= form.fields:
            yield from _joined(before)
            before, held, count = held, [], 0
        held.append(line)
        count += size
    yield from _joined(before)
    yield from _joined(held)


def _joined(lines: list[Row]) -> Iterator[Row]:
    if lines:
        yield Row(lines[0].line, lines[-1].last_line, " ".join(line.text for line in lines))


def read_rows(rows: Iterator[Row], form: Layout, cells: Cells) -> Rows:
    """The values of all rows, those with a wrong number of fields rejected."""
    found = Rows()
    while batch := list(islice(rows, BATCH)):
        found.read += len(batch)
        tokens = form.tokens(pl.Series([row.text for row in batch], dtype=pl.String))
        counts = tokens.list.len()
        _reject(found, [(batch[at], counts[at]) for at in (counts != form.fields).arg_true()], form)
        lines = pl.Series("line", [row.line for row in batch], dtype=pl.Int64)
        right = pl.DataFrame([lines, tokens.alias("tokens")]).filter(counts == form.fields)
        found.batches.append(_values(found, right, form, cells))
    return found


def _reject(found: Rows, rows: list[tuple[Row, int]], form: Layout) -> None:
    for row, count in rows:
        detail = f"{count} fields where {form.fields} curves are named"
        before = found.rejections[-1] if found.rejections else None
        if before and (before.last_line, before.detail) == (row.line - 1, detail):
            found.rejections[-1] = replace(before, last_line=row.last_line, rows=before.rows + 1)
        else:
            rejection = Rejection(row.line, row.last_line, 1, Reason.WRONG_FIELDS, detail)
            found.rejections.append(replace(rejection, sample=row.text[:200]))


def _values(found: Rows, right: pl.DataFrame, form: Layout, cells: Cells) -> pl.DataFrame:
    columns = [right["line"]]
    for place, name in enumerate(cells.names):
        texts = right["tokens"].list.get(place).alias(name)
        if form.decimal_comma:
            texts = texts.str.replace(",", ".", literal=True)
        columns.append(texts if name in cells.texts else _numbers(found, texts, right, cells))
    return pl.DataFrame(columns)


def _numbers(found: Rows, texts: pl.Series, right: pl.DataFrame, cells: Cells) -> pl.Series:
    """The numbers that texts are; null where they are none, or stand for "no value"."""
    meant = texts.str.to_uppercase().is_in([*_NULL_TEXTS, *map(str.upper, cells.null_texts)])
    numbers = texts.cast(pl.Float64, strict=False)
    wrong = (numbers.is_null() & ~meant).arg_true()
    if len(wrong):
        count, line, sample = found.wrong.get(
            texts.name, (0, right["line"][wrong[0]], texts[wrong[0]])
        )
        found.wrong[texts.name] = (count + len(wrong), line, sample)
    if cells.null is not None:
        meant |= numbers == cells.null
    return numbers.set(meant, None).fill_nan(None)
