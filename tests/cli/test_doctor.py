"""`idrill doctor` and `idrill migrate`: what a person reads on a sound and on a broken machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from idrill.cli import build_app
from idrill.cli.doctor import State, diagnose, disk, folder, libraries, migrated, port
from idrill.settings import Settings
from idrill.store.database import Database

runner = CliRunner()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", database_url=None, lake_url=None, inbox=None)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    found = Database(settings.store_url)
    yield found
    found.dispose()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_fresh_machine_is_told_to_migrate_and_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.delenv("IDRILL_DATABASE_URL", raising=False)

    result = runner.invoke(build_app("doctor"), ["doctor"], env={"COLUMNS": "200"})

    assert result.exit_code == 0
    assert "idrill migrate" in result.output


def test_an_unreachable_store_fails_once_with_the_setting_and_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.setenv("IDRILL_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")

    result = runner.invoke(build_app("doctor"), ["doctor"], env={"COLUMNS": "300"})

    assert result.exit_code == 1
    assert result.output.count("IDRILL_DATABASE_URL") == 1
    assert "Traceback" not in result.output


def test_migrating_twice_says_that_there_is_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.delenv("IDRILL_DATABASE_URL", raising=False)

    first, second = (runner.invoke(build_app("migrate"), ["migrate"]) for _ in range(2))

    assert "went from nothing to" in first.output
    assert "nothing to do" in second.output


def test_a_migrated_store_is_sound(database: Database) -> None:
    assert migrated(database).state is State.WARN

    database.migrate()

    assert migrated(database).state is State.OK


@pytest.mark.service
def test_the_clock_is_compared_with_that_of_the_database_server(
    tmp_path: Path, postgres_database: str
) -> None:
    url = postgres_database.replace("postgresql://", "postgresql+psycopg://", 1)

    findings = {
        finding.topic: finding
        for finding in diagnose(Settings(home=tmp_path, database_url=url, lake_url=None))
    }

    assert findings["clock"].state is State.OK
    assert "from the database server" in findings["clock"].detail


def test_every_topic_is_looked_at(settings: Settings) -> None:
    topics = [finding.topic for finding in diagnose(settings)]

    assert topics == [
        "python", "libraries", "home", "inbox", "archive", "lake folder", "disk", "store", "clock",
        "lake", "port 3000",
    ]  # fmt: skip


def test_a_folder_that_will_be_made_is_sound(tmp_path: Path) -> None:
    finding = folder("home", tmp_path / "a" / "b")

    assert finding.state is State.OK
    assert "made when needed" in finding.detail
    assert not (tmp_path / "a").exists()


def test_a_file_in_the_way_of_a_folder_fails(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("in the way")

    assert folder("home", tmp_path / "a" / "b").state is State.FAIL


def test_a_full_disk_fails_and_a_filling_one_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = []
    for free in (0.5, 5.0, 50.0):
        usage = type("Usage", (), {"free": free * 1e9})
        monkeypatch.setattr("idrill.cli.doctor.shutil.disk_usage", lambda _, usage=usage: usage)
        states.append(disk(tmp_path).state)

    assert states == [State.FAIL, State.WARN, State.OK]


def test_a_taken_port_names_who_holds_it(taken_port: int) -> None:
    finding = port(taken_port)

    assert finding.state is State.WARN
    assert "pytest" in finding.detail or "python" in finding.detail


def test_a_free_port_is_sound() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]

    assert port(free).state is State.OK


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idrill.cli.doctor.LIBRARIES", ("polars", "no-such-library"))

    finding = libraries()

    assert finding.state is State.FAIL
    assert "no-such-library" in finding.detail
