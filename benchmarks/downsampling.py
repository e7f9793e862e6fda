"""P8: statistics per minute of all channels, against a bare polars `group_by(truncate)`."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.harness import Comparison, Result, interleaved
from idrill.aggregation import downsample
from idrill.channels import CHANNELS
from idrill.frame import ORIGIN, QUALITY, TIME, Quality, channels_in, quality_of

CHANNEL_NAMES = [channel.name for channel in CHANNELS if not channel.detail][:16]
ROUNDS = 25
FLOOR = 0.80
DROPOUTS = 0.02
"""Share of the values that are missing, each channel's own, in the harder frame."""


def a_frame(rows: int, dropouts: float = 0.0) -> pl.DataFrame:
    """Rows at 1 Hz of 16 channels that wander, in the resolution of a sensor."""
    random = np.random.default_rng(rows)
    start = datetime(2026, 2, 1, tzinfo=UTC)
    times = pl.datetime_range(
        start, start + timedelta(seconds=rows - 1), "1s", eager=True, time_unit="us"
    )
    frame = pl.DataFrame(
        {
            "rig_id": pl.repeat("RIG_01", rows, eager=True),
            "time": times.cast(TIME),
            "origin": pl.repeat("file", rows, dtype=ORIGIN, eager=True),
            **{name: random.normal(0.0, 1.0, rows).cumsum().round(2) for name in CHANNEL_NAMES},
        }
    )
    gone = pl.DataFrame({name: random.random(rows) < dropouts for name in CHANNEL_NAMES})
    missing = pl.lit(int(Quality.MISSING), dtype=QUALITY)
    return frame.with_columns(
        *(pl.when(~gone[name]).then(name).alias(name) for name in CHANNEL_NAMES),
        *(
            pl.when(gone[name])
            .then(missing)
            .otherwise(pl.lit(0, dtype=QUALITY))
            .alias(quality_of(name))
            for name in CHANNEL_NAMES
        ),
    )


def bare(frame: pl.DataFrame) -> pl.DataFrame:
    """The same statistics as polars alone gives them: quality is not looked at, nor coverage."""
    statistics = []
    for name in channels_in(frame.columns):
        value = pl.col(name)
        statistics += [
            value.count().alias(f"{name}_count"),
            value.min().alias(f"{name}_min"),
            value.mean().alias(f"{name}_mean"),
            value.max().alias(f"{name}_max"),
            value.last().alias(f"{name}_last"),
            value.std().alias(f"{name}_std"),
        ]
    return frame.group_by(pl.col("time").dt.truncate("1m")).agg(statistics)


def run() -> Result:
    """A rig-day and a million rows, from a file and in memory, whole and with dropouts."""
    with tempfile.TemporaryDirectory() as name:
        comparisons = (
            _from_file("a rig-day from its file", a_frame(86_400), Path(name) / "day.parquet"),
            _from_file("a million rows from a file", a_frame(10**6), Path(name) / "many.parquet"),
            _in_memory("a rig-day in memory", a_frame(86_400)),
            _in_memory("a million rows in memory", a_frame(10**6)),
            _in_memory("a rig-day with dropouts of each channel", a_frame(86_400, DROPOUTS)),
        )
    return Result(
        promise="P8",
        title="Downsampling to minutes",
        against="bare polars `group_by(truncate)`, wide, without quality and coverage",
        comparisons=comparisons,
        notes=(
            f"{len(CHANNEL_NAMES)} channels; count, min, mean, max, last, std. Ours also leaves "
            "out what is not usable, weighs coverage by time and gives a long table in order.",
        ),
    )


def _from_file(label: str, frame: pl.DataFrame, path: Path) -> Comparison:
    frame.write_parquet(path)
    times = interleaved(
        lambda _: downsample(pl.read_parquet(path), "1m"),
        lambda _: bare(pl.read_parquet(path)),
        rounds=ROUNDS,
        warmups=3,
    )
    return Comparison(label, *times, floor=FLOOR)


def _in_memory(label: str, frame: pl.DataFrame) -> Comparison:
    times = interleaved(
        lambda _: downsample(frame, "1m"), lambda _: bare(frame), rounds=ROUNDS, warmups=3
    )
    return Comparison(label, *times, floor=FLOOR)
