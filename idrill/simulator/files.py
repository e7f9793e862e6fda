"""What a simulation leaves on disk: files as a rig's data server writes them, and the truth apart.

`write_csv` and `write_parquet` write a measured frame, `write_truth` what really happened, which no
reader takes in.
"""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from idrill.channels import channel
from idrill.frame import channels_in
from idrill.simulator.days import SimulatedDay

DECIMALS = 6
"""More than any sensor resolves."""


def write_csv(measured: pl.DataFrame, path: Path) -> None:
    """Write a measured frame as a rig writes it; values alone, without quality.

    Args:
        measured: A canonical frame of one rig.
        path: The file; its folder is made.
    """
    time = pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("Time")
    titles = {name: channel(name).title for name in channels_in(measured.columns)}
    table = measured.select(time, *_values(measured)).rename(titles)
    appearing(path, table.write_csv)


def write_parquet(measured: pl.DataFrame, path: Path) -> None:
    """Write the same values under the names of their channels.

    Args:
        measured: A canonical frame of one rig.
        path: The file; its folder is made.
    """
    write_table(measured.select("time", *_values(measured)), path)


def write_truth(day: SimulatedDay, folder: Path) -> None:
    """Write what really happened on a day.

    Args:
        day: Of a simulation.
        folder: Where the files go, a folder per rig, each file named by the day.
    """
    for name, table in day.truth.items():
        write_table(table, folder / day.rig_id / f"{day.day}.{name}.parquet")


def _values(measured: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(name).round(DECIMALS) for name in channels_in(measured.columns)]


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write a table that appears whole or not at all."""
    appearing(path, lambda partial: table.write_parquet(partial, compression="zstd"))


def appearing(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file that appears whole or not at all: the inbox is watched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    write(partial)
    partial.replace(path)
