"""Depth-indexed logs of a well, brought together as the rows of `depth_data`.

Logs of different sources stand beside one another, each row with the name of its source: which
of two depth logs is right at a depth is a matter of depth matching, not of rank. Within a source,
a row that repeats depth and values is a duplicate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from idrill.channels import channel
from idrill.frame import ORIGIN, QUALITY, Origin, Quality, channels_in, quality_of
from idrill.readers.merging import SourceCount

_KEYS = pl.Schema(
    {"well_id": pl.String(), "depth": pl.Float64(), "origin": ORIGIN, "source": pl.String()}
)


@dataclass(frozen=True, slots=True)
class DepthLog:
    """One depth-indexed source."""

    name: str
    content: str
    """Hash of its content."""
    origin: Origin
    table: pl.DataFrame
    """As in `Reading.table`, with `depth`."""


@dataclass(frozen=True, slots=True)
class MergedLogs:
    """The depth data of one well, and what became of every row."""

    table: pl.DataFrame
    counts: tuple[SourceCount, ...]


def merge_logs(logs: Sequence[DepthLog], well_id: str) -> MergedLogs:
    """The rows of all logs of a well, with the quality bits of each value.

    Args:
        logs: In any order.
        well_id: The well they belong to.

    Returns:
        A table of `well_id`, `depth` [m], `origin`, `source`, one column per channel and its
        quality (what the reader saw, and `OUT_OF_RANGE`), sorted by source and depth; the counts.
    """
    ordered = sorted(logs, key=lambda log: log.name)
    tables = [_rows(log, well_id) for log in ordered]
    counts = tuple(
        SourceCount(log.content, table.height, log.table.height - table.height, 0)
        for log, table in zip(ordered, tables, strict=True)
    )
    together = pl.concat(tables, how="diagonal") if tables else pl.DataFrame(schema=_KEYS)
    quality = [pl.col(quality_of(name)).fill_null(0) for name in channels_in(together.columns)]
    return MergedLogs(together.with_columns(quality), counts)


def _rows(log: DepthLog, well_id: str) -> pl.DataFrame:
    names = channels_in(log.table.columns)
    rows = log.table.unique(["depth", *names], keep="first", maintain_order=True)
    return rows.sort("depth", maintain_order=True).select(
        pl.lit(well_id).alias("well_id"),
        "depth",
        pl.lit(log.origin.value, ORIGIN).alias("origin"),
        pl.lit(log.name).alias("source"),
        *names,
        *(_quality(rows, name) for name in names),
    )


def _quality(rows: pl.DataFrame, name: str) -> pl.Expr:
    seen = pl.col(quality_of(name)) if quality_of(name) in rows.columns else pl.lit(0, QUALITY)
    limits = channel(name)
    outside = ~pl.col(name).is_between(limits.low, limits.high)
    flag = pl.when(outside).then(pl.lit(int(Quality.OUT_OF_RANGE), QUALITY)).otherwise(0)
    return (seen.fill_null(0) | flag.cast(QUALITY)).alias(quality_of(name))
