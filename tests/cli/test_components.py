"""`idrill components …`, as a person types it."""

from pathlib import Path

import polars as pl
import pytest

from idrill.cli import run
from idrill.rigs import Rig
from idrill.settings import load_settings
from idrill.store import component_lives, rigs
from idrill.store.database import Database

HEAD = "equipment,component,start,end,ended_by,failure_mode,variant,own_hours\n"
FAILED = "mud_pump_1,liner,2026-02-01T06:00Z,2026-03-01T18:30Z,failure,LOO,ceramic,312.5\n"
RUNNING = "mud_pump_1,liner,2026-03-01T22:00:00+01:00,,,,metal,\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and a store that knows rig R1."""
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    database = Database(load_settings().store_url)
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig("R1", "one"))
    return tmp_path


def recorded(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run(["components", "record", str(path), "--rig", "R1"]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_record_is_kept_and_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "record.csv").write_text(HEAD + FAILED + RUNNING)

    [said] = recorded(folder / "record.csv", capsys)
    assert run(["components", "list", "R1", "--component", "liner"]) == 0
    _, first, second = capsys.readouterr().out.splitlines()

    assert said == "R1: 2 units new, 0 ended, 0 known already, 0 rows refused"
    assert first.split() == [
        "mud_pump_1/liner/1", "ceramic", "2026-02-01", "06:00", "2026-03-01", "18:30", "failure",
        "LOO", "312",
    ]  # fmt: skip
    assert second.split() == [
        "mud_pump_1/liner/2", "metal", "2026-03-01", "21:00", "in", "service",
    ]  # fmt: skip


def test_the_same_record_again_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "record.csv").write_text(HEAD + FAILED + RUNNING)
    recorded(folder / "record.csv", capsys)

    [said] = recorded(folder / "record.csv", capsys)

    assert said == "R1: 0 units new, 0 ended, 2 known already, 0 rows refused"


def test_bad_rows_are_refused_with_line_and_reason_and_good_ones_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {
        "mud_pump_1,crane,2026-02-01,,,,,\n": "unknown component 'crane'",
        "mud_pump_7,liner,2026-02-01,,,,,\n": "unknown equipment 'mud_pump_7'",
        "mud_pump_1,liner,2026-02-20,2026-03-05,preventive,,,\n": "it overlaps with",
        "mud_pump_1,valve,2026-02-20,2026-02-05,preventive,,,\n": "not after its start",
        "mud_pump_1,valve,2026-02-20,2026-02-25,failure,XYZ,,\n": "unknown failure mode 'XYZ'",
        "mud_pump_1,valve,yesterday,,,,,\n": "start 'yesterday' is no instant",
        "mud_pump_1,valve,2026-02-20,2026-02-25,rust,,,\n": "ended_by 'rust' is none of failure",
        "mud_pump_1,valve,2026-02-20,2026-02-25,failure,INL,,old\n": "own_hours 'old' is no numb",
        "mud_pump_1,valve,2026-02-20,2026-02-25,failure,INL,,inf\n": "own hours of inf make no",
        "mud_pump_1,valve,2026-02-20,2026-02-25,failure,INL,,nan\n": "own hours of nan make no",
        "mud_pump_1,valve,2026-02-20,2026-02-25,failure,INL,,-4\n": "own hours of -4.0 make no",
        "mud_pump_2,liner,2026-02-20,,,,ceramics,\n": "unknown make 'ceramics' of a liner; there",
        "mud_pump_1,valve,2926-02-20,,,,,\n": "it starts at 2926-02-20T00:00:00+00:00, which lies",
        "mud_pump_1,valve,2026-02-20,2926-02-21,preventive,,,\n": "it ends at 2926-02-21T00:00:00",
        "mud_pump_1,valve,0001-01-01T00:00+23:00,,,,,\n": "start '0001-01-01T00:00+23:00' is no",
    }
    (folder / "record.csv").write_text(HEAD + FAILED + "".join(bad))

    *lines, summary = recorded(folder / "record.csv", capsys)

    assert summary == "R1: 1 units new, 0 ended, 0 known already, 15 rows refused"
    for number, (line, reason) in enumerate(zip(lines, bad.values(), strict=True), start=3):
        assert line.startswith(f"record.csv, line {number}: ")
        assert reason in line


def test_a_parquet_record_says_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "record.csv").write_text(HEAD + FAILED + RUNNING)
    table = pl.read_csv(folder / "record.csv").with_columns(
        pl.col("start", "end").str.to_datetime(time_zone="UTC")
    )
    table.write_parquet(folder / "record.parquet")
    recorded(folder / "record.csv", capsys)

    [said] = recorded(folder / "record.parquet", capsys)

    assert said == "R1: 0 units new, 0 ended, 2 known already, 0 rows refused"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"component,start\n", "lacks equipment"),
        (HEAD.replace("variant", "colour").encode(), "has colour"),
        (b"\xff\xfe\x00", "is no CSV file"),
        ((HEAD + "mud_pump_1,liner,2026-02-01,,,,,,,\n").encode(), "more values than columns"),
    ],
)
def test_a_file_that_is_no_record_is_refused_whole(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    (folder / "record.csv").write_bytes(content)

    assert run(["components", "record", str(folder / "record.csv"), "--rig", "R1"]) == 2

    assert words in capsys.readouterr().err.replace("\n", " ")
    with Database(load_settings().store_url).session() as session:
        assert component_lives.of_rig(session, "R1") == []


@pytest.mark.parametrize(
    "arguments",
    [["list", "R9"], ["list", "R1", "--component", "crane"]],
)
def test_what_is_unknown_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["components", *arguments]) == 2

    assert "'R9'" in (said := capsys.readouterr().err) or "'crane'" in said


def test_a_record_of_an_unknown_rig_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "record.csv").write_text(HEAD + FAILED)

    assert run(["components", "record", str(folder / "record.csv"), "--rig", "R9"]) == 2

    assert "no rig is called 'R9'" in capsys.readouterr().err


FLEET = [
    "simulate", "--resolution", "1min", "--rigs", "1", "--days", "1", "--seed", "4",
    "--from", "2026-02-01", "--into", "lake",
]  # fmt: skip


def test_a_fleet_in_the_lake_brings_its_record_as_a_maintenance_department_keeps_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IDRILL_FIRST_DAY", "2025-01-01")

    assert [run(FLEET), run(FLEET)] == [0, 0]

    with Database(load_settings().store_url).session() as session:
        lives = component_lives.current(session, "SIM_0001")
    assert len(lives) == 12
    assert {life.source for life in lives} == {"simulation"}
    assert {life.own_hours for life in lives} == {None}
