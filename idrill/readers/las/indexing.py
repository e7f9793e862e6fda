"""What the rows of a LAS file are indexed by: depth, or time in one of several forms."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from idrill.errors import BrokenSource, UnitError
from idrill.frame import TIME
from idrill.readers.assembly import ReadOptions
from idrill.readers.columns import ColumnMap
from idrill.readers.instants import Instants, instants, is_mostly_counted, joined
from idrill.readers.las.header import Curve, LasHeader
from idrill.readers.reading import Kind
from idrill.units import conversion, unit

LONGEST_LOG = 1e15
"""Longest time that may pass since the start of a log [µs]."""

_PLAIN_NUMBER = re.compile(r"[-+]?\d*\.?\d*(?:[eE][-+]?\d+)?")
_DEPTHS = frozenset({"DEPT", "DEPTH", "MD", "DMEA", "MDEPTH", "HDEP", "DEPTMEAS"})
_DATES = frozenset({"DATE", "DAY"})
_CLOCKS = frozenset({"TIME", "CLOCK", "TIM"})
_INSTANTS = frozenset({"TIME", "DATE", "DATETIME", "DATE_TIME", "TIMESTAMP", "ETIM", "UTIM"})


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """Which curves give the index, and how."""

    kind: Kind
    curves: tuple[str, ...]
    unit: str = ""
    """Of a depth, or of a count of time; empty where texts state instants."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """The index of each row."""

    values: pl.Series
    """`frame.TIME` or depth [m]; null where a row has none."""
    notes: tuple[str, ...] = ()


def plan_index(header: LasHeader, options: ReadOptions) -> IndexPlan:
    """Which curves give the index.

    Raises:
        BrokenSource: If that cannot be told.
    """
    columns, names = options.columns or ColumnMap(), [curve.name for curve in header.curves]
    for name in (*columns.time, *filter(None, [columns.depth])):
        if name not in names:
            raise BrokenSource(options.source, f"has no curve {name!r}, which the map names.")
    if columns.time:
        return IndexPlan(Kind.TIME, columns.time)
    if columns.depth:
        stated = next(curve.unit for curve in header.curves if curve.name == columns.depth)
        return _depth(columns.depth, columns.depth_unit or stated, options.source)
    return _plan_from_curves(header, options.source)


def _plan_from_curves(header: LasHeader, source: str) -> IndexPlan:
    first, names = header.curves[0], [curve.name for curve in header.curves]
    dates = [name for name in names if name.upper() in _DATES]
    clocks = [name for name in names if name.upper() in _CLOCKS]
    dimension = _dimension(first)
    if dimension == "length" or first.name.upper() in _DEPTHS:
        return _depth(first.name, first.unit or header.start_unit, source)
    if dates and clocks and first.name in (*dates, *clocks):
        return IndexPlan(Kind.TIME, (dates[0], clocks[0]))
    if dimension == "time":
        return IndexPlan(Kind.TIME, (first.name,), first.unit)
    if first.name.upper() in _INSTANTS:
        return IndexPlan(Kind.TIME, (first.name,))
    raise BrokenSource(
        source,
        f"is indexed by {first.name!r} [{first.unit}], which is neither a depth nor a time.",
        remedy="Name the curve of the time or the depth in a map of columns.",
    )


def _dimension(curve: Curve) -> str | None:
    try:
        return unit(curve.unit).dimension
    except UnitError:
        return None


def _depth(name: str, stated: str, source: str) -> IndexPlan:
    if not stated:
        return IndexPlan(Kind.DEPTH, (name,), "m", f"{name} states no unit: taken to be metres")
    try:
        conversion(stated, "m")
    except UnitError as error:
        raise BrokenSource(
            source,
            f"gives its depth {name!r} in {stated!r}, which is no length.",
            remedy="State depth_unit in a map of columns.",
        ) from error
    return IndexPlan(Kind.DEPTH, (name,), stated)


def index_of(
    table: pl.DataFrame, plan: IndexPlan, header: LasHeader, options: ReadOptions
) -> Index:
    """The index of each row of `table`, whose columns are texts.

    Raises:
        BrokenSource: If the index counts time from a start that the file does not state, or no
            row's time can be read.
    """
    if plan.kind is Kind.DEPTH:
        notes = () if plan.note is None else (plan.note,)
        return Index(_numbers(table, plan, header) * conversion(plan.unit, "m").factor, notes)
    found = _times(table, plan, header, options)
    if table.height and found.times.null_count() == table.height:
        sample = " ".join(str(table[name][0]) for name in plan.curves)
        raise BrokenSource(
            options.source,
            f"has a time that cannot be read: {sample[:60]!r}.",
            remedy="State time and time_format in a map of columns.",
        )
    return Index(found.times, found.notes)


def _numbers(table: pl.DataFrame, plan: IndexPlan, header: LasHeader) -> pl.Series:
    numbers = table[plan.curves[0]].cast(pl.Float64, strict=False)
    if header.null is not None:
        numbers = numbers.set(numbers == header.null, None)
    return numbers.set(~numbers.is_finite(), None)


def _times(
    table: pl.DataFrame, plan: IndexPlan, header: LasHeader, options: ReadOptions
) -> Instants:
    columns = options.columns or ColumnMap()
    texts = table[plan.curves[0]]
    if len(plan.curves) == 2:
        texts = joined(texts, table[plan.curves[1]])
    if plan.unit and not columns.time_format and _is_elapsed(texts, plan.unit):
        return _since_start(table, plan, header, options)
    return instants(texts, time_format=columns.time_format, utc_offset=columns.utc_offset)


def _is_elapsed(texts: pl.Series, symbol: str) -> bool:
    """Whether numbers count from the start of the log, and not from an epoch."""
    numbers = texts.cast(pl.Float64, strict=False)
    middle = numbers.median()
    if not isinstance(middle, float):
        return False
    from_epoch = is_mostly_counted(texts) and (middle >= 2e8 or unit(symbol).symbol == "d")
    return not from_epoch


def _since_start(
    table: pl.DataFrame, plan: IndexPlan, header: LasHeader, options: ReadOptions
) -> Instants:
    offset = (options.columns or ColumnMap()).utc_offset or timedelta(0)
    start, item = _start(header, offset)
    if start is None:
        raise BrokenSource(
            options.source,
            f"counts {plan.curves[0]!r} [{plan.unit}] from a start that its header does not state.",
            remedy="Write the start into STRT or DATE of its ~Well section.",
        )
    micros = _numbers(table, plan, header) * conversion(plan.unit, "s").factor * 1e6
    micros = micros.set(micros.abs() > LONGEST_LOG, None).round().cast(pl.Int64)
    times = (micros.cast(pl.Duration("us")) + start).cast(TIME)
    return Instants(times, "elapsed", (f"time counts from {start.isoformat()} ({item})",))


def _start(header: LasHeader, offset: timedelta) -> tuple[datetime | None, str]:
    for item, text in (("STRT", header.start), ("DATE", header.date)):
        if not _PLAIN_NUMBER.fullmatch(text):
            found = instants(pl.Series([text]), utc_offset=offset).times[0]
            if found is not None:
                return found, item
    return None, ""
