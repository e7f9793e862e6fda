"""`idrill stream` and `idrill work`: readings of a file through a broker, and what told none."""

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from idrill.cli import run
from idrill.rigs import Rig
from idrill.store import dead_letters, rigs
from idrill.store.database import Database
from idrill.streams import messages
from tests.streams.brokers import url_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The store of a home where the command runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.setenv("IDRILL_STREAM_NAME", f"idrill.test-{uuid4().hex[:8]}")
    store = Database(f"sqlite:///{tmp_path / 'idrill.db'}")
    store.migrate()
    return store


def register(database: Database, name: str) -> None:
    with database.session() as session:
        rigs.register(session, Rig(name, name))


def bury(database: Database, body: bytes) -> None:
    with database.session() as session:
        dead_letters.keep(session, body, backend="nats", reason="it was Monday")


@pytest.mark.usefixtures("database")
def test_without_a_broker_nothing_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "day.csv").write_text("time,torque\n")

    assert run(["stream", "publish", "day.csv", "--rig", "R1"]) == 2
    assert "IDRILL_STREAM_URL" in capsys.readouterr().err


@pytest.mark.service
def test_a_file_is_published_and_worked_into_the_store_until_told_to_end(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    register(database, "R1")
    monkeypatch.setenv("IDRILL_STREAM_URL", url_of("nats"))
    lines = [f"{(NOON + timedelta(seconds=at)).isoformat()},{at / 10}" for at in range(450)]
    (tmp_path / "day.csv").write_text("\n".join(["time,torque (kN.m)", *lines]) + "\n")

    published = run(["stream", "publish", "day.csv", "--rig", "R1"])
    idrill = str(Path(sys.executable).parent / "idrill")
    working = subprocess.Popen([idrill, "work"])  # noqa: S603  our own words
    count = asyncio.run(_rows(database, 450))
    working.send_signal(signal.SIGTERM)

    assert published == 0, capsys.readouterr().err
    assert "450 readings published to nats" in capsys.readouterr().err
    assert count == 450
    assert working.wait(20) == 0


async def _rows(database: Database, wanted: int) -> int:
    async with asyncio.timeout(60):
        while (found := _count(database)) < wanted:  # noqa: ASYNC110  another process writes
            await asyncio.sleep(0.1)
    return found


def _count(database: Database) -> int:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM live_readings").scalar()
    return int(rows or 0)


def test_what_told_nothing_is_listed_shown_and_replayed(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    late = messages.in_rows("R1", [(NOON.isoformat(), {"torque": 1.0})], message_id="1")
    bury(database, late)
    bury(database, b"never")

    assert run(["stream", "dead", "list"]) == 0
    listed = capsys.readouterr().out
    assert run(["stream", "dead", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert run(["stream", "dead", "replay"]) == 1
    refused = capsys.readouterr().out
    register(database, "R1")
    assert run(["stream", "dead", "replay", "1"]) == 0
    assert run(["stream", "dead", "list"]) == 0
    left = capsys.readouterr().out

    assert listed.count("it was Monday") == 2
    assert shown == late.decode()
    assert "1: no rig is called 'R1'" in refused
    assert "Invalid JSON" in refused
    assert _count(database) == 1
    assert "Invalid JSON" in left
    assert "R1" not in left
    assert run(["stream", "dead", "replay", "77"]) == 2
