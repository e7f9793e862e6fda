"""Readings and statistics out of the lake."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.errors import NotFound, StoreError, UnknownChannel
from idrill.frame import Activity, schema
from idrill.rigs import Rig
from idrill.store import rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.sensor_data import Resolution, read_sensor_data
from idrill.store.tables import HOURLY, RECONCILED

MIDNIGHT = datetime(2024, 3, 2, tzinfo=UTC)


@pytest.fixture
def lake(sqlite_template: Path, tmp_path: Path) -> Lake:
    """Three readings of one rig on both sides of midnight, and an hour of another."""
    path = tmp_path / "store.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    lake = Lake(str(tmp_path / "lake"), database)
    for seconds in ([-2, -1], [0]):
        times = [MIDNIGHT + timedelta(seconds=second) for second in seconds]
        rows = [("R1", time, "file", float(time.second), 0) for time in times]
        frame = pl.DataFrame(rows, schema=schema(["torque"]), orient="row")
        frame = frame.with_columns(
            pl.lit(Activity.STATIC.value, RECONCILED.schema["activity"]).alias("activity")
        )
        lake.write(RECONCILED, {"rig_id": "R1", "day": times[0].date()}, frame)
    statistics = {
        "time": [MIDNIGHT, MIDNIGHT],
        "origin": ["file", "file"],
        "channel": ["torque", "hook_load"],
        "count": [2, 3],
        **{name: [1.0, 1.0] for name in ("min", "mean", "max", "last", "std", "coverage")},
    }
    hours = pl.DataFrame(statistics, schema_overrides=dict(HOURLY.schema))
    lake.write(HOURLY, {"rig_id": "R1", "day": MIDNIGHT.date()}, hours)
    return lake


def read(
    lake: Lake, start: datetime, end: datetime, resolution: Resolution, *channels: str
) -> pl.DataFrame:
    return read_sensor_data(
        lake, rig_id="R1", channels=channels, start=start, end=end, resolution=resolution
    )


def test_raw_readings_cross_midnight_and_leave_the_end_out(lake: Lake) -> None:
    second = timedelta(seconds=1)

    both = read(lake, MIDNIGHT - second, MIDNIGHT + second, Resolution.RAW, "torque")
    one = read(lake, MIDNIGHT - second, MIDNIGHT, Resolution.RAW, "torque")

    assert both["torque"].to_list() == [59.0, 0.0]
    assert both.columns == ["time", "torque", "torque_quality"]
    assert one["torque"].to_list() == [59.0]


def test_a_channel_that_was_not_measured_is_null(lake: Lake) -> None:
    found = read(lake, MIDNIGHT, MIDNIGHT + timedelta(days=1), Resolution.RAW, "hook_load")

    assert found["hook_load"].to_list() == [None]


def test_statistics_are_those_of_the_channels_asked_for(lake: Lake) -> None:
    found = read(lake, MIDNIGHT, MIDNIGHT + timedelta(hours=1), Resolution.HOUR, "torque")

    assert found.select("channel", "count").rows() == [("torque", 2)]


def test_a_table_that_was_never_written_gives_no_rows(lake: Lake) -> None:
    found = read(lake, MIDNIGHT, MIDNIGHT + timedelta(days=1), Resolution.DAY, "torque")

    assert found.is_empty()


def test_a_channel_that_does_not_exist_is_refused_naming_the_nearest(lake: Lake) -> None:
    with pytest.raises(UnknownChannel, match="torque"):
        read(lake, MIDNIGHT, MIDNIGHT + timedelta(days=1), Resolution.RAW, "torqe")


def test_a_rig_that_does_not_exist_is_refused(lake: Lake) -> None:
    with pytest.raises(NotFound, match="R9"):
        read_sensor_data(
            lake,
            rig_id="R9",
            channels=["torque"],
            start=MIDNIGHT,
            end=MIDNIGHT + timedelta(days=1),
            resolution=Resolution.RAW,
        )


def test_an_empty_time_range_is_refused(lake: Lake) -> None:
    with pytest.raises(StoreError, match="empty"):
        read(lake, MIDNIGHT, MIDNIGHT, Resolution.RAW, "torque")


def test_days_are_those_of_utc(lake: Lake) -> None:
    assert lake.partitions(RECONCILED) == [
        {"rig_id": "R1", "day": date(2024, 3, 1)},
        {"rig_id": "R1", "day": date(2024, 3, 2)},
    ]
