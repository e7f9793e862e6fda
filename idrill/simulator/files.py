"""What a simulated rig's data server would write: a CSV file a day, headings with their units."""

from pathlib import Path

import polars as pl

from idrill.channels import channel
from idrill.frame import channels_in

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
