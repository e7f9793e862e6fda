"""An upgrade: a store of an older version, with a row in every table, brought to the newest."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)

from idrill.cli import run
from idrill.store import rig_days, rigs, wells
from idrill.store.database import Database

SPECIAL: dict[tuple[str, str], Any] = {
    ("rigs", "id"): "R1",
    ("wells", "id"): "W1",
    ("source_versions", "rows_read"): 2,
    ("merge_counts", "rig_id"): "R1",
    ("merge_counts", "day"): date(2024, 3, 1),
    ("rig_days", "published"): "a",
    ("equipment", "kind"): "mud_pump",
    ("well_sections", "kind"): "casing",
    ("string_components", "kind"): "drill_pipe",
    ("audit_trail", "details"): {"rigs": ["R1"]},
    ("alerts", "state"): "closed",
    ("maintenance_tasks", "state"): "proposed",
    ("source_versions", "report"): {"format": "csv"},
}
"""What a row must hold that a rule cannot make up."""

NAMED = {"rig_id": "R1", "well_id": "W1"}
KINDS: tuple[tuple[type, Any], ...] = (
    (Boolean, True),
    (Integer, 1),
    (Float, 1.0),
    (DateTime, datetime(2024, 3, 1, 12, tzinfo=UTC)),
    (Date, date(2024, 3, 1)),
    (String, "a"),
)


def value(table: str, column: Column[Any], checks: list[str]) -> Any:
    """Something that a column may hold, by its type and the checks of its table."""
    if (table, column.name) in SPECIAL:
        return SPECIAL[table, column.name]
    if column.nullable:
        return None
    if column.name in NAMED:
        return NAMED[column.name]
    for check in checks:
        # The first word that the column may be.
        if found := re.search(rf"\b{column.name}\b[^'<>]*'([^']*)'", check):
            return found.group(1)
    return next((made for kind, made in KINDS if isinstance(column.type, kind)), {})


def tables(database: Database) -> list[Table]:
    """The tables as they are, those that others point to first."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    return [one for one in metadata.sorted_tables if one.name != "alembic_version"]


def fill(database: Database) -> dict[str, dict[str, Any]]:
    """One row in each table; what they hold."""
    found = tables(database)
    checks = inspect(database.engine).get_multi_check_constraints()
    with database.engine.begin() as connection:
        for table in found:
            told = [
                str(one["sqltext"]) for key in checks if key[1] == table.name for one in checks[key]
            ]
            row = {one.name: value(table.name, one, told) for one in table.columns}
            connection.execute(insert(table).values(row))
    return rows(database, found)


def rows(database: Database, found: list[Table]) -> dict[str, dict[str, Any]]:
    """The first row of each table that has one."""
    with database.engine.connect() as connection:
        return {
            table.name: dict(row)
            for table in found
            if (row := connection.execute(select(table)).mappings().first()) is not None
        }


def at(url: str, revision: str) -> Database:
    """A store at an older revision."""
    database = Database(url)
    with database.engine.connect() as connection:
        command.upgrade(database._alembic(connection), revision)
        connection.commit()
    return database


@pytest.mark.parametrize("revision", ["0001", "0005"])
def test_every_row_of_an_older_version_is_there_after_the_upgrade(
    empty_url: str, revision: str
) -> None:
    database = at(empty_url, revision)
    before = fill(database)

    database.migrate()

    after = rows(database, tables(database))
    assert database.revision() == database.head()
    assert len(before) >= 17
    for table, row in before.items():
        assert {name: after[table].get(name, "gone") for name in row} == row, table
    database.dispose()


def test_work_that_was_proposed_before_keeps_its_proposer(empty_url: str) -> None:
    database, email = at(empty_url, "0008"), "a_b@rig.example"
    fill(database)
    names = (email, f"key 3 of {email}", f"key 3 of not-{email}", "nobody")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE users SET email = :email"), {"email": email})
        old = Table("maintenance_tasks", MetaData(), autoload_with=connection)
        [row] = connection.execute(select(old)).mappings()
        connection.execute(update(old).values(created_by=names[0]))
        for number, name in enumerate(names[1:], 2):
            connection.execute(insert(old).values({**row, "id": number, "created_by": name}))

    database.migrate()

    with database.engine.connect() as connection:
        told = connection.execute(text("SELECT id, proposer_id FROM maintenance_tasks ORDER BY id"))
        assert [tuple(one) for one in told] == [(1, 1), (2, 1), (3, None), (4, None)]
    database.dispose()


def test_work_that_was_changed_before_keeps_who_wrote_it_last(empty_url: str) -> None:
    database, email = at(empty_url, "0010"), "a_b@rig.example"
    fill(database)
    written: dict[int, list[tuple[str, dict[str, str]]]] = {
        2: [(email, {"title": "a"}), ("nobody", {"assigned_to": 'crew "title": b'})],
        3: [(email, {"title": "a"}), ("nobody", {"due": "2024-03-01"})],
        4: [("nobody", {"title": "a"}), (f"key 3 of {email}", {"priority": "high"})],
    }
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE users SET email = :email"), {"email": email})
        work = Table("maintenance_tasks", MetaData(), autoload_with=connection)
        events = Table("task_history", MetaData(), autoload_with=connection)
        [row] = connection.execute(select(work)).mappings()
        [event] = connection.execute(select(events)).mappings()
        for task, changes in written.items():
            connection.execute(insert(work).values({**row, "id": task}))
            for number, (by, changed) in enumerate(changes, 1):
                place = {"id": 10 * task + number, "task_id": task, "number": number}
                connection.execute(
                    insert(events).values({**event, **place, "by": by, "changed": changed})
                )

    database.migrate()

    with database.engine.connect() as connection:
        told = connection.execute(text("SELECT id, author_id FROM maintenance_tasks ORDER BY id"))
        assert [tuple(one) for one in told] == [(1, None), (2, 1), (3, None), (4, 1)]
    database.dispose()


def test_what_an_older_version_wrote_is_read_by_the_new_one(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_first = at(empty_url, "0001")
    fill(at_first)
    at_first.dispose()
    monkeypatch.setenv("IDRILL_DATABASE_URL", empty_url)

    code = run(["migrate"])

    database = Database(empty_url)
    assert code == 0
    assert f"from 0001 to {database.head()}" in capsys.readouterr().out
    with database.session() as session:
        [rig] = rigs.all_rigs(session)
        well = wells.get(session, "W1")
        [day] = rig_days.between(session, "R1", date(2024, 3, 1), date(2024, 3, 1))
    assert (rig.id, [one.kind.value for one in rig.equipment]) == ("R1", ["mud_pump"])
    assert (well.id, len(well.sections), len(well.formations)) == ("W1", 1, 1)
    assert day.published == "a"
    database.dispose()
