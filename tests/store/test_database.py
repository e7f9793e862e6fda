import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Timer

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.orm import Session

from idrill.errors import NotFound, StoreError
from idrill.rigs import Rig
from idrill.store import rigs
from idrill.store.database import Database
from idrill.store.orm import METADATA, RigRow

MIGRATE = "import sys; from idrill.store.database import Database; Database(sys.argv[1]).migrate()"


def register_one_and_get_another(session: Session) -> None:
    rigs.register(session, Rig("RIG_1", "one"))
    rigs.get(session, "RIG_2")


def test_a_new_store_has_no_revision_and_migrating_brings_it_to_the_newest(empty_url: str) -> None:
    database = Database(empty_url)

    before = database.revision()
    database.migrate()

    assert before is None
    assert database.revision() == database.head()
    database.dispose()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "one"))

    database.migrate()

    with database.session() as session:
        assert [rig.id for rig in rigs.all_rigs(session)] == ["RIG_1"]


def test_two_processes_may_migrate_at_once(empty_url: str) -> None:
    order = [sys.executable, "-c", MIGRATE, empty_url]

    processes = [subprocess.Popen(order, stderr=subprocess.PIPE) for _ in range(2)]  # noqa: S603  our own program
    complaints = [process.communicate(timeout=240)[1] for process in processes]

    assert complaints == [b"", b""]
    database = Database(empty_url)
    assert database.revision() == database.head()
    database.dispose()


def test_a_new_sqlite_file_that_another_process_is_writing_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("CREATE TABLE readings (value)")
    database = Database(f"sqlite:///{path}")

    Timer(0.2, holder.execute, ["COMMIT"]).start()

    assert database.revision() is None
    holder.close()
    database.dispose()


def test_the_migrated_tables_are_those_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, METADATA)

    assert differences == []


def test_the_migrated_checks_and_partial_indexes_are_those_of_the_models(
    database: Database, empty_url: str
) -> None:
    made = Database(empty_url)
    METADATA.create_all(made.engine)

    migrated, modelled = inspect(database.engine), inspect(made.engine)

    for table in METADATA.tables:
        assert migrated.get_check_constraints(table) == modelled.get_check_constraints(table)
        assert _indexes(migrated.get_indexes(table)) == _indexes(modelled.get_indexes(table))
    made.dispose()


def _indexes(found: list[ReflectedIndex]) -> dict[str | None, tuple[object, str]]:
    return {
        index["name"]: (
            (index["column_names"], bool(index["unique"])),
            str([str(where) for where in index.get("dialect_options", {}).values()]),
        )
        for index in found
    }


def test_all_tables_go_when_the_first_migration_is_taken_back(empty_url: str) -> None:
    database = Database(empty_url)
    database.migrate()

    with database.engine.connect() as connection:
        command.downgrade(database._alembic(connection), "base")
        connection.commit()

    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.dispose()


def test_a_session_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(NotFound), database.session() as session:
        register_one_and_get_another(session)

    with database.session() as session:
        assert rigs.all_rigs(session) == []


def test_a_store_that_was_not_migrated_says_how_to_migrate(empty_url: str) -> None:
    database = Database(empty_url)

    with pytest.raises(StoreError, match="run `idrill migrate`"), database.session() as session:
        rigs.all_rigs(session)
    database.dispose()


def test_a_store_that_a_newer_version_migrated_is_refused(empty_url: str) -> None:
    database = Database(empty_url)
    database.migrate()
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'from_tomorrow'"))

    with pytest.raises(StoreError, match="newer version of i-Drill"):
        database.migrate()
    database.dispose()


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_stored_in(database: Database) -> None:
    local = datetime(2007, 7, 1, 1, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=-6)))
    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "one"))
        rigs.retire(session, "RIG_1", local)

    with database.session() as session:
        stored = session.get_one(RigRow, "RIG_1").retired_at

    assert stored == local
    assert stored is not None
    assert stored.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2007, 7, 1)  # noqa: DTZ001  one without a zone is what is tried
    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "one"))

    with pytest.raises(StoreError, match="no time zone"), database.session() as session:
        rigs.retire(session, "RIG_1", naive)


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    orphan = text("INSERT INTO equipment (rig_id, name, kind, position) VALUES ('X', 'p', 'k', 0)")

    with pytest.raises(StoreError, match="refused"), database.session() as session:
        session.execute(orphan)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("postgresql://localhost/idrill", "write sqlite:///PATH or postgresql\\+psycopg://"),
        ("mysql+pymysql://localhost/idrill", "not supported"),
        ("sqlite://", "must outlive the process"),
        ("no url at all", "cannot be read"),
    ],
)
def test_a_url_of_another_kind_is_refused(url: str, complaint: str) -> None:
    with pytest.raises(StoreError, match=complaint):
        Database(url)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    database = Database("postgresql+psycopg://somebody:secret@127.0.0.1:1/idrill")

    with pytest.raises(StoreError, match="IDRILL_DATABASE_URL") as refusal, database.session() as s:
        rigs.all_rigs(s)

    assert "127.0.0.1:1/idrill" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is a text, not a database " * 100)

    with pytest.raises(StoreError, match="not a database"):
        Database(f"sqlite:///{path}").migrate()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file stands where a folder should be")

    with pytest.raises(StoreError, match="cannot make the folder"):
        Database(f"sqlite:///{tmp_path / 'taken' / 'store.db'}").revision()


def test_a_sqlite_store_that_another_writer_holds_says_so(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idrill.store.database.BUSY_TIMEOUT", 0.05)
    path = tmp_path / "store.db"
    path.write_bytes(sqlite_template.read_bytes())
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    database = Database(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="nothing was changed"), database.session() as session:
        rigs.register(session, Rig("RIG_1", "one"))

    holder.close()


def test_sqlite_waits_in_wal_and_holds_foreign_keys_even_after_a_migration(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    database.migrate()

    with database.engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]

    assert pragmas == ["wal", 1, 1, 30_000]
    database.dispose()
