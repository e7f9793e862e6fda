"""The rows of a WITSML log: lines of delimited text, parsed in batches."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from idrill.frame import TIME
from idrill.readers.assembly import SAMPLE, runs
from idrill.readers.instants import FIRST_YEAR, LAST_YEAR
from idrill.readers.reading import Kind, Reason, Rejection
from idrill.units import Conversion

METRES = Conversion("m", "m", 1.0)

_NULL_TEXTS = ("", "null", "nan", "none", "n/a")


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve of a log, as its header describes it."""

    mnemonic: str
    unit: str | None = None
    description: str = ""
    data_type: str | None = None
    """`typeLogData`: double, long, string, date time …"""
    null: float | None = None
    """What stands for "no value"."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the fields of a row are."""

    kind: Kind
    index: int
    """Field of the time or depth, from 0."""
    curves: tuple[Curve, ...]
    depth: Conversion = METRES
    """From the unit of the depth index to metres."""
    delimiter: str = ","
    clock: timedelta = timedelta(0)
    """What times without an offset are ahead of UTC."""


@dataclass(slots=True)
class LogRows:
    """The rows of one log so far."""

    layout: Layout
    fields: list[int]
    """Which fields are kept."""
    tables: list[pl.DataFrame] = field(default_factory=list)
    """Columns `line`, `index`, and each kept field by its number."""
    bad: list[pl.DataFrame] = field(default_factory=list)
    """Rows that cannot be used: `line`, `text`, `reason`, `detail`."""
    textual: dict[int, str] = field(default_factory=dict)
    """Fields that hold something else than numbers, with an example."""
    unzoned: int = 0
    """Times without an offset."""
    _trusted: set[int] = field(default_factory=set)
    """Fields that held numbers: a word in them is a fault of its row."""

    def take(self, texts: Sequence[str | None], first_line: int) -> None:
        """Parse a batch of rows, the first of which is row `first_line` of the file."""
        rows = _numbered(texts, first_line, self.layout.delimiter)
        whole, bad = _split(rows, self.layout)
        if whole.height:
            cells = _cells(whole["text"], self.layout, self.fields)
            table, unusable = self._values(whole, cells)
            self.tables.append(table)
            bad = pl.concat([bad, unusable])
        if bad.height:
            self.bad.append(bad.with_columns(pl.col("text").str.slice(0, SAMPLE)))

    @property
    def rejections(self) -> list[Rejection]:
        """Rows that cannot be used, as runs of one reason."""
        if not self.bad:
            return []
        groups = pl.concat(self.bad).sort("line").group_by("reason", "detail", maintain_order=True)
        return [
            rejection
            for (reason, detail), rows in groups
            for rejection in runs(
                rows["line"], Reason(str(reason)), str(detail), rows["text"].to_list()
            )
        ]

    def _values(
        self, whole: pl.DataFrame, cells: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows that can be used, and those that cannot."""
        index, fault = self._index(cells[f"column_{self.layout.index}"])
        numbers = cells.select(
            pl.col(f"column_{number}").cast(pl.Float64, strict=False) for number in self.fields
        )
        noted = whole.with_columns(reason=index.is_null(), detail=index.is_null())
        noted = noted.select(
            "line",
            "text",
            reason=pl.when("reason").then(pl.lit(fault[0].value)),
            detail=pl.when("detail").then(pl.lit(fault[1])),
        )
        for number in self._doubtful(cells, numbers):
            numbers, noted = self._examined(number, cells, numbers, noted)
        table = numbers.select(
            _cleaned(number, self.layout.curves[number].null) for number in self.fields
        )
        table = pl.DataFrame([whole["line"], index.alias("index"), *table.get_columns()])
        usable = noted["reason"].is_null()
        return table.filter(usable), noted.filter(~usable)

    def _index(self, texts: pl.Series) -> tuple[pl.Series, tuple[Reason, str]]:
        """The times or depths, and what to say where there is none."""
        if self.layout.kind is Kind.DEPTH:
            return _depths(texts, self.layout), (Reason.BAD_DEPTH, "its depth is no number")
        self.unzoned += int(unzoned(texts).sum())
        times = instants(texts, self.layout.clock)
        return times, (Reason.BAD_TIME, "its time is no instant such as 2016-07-28T10:57:30Z")

    def _doubtful(self, cells: pl.DataFrame, numbers: pl.DataFrame) -> list[int]:
        """Fields that hold something else than numbers somewhere."""
        texts = cells.null_count().row(0, named=True)
        empty = numbers.null_count().row(0, named=True)
        doubtful = [n for n in self.fields if empty[f"column_{n}"] > texts[f"column_{n}"]]
        held = {n for n in self.fields if texts[f"column_{n}"] < cells.height}
        self._trusted |= held - set(doubtful)
        return doubtful

    def _examined(
        self, field: int, cells: pl.DataFrame, numbers: pl.DataFrame, noted: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Numbers and faults after a closer look at one field, which may turn out to be text."""
        name, text = f"column_{field}", _stripped(cells[f"column_{field}"])
        values = text.cast(pl.Float64, strict=False)
        words = text.is_not_null() & values.is_null()
        if field not in self._trusted and 2 * words.sum() > len(text) - text.null_count():
            self.textual[field] = str(text.filter(words)[0])[:40]
            self.fields.remove(field)
            return numbers.drop(name), noted
        if text.null_count() < len(text):
            self._trusted.add(field)
        detail = f"{self.layout.curves[field].mnemonic} is no number"
        first = words & noted["reason"].is_null()
        noted = noted.with_columns(
            reason=pl.when(first).then(pl.lit(Reason.BAD_NUMBER.value)).otherwise("reason"),
            detail=pl.when(first).then(pl.lit(detail)).otherwise("detail"),
        )
        return numbers.with_columns(values.alias(name)), noted


_BAD = ["line", "text", "reason", "detail"]


def unzoned(texts: pl.Series) -> pl.Series:
    """Whether a time carries no offset from UTC."""
    return ~texts.fill_null("Z").str.contains(r"([Zz]|[+-]\d\d(:?\d\d)?)\s*$")


def instants(texts: pl.Series, clock: timedelta) -> pl.Series:
    """Times in UTC; null where a text is none.

    Args:
        texts: ISO 8601, such as `2016-07-28T10:57:30.000Z`.
        clock: What times without an offset are ahead of UTC.

    Example:
        >>> instants(pl.Series(["2008-02-07T04:29:29-06:00"]), timedelta(0))[0].isoformat()
        '2008-02-07T10:29:29+00:00'
    """
    stripped = texts.str.strip_chars()
    zoned = stripped.str.replace(r"[Zz]$", "+00:00")
    naive = unzoned(stripped)
    if not naive.any():
        return _parsed(zoned)
    assumed = _parsed(zoned + "+00:00") - clock
    return _parsed(zoned).zip_with(~naive, assumed)


def _parsed(texts: pl.Series) -> pl.Series:
    form = "%Y-%m-%dT%H:%M:%S%.f%#z"
    times = texts.str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False).cast(TIME)
    return times.set(~times.dt.year().is_between(FIRST_YEAR, LAST_YEAR), None)


def _numbered(texts: Sequence[str | None], first_line: int, delimiter: str) -> pl.DataFrame:
    lines = pl.int_range(first_line, first_line + len(texts), dtype=pl.Int64, eager=True)
    clean = pl.Series("text", texts, dtype=pl.String).fill_null("").str.strip_chars(" \r\n")
    clean = clean.str.replace_all(r"[\r\n]+", " ")
    if clean.str.contains('"', literal=True).any():
        clean = pl.Series("text", [_unquoted(text, delimiter) for text in clean], dtype=pl.String)
    return pl.DataFrame({"line": lines, "text": clean})


def _unquoted(text: str, delimiter: str) -> str:
    """A row whose quoted fields hold neither quotes nor the delimiter any more."""
    if '"' not in text:
        return text
    fields = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
    return delimiter.join(cell.replace(delimiter, " ") for cell in fields)


def _split(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with as many fields as there are curves, and the others."""
    fields = rows["text"].str.count_matches(layout.delimiter, literal=True) + 1
    whole = (fields == len(layout.curves)) & (rows["text"] != "")
    stray = rows.with_columns(
        reason=pl.lit(Reason.WRONG_FIELDS.value),
        detail=fields.cast(pl.String) + f" fields for {len(layout.curves)} curves",
    )
    return rows.filter(whole), stray.filter(~whole).select(_BAD)


def _cells(texts: pl.Series, layout: Layout, fields: Sequence[int]) -> pl.DataFrame:
    """The index and the kept fields as text, named `column_N`; null where empty."""
    return pl.read_csv(
        io.BytesIO(str(texts.str.join("\n").item()).encode()),
        has_header=False,
        separator=layout.delimiter,
        quote_char=None,
        infer_schema=False,
        columns=sorted({layout.index, *fields}),
    )


def _stripped(column: pl.Series) -> pl.Series:
    clean = column.str.strip_chars()
    empty = clean.str.to_lowercase().is_in(_NULL_TEXTS)
    return clean.set(empty.fill_null(value=False), None)


def _depths(texts: pl.Series, layout: Layout) -> pl.Series:
    """Depths [m]; null where a text is no depth."""
    depths = texts.str.strip_chars().cast(pl.Float64, strict=False).alias("column_0")
    depths = pl.DataFrame(depths).select(_cleaned(0, layout.curves[layout.index].null))["0"]
    return depths * layout.depth.factor + layout.depth.shift


def _cleaned(field: int, null: float | None) -> pl.Expr:
    """A field without what is no value."""
    column = pl.col(f"column_{field}")
    held = column.is_finite() if null is None else column.is_finite() & (column != null)
    return pl.when(held).then(column).alias(str(field))
