"""`idrill rigs …`, as a person types it."""

import json
from datetime import date
from pathlib import Path

import pytest

from idrill.cli import run
from idrill.settings import load_settings
from idrill.store import rig_days
from idrill.store.archive import Archive
from idrill.store.database import Database
from idrill.store.intake import Intake, Order

DAY = date(2024, 3, 1)


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store with one rig, two sources of one day that is held, a broken line in one of them."""
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    settings = load_settings()
    database = Database(settings.store_url)
    database.migrate()
    archive = Archive(settings.archive_folder)
    intake = Intake(database, archive, first_day=settings.first_day, max_bytes=1 << 20)
    rows = [f"2024-03-01 00:00:{second:02},{second}" for second in range(30)]
    (tmp_path / "logs").mkdir()
    good, odd = tmp_path / "logs" / "good.csv", tmp_path / "logs" / "odd.csv"
    good.write_text("\n".join(["time,Torque (kN.m),Strange [/min]", *(f"{r},1" for r in rows)]))
    odd.write_text("\n".join(["time,Hookload (kN)", *rows, "yesterday,5"]) + "\n")
    for path in (good, odd):
        list(intake.take_in(Order(path, "R1", f"logs/{path.name}")))
    with database.session() as session:
        [wanted] = rig_days.stale(session, "R1")
        rig_days.hold(session, "R1", DAY, version=wanted.wanted, reason="a bit is unknown")
    return database


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["rigs", *arguments]) == 0
    return capsys.readouterr().out


def test_list_counts_the_rig_days_by_state(capsys: pytest.CaptureFixture[str]) -> None:
    [heading, row] = shown(capsys, "list").splitlines()

    assert heading.split()[-3:] == ["published", "stale", "held"]
    assert row.split() == ["R1", "R1", "measured", "0", "0", "1"]


def test_the_ledger_has_a_line_for_each_source(capsys: pytest.CaptureFixture[str]) -> None:
    [_, good, odd] = shown(capsys, "ledger", "R1").splitlines()

    assert good.split() == ["good.csv", "30", "0", "0", "0", "30"]
    assert odd.split() == ["odd.csv", "31", "0", "0", "1", "30"]


def test_rejected_rows_are_shown_with_file_line_and_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [_, row] = shown(capsys, "rejected", "R1").splitlines()

    assert row.split()[:4] == ["logs/odd.csv", "32", "1", "bad_time"]


def test_days_that_are_held_are_shown_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "days", "R1")

    assert "2024-03-01" in out
    assert "a bit is unknown" in out


def test_the_report_of_a_source_is_json_and_found_by_the_end_of_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = json.loads(shown(capsys, "report", "R1", "good.csv"))

    assert report["rows_read"] == 30
    assert list(report["unmapped"]) == ["Strange [/min]"]


def test_a_name_that_fits_two_sources_is_refused_naming_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["rigs", "report", "R1", ".csv"])

    said = capsys.readouterr().err
    assert code == 2
    assert "logs/good.csv, logs/odd.csv" in said


@pytest.mark.parametrize("command", [["ledger"], ["rejected"], ["days"], ["report", "a.csv"]])
def test_a_rig_that_does_not_exist_is_one_clear_line(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    [verb, *rest] = command

    code = run(["rigs", verb, "R9", *rest])

    [line] = capsys.readouterr().err.splitlines()
    assert code == 2
    assert "R9" in line


def test_channels_are_listed_with_unit_and_limits(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["channels"]) == 0

    out = capsys.readouterr().out
    assert "standpipe_pressure" in out
    assert "kPa" in out
