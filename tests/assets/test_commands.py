"""`idrill ingest` and `idrill backfill` as a person calls them: exit codes, words, no traceback."""

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.cli import run
from idrill.store import merges, rig_days, rigs, sources
from idrill.store.intake import Order, Taken
from idrill.store.rig_days import State
from idrill.store.tables import RAW, VALIDATED
from idrill_assets.execution import Workplace

WriteLog = Callable[..., Path]

TRUNCATED = """<?xml version="1.0"?>
<logs xmlns="http://www.witsml.org/schemas/1series" version="1.4.1.1">
 <log uidWell="W" uidWellbore="B" uid="L"><nameWell>W</nameWell>
  <indexType>date time</indexType>
"""


def broken_files(folder: Path) -> dict[str, Path]:
    """A file of each kind that must be refused, by what is wrong with it."""
    cut = gzip.compress(b"time,Torque (kN.m)\n" + b"2024-03-01 00:00:00,5\n" * 500)
    contents = {
        "truncated.xml": TRUNCATED.encode(),
        "garbage.csv": bytes(range(256)) * 40,
        "empty.csv": b"",
        "cut.csv.gz": cut[: len(cut) // 2],
        "words.csv": b"dear all,\nplease find attached\nthe report, of yesterday\n",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in (*contents, "missing.csv")}


def nothing_committed(workplace: Workplace, rig: str = "R1") -> bool:
    with workplace.platform.database.session() as session:
        found = sources.all_of(session, rig)
    return not found and workplace.platform.lake.version(RAW) is None


@pytest.mark.parametrize(
    "name",
    ["truncated.xml", "garbage.csv", "empty.csv", "cut.csv.gz", "words.csv", "missing.csv"],
)
def test_a_broken_file_ends_in_exit_code_2_and_leaves_nothing(
    name: str, opened: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = broken_files(tmp_path)[name]

    code = run(["ingest", str(path), "--rig", "R1"])

    said = capsys.readouterr()
    assert code == 2
    assert "Traceback" not in said.out + said.err
    [line] = [line for line in said.err.splitlines() if line.strip()]
    assert name in line
    assert nothing_committed(opened)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[columns\n", "map.toml"),
        ('[columns]\nx = "no_such_channel"\n', "no_such_channel"),
        ('colour = "red"\n', "colour"),
    ],
)
def test_a_map_that_makes_no_sense_is_refused_in_one_line(
    content: str,
    named: str,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write_log(tmp_path / "a.csv", noon, 5)
    (tmp_path / "map.toml").write_text(content)

    code = run(["ingest", str(path), "--rig", "R1", "--map", str(tmp_path / "map.toml")])

    [line] = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert code == 2
    assert named in line


@pytest.mark.usefixtures("home")
def test_a_map_that_is_not_there_is_refused_in_one_line(
    write_log: WriteLog, tmp_path: Path, noon: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_log(tmp_path / "a.csv", noon, 5)

    code = run(["ingest", str(path), "--rig", "R1", "--map", str(tmp_path / "none.toml")])

    [line] = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert code == 2
    assert "none.toml" in line


@pytest.mark.usefixtures("home")
def test_a_name_that_no_rig_can_have_is_refused_in_one_line(
    write_log: WriteLog, tmp_path: Path, noon: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_log(tmp_path / "a.csv", noon, 5)

    code = run(["ingest", str(path), "--rig", "my rig"])

    [line] = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert code == 2
    assert "my rig" in line


def test_rejected_rows_are_no_failure_and_a_backfill_writes_nothing_anew(
    opened: Workplace,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write_log(tmp_path / "a.csv", noon, 20, extra="yesterday,1,2,3\n")

    code = run(["ingest", str(path), "--rig", "R1"])

    assert code == 0
    assert "20 of 21 rows" in capsys.readouterr().out
    with opened.platform.database.session() as session:
        [book] = merges.ledger(session, "R1")
    assert (book.read, book.contributing, book.rejected) == (21, 20, 1)
    version = opened.platform.lake.version(VALIDATED)
    assert run(["backfill", "--rig", "R1"]) == 0
    assert opened.platform.lake.version(VALIDATED) == version


def test_a_folder_skips_what_is_foreign_refuses_what_is_broken_and_takes_the_rest(
    opened: Workplace,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "in"
    write_log(folder / "a.csv", noon, 20)
    (folder / "readme.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(128)))
    (folder / "cut.xml").write_text(TRUNCATED)

    code = run(["ingest", str(folder), "--rig", "R1"])

    said = capsys.readouterr()
    assert code == 2
    assert "skipped" in said.out + said.err
    assert "cut.xml" in said.err
    assert opened.platform.lake.read(RAW, {"rig_id": "R1", "day": noon.date()}).height == 20


def test_brackets_in_names_and_headings_are_shown_as_they_are(
    opened: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "day [" / "rig].csv"
    path.parent.mkdir()
    rows = [f"2024-03-01 00:00:{second:02},5,{second}" for second in range(30)]
    path.write_text("\n".join(["time,Torque (kN.m),Strange [/min]", *rows]) + "\n")

    code = run(["ingest", str(path), "--rig", "R1"])

    said = capsys.readouterr().out
    assert code == 0
    assert "day [/rig].csv" in said
    assert "Strange [/min]" in said
    assert opened.platform.lake.version(RAW) is not None


def test_a_folder_of_good_and_foreign_files_succeeds(
    opened: Workplace, write_log: WriteLog, tmp_path: Path, noon: datetime
) -> None:
    folder = tmp_path / "in"
    write_log(folder / "a.csv", noon, 20)
    (folder / "readme.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(128)))

    assert run(["ingest", str(folder), "--rig", "R1"]) == 0
    assert opened.platform.lake.version(RAW) is not None


def test_an_archive_of_two_files_is_two_sources(
    workplace: Workplace,
    take_in: Callable[..., object],
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
) -> None:
    packed = tmp_path / "files.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("a.csv", "b.csv"):
            path = write_log(tmp_path / name, noon, 5, torque=float(ord(name[0])))
            archive.write(path, f"logs/{name}")

    take_in(workplace, packed)

    with workplace.platform.database.session() as session:
        names = [source.name for source in sources.all_of(session, "R1")]
    assert names == ["files.zip/logs/a.csv", "files.zip/logs/b.csv"]


def test_a_file_given_the_name_of_another_replaces_it(
    opened: Workplace, write_log: WriteLog, tmp_path: Path, noon: datetime
) -> None:
    first = write_log(tmp_path / "a.csv", noon, 20)
    second = write_log(tmp_path / "corrected.csv", noon, 10, torque=15.0)

    run(["ingest", str(first), "--rig", "R1", "--as", "surface log"])
    run(["ingest", str(second), "--rig", "R1", "--as", "surface log"])

    raw = opened.platform.lake.read(RAW, {"rig_id": "R1", "day": noon.date()})
    assert (raw.height, raw["torque"].min()) == (10, 15.0)


def test_whether_a_rig_is_synthetic_is_fixed_at_its_first_file(
    opened: Workplace,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write_log(tmp_path / "a.csv", noon, 5)
    run(["ingest", str(path), "--rig", "R1", "--origin", "synthetic"])
    capsys.readouterr()

    code = run(["ingest", str(path), "--rig", "R1", "--origin", "file"])

    assert code == 2
    assert "R1" in capsys.readouterr().err
    with opened.platform.database.session() as session:
        assert rigs.get(session, "R1").synthetic
    raw = opened.platform.lake.read(RAW, {"rig_id": "R1", "day": noon.date()})
    assert raw["origin"].unique().to_list() == ["synthetic"]


def spoil(archive: Path) -> Path:
    """Give a quality bit without meaning to what was parsed of the second day."""
    [path] = (archive / "parsed").rglob("*.parquet")
    second = pl.col("time").dt.day() == 2
    bad = pl.when(second).then(1 << 15).otherwise(0).cast(pl.UInt16).alias("torque_quality")
    pl.read_parquet(path).with_columns(bad).write_parquet(path)
    return path


def test_backfill_of_what_failed_runs_the_held_and_the_stale_and_releases_what_is_mended(
    opened: Workplace,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write_log(tmp_path / "a.csv", noon + timedelta(hours=11), 24)
    run(["ingest", str(path), "--rig", "R1"])
    parsed = spoil(opened.platform.settings.archive_folder)
    assert run(["backfill", "--rig", "R1", "--from", "2024-03-02", "--to", "2024-03-02"]) == 1
    runs = opened.instance.get_runs_count()
    assert "2024-03-02|R1 is held" in capsys.readouterr().out

    parsed.unlink()
    assert run(["backfill", "--rig", "R1", "--failed"]) == 0

    with opened.platform.database.session() as session:
        found = [day.state for day in rig_days.between(session, "R1", noon.date(), date.max)]
    assert found == [State.PUBLISHED] * 2
    assert opened.instance.get_runs_count() == runs + 1
    assert run(["backfill", "--rig", "R1", "--failed"]) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert opened.instance.get_runs_count() == runs + 1


def test_the_program_says_one_line_and_ends_with_2(tmp_path: Path) -> None:
    path = broken_files(tmp_path)["truncated.xml"]

    ended = subprocess.run(  # noqa: S603  our own program
        [Path(sys.executable).with_name("idrill"), "ingest", path, "--rig", "R1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"IDRILL_HOME": str(tmp_path / "home"), "PATH": "", "COLUMNS": "300"},
    )

    assert ended.returncode == 2
    assert "truncated.xml" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_days_from_before_the_first_day_was_moved_are_left_out_and_said(
    opened: Workplace,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened.platform.intake.first_day = date(2000, 1, 1)
    old = write_log(tmp_path / "old.csv", noon.replace(year=2006), 10)
    list(opened.platform.intake.take_in(Order(old, "R1")))
    new = write_log(tmp_path / "new.csv", noon, 10)

    code = run(["ingest", str(new), "--rig", "R1"])

    assert code == 0
    assert "left out 1 rig-days before IDRILL_FIRST_DAY=2007-01-01" in capsys.readouterr().out
    with opened.platform.database.session() as session:
        assert [day.day.year for day in rig_days.stale(session, "R1")] == [2006]


def test_a_disk_that_refuses_a_file_is_one_clear_line(
    home: Path,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = write_log(tmp_path / "a.csv", noon, 10)
    (home / "archive").mkdir(exist_ok=True)
    (home / "archive" / "content").write_text("in the way")

    code = run(["ingest", str(path), "--rig", "R1"])

    said = capfd.readouterr().err
    assert code == 2
    assert "Traceback" not in said
    assert f"error: {home / 'archive' / 'content'}" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--rig", "NOPE"], "NOPE"),
        (["--rig", "R1", "--from", "2024-03-03", "--to", "2024-03-02"], "lies before"),
    ],
)
def test_a_backfill_of_what_is_not_there_is_refused(
    opened: Workplace,
    write_log: WriteLog,
    tmp_path: Path,
    noon: datetime,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
) -> None:
    log = write_log(tmp_path / "log.csv", noon, 12)
    [taken] = opened.platform.intake.take_in(Order(log, "R1"))
    assert isinstance(taken, Taken)

    assert run(["backfill", *arguments]) == 2

    assert reason in capsys.readouterr().err
