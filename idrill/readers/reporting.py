"""What the report of a reading says about its columns and its index."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from idrill.frame import TIME
from idrill.readers.reading import ColumnReading, Kind, ReadReport, gaps_in, median_interval
from idrill.readers.selection import Candidate, Selection
from idrill.readers.sentinels import Sentinels


def with_columns(
    report: ReadReport,
    kind: Kind,
    table: pl.DataFrame,
    selection: Selection,
    sentinels: Mapping[str, Sentinels],
) -> ReadReport:
    """The report with what became of each column of the file.

    Args:
        report: What is known so far.
        kind: What the rows are indexed by.
        table: The rows kept, in channels.
        selection: The columns chosen for the channels.
        sentinels: By channel.
    """
    kept = [one for one in selection.chosen if one.channel.name in table.columns]
    hollow = {one.column: "no values" for one in selection.chosen if one not in kept}
    constants = _constants(table, [one.channel.name for one in kept])
    zeros = {
        one.channel.name: (0.0, table.height - table[one.channel.name].null_count())
        for one in kept
        if one.channel.name in constants and _only_zero(one.values)
    }
    counted = {name: (s.counts[0][0], _total(s)) for name, s in sentinels.items() if s.counts}
    return replace(
        report,
        columns=tuple(_column(one, kind, table) for one in kept),
        unmapped={**selection.unmapped, **hollow},
        constants=constants,
        sentinels=zeros | counted,
        notes=(*report.notes, *selection.notes, *_remarks(selection.chosen, sentinels, zeros)),
    )


def with_index(report: ReadReport, index: pl.Series) -> ReadReport:
    """The report with the order, the repeats and the gaps of the index of the rows kept.

    Args:
        report: What is known so far.
        index: Instants or depths, in the order of the file.
    """
    if index.is_empty():
        return report
    backward = int((index < index.shift(1)).sum())
    distinct = index.unique().sort()
    interval = median_interval(distinct)
    first, last = distinct[0], distinct[-1]
    return replace(
        report,
        reordered=backward,
        repeated=len(index) - len(distinct),
        gaps=gaps_in(distinct, interval) if distinct.dtype == TIME else (),
        first=first if isinstance(first, datetime) else float(first),
        last=last if isinstance(last, datetime) else float(last),
        interval=interval,
    )


def _constants(table: pl.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """The channels that hold one value in every row that holds any, at least twice."""
    if table.is_empty():
        return {}
    extremes = table.select(
        *(pl.col(name).min().alias(f"{name}:low") for name in names),
        *(pl.col(name).max().alias(f"{name}:high") for name in names),
        *(pl.col(name).count().alias(f"{name}:count") for name in names),
    ).row(0, named=True)
    return {
        name: extremes[f"{name}:low"]
        for name in names
        if extremes[f"{name}:low"] == extremes[f"{name}:high"] and extremes[f"{name}:count"] > 1
    }


def _only_zero(values: pl.Series) -> bool:
    """Whether the file writes 0 wherever it writes anything, in whatever unit."""
    return values.min() == 0.0 == values.max()


def _column(one: Candidate, kind: Kind, table: pl.DataFrame) -> ColumnReading:
    present = table[one.channel.name].is_not_null()
    index = table[kind.value].filter(present) if kind is not Kind.OBJECTS else None
    return ColumnReading(
        column=one.column,
        channel=one.channel.name,
        unit=one.to_channel.source,
        factor=one.to_channel.factor,
        shift=one.to_channel.shift,
        interval=None if index is None else median_interval(index),
        derived=one.derived,
    )


def _total(found: Sentinels) -> int:
    return sum(count for _, count in found.counts)


def _remarks(
    chosen: Sequence[Candidate],
    sentinels: Mapping[str, Sentinels],
    zeros: Mapping[str, tuple[float, int]],
) -> Iterator[str]:
    for one in chosen:
        if strange := len(one.values) - int(one.values.is_finite().fill_null(value=True).sum()):
            yield f"{one.column!r}: {strange} values are no finite number and count as missing"
        if len(counts := sentinels[one.channel.name].counts) > 1:
            numbers = ", ".join(f"{number:g} ({count} times)" for number, count in counts)
            yield f'{one.column!r}: several numbers stand for "no value": {numbers}'
    if zeros:
        yield (
            f"0 throughout, so perhaps without a sensor: {', '.join(zeros)}; the values are kept"
        )
