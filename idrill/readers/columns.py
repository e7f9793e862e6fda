"""The user's own map of the columns of a file: a small TOML file beside it.

```toml
well = "15/9-F-7"
time = ["Date", "Time"]          # one column, or date and time
time_format = "%d.%m.%Y %H:%M:%S"
utc_offset = "+01:00"            # of the clock that wrote the file
null_values = ["NAN", "-32768"]
delimiter = ";"
decimal = ","
rank = 1                         # the lower rank wins where two sources disagree

[columns]
"HL avg" = "hook_load"
"WOB calc" = { channel = "weight_on_bit", unit = "klbf", derived = true }
"Spare 3" = { ignore = true }
```

Headings it does not name are recognised as in any file (`headings`).
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from idrill.channels import channel
from idrill.errors import InvalidName, SourceError, UnitError, UnknownChannel
from idrill.units import conversion
from idrill.wells import well_id

_MARKS = {"delimiter": (",", ";", "\t", "|", " "), "decimal": (".", ",")}


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """What the user says about one column."""

    channel: str | None = None
    """The channel it holds; None leaves it to its heading."""
    unit: str | None = None
    """The unit its values are in, whatever the file states."""
    derived: bool = False
    """Whether it was computed from other channels."""
    ignore: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How to read the columns of one source, where its headings do not say."""

    columns: Mapping[str, ColumnEntry] = field(default_factory=dict)
    """By the heading as it stands in the file, blanks next to each other counted as one."""
    time: tuple[str, ...] = ()
    """The column of the instant, or those of date and time of day."""
    time_format: str | None = None
    """In the letters of strftime; of date and time joined by a blank."""
    utc_offset: timedelta | None = None
    """What the clock of the file is ahead of UTC."""
    depth: str | None = None
    """The column of the depth, where the file is indexed by it."""
    depth_unit: str | None = None
    null_values: tuple[str, ...] = ()
    """Texts that mean "no value", besides those the format itself knows."""
    delimiter: str | None = None
    decimal: str | None = None
    """The decimal mark: `.` or `,`."""
    rank: int | None = None
    """Which source wins a conflict: the lower rank."""
    well: str | None = None
    units: str | None = None
    """The system of units of WITS level 0, `metric` or `field`: its frames state none."""

    def entry(self, *headings: str) -> ColumnEntry:
        """What the user says about the column of this name, or else of the next; or nothing."""
        named = (self.columns.get(spaced(heading)) for heading in headings)
        return next((entry for entry in named if entry is not None), ColumnEntry())

    def absent_from(self, headings: Iterable[str]) -> list[str]:
        """The headings of which the user says something and that are not among `headings`."""
        present = set(map(spaced, headings))
        return [heading for heading in self.columns if heading not in present]


def spaced(heading: str) -> str:
    """A heading with one blank where it has several.

    Example:
        >>> spaced(" Averaged  WOB")
        'Averaged WOB'
    """
    return " ".join(heading.split())


def load_map(path: Path) -> ColumnMap:
    """The map of columns that stands in a TOML file.

    Raises:
        SourceError: If the file cannot be read, or a key or its value makes no sense; the message
            names the key.
    """
    table = _Table(path.name, "", _document(path))
    found = ColumnMap(
        columns=_entries(table),
        time=table.texts("time"),
        time_format=table.text("time_format"),
        utc_offset=_offset(table),
        depth=table.text("depth"),
        depth_unit=_length_unit(table),
        null_values=table.texts("null_values"),
        delimiter=_character(table, "delimiter"),
        decimal=_character(table, "decimal"),
        rank=table.number("rank"),
        well=_well(table),
        units=_system(table),
    )
    table.finish()
    return _consistent(found, table)


def _document(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(path.name, f"cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SourceError(path.name, "is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise SourceError(path.name, f"is not TOML: {error}.") from error


class _Table:
    """One table of the file, whose keys are taken one by one."""

    def __init__(self, source: str, prefix: str, values: Mapping[str, object]) -> None:
        self._source, self._prefix, self._values = source, prefix, dict(values)
        self._known: list[str] = []

    def mistake(self, key: str, problem: str) -> SourceError:
        """The error that says what is wrong with `key`."""
        return SourceError(self._source, f"key {self._prefix}{key}: {problem}")

    def take(self, key: str) -> object:
        """The value of `key`, None where it is absent."""
        self._known.append(key)
        return self._values.pop(key, None)

    def text(self, key: str) -> str | None:
        """The text of `key`."""
        value = self.take(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        raise self.mistake(key, f"must be a text, not {value!r}.")

    def texts(self, key: str) -> tuple[str, ...]:
        """The text or texts of `key`."""
        value = self.take(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if items and all(isinstance(item, str) and item for item in items):
            return tuple(items)
        raise self.mistake(key, f"must be a text or a list of texts, not {value!r}.")

    def number(self, key: str) -> int | None:
        """The whole number of `key`."""
        value = self.take(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self.mistake(key, f"must be a whole number, not {value!r}.")

    def truth(self, key: str) -> bool:
        """Whether `key` is set to true."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.mistake(key, f"must be true or false, not {value!r}.")

    def tables(self, key: str) -> Mapping[str, object]:
        """The entries below `key`."""
        value = self.take(key)
        if value is None or isinstance(value, dict):
            return value or {}
        raise self.mistake(key, f"must be a table, [{key}], not {value!r}.")

    def inner(self, key: str, name: str, values: Mapping[str, object]) -> "_Table":
        """The table `name` below `key`."""
        return _Table(self._source, f'{self._prefix}{key}."{name}".', values)

    def finish(self) -> None:
        """See that no key is left over."""
        for key in self._values:
            close = get_close_matches(key, self._known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"keys: {', '.join(self._known)}."
            raise self.mistake(key, f"is unknown; {hint}")


def _entries(table: _Table) -> Mapping[str, ColumnEntry]:
    return MappingProxyType(
        {
            spaced(heading): _entry(table, heading, value)
            for heading, value in table.tables("columns").items()
        }
    )


def _entry(table: _Table, heading: str, value: object) -> ColumnEntry:
    values = {"channel": value} if isinstance(value, str) else value
    if not isinstance(values, dict):
        raise table.mistake(f'columns."{heading}"', f"must be a channel or a table, not {value!r}.")
    inner = table.inner("columns", heading, values)
    entry = ColumnEntry(
        inner.text("channel"), inner.text("unit"), inner.truth("derived"), inner.truth("ignore")
    )
    inner.finish()
    _check_entry(inner, entry)
    return entry


def _check_entry(table: _Table, entry: ColumnEntry) -> None:
    try:
        stored = channel(entry.channel).unit if entry.channel is not None else None
    except UnknownChannel as error:
        raise table.mistake("channel", f"{error}.") from error
    try:
        if entry.unit is not None:
            conversion(entry.unit, stored or entry.unit)
    except UnitError as error:
        raise table.mistake("unit", f"{error}.") from error


def _offset(table: _Table) -> timedelta | None:
    text = table.text("utc_offset")
    if text is None:
        return None
    if text in ("Z", "UTC"):
        return timedelta(0)
    found = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})", text)
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        raise table.mistake("utc_offset", f"must look like +01:00 or -06:00, not {text!r}.")
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -offset if found[1] == "-" else offset


def _well(table: _Table) -> str | None:
    name = table.text("well")
    try:
        if name is not None:
            well_id(name)
    except InvalidName as error:
        raise table.mistake("well", f"{error}.") from error
    return name


def _length_unit(table: _Table) -> str | None:
    symbol = table.text("depth_unit")
    try:
        if symbol is not None:
            conversion(symbol, "m")
    except UnitError as error:
        raise table.mistake("depth_unit", f"{error}.") from error
    return symbol


def _system(table: _Table) -> str | None:
    value = table.text("units")
    if value in (None, "metric", "field"):
        return value
    raise table.mistake("units", f"must be 'metric' or 'field', not {value!r}.")


def _character(table: _Table, key: str) -> str | None:
    value = table.take(key)
    if value is None or (isinstance(value, str) and value in _MARKS[key]):
        return value
    allowed = ", ".join(map(repr, _MARKS[key]))
    raise table.mistake(key, f"must be one of {allowed}, not {value!r}.")


def _consistent(found: ColumnMap, table: _Table) -> ColumnMap:
    if len(found.time) > 2:
        raise table.mistake("time", "must name one column, or those of date and time of day.")
    if found.time and found.depth is not None:
        raise table.mistake("depth", "a source is indexed by time or by depth, not by both.")
    if found.delimiter is not None and found.delimiter == found.decimal:
        raise table.mistake("decimal", "cannot be the delimiter too.")
    return found
