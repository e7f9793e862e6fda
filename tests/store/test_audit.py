"""The audit trail: read newest first, and only ever added to."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from idrill.errors import StoreError
from idrill.store import audit
from idrill.store.audit import Actor, Change
from idrill.store.database import Database

ADA, BO = Actor("ada@rig.example", "request-1", "10.0.0.1"), Actor("bo@rig.example")


@pytest.fixture
def trail(
    dialect: str, request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path
) -> Iterator[Database]:
    """Three entries; they cannot be deleted by usual means."""
    if dialect == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(sqlite_template, path)
        database = Database(f"sqlite:///{path}")
    else:
        database = request.getfixturevalue("postgresql_store")
    for actor, action in ((ADA, "user.created"), (BO, "user.disabled"), (ADA, "user.disabled")):
        with database.session() as session:
            audit.record(session, actor, Change(action, "user 3", {"rigs": ["R1"]}))
    yield database
    if dialect == "sqlite":
        database.dispose()
        return
    with database.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM audit_trail"))


def actions(
    database: Database,
    *,
    before: int | None = None,
    action: str | None = None,
    actor: str | None = None,
) -> list[tuple[str, str]]:
    with database.session() as session:
        found = audit.listed(session, before=before, limit=10, action=action, actor=actor)
    return [(one.actor.name.split("@")[0], one.change.action) for one in found]


def test_the_newest_entry_comes_first_with_all_that_was_said(trail: Database) -> None:
    with trail.session() as session:
        [newest] = audit.listed(session, before=None, limit=1, action=None, actor=None)

    assert newest.actor == ADA
    assert newest.change == Change("user.disabled", "user 3", {"rigs": ["R1"]})


def test_entries_are_found_by_action_actor_and_page(trail: Database) -> None:
    with trail.session() as session:
        newest = audit.listed(session, before=None, limit=1, action=None, actor=None)[0].id

    assert actions(trail, before=newest) == [("bo", "user.disabled"), ("ada", "user.created")]
    assert actions(trail, action="user.created") == [("ada", "user.created")]
    assert actions(trail, actor=BO.name) == [("bo", "user.disabled")]


IN_ONE_GO = {
    "sqlite": "INSERT OR REPLACE INTO audit_trail SELECT * FROM audit_trail",
    "postgresql": "TRUNCATE audit_trail",
}
"""What passes by a trigger on deleting."""


@pytest.mark.parametrize("how", ["change", "delete", "in one go"])
def test_what_was_done_stays(trail: Database, dialect: str, how: str) -> None:
    statements = {
        "change": "UPDATE audit_trail SET actor = 'nobody'",
        "delete": "DELETE FROM audit_trail",
        "in one go": IN_ONE_GO[dialect],
    }

    with pytest.raises(StoreError), trail.session() as session:
        session.execute(text(statements[how]))

    assert len(actions(trail)) == 3
