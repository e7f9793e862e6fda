"""Files of a simulated rig are read like those of any other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from idrill.channels import CHANNELS
from idrill.frame import ORIGIN, TIME, quality_of
from idrill.readers import ReadOptions, read
from idrill.simulator.files import write_csv

START = datetime(2026, 2, 1, tzinfo=UTC)
ROWS = 20


def test_every_channel_is_found_again_with_its_values(tmp_path: Path) -> None:
    times = [START + timedelta(seconds=second) for second in range(ROWS)]
    middle = {c.name: c.low + (c.high - c.low) / 1000 for c in CHANNELS}
    frame = pl.DataFrame(
        {
            "rig_id": pl.Series(["SIM_01"] * ROWS),
            "time": pl.Series(times, dtype=TIME),
            "origin": pl.Series(["synthetic"] * ROWS, dtype=ORIGIN),
            **{name: [value + row / 1e3 for row in range(ROWS)] for name, value in middle.items()},
            **{quality_of(name): pl.Series([0] * ROWS, dtype=pl.UInt16) for name in middle},
        }
    )

    write_csv(frame, tmp_path / "day.csv")
    reading = read(tmp_path / "day.csv", ReadOptions("day.csv"))

    assert reading.channels == [channel.name for channel in CHANNELS]
    assert reading.table["time"].to_list() == times
    for name, value in middle.items():
        assert abs(reading.table[name][0] - value) < 1e-6, name
