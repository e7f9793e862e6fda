"""Parquet whose columns are called as our own: `time`, with a time zone, and channels.

Values are in the channels' units. Quality bits and other columns are passed over, as those of any
other source would be: what is wrong with a value is for validation to say.
"""

from pathlib import Path

import polars as pl

from idrill.channels import BY_NAME
from idrill.errors import BrokenSource, OversizedSource
from idrill.frame import TIME, channels_in
from idrill.readers.assembly import RawColumn, RawTable, ReadOptions, assemble, runs
from idrill.readers.reading import Kind, Reading, Reason, Rejection

BYTES_A_VALUE = 8
"""What an instant or a number takes in memory."""


def holds_channels(path: Path) -> bool:
    """Whether a file is Parquet with instants called `time` and at least one channel."""
    try:
        schema = pl.read_parquet_schema(path)
    except (pl.exceptions.PolarsError, OSError):
        return False
    time = schema.get("time")
    return isinstance(time, pl.Datetime) and bool(time.time_zone) and bool(channels_in(schema))


def read_parquet(path: Path, options: ReadOptions) -> Reading:
    """The reading of a Parquet file that `holds_channels`.

    Raises:
        OversizedSource: If its values take more than `options.max_bytes`.
        BrokenSource: If a page of it is damaged.
    """
    lazy = pl.scan_parquet(path)
    columns = lazy.collect_schema().names()
    names = channels_in(columns)
    try:
        rows = int(lazy.select(pl.len()).collect().item())
        if rows * (len(names) + 1) * BYTES_A_VALUE > options.max_bytes:
            problem = f"unpacks to more than {options.max_bytes} bytes."
            raise OversizedSource(options.source, problem)
        numbers = [pl.col(name).cast(pl.Float64, strict=False) for name in names]
        table = lazy.select("time", *numbers).with_row_index("line", offset=1).collect()
    except pl.exceptions.PolarsError as error:
        raise BrokenSource(
            options.source, f"is damaged: {error}.", remedy="Write it again."
        ) from error
    return assemble(_raw(table, columns), options)


def _raw(table: pl.DataFrame, columns: list[str]) -> RawTable:
    kept = table.filter(pl.col("time").is_not_null())
    names = channels_in(table.columns)
    return RawTable(
        kind=Kind.TIME,
        format="parquet",
        lines=kept["line"].cast(pl.Int64),
        index=kept["time"].dt.convert_time_zone("UTC").cast(TIME),
        columns=[RawColumn(name, kept[name], BY_NAME[name].unit) for name in names],
        rows_read=table.height,
        rejections=_without_time(table),
        others=tuple(name for name in columns if name not in names),
    )


def _without_time(table: pl.DataFrame) -> tuple[Rejection, ...]:
    lines = table.filter(pl.col("time").is_null())["line"]
    return runs(lines, Reason.BAD_TIME, "the row has no time")
