"""How a delimited text is laid out: its delimiter, its decimal mark, its header, its units."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count

from idrill.errors import BrokenSource, UnknownFormat
from idrill.readers.columns import ColumnMap
from idrill.readers.csv.decimals import Decimals, decimals_of
from idrill.units import is_unit

DELIMITERS = (",", ";", "\t", "|")

NULLS = frozenset(
    ("", "nan", "-nan", "null", "none", "nil", "na", "n/a", "#n/a", "-", "--", "---", "no data",
     "nodata", "bad", "bad input", "#value!", "#div/0!", "#ref!", "1.#qnan", "-1.#ind")
)  # fmt: skip
"""Texts that stand for "no value", in small letters."""

SAMPLE = 500
"""Lines that the layout is told from."""

_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")
_INSTANT = re.compile(r"\d{1,4}[-/.: ](\d|[A-Za-z]{3,9}[-/. ])[^;|]*\d[^;|]*")
_UNIT_WORDS = frozenset(
    ("", "-", "unitless", "datetime", "date", "time", "none", "hh:mm:ss", "yyyy-mm-dd", "text",
     "yyyy/mm/dd", "dd.mm.yyyy", "mm/dd/yyyy", "dd/mm/yyyy", "utc", "string", "yyyy-mm-dd hh:mm:ss")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a sample; quoted line breaks make it span lines."""

    first_line: int
    last_line: int
    fields: tuple[str, ...]

    @property
    def given(self) -> list[str]:
        """The fields that are not empty."""
        return [text for text in self.fields if text]

    @property
    def is_data(self) -> bool:
        """Whether most of its fields are numbers or instants."""
        given = self.given
        return bool(given) and 2 * sum(map(is_value, given)) >= len(given)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are to be read."""

    delimiter: str
    decimals: Decimals
    names: tuple[str, ...]
    """Unique; `column 3` where the header is empty."""
    titles: tuple[str, ...]
    """The headings as they stand in the file, two of which may be the same."""
    units: tuple[str | None, ...]
    """What a row of units below the header says."""
    first_row: int
    """Line of the first row."""
    headings: tuple[str, ...]
    """The lines of header and units, which may stand again further down."""
    sample: tuple[Record, ...]
    """Rows to judge columns by."""

    def column(self, number: int) -> list[str]:
        """The sample of one column."""
        return [row.fields[number] for row in self.sample if number < len(row.fields)]


def layout_of(lines: Sequence[str], columns: ColumnMap, source: str) -> Layout:
    """The layout that the first lines of a file show.

    Raises:
        UnknownFormat: If no delimiter makes columns of them.
        BrokenSource: If there is no header, or nothing but a header.
    """
    delimiter = columns.delimiter or _delimiter(lines, source)
    records = _records(lines, delimiter)
    width = _width(records)
    at = _header(records, width, source)
    below = records[at + 1 :]
    units = below[0] if below and _states_units(below[0], width) else None
    rows = below[1:] if units else below
    if not rows:
        raise BrokenSource(source, "has a header and no rows.", line=records[at].last_line)
    names = _names(records[at], rows)
    return Layout(
        delimiter=delimiter,
        decimals=decimals_of(_columns(rows, len(names)), delimiter, columns.decimal),
        names=_unique(names),
        titles=tuple(names),
        units=_stated(units, len(names)),
        first_row=rows[0].first_line,
        headings=tuple(
            "\n".join(lines[record.first_line - 1 : record.last_line]).rstrip("\r")
            for record in (records[at], *([units] if units else []))
        ),
        sample=tuple(rows),
    )


def is_value(text: str) -> bool:
    """Whether a field holds a number, an instant or a text that means "no value".

    Example:
        >>> [is_value(text) for text in ("-1,5", "2009-7-3 18:04", "23-Oct-07", "NaN", "WOB", "t1")]
        [True, True, True, True, False, False]
    """
    text = text.strip()
    return (
        text.casefold() in NULLS
        or _NUMBER.fullmatch(text) is not None
        or _INSTANT.fullmatch(text) is not None
    )


def _delimiter(lines: Sequence[str], source: str) -> str:
    """The delimiter under which most fields are values."""
    best, highest, widest = None, 0.0, 1
    for delimiter in DELIMITERS:
        records = _records(lines, delimiter)
        width = _width(records)
        fields = [
            text for record in records if len(record.fields) == width for text in record.given
        ]
        values = sum(map(is_value, fields))
        score = values * (values / len(fields)) ** 2 if fields else 0.0
        if width > 1 and (score, width) > (highest, widest):
            best, highest, widest = delimiter, score, width
    if best is None:
        raise UnknownFormat(
            source, "no comma, semicolon, tab or bar makes columns of its lines.",
            remedy="Name the delimiter in a map of columns.",
        )  # fmt: skip
    return best


def _records(lines: Sequence[str], delimiter: str) -> list[Record]:
    """The rows of some lines; blank lines are none."""
    records: list[Record] = []
    at = 0
    while at < len(lines):
        upto = _closing(lines, at)
        text = "\n".join(lines[at:upto])
        if text.strip():
            records.append(Record(at + 1, upto, _fields(text, delimiter)))
        at = upto
    return records


def _closing(lines: Sequence[str], at: int) -> int:
    """Where the row that begins in line `at` ends: quoted headings have line breaks."""
    quotes = 0
    for upto in range(at, min(at + 10, len(lines))):
        quotes += lines[upto].count('"')
        if quotes % 2 == 0:
            return upto + 1
    return at + 1


def _fields(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        rows = list(csv.reader([f"{line}\n" for line in text.split("\n")], delimiter=delimiter))
    except csv.Error:
        rows = [text.split(delimiter)]
    return tuple(" ".join(field.split()) for row in rows[:1] for field in row)


def _width(records: Sequence[Record]) -> int:
    """The number of fields that most rows have; rows of one field do not count."""
    counted = Counter(len(record.fields) for record in records if len(record.fields) > 1)
    return max(counted, key=lambda width: (counted[width] * width, width), default=1)


def _header(records: Sequence[Record], width: int, source: str) -> int:
    """Which record is the header: of those above the first row the one with most headings."""
    fits = (width - 1, width, width + 1)
    first = next(
        (at for at, row in enumerate(records) if len(row.fields) in fits and row.is_data),
        len(records),
    )
    above = [at for at in range(first) if len(records[at].given) > 1 and not records[at].is_data]
    if not above:
        raise BrokenSource(
            source, "has no header: the first row holds values already.",
            line=records[0].first_line if records else 1,
            remedy="Put a line with the names of the columns on top.",
        )  # fmt: skip
    return max(above, key=lambda at: (len(records[at].given), -at))


def _states_units(record: Record, width: int) -> bool:
    """Whether a row as wide as the others holds units, all of it."""
    if len(record.fields) < width - 1:
        return False
    texts = [_bare(text) for text in record.fields]
    words = [text for text in texts if text.casefold() not in _UNIT_WORDS]
    if any(map(is_value, words)) or not any(texts):
        return False
    return 2 * sum(map(is_unit, words)) >= len(words)


def _bare(text: str) -> str:
    return text.strip().strip("[](){}<>").strip()


def _stated(units: Record | None, width: int) -> tuple[str | None, ...]:
    if units is None:
        return (None,) * width
    texts = [_bare(text) for text in units.fields[:width]] + [""] * width
    return tuple(None if text.casefold() in _UNIT_WORDS else text for text in texts[:width])


def _names(header: Record, rows: Sequence[Record]) -> list[str]:
    """The headings, without the empty one that a trailing delimiter makes."""
    names = list(header.fields)
    wide = Counter(len(row.fields) for row in rows).most_common(1)[0][0]
    trailing = sum(row.fields[-1:] == ("",) for row in rows) > len(rows) / 2
    if len(names) > 1 and not names[-1] and (wide == len(names) - 1 or trailing):
        names.pop()
    return names


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """The headings, numbered where they stand again: `SPP`, `SPP (2)`."""
    unique: list[str] = []
    for number, name in enumerate(names, 1):
        wanted = name or f"column {number}"
        others = (f"{wanted} ({copy})" for copy in count(2) if f"{wanted} ({copy})" not in names)
        free = (each for each in chain((wanted,), others) if each not in unique)
        unique.append(next(free))
    return tuple(unique)


def _columns(rows: Sequence[Record], width: int) -> list[list[str]]:
    """The texts of each column, those of rows that are too short left out."""
    return [[row.fields[at] for row in rows if at < len(row.fields)] for at in range(width)]
