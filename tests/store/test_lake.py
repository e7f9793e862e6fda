"""The lake on one machine, by one writer at a time."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from idrill.errors import LakeError
from idrill.frame import ACTIVITY, ORIGIN, QUALITY, content_hash, schema
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import DEPTH, KPIS, MINUTE, RAW, TABLES, VALIDATED, LakeTable
from tests.store.rig_day_frames import DAY, RIG_DAY, a_frame, a_minute, parquet_files


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    database.migrate()
    yield database
    database.dispose()


@pytest.fixture
def lake(tmp_path: Path, database: Database) -> Lake:
    return Lake(str(tmp_path / "lake"), database, lock_timeout=5.0)


def test_a_frame_comes_back_as_it_was_written(lake: Lake) -> None:
    frame = a_frame()

    written = lake.write(RAW, RIG_DAY, frame)

    assert_frame_equal(lake.read(RAW, RIG_DAY), frame)
    assert (written.rows, written.written) == (10, True)
    assert written.content_hash == content_hash(frame) == lake.content_hash(RAW, RIG_DAY)


def test_canonical_types_survive_the_lake(lake: Lake) -> None:
    frame = a_frame().with_columns(activity=pl.lit("tripping_in", ACTIVITY))

    lake.write(VALIDATED, RIG_DAY, frame)

    found = lake.read(VALIDATED, RIG_DAY).schema
    assert (found["torque_quality"], found["origin"]) == (QUALITY, ORIGIN)
    assert found["activity"] == ACTIVITY
    assert lake.scan(VALIDATED).collect_schema() == VALIDATED.schema


def test_writing_the_same_content_again_in_any_order_changes_nothing(lake: Lake) -> None:
    first = lake.write(RAW, RIG_DAY, a_frame())

    second = lake.write(RAW, RIG_DAY, a_frame().reverse())

    assert not second.written
    assert (second.version, second.content_hash) == (first.version, first.content_hash)
    assert lake.version(RAW) == first.version


def test_a_partition_is_replaced_and_its_neighbours_stay(lake: Lake) -> None:
    next_day: dict[str, str | date] = {"rig_id": "RIG-1", "day": DAY + timedelta(days=1)}
    lake.write(RAW, RIG_DAY, a_frame())
    lake.write(RAW, next_day, a_frame(DAY + timedelta(days=1)))

    lake.write(RAW, RIG_DAY, a_frame(rows=3))

    assert lake.read(RAW, RIG_DAY).height == 3
    assert lake.read(RAW, next_day).height == 10
    assert lake.partitions(RAW) == [RIG_DAY, next_day]


def test_an_earlier_version_can_be_read(lake: Lake) -> None:
    first = lake.write(RAW, RIG_DAY, a_frame(torque=1.0))
    lake.write(RAW, RIG_DAY, a_frame(torque=2.0))

    then = lake.read(RAW, RIG_DAY, version=first.version)

    assert_frame_equal(then, a_frame(torque=1.0))
    assert lake.content_hash(RAW, RIG_DAY, version=first.version) == first.content_hash
    assert lake.scan(RAW, version=first.version).collect()["torque"].min() == 1.0


def test_a_scan_keeps_to_the_version_it_began_with(lake: Lake) -> None:
    lake.write(RAW, RIG_DAY, a_frame(torque=1.0))
    scan = lake.scan(RAW)

    lake.write(RAW, RIG_DAY, a_frame(torque=2.0))

    assert scan.collect()["torque"].min() == 1.0


def test_a_scan_leaves_other_partitions_unread(lake: Lake) -> None:
    lake.write(RAW, RIG_DAY, a_frame())
    lake.write(RAW, {**RIG_DAY, "rig_id": "RIG-2"}, a_frame().drop("rig_id"))
    next(path for path in parquet_files(lake, RAW) if "RIG-2" in str(path)).write_bytes(b"broken")

    found = lake.scan(RAW).filter(pl.col("rig_id") == "RIG-1", pl.col("day") == DAY).collect()

    assert found.height == 10


def test_days_with_different_channels_stand_in_one_scan(lake: Lake) -> None:
    other = a_frame(DAY + timedelta(days=1)).rename(
        {"torque": "hook_load", "torque_quality": "hook_load_quality"}
    )
    lake.write(RAW, RIG_DAY, a_frame())
    lake.write(RAW, {**RIG_DAY, "day": DAY + timedelta(days=1)}, other)

    found = lake.scan(RAW).select("torque", "hook_load").collect()

    assert (found["torque"].null_count(), found["hook_load"].null_count()) == (10, 10)


def test_a_partition_never_written_is_an_empty_frame(lake: Lake) -> None:
    assert lake.read(RAW, RIG_DAY).schema == schema([])
    assert lake.read(MINUTE, RIG_DAY).schema == MINUTE.schema
    assert lake.scan(RAW).collect().is_empty()
    assert lake.version(RAW) is None
    assert (lake.partitions(RAW), lake.history(RAW)) == ([], [])
    assert not lake.folder.exists()


def test_an_empty_frame_deletes_the_partition(lake: Lake) -> None:
    lake.write(RAW, RIG_DAY, a_frame())

    written = lake.write(RAW, RIG_DAY, a_frame().clear())
    again = lake.write(RAW, RIG_DAY, a_frame().clear())

    assert (written.rows, written.written, again.written) == (0, True, False)
    assert lake.partitions(RAW) == []
    assert lake.read(RAW, RIG_DAY).is_empty()


def test_asked_for_columns_come_whether_measured_or_not(lake: Lake) -> None:
    lake.write(RAW, RIG_DAY, a_frame())

    found = lake.read(RAW, RIG_DAY, columns=["hook_load", "torque"])

    assert found.columns == ["hook_load", "torque"]
    assert found["hook_load"].null_count() == 10


def test_aggregates_come_back_sorted_with_their_partition(lake: Lake) -> None:
    rows = [a_minute("torque", 1), a_minute("torque", 0), a_minute("hook_load", 1)]
    columns = [name for name in MINUTE.schema if name not in MINUTE.partition_by]
    frame = pl.DataFrame(rows, schema={name: MINUTE.schema[name] for name in columns})

    lake.write(MINUTE, RIG_DAY, frame)

    found = lake.read(MINUTE, RIG_DAY)
    assert found.schema == MINUTE.schema
    assert found["channel"].to_list() == ["hook_load", "torque", "torque"]
    assert found["time"].dt.minute().to_list() == [1, 0, 1]
    assert lake.content_hash(MINUTE, RIG_DAY) == content_hash(found)


def test_depth_data_lies_by_well(lake: Lake) -> None:
    frame = pl.DataFrame(
        {
            "depth": [101.0, 100.0],
            "origin": ["file"] * 2,
            "source": ["a"] * 2,
            "torque": [1.0, 2.0],
            "torque_quality": [0, 0],
        },
        schema_overrides={"origin": ORIGIN, "torque_quality": QUALITY},
    )

    lake.write(DEPTH, {"well_id": "NO-15-9-F-7"}, frame)

    found = lake.read(DEPTH, {"well_id": "NO-15-9-F-7"})
    assert found["depth"].to_list() == [100.0, 101.0]
    assert found["well_id"].unique().to_list() == ["NO-15-9-F-7"]


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (a_frame().with_columns(mood=pl.lit(1.0)), "has no column mood"),
        (a_frame().with_columns(pl.col("torque").cast(pl.Float32)), "torque is Float32"),
        (a_frame().drop("origin"), "needs the column origin"),
        (a_frame().drop("torque_quality"), "needs the column torque_quality"),
        (a_frame().with_columns(rig_id=pl.lit("RIG-2")), "10 of 10 rows"),
        (a_frame(DAY + timedelta(days=1)), "10 of 10 rows"),
        (a_frame().with_columns(time=pl.lit(None, a_frame().schema["time"])), "have no time"),
    ],
)
def test_rows_that_do_not_fit_are_refused_and_nothing_is_written(
    lake: Lake, frame: pl.DataFrame, problem: str
) -> None:
    with pytest.raises(LakeError, match=problem):
        lake.write(RAW, RIG_DAY, frame)

    assert lake.version(RAW) is None


@pytest.mark.parametrize(
    "partition",
    [
        {"rig_id": "RIG-1"},
        {"rig_id": "../etc", "day": DAY},
        {"rig_id": "RIG-1", "day": "2024-03-01"},
        {"well_id": "W"},
    ],
)
def test_a_partition_that_cannot_be_is_refused(
    lake: Lake, partition: dict[str, str | date]
) -> None:
    with pytest.raises(LakeError, match="raw_sensor_data"):
        lake.read(RAW, partition)


def test_a_version_that_never_was_is_refused(lake: Lake) -> None:
    lake.write(RAW, RIG_DAY, a_frame())

    with pytest.raises(LakeError, match="raw_sensor_data"):
        lake.read(RAW, RIG_DAY, version=99)
    with pytest.raises(LakeError, match="never written"):
        lake.read(KPIS, RIG_DAY, version=0)


def test_a_broken_file_is_one_clear_error(lake: Lake) -> None:
    lake.write(RAW, RIG_DAY, a_frame())
    parquet_files(lake, RAW).pop().write_bytes(b"no parquet at all")

    with pytest.raises(LakeError, match="reading of raw_sensor_data failed"):
        lake.read(RAW, RIG_DAY)


def test_a_lake_on_another_machine_is_refused(database: Database) -> None:
    with pytest.raises(LakeError, match="IDRILL_LAKE_URL"):
        Lake("s3://bucket/lake", database)


@pytest.mark.parametrize("name", ["a lake", "müller", "100%", "lake#1", "what?", "day*"])
def test_a_folder_that_a_url_writes_otherwise_is_refused(
    name: str, tmp_path: Path, database: Database
) -> None:
    with pytest.raises(LakeError, match=r"cannot lie in .*IDRILL_LAKE_URL"):
        Lake(str(tmp_path / name), database)


def test_a_channel_of_a_newer_release_widens_the_table(lake: Lake) -> None:
    narrow = LakeTable(
        RAW.name,
        pl.Schema({name: RAW.schema[name] for name in ("rig_id", "day", *a_frame().columns)}),
        RAW.partition_by,
        RAW.sort_by,
    )
    lake.write(narrow, RIG_DAY, a_frame())
    newer = Lake(str(lake.folder), lake.database)

    newer.write(RAW, {**RIG_DAY, "rig_id": "RIG-2"}, a_frame().drop("rig_id"))

    assert_frame_equal(newer.read(RAW, RIG_DAY), a_frame())
    assert newer.scan(RAW).collect().height == 20


@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(st.none() | st.floats(width=64), min_size=1, max_size=30),
    bits=st.integers(0, 0xFFFF),
)
def test_any_value_survives_the_lake(
    tmp_path_factory: pytest.TempPathFactory, values: list[float | None], bits: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    lake = Lake(str(folder), Database(f"sqlite:///{folder / 'store.db'}"))
    frame = a_frame(rows=len(values)).with_columns(
        pl.Series("torque", values, pl.Float64), pl.lit(bits, QUALITY).alias("torque_quality")
    )

    lake.write(RAW, RIG_DAY, frame)

    found = lake.read(RAW, RIG_DAY, columns=frame.columns)
    if set(values) != {None}:
        assert_frame_equal(found, frame)
    assert content_hash(lake.read(RAW, RIG_DAY)) == lake.content_hash(RAW, RIG_DAY)


def test_every_table_can_be_created_and_read_by_delta_alone(lake: Lake) -> None:
    values: dict[str, str | date] = {"day": DAY, "component": "liner"}
    for table in TABLES.values():
        partition = {name: values.get(name, "X") for name in table.partition_by}
        lake.write(table, partition, pl.DataFrame(schema=table.schema))

        handle = DeltaTable(lake.folder / table.name)
        assert [field.name for field in handle.schema().fields] == table.schema.names()
        assert handle.metadata().partition_columns == list(table.partition_by)
