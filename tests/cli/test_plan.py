"""`idrill plan …`, as a person types it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from idrill.cli import run
from idrill.settings import load_settings
from idrill.store.database import Database
from tests.stored_plans import furnished


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and an empty store."""
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "300")
    database = Database(load_settings().store_url)
    database.migrate()
    with database.session() as session:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        furnished(session, midnight)
    return tmp_path


def test_a_plan_is_made_shown_explained_and_exported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "run", "--days", "7", "--effort", "2"]) == 0
    made = capsys.readouterr().out
    assert run(["plan", "show"]) == 0
    shown = capsys.readouterr().out
    assert run(["plan", "explain"]) == 0
    explained = capsys.readouterr().out
    assert run(["plan", "ical", "--output", str(folder / "plan.ics")]) == 0
    assert run(["plan", "picture", str(folder / "plan.svg"), "--days", "8"]) == 0

    assert shown == made
    assert "R1 mud_pump_1 liner" in made
    assert "1 pieces of work" in made
    assert "optimal, gap 0.00%" in made
    assert "R1 mud_pump_1 liner: replace at" in explained
    assert "by rul-liner/3" in explained
    assert "R1 mud_pump_2 liner: later is cheaper (0.0% fail meanwhile)" in explained
    assert "R1 mud_pump_3 liner: not planned: no champion serves" in explained
    assert b"BEGIN:VEVENT\r\n" in (folder / "plan.ics").read_bytes()
    assert "R1 mud_pump_1" in (folder / "plan.svg").read_text()


def test_without_a_plan_one_is_told_how_to_make_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "show"]) == 2

    assert "`idrill plan run` makes one" in capsys.readouterr().err


def test_a_rig_that_is_unknown_is_no_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "run", "--rig", "NOWHERE"]) == 2

    assert "no rig is called 'NOWHERE'" in capsys.readouterr().err
