"""P9: replacing a rig-day in the lake, against a bare `write_deltalake` of the same frame."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from deltalake import write_deltalake

from benchmarks.harness import Comparison, Result, interleaved
from idrill.channels import CHANNELS
from idrill.frame import quality_of, schema
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import RAW

FIRST_DAY = date(2024, 1, 1)
ROWS = 86_400
CHANNEL_NAMES = [channel.name for channel in CHANNELS if not channel.detail][:20]
COMMITS = 100
"""How long the log of both tables is before the first measurement."""
DAYS = 25
ROUNDS = 20


def a_rig_day(number: int, rows: int = ROWS) -> pl.DataFrame:
    """A day at 1 Hz of 20 channels that wander, in the resolution of a sensor."""
    random = np.random.default_rng(number)
    start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number % DAYS)
    walk = random.normal(0.0, 1.0, (len(CHANNEL_NAMES), rows)).cumsum(axis=1).round(2)
    columns: dict[str, object] = {
        "rig_id": ["RIG-1"] * rows,
        "time": [start + timedelta(seconds=second) for second in range(rows)],
        "origin": ["file"] * rows,
        **dict(zip(CHANNEL_NAMES, walk, strict=True)),
    }
    columns |= {quality_of(name): np.zeros(rows, np.uint16) for name in CHANNEL_NAMES}
    return pl.DataFrame(columns, schema=schema(CHANNEL_NAMES))


def day_of(number: int) -> date:
    """The day that turn `number` replaces."""
    return FIRST_DAY + timedelta(days=number % DAYS)


def bare_write(folder: Path) -> Callable[[pl.DataFrame, int], None]:
    """The same partition overwritten by `write_deltalake` alone, its types cast for Delta."""

    def write(frame: pl.DataFrame, number: int) -> None:
        day = day_of(number)
        stored = frame.select(
            pl.col(name).cast(RAW.stored[name]) for name in frame.columns
        ).with_columns(day=pl.lit(day))
        write_deltalake(
            folder,
            stored,
            mode="overwrite",
            partition_by=["rig_id", "day"],
            predicate=f"rig_id = 'RIG-1' AND day = '{day}'" if folder.exists() else None,
        )

    return write


def run() -> Result:
    """Both ways of replacing rig-days in a table with a log of a hundred commits."""
    with tempfile.TemporaryDirectory() as name:
        return _measured(Path(name))


def _measured(folder: Path) -> Result:
    lake = Lake(str(folder / "lake"), Database(f"sqlite:///{folder / 'store.db'}"))
    bare = bare_write(folder / "bare")

    def ours(frame: pl.DataFrame, number: int) -> None:
        lake.write(RAW, {"rig_id": "RIG-1", "day": day_of(number)}, frame)

    for number in range(COMMITS):
        small = a_rig_day(number, rows=100)
        ours(small, number)
        bare(small, number)
    frames = [a_rig_day(1000 + number) for number in range(ROUNDS + 2)]
    times = interleaved(
        lambda turn: ours(frames[turn], 1000 + turn),
        lambda turn: bare(frames[turn], 1000 + turn),
        rounds=ROUNDS,
        warmups=2,
    )
    return _result(lake, frames, Comparison("replace a rig-day", *times, floor=0.60), folder)


def _result(lake: Lake, frames: list[pl.DataFrame], new: Comparison, folder: Path) -> Result:
    last = len(frames) - 1
    partition: dict[str, str | date] = {"rig_id": "RIG-1", "day": day_of(1000 + last)}
    version, content = lake.version(RAW), lake.content_hash(RAW, partition)
    again = interleaved(
        lambda _: lake.write(RAW, partition, frames[last].reverse()),
        lambda _: bare_write(folder / "bare")(frames[last], 1000 + last),
        rounds=ROUNDS,
    )
    same = (version, content) == (lake.version(RAW), lake.content_hash(RAW, partition))
    return Result(
        promise="P9",
        title="Delta write of a partition",
        against="bare `write_deltalake` of the same frame with a partition predicate",
        comparisons=(new, Comparison("the same content again", *again, floor=0.60)),
        notes=(
            f"{ROWS:,} rows of {len(CHANNEL_NAMES)} channels with their quality, "
            f"a log of {COMMITS} commits and more; ours checks, sorts, hashes, locks and syncs.",
        ),
        figures={
            "written again: equal content hash, no new version": "yes" if same else "NO",
            "file, ours [MB]": _megabytes(folder / "lake"),
            "file, peer [MB]": _megabytes(folder / "bare"),
        },
    )


def _megabytes(folder: Path) -> float:
    """Size of the newest data file."""
    newest = max(folder.rglob("*=*/*.parquet"), key=lambda path: path.stat().st_mtime)
    return round(newest.stat().st_size / 1e6, 1)
