"""Which columns of a delimited file say when, or how deep, its rows were measured."""

import re
from dataclasses import dataclass

import polars as pl

from idrill.errors import BrokenSource
from idrill.readers.columns import ColumnMap
from idrill.readers.csv.layout import Layout
from idrill.readers.headings import Match, heading_unit, recognise
from idrill.readers.instants import (
    is_mostly_clocks,
    is_mostly_counted,
    is_mostly_dates,
    is_mostly_instants,
    plain_dates,
)
from idrill.readers.reading import Kind

_TIME_NAME = re.compile(
    r"date|time|timestamp|datetime|utc|epoch|unix|tid|zeit|yyyy.*|hh.?mm.?ss|t_?stamp",
    re.IGNORECASE,
)
_ELAPSED = re.compile(r"elapsed|duration|delta|since|lag|remaining|total", re.IGNORECASE)
_CLOCK = re.compile(r"\d:\d\d")


@dataclass(frozen=True, slots=True)
class Index:
    """The columns that the rows of a file are indexed by."""

    kind: Kind
    columns: tuple[int, ...]
    """One, or those of date and time of day."""
    unit: str = "m"
    """Of a depth."""


def index_of(layout: Layout, columns: ColumnMap, source: str) -> Index:
    """The index of a file: what the map says, else a time, else the depth of the hole.

    Raises:
        BrokenSource: If a column that the map names is not there, or nothing is an index.
    """
    if columns.time:
        return Index(Kind.TIME, tuple(_named(layout, name, source) for name in columns.time))
    if columns.depth is not None:
        at = _named(layout, columns.depth, source)
        return Index(Kind.DEPTH, (at,), columns.depth_unit or _depth_unit(layout, at))
    found = _time(layout)
    if found is None and (undated := _undated(layout)) is not None:
        raise BrokenSource(
            source, f"column {undated!r} holds times of day and no column their date.",
            remedy="Add a column of dates, or name both in a map of columns.",
        )  # fmt: skip
    found = found or _depth(layout)
    if found is None:
        raise BrokenSource(
            source, f"has no column of time or depth among {_listed(layout.names)}.",
            remedy="Name it in a map of columns (time = … or depth = …).",
        )  # fmt: skip
    return found


def _named(layout: Layout, name: str, source: str) -> int:
    wanted = " ".join(name.split()).casefold()
    for at, heading in enumerate(layout.names):
        if heading.casefold() == wanted:
            return at
    raise BrokenSource(
        source, f"has no column {name!r}, which the map of columns names; it has "
        f"{_listed(layout.names)}.",
    )  # fmt: skip


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _time(layout: Layout) -> Index | None:
    """Date and clock, instants, counted time or bare dates: the first of these that is there."""
    texts = [pl.Series(layout.column(at), dtype=pl.String) for at in range(len(layout.names))]
    named = [at for at, name in enumerate(layout.names) if _is_time_name(name)]
    named.sort(key=lambda at: "utc" not in layout.names[at].casefold())
    if (pair := _date_and_clock(texts, named)) is not None:
        return Index(Kind.TIME, pair)
    for candidates, fits in (
        (named, is_mostly_instants),
        (named, is_mostly_counted),
        (range(len(texts)), is_mostly_instants),
        (named, is_mostly_dates),
    ):
        for at in candidates:
            if fits(texts[at]):
                return Index(Kind.TIME, (at,))
    return None


def _date_and_clock(texts: list[pl.Series], named: list[int]) -> tuple[int, int] | None:
    dates = [at for at in named if is_mostly_dates(plain_dates(texts[at]))]
    dates = [at for at in dates if not plain_dates(texts[at]).str.contains(r":|\d{9}").any()]
    clocks = [at for at in named if at not in dates and is_mostly_clocks(texts[at])]
    if not dates or not clocks:
        return None
    return min(
        ((date, clock) for date in dates for clock in clocks),
        key=lambda pair: abs(pair[0] - pair[1]),
    )


def _undated(layout: Layout) -> str | None:
    """The heading of a time that is no instant: such a file must not pass for a depth log."""
    for at, name in enumerate(layout.names):
        given = [text for text in layout.column(at) if text]
        clocks = sum(_CLOCK.search(text) is not None for text in given)
        if _is_time_name(name) and 2 * clocks > len(given):
            return name
    return None


def _is_time_name(name: str) -> bool:
    words = re.split(r"[\s_(\[{)\]}]+", name.strip())
    return not _ELAPSED.search(name) and any(
        _TIME_NAME.fullmatch(part) for word in words for part in (word, *word.split("/"))
    )


def _depth(layout: Layout) -> Index | None:
    """The depth of the hole, in metres where there is a choice."""
    found = [at for at in range(len(layout.names)) if _is_depth(layout, at)]
    found.sort(key=lambda at: _depth_unit(layout, at) != "m")
    return Index(Kind.DEPTH, (found[0],), _depth_unit(layout, found[0])) if found else None


def _match(layout: Layout, at: int) -> Match | str:
    return recognise(layout.titles[at], layout.units[at])


def _is_depth(layout: Layout, at: int) -> bool:
    match = _match(layout, at)
    return isinstance(match, Match) and match.channel.name == "hole_depth"


def _depth_unit(layout: Layout, at: int) -> str:
    match = _match(layout, at)
    if isinstance(match, Match) and match.channel.name == "hole_depth":
        return match.unit
    return layout.units[at] or heading_unit(layout.titles[at]) or "m"
