"""`idrill user …`, as a person types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from idrill.access import Role
from idrill.cli import build_app, run
from idrill.settings import load_settings
from idrill.store import audit, logins, one_time_tokens, users
from idrill.store.database import Database
from idrill.store.passwords import Passwords

CHEAP = Passwords(memory=8, passes=1)


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An empty store, and hashing that costs nothing."""
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IDRILL_PASSWORD_MEMORY", "8")
    monkeypatch.setenv("IDRILL_PASSWORD_PASSES", "1")
    monkeypatch.setenv("COLUMNS", "200")
    database = Database(load_settings().store_url)
    database.migrate()
    return database


def create(email: str, *arguments: str) -> int:
    return run(["user", "create", "--email", email, "--role", "admin", "--generate", *arguments])


def test_a_password_that_is_made_up_is_printed_once_and_fits(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create("Ada@rig.example", "--rig", "R1") == 0

    shown = capsys.readouterr().out
    password = shown.split()[-1]
    with database.session() as session:
        ada = users.named(session, "ada@rig.example")
        stored = users.password_hash(session, ada.id)
    assert (ada.role, ada.rigs) == (Role.ADMIN, ("R1",))
    assert "ada@rig.example has the role admin" in shown
    assert CHEAP.matches(password, stored)


def test_a_password_that_is_asked_for_is_not_shown(database: Database) -> None:
    typed = "correct horse battery\n" * 2
    order = ["user", "create", "--email", "ada@rig.example", "--role", "viewer"]

    done = CliRunner().invoke(build_app("user"), order, input=typed)

    assert done.exit_code == 0
    assert "horse" not in done.output
    with database.session() as session:
        ada = users.named(session, "ada@rig.example")
        assert CHEAP.matches("correct horse battery", users.password_hash(session, ada.id))


def test_an_email_that_is_taken_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    create("ada@rig.example")

    assert create("ada@rig.example") == 2
    assert "there is an account of ada@rig.example already" in capsys.readouterr().err


def test_list_shows_everybody_and_no_hash(capsys: pytest.CaptureFixture[str]) -> None:
    create("ada@rig.example")
    capsys.readouterr()

    assert run(["user", "list"]) == 0

    shown = capsys.readouterr().out
    assert shown.splitlines()[1].split() == [
        "1", "ada@rig.example", "ada@rig.example", "admin", "every", "active",
    ]  # fmt: skip
    assert "argon2" not in shown


def test_who_is_disabled_is_logged_out_and_the_last_admin_is_not_disabled(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    create("ada@rig.example")
    create("bo@rig.example")
    with database.session() as session:
        bo = users.named(session, "bo@rig.example")
        login = logins.begin(session, bo.id)

    codes = [run(["user", "disable", f"{name}@rig.example"]) for name in ("bo", "ada", "cy")]

    assert codes == [0, 2, 2]
    assert "last active admin" in capsys.readouterr().err
    with database.session() as session:
        assert not logins.live_until(session, login.id, bo.id)


def test_a_reset_prints_a_token_that_works(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    create("ada@rig.example")
    capsys.readouterr()

    assert run(["user", "reset-password", "ada@rig.example"]) == 0

    token = capsys.readouterr().out.splitlines()[1]
    with database.session() as session:
        assert one_time_tokens.use_reset(session, token) == "ada@rig.example"


def test_the_audit_trail_names_the_command_line(database: Database) -> None:
    create("ada@rig.example")

    with database.session() as session:
        [entry] = audit.listed(session, before=None, limit=9, action=None, actor=None)

    assert entry.actor.name.startswith("command line of ")
    assert entry.change.action == "user.created"
