"""Small frames and rows for tables of the lake."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from idrill.frame import schema
from idrill.store.lake import Lake
from idrill.store.tables import LakeTable

DAY = date(2024, 3, 1)
RIG_DAY: dict[str, str | date] = {"rig_id": "RIG-1", "day": DAY}


def a_frame(day: date = DAY, *, rows: int = 10, torque: float = 12.5) -> pl.DataFrame:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return pl.DataFrame(
        {
            "rig_id": ["RIG-1"] * rows,
            "time": [start + timedelta(seconds=5 * row) for row in range(rows)],
            "origin": ["file"] * rows,
            "torque": [torque + row for row in range(rows)],
            "torque_quality": [1 << 15] * rows,
        },
        schema=schema(["torque"]),
    )


def a_minute(channel: str, minute: int) -> dict[str, object]:
    return {
        "time": datetime(2024, 3, 1, 0, minute, tzinfo=UTC),
        "origin": "file",
        "channel": channel,
        "count": 60,
        **dict.fromkeys(("min", "mean", "max", "last", "std", "coverage"), 1.0),
    }


def parquet_files(lake: Lake, table: LakeTable) -> set[Path]:
    return set((lake.folder / table.name).rglob("*=*/*.parquet"))
