"""What live rows become where several readings tell of one instant."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from idrill.frame import channels_in
from idrill.readers.posted import RejectedReading
from idrill.readers.reading import Reason


def settled(
    known: pl.DataFrame, table: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[RejectedReading, ...]]:
    """The instants that are to be written, and the readings that contradict others of theirs."""
    names = channels_in(table.columns)
    if known.is_empty() and table["time"].n_unique() == table.height:
        return table.drop("place"), ()
    stack = pl.concat([known, table.drop("place")], how="diagonal")
    best = stack.group_by("time", maintain_order=True).agg(pl.col(names).max())
    fresh = best.filter(pl.col("time").is_in(table["time"].implode()))
    changed = fresh.join(known, on=["time", *names], how="anti", nulls_equal=True)
    return changed, _contradicted(table, stack, names)


def _contradicted(
    table: pl.DataFrame, stack: pl.DataFrame, names: list[str]
) -> tuple[RejectedReading, ...]:
    """Readings told of an instant of which another value of a channel was told."""
    told = stack.group_by("time").agg(pl.col(names).drop_nulls().unique().sort())
    where = told.filter(pl.any_horizontal(pl.col(names).list.len() > 1))
    met = table.select("place", "time", *names).join(where, on="time", suffix="_told")
    return tuple(
        RejectedReading(row["place"], Reason.CONFLICT, words, str(row["time"]))
        for row in met.sort("place").iter_rows(named=True)
        if (words := _words(row, names))
    )


def _words(row: dict[str, Any], names: Iterable[str]) -> str:
    """What contradicts a reading, in full: the values that lose are kept nowhere else."""
    differing = [name for name in names if row[name] is not None and len(row[f"{name}_told"]) > 1]
    return "; ".join(
        f"{name} {row[name]!r}: {', '.join(map(repr, row[f'{name}_told']))} are told of this "
        "instant; the largest stands"
        for name in differing
    )
