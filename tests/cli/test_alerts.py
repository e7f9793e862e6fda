"""`idrill alerts rules …`, as a rig engineer types it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.cli import run
from idrill.frame import ACTIVITY, schema
from idrill.maintenance.rules import read_documents, read_rule
from idrill.maintenance.rules.reading import shipped
from idrill.rigs import Rig
from idrill.store import alert_rules, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import VALIDATED

RULES = """
[[rules]]
name = "high-torque"
priority = "high"
message = "torque is {value} {unit}"
when = { all = [
    { channel = "torque", above = 20 },
    { activity = ["drilling_rotating"] },
] }

[[rules]]
name = "elsewhere"
rig = "R9"
when = { channel = "torque", above = 1 }
"""


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A home with two validated days of a rig."""
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    database = Database(f"sqlite:///{tmp_path / 'home' / 'idrill.db'}")
    database.migrate()
    with database.session() as session:
        rigs.create(session, Rig("R1", "One"))
    lake = Lake(str(tmp_path / "home" / "lake"), database)
    for day in (1, 2):
        start = datetime(2024, 3, day, tzinfo=UTC)
        rows = [
            ("R1", start + timedelta(seconds=at), "file", 30.0 if 10 <= at < 20 else 5.0, 0)
            for at in range(60)
        ]
        frame = pl.DataFrame(rows, schema=schema(["torque"]), orient="row").with_columns(
            pl.lit("drilling_rotating").cast(ACTIVITY).alias("activity")
        )
        lake.write(VALIDATED, {"rig_id": "R1", "day": date(2024, 3, day)}, frame)
    return database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two rules."""
    path = tmp_path / "rules.toml"
    path.write_text(RULES)
    return path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["alerts", "rules", *arguments]) == 0
    return capsys.readouterr().out


def test_check_shows_when_a_rule_would_have_raised(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    told = shown(capsys, "check", str(file), "--rig", "R1", "--day", "2024-03-01",
                 "--to", "2024-03-02").splitlines()  # fmt: skip

    assert told[1].split() == [
        "2024-03-01", "00:00:10", "0:00:10", "high", "high-torque", "torque", "is", "30", "kN·m",
    ]  # fmt: skip
    assert told[-2:] == [
        "1 rules on 120 rows of R1, 2024-03-01 to 2024-03-02",
        "    2  high-torque",
    ]


def test_check_enters_nothing(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    shown(capsys, "check", str(file), "--rig", "R1", "--day", "2024-03-01")

    assert len(shown(capsys, "list").splitlines()) == 1


def test_rules_are_entered_all_or_none(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    assert run(["alerts", "rules", "add", str(file)]) == 2
    assert "R9" in capsys.readouterr().err
    assert len(shown(capsys, "list").splitlines()) == 1

    file.write_text(RULES.replace("R9", "R1"))
    assert shown(capsys, "add", str(file)) == "high-torque: entered\nelsewhere: entered\n"
    assert run(["alerts", "rules", "add", str(file)]) == 2


def test_rules_are_changed_and_switched_off_under_their_names(
    capsys: pytest.CaptureFixture[str], file: Path, database: Database
) -> None:
    file.write_text(RULES.replace("R9", "R1"))
    shown(capsys, "add", str(file))
    file.write_text(RULES.replace("R9", "R1").replace("above = 20", "above = 25"))

    shown(capsys, "change", str(file), "--note", "too many")
    assert shown(capsys, "disable", "high-torque") == "high-torque is off, version 3\n"
    assert shown(capsys, "enable", "high-torque") == "high-torque is on, version 4\n"

    with database.session() as session:
        told = alert_rules.versions(session, "high-torque")
    assert [one.note for one in told] == ["", "too many", "", ""]
    assert "25" in str(told[1].definition)


def test_the_rules_to_begin_with_are_entered_once_and_can_be_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = shown(capsys, "init").splitlines()
    again = shown(capsys, "init").splitlines()
    (tmp_path / "example.toml").write_text(shown(capsys, "example"))

    assert all(line.endswith(": entered") for line in first)
    assert all(line.endswith(": is there already") for line in again)
    printed = [read_rule(one).name for one in read_documents(tmp_path / "example.toml")]
    assert len(first) == len(printed) == len(shipped())


@pytest.mark.parametrize("text", ["rules = 3", "[[rules]]\nname = 3", "{", ""])
def test_a_file_that_holds_no_rules_is_refused(
    capsys: pytest.CaptureFixture[str], file: Path, text: str
) -> None:
    file.write_text(text)

    assert run(["alerts", "rules", "add", str(file)]) == 2
    assert capsys.readouterr().err


def test_days_that_are_not_in_the_lake_are_not_said_to_be_quiet(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    status = run(["alerts", "rules", "check", str(file), "--rig", "R1", "--day", "2024-04-01"])

    assert status == 2
    assert "no validated readings of R1 from 2024-04-01" in capsys.readouterr().err
