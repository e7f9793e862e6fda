"""What keeps a lake small and whole: compaction, vacuum, pins, one writer at a time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake
from polars.testing import assert_frame_equal

from idrill.errors import LakeBusy, LakeError
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.locks import table_lock
from idrill.store.tables import KPIS, RAW
from tests.store.rig_day_frames import DAY, RIG_DAY, a_frame, parquet_files


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    database.migrate()
    yield database
    database.dispose()


@pytest.fixture
def lake(tmp_path: Path, database: Database) -> Lake:
    return Lake(str(tmp_path / "lake"), database, lock_timeout=5.0)


def test_history_tells_what_each_commit_wrote(lake: Lake) -> None:
    written = lake.write(RAW, RIG_DAY, a_frame())

    newest = lake.history(RAW, limit=1)[0]

    assert newest["partition"] == "rig_id=RIG-1/day=2024-03-01"
    assert (newest["rows"], newest["content_hash"]) == (10, written.content_hash)
    assert newest["version"] == written.version


def test_compaction_joins_files_and_keeps_the_content(lake: Lake) -> None:
    halves = a_frame().with_columns(day=pl.lit(DAY))
    written = lake.write(RAW, RIG_DAY, a_frame())
    lake.write(RAW, RIG_DAY, a_frame().clear())
    for half in (halves.head(4), halves.tail(6)):
        stored = half.select(pl.col(name).cast(RAW.stored[name]) for name in half.columns)
        write_deltalake(lake.folder / RAW.name, stored, mode="append", schema_mode="merge")

    result = lake.optimize(RAW)

    assert result == {"files_removed": 2, "files_added": 1, "partitions": 1}
    assert_frame_equal(lake.read(RAW, RIG_DAY), a_frame())
    assert lake.content_hash(RAW, RIG_DAY) == written.content_hash
    assert not lake.write(RAW, RIG_DAY, a_frame()).written


def test_a_vacuum_takes_replaced_and_abandoned_files(lake: Lake) -> None:
    first = lake.write(RAW, RIG_DAY, a_frame(torque=1.0))
    lake.write(RAW, RIG_DAY, a_frame(torque=2.0))
    orphan = next(iter(parquet_files(lake, RAW))).with_name("orphan.parquet")
    orphan.write_bytes(b"what a killed writer left")

    planned = lake.vacuum(RAW, retention=timedelta(0), dry_run=True)
    held_back = lake.vacuum(RAW, retention=timedelta(hours=1))
    gone = lake.vacuum(RAW, retention=timedelta(0))

    assert (len(planned), held_back, sorted(gone)) == (2, [], sorted(planned))
    assert not orphan.exists()
    assert_frame_equal(lake.read(RAW, RIG_DAY), a_frame(torque=2.0))
    with pytest.raises(LakeError, match="reading of raw_sensor_data failed"):
        lake.read(RAW, RIG_DAY, version=first.version)


def test_a_pinned_version_outlives_the_vacuum(lake: Lake) -> None:
    first = lake.write(RAW, RIG_DAY, a_frame(torque=1.0))
    lake.write(RAW, RIG_DAY, a_frame(torque=2.0))
    lake.write(RAW, RIG_DAY, a_frame(torque=3.0))
    lake.pin(RAW, first.version, "model rul 1")

    lake.vacuum(RAW, retention=timedelta(0))
    assert_frame_equal(lake.read(RAW, RIG_DAY, version=first.version), a_frame(torque=1.0))

    lake.unpin(RAW, first.version, "model rul 1")
    assert len(lake.vacuum(RAW, retention=timedelta(0))) == 1


def test_a_version_that_lost_its_files_cannot_be_pinned(lake: Lake) -> None:
    first = lake.write(RAW, RIG_DAY, a_frame(torque=1.0))
    lake.write(RAW, RIG_DAY, a_frame(torque=2.0))
    lake.vacuum(RAW, retention=timedelta(0))

    with pytest.raises(LakeError, match="lost 1 files"):
        lake.pin(RAW, first.version, "model rul 1")


def test_a_negative_retention_is_refused(lake: Lake) -> None:
    with pytest.raises(LakeError, match="retention"):
        lake.vacuum(RAW, retention=timedelta(hours=-1))


def test_a_held_table_is_busy_and_says_who_holds_it(lake: Lake, database: Database) -> None:
    impatient = Lake(str(lake.folder), database, lock_timeout=0.05)

    with (
        table_lock(lake.folder, RAW.name, database, 1.0),
        pytest.raises(LakeBusy, match=r"being written by process \d+ on "),
    ):
        impatient.write(RAW, RIG_DAY, a_frame())

    assert impatient.write(RAW, RIG_DAY, a_frame()).written


@pytest.mark.service
def test_postgresql_keeps_the_lock_when_it_is_the_store(
    tmp_path: Path, postgres_database: str
) -> None:
    database = Database(postgres_database.replace("postgresql://", "postgresql+psycopg://"))
    lake = Lake(str(tmp_path / "lake"), database, lock_timeout=0.1)

    with table_lock(lake.folder, RAW.name, database, 1.0):
        with pytest.raises(LakeBusy, match=r"being written by process \d+ on "):
            lake.write(RAW, RIG_DAY, a_frame())
        assert lake.write(KPIS, RIG_DAY, pl.DataFrame(schema=KPIS.schema)).rows == 0

    assert lake.write(RAW, RIG_DAY, a_frame()).written
    assert not list(lake.folder.glob("*.lock"))
    database.dispose()
