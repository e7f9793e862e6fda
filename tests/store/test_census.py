from datetime import date, timedelta
from pathlib import Path

import pytest

from idrill.errors import SettingsError
from idrill.rigs import Rig
from idrill.store import rigs
from idrill.store.census import MOST_PARTITIONS, count_rigs, require_few
from idrill.store.database import Database


def test_the_rigs_of_either_database_are_counted(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
        rigs.register(session, Rig("R2", "R2"))

    assert count_rigs(database.url) == 2


def test_a_store_that_was_never_migrated_has_no_rigs(empty_url: str) -> None:
    assert count_rigs(empty_url) == 0


def test_counting_makes_no_store_where_there_is_none(tmp_path: Path) -> None:
    store = tmp_path / "a folder #1" / "store.db"

    count_rigs(f"sqlite:///{store}")

    assert not store.parent.exists()


def test_rigs_are_counted_in_a_folder_of_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "rigs #1 100%"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'store.db'}")
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    database.dispose()

    assert count_rigs(f"sqlite:///{folder / 'store.db'}") == 1


def test_more_partitions_than_dagster_handles_are_refused_naming_the_setting() -> None:
    first, today = date(2007, 1, 1), date(2007, 1, 1) + timedelta(days=999)

    require_few(first, today, rigs=100)
    with pytest.raises(SettingsError, match=f"IDRILL_FIRST_DAY=2007-01-01.*{MOST_PARTITIONS:,}"):
        require_few(first, today, rigs=101)
