"""What a simulation leaves on disk: files as a rig's data server writes them, and the truth apart.

`write_csv` writes a measured frame, headings with their units; `write_truth` what really happened,
which no reader takes in.
"""

from datetime import datetime
from pathlib import Path

import polars as pl

from idrill.channels import channel
from idrill.frame import channels_in
from idrill.simulator.events import labels
from idrill.simulator.faults import fault_labels
from idrill.simulator.rig import Chunk

DECIMALS = 6
"""More than any sensor resolves."""


def write_csv(measured: pl.DataFrame, path: Path) -> None:
    """Write a measured frame as a rig writes it; values alone, without quality.

    Args:
        measured: A canonical frame of one rig.
        path: The file; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    time = pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("Time")
    columns = [
        pl.col(name).round(DECIMALS).alias(channel(name).title)
        for name in channels_in(measured.columns)
    ]
    partial = path.with_name(f".{path.name}.partial")
    measured.select(time, *columns).write_csv(partial)
    partial.replace(path)


def write_truth(chunk: Chunk, folder: Path, start: datetime) -> None:
    """Write what really happened in a chunk, and the labels of events and sensor faults.

    Args:
        chunk: Of a simulation.
        folder: Where the files go, each named by the chunk's first day; it is made.
        start: Of the simulation, which events count from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{chunk.truth['time'][0]:%Y-%m-%d}"
    chunk.truth.write_parquet(folder / f"{stem}.truth.parquet", compression="zstd")
    labels(chunk.events, start).write_parquet(folder / f"{stem}.events.parquet")
    fault_labels(chunk.faults, start).write_parquet(folder / f"{stem}.faults.parquet")
