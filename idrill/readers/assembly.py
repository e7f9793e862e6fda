"""From the columns of a file to channels: the steps that every format shares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import polars as pl

from idrill.frame import QUALITY, Quality, channels_in, quality_of
from idrill.readers.columns import ColumnMap
from idrill.readers.plausibility import Doubt, doubts
from idrill.readers.reading import (
    Kind,
    Reading,
    ReadReport,
    Reason,
    Rejection,
    check,
)
from idrill.readers.reporting import with_columns, with_index
from idrill.readers.selection import AGREEMENT, Candidate, Selection, agreement, candidate, select
from idrill.readers.sentinels import Sentinels, find_sentinels
from idrill.rigs import Rig
from idrill.wells import Well

MOST_RUNS = 1000
"""More runs of rejected lines than this are told together."""
SAMPLE = 200
"""Length at which the sample of a rejected row is cut."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader is told besides the path."""

    source: str
    """Name of the file in messages."""
    columns: ColumnMap | None = None
    """The user's own map of columns; recognised headings are used where it is silent."""
    max_bytes: int = 8 << 30
    """Largest content, unpacked, that is read."""


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One column as it stands in the file, its values parsed but not converted."""

    name: str
    """Heading, mnemonic or WITS code."""
    values: pl.Series
    """Float64; null where the file holds none (declared nulls included)."""
    unit: str | None = None
    """The unit that the file states."""
    description: str = ""
    heading: str | None = None
    """Its name as it stands in the file, if `name` is another because it stands there twice."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """The rows of a file, parsed but not yet in channels."""

    kind: Kind
    format: str
    lines: pl.Series
    """Int64, the line or element each row stands in, from 1."""
    index: pl.Series
    """`frame.TIME` or depth [m], without nulls."""
    columns: Sequence[RawColumn]
    rows_read: int
    rejections: Sequence[Rejection] = ()
    wells: tuple[Well, ...] = ()
    rigs: tuple[Rig, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
    others: tuple[str, ...] = ()
    """Names of the columns that are not among `columns`: the index, and what can be no channel."""


def assemble(raw: RawTable, options: ReadOptions) -> Reading:
    """The reading of a file: channels found, units checked and converted, everything counted.

    Raises:
        FrameError: If the reader that made the raw table lost a row.
    """
    selection = _selected(raw, options.columns or ColumnMap())
    found = {one.channel.name: _sentinels_of(one) for one in selection.chosen}
    full = _table(raw, selection, found)
    table, rejections = _with_values(full, raw.kind, selection)
    suspected = () if raw.kind is Kind.OBJECTS else doubts(table, _units(selection))
    table = _marked(table, suspected)
    report = ReadReport(
        source=options.source,
        format=raw.format,
        rows_read=raw.rows_read,
        rows_kept=table.height,
        rejections=tuple(
            sorted((*raw.rejections, *rejections), key=lambda rejection: rejection.first_line)
        ),
        suspicions=tuple(doubt.suspicion for doubt in suspected),
        notes=(*raw.notes, *_absent(raw, options.columns or ColumnMap())),
    )
    report = with_columns(report, raw.kind, table, selection, found)
    if raw.kind is not Kind.OBJECTS:
        report = with_index(report, table[raw.kind.value])
    reading = Reading(raw.kind, table, report, raw.wells, raw.rigs)
    check(reading)
    return reading


def runs(
    lines: Sequence[int] | pl.Series,
    reason: Reason,
    detail: str,
    samples: Sequence[str] | None = None,
) -> tuple[Rejection, ...]:
    """The rejected lines as runs of consecutive ones.

    More than `MOST_RUNS` runs are told in that many groups: `rows` still counts every row, but
    lines that were kept may stand between the first and the last.

    Args:
        lines: Lines of the rejected rows, ascending.
        reason: Why, for all of them.
        detail: What was wrong, in words.
        samples: The rows as they stood in the file.

    Example:
        >>> [(run.first_line, run.last_line) for run in runs([3, 4, 9], Reason.BAD_TIME, "")]
        [(3, 4), (9, 9)]
    """
    frame = pl.DataFrame({"line": pl.Series(lines, dtype=pl.Int64)}).with_row_index("at")
    run = (pl.col("line").diff() != 1).fill_null(value=False).cum_sum().alias("run")
    frame = frame.with_columns(run)
    if frame.height and (last := int(frame["run"][-1])) >= MOST_RUNS:
        frame = frame.with_columns(pl.col("run") * MOST_RUNS // (last + 1))
    grouped = frame.group_by("run", maintain_order=True).agg(
        pl.col("line").first().alias("first"),
        pl.col("line").last().alias("last"),
        pl.len().alias("rows"),
        pl.col("at").first(),
    )
    return tuple(
        Rejection(first, last, rows, reason, detail, samples[at][:SAMPLE] if samples else "")
        for first, last, rows, at in grouped.drop("run").iter_rows()
    )


def _selected(raw: RawTable, columns: ColumnMap) -> Selection:
    candidates: list[Candidate] = []
    unmapped: dict[str, str] = {}
    for column in raw.columns:
        one = candidate(
            column.name, column.values, column.unit, column.description, columns, column.heading
        )
        if isinstance(one, str):
            unmapped[column.name] = one
        elif raw.kind is Kind.DEPTH and _is_index(one, raw.index):
            unmapped[column.name] = "the depth that the rows are indexed by"
        else:
            candidates.append(one)
    selection = select(candidates)
    return replace(selection, unmapped=unmapped | dict(selection.unmapped))


def _absent(raw: RawTable, columns: ColumnMap) -> Iterator[str]:
    """What is said of the columns that the user's map names and the file does not have."""
    present = [*raw.others, *(column.name for column in raw.columns)]
    present += [column.heading for column in raw.columns if column.heading]
    for heading in columns.absent_from(present):
        folded = {name.casefold(): name for name in present}
        close = get_close_matches(heading.casefold(), folded, n=1)
        nearest = f"; the nearest is {folded[close[0]]!r}" if close else ""
        yield f"the map of columns names {heading!r}, which the file does not have{nearest}"


def _is_index(one: Candidate, depths: pl.Series) -> bool:
    if one.channel.name != "hole_depth":
        return False
    share, _ = agreement(one.converted, depths, one.channel)
    return share is not None and share >= AGREEMENT


def _sentinels_of(one: Candidate) -> Sentinels:
    return find_sentinels(one.values, one.channel, one.to_channel)


def _table(raw: RawTable, selection: Selection, found: Mapping[str, Sentinels]) -> pl.DataFrame:
    """Every row in channels and their units, sentinels taken out and marked."""
    columns = [raw.lines.cast(pl.Int64).alias("line")]
    if raw.kind is not Kind.OBJECTS:
        columns.append(raw.index.alias(raw.kind.value))
    for one in selection.chosen:
        name, sentinels = one.channel.name, found[one.channel.name]
        values = pl.DataFrame({"value": one.converted, "sentinel": sentinels.rows})
        usable = pl.col("value").is_finite() & ~pl.col("sentinel")
        kept = values.select(pl.when(usable).then("value").alias(name)).to_series()
        columns.append(kept)
        if sentinels.counts:
            bits = (sentinels.rows.cast(QUALITY) * int(Quality.SENTINEL)).cast(QUALITY)
            columns.append(bits.alias(quality_of(name)))
    return pl.DataFrame(columns)


def _with_values(
    table: pl.DataFrame, kind: Kind, selection: Selection
) -> tuple[pl.DataFrame, tuple[Rejection, ...]]:
    """The rows that hold a value, and rejections of the others; columns without one are dropped."""
    names = channels_in(table.columns)
    if kind is Kind.OBJECTS:
        return table, ()
    if not names:
        detail = f"none of its {len(selection.unmapped)} columns is a known channel"
        return table.clear(), runs(table["line"], Reason.NO_VALUES, detail)
    empty = table.select(pl.all_horizontal(pl.col(names).is_null())).to_series()
    rejected = runs(table["line"].filter(empty), Reason.NO_VALUES, "no channel has a value")
    kept = table.filter(~empty)
    hollow = [name for name in names if kept[name].null_count() == kept.height]
    return kept.drop(hollow, *map(quality_of, hollow), strict=False), rejected


def _units(selection: Selection) -> dict[str, str]:
    return {one.channel.name: one.to_channel.source for one in selection.chosen}


def _marked(table: pl.DataFrame, suspected: Sequence[Doubt]) -> pl.DataFrame:
    """The table with `UNIT_SUSPECT` set on the rows in doubt."""
    for doubt in suspected:
        name = quality_of(doubt.suspicion.channel)
        bit = (doubt.rows.cast(QUALITY) * int(Quality.UNIT_SUSPECT)).cast(QUALITY)
        bits = table[name] | bit if name in table.columns else bit
        table = table.with_columns(bits.alias(name))
    return table
