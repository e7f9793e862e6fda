"""Rows on their way into a partition of the lake, checked, and on their way out, made canonical."""

import re
from collections.abc import Sequence
from datetime import date

import polars as pl

from idrill.channels import BY_NAME
from idrill.errors import LakeError
from idrill.frame import channels_in, quality_of, sd_of
from idrill.rigs import COMPONENT_KINDS
from idrill.store.delta import Partition, read_file
from idrill.store.tables import LakeTable

_NAME = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,63}")
_COMPONENTS = frozenset(kind.name for kind in COMPONENT_KINDS)


def check_partition(table: LakeTable, partition: Partition) -> None:
    """See that `partition` names one partition of `table`.

    Raises:
        LakeError: If a column is missing, unknown, or its value cannot be a name or a day.
    """
    if set(partition) != set(table.partition_by):
        raise LakeError(
            f"{table.name} is partitioned by {', '.join(table.partition_by)}, "
            f"not by {', '.join(partition) or 'nothing'}"
        )
    for column, value in partition.items():
        if table.schema[column] == pl.Date:
            if type(value) is not date:
                raise LakeError(f"{column} of {table.name} must be a date, not {value!r}")
        elif column == "component":
            if value not in _COMPONENTS:
                known = ", ".join(sorted(_COMPONENTS))
                raise LakeError(f"{column} of {table.name} cannot be {value!r}: there are {known}")
        elif not (isinstance(value, str) and _NAME.fullmatch(value)):
            raise LakeError(
                f"{column} of {table.name} cannot be {value!r}: capitals, digits, `-` and `_` only"
            )


def staged(table: LakeTable, partition: Partition, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` as a reader of the partition will get it.

    Raises:
        LakeError: If a column is unknown, missing or of another type, a column that orders the
            rows has a hole, or a row belongs to another partition.
    """
    check_partition(table, partition)
    _check_columns(table, frame)
    if frame.is_empty():
        return table.empty()
    _check_order(table, frame)
    _check_membership(table, partition, frame)
    return table.in_order(_with_partition(table, partition, frame))


def _check_columns(table: LakeTable, frame: pl.DataFrame) -> None:
    if unknown := sorted(set(frame.columns) - set(table.schema)):
        raise LakeError(f"{table.name} has no column {', '.join(unknown)}")
    wrong = [
        f"{name} is {dtype}, not {table.schema[name]}"
        for name, dtype in frame.schema.items()
        if dtype != table.schema[name]
    ]
    if wrong:
        raise LakeError(f"{table.name} takes other types: {'; '.join(wrong)}")
    if missing := _always(table) - {*frame.columns, *table.partition_by}:
        raise LakeError(f"{table.name} needs the column {', '.join(sorted(missing))}")
    if bare := {quality_of(name) for name in channels_in(frame.columns)} - set(frame.columns):
        raise LakeError(f"{table.name} needs the column {', '.join(sorted(bare))}")


def _always(table: LakeTable) -> set[str]:
    """Columns that every row has, whatever was measured."""
    return (
        set(table.schema) - set(BY_NAME) - set(map(quality_of, BY_NAME)) - set(map(sd_of, BY_NAME))
    )


def _check_order(table: LakeTable, frame: pl.DataFrame) -> None:
    for name in table.sort_by:
        column = frame[name]
        holes = column.null_count()
        if column.dtype.is_float():
            holes += int(column.is_nan().sum())
        if holes:
            raise LakeError(f"{holes} rows for {table.name} have no {name}")


def _check_membership(table: LakeTable, partition: Partition, frame: pl.DataFrame) -> None:
    strangers = [
        pl.col(name).ne_missing(pl.lit(value, table.schema[name]))
        for name, value in partition.items()
        if name in frame.columns
    ]
    if "day" in partition and "time" in table.schema:
        strangers.append(pl.col("time").dt.date() != partition["day"])
    if not strangers:
        return
    count = frame.select(pl.any_horizontal(strangers).sum()).item()
    if count:
        place = ", ".join(f"{name} {value}" for name, value in partition.items())
        raise LakeError(f"{count} of {frame.height} rows for {table.name} are not of {place}")


def _with_partition(table: LakeTable, partition: Partition, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(value, table.schema[name]).alias(name)
        for name, value in partition.items()
        if name not in frame.columns
    )


def assembled(
    table: LakeTable, partition: Partition, paths: list[str], columns: Sequence[str] | None
) -> pl.DataFrame:
    """The rows of a partition from its files, in canonical types, sorted.

    Args:
        table: Which table.
        partition: The values its files do not repeat.
        paths: Its files.
        columns: Just these; everything that was measured unless given.

    Raises:
        LakeError: If a column is unknown.
    """
    check_partition(table, partition)
    if unknown := sorted(set(columns or ()) - set(table.schema)):
        raise LakeError(f"{table.name} has no column {', '.join(unknown)}")
    needed = (
        table.schema.names() if columns is None else list(dict.fromkeys([*columns, *table.sort_by]))
    )
    empty = pl.DataFrame(schema={name: table.stored[name] for name in table.sort_by})
    parts = [read_file(path, needed) for path in paths]
    joined = pl.concat([part for part in parts if part.height] or [empty], how="diagonal")
    wanted = _always(table) if columns is None else set(needed)
    frame = table.canonical(_with_absent(table, joined, wanted - set(partition)))
    frame = _with_partition(table, partition, frame)
    if columns is None:
        return table.in_order(frame)
    return frame.sort(table.sort_by, maintain_order=True).select(columns)


def _with_absent(table: LakeTable, frame: pl.DataFrame, wanted: set[str]) -> pl.DataFrame:
    """The frame with those of `wanted` that no file held, as nulls."""
    return frame.with_columns(
        pl.lit(None, table.stored[name]).alias(name)
        for name in table.schema
        if name in wanted and name not in frame.columns
    )
