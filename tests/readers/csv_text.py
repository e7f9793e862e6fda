"""Delimited text for tests, and what is read from it."""

from pathlib import Path

from idrill.readers import Reading, ReadOptions
from idrill.readers.columns import ColumnMap
from idrill.readers.csv import read_csv
from idrill.readers.reading import check

HEADER = "date,Hole Depth m,Average Hookload kkgf,Average Standpipe Pressure kPa"
ROWS = [f"2024-03-17 08:00:0{i},{1200 + i / 100},{126 + i},{16900 + 10 * i}" for i in range(8)]


def reading_of(tmp_path: Path, content: str | bytes, columns: ColumnMap | None = None) -> Reading:
    path = tmp_path / "rig.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reading = read_csv(path, ReadOptions("rig.csv", columns))
    check(reading)
    return reading


def text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def seconds(reading: Reading) -> list[str]:
    return [time.isoformat() for time in reading.table["time"]]
