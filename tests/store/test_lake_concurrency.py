"""Several processes on one lake: every write is there afterwards, or said that it was not."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from idrill.frame import schema
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import RAW

FIRST_DAY = date(2024, 3, 1)
ROWS = 500

PATIENT = 240.0
"""Longer than writers wait for each other, and than a process takes, on a busy machine [s]."""

WRITER = """
import sys
from datetime import date
from idrill.errors import LakeBusy
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import RAW
sys.path.insert(0, {tests!r})
from test_lake_concurrency import a_frame, partition

lake = Lake({folder!r}, Database({url!r}), lock_timeout={wait})
sys.stdin.readline()
for number, day in enumerate({days!r}):
    try:
        lake.write(RAW, partition(day), a_frame(day, {value} + number))
        print("applied", day, flush=True)
    except LakeBusy:
        print("busy", day, flush=True)
"""

KILLED = """
import os, signal
import polars as pl
from idrill.store import delta
from idrill.store.lake import Lake
from idrill.store.database import Database
from idrill.store.tables import RAW
import sys
sys.path.insert(0, {tests!r})
from test_lake_concurrency import a_frame, partition

settle = delta._settle

def die(path):
    settle(path)
    os.kill(os.getpid(), signal.SIGKILL)

delta._settle = die
Lake({folder!r}, Database({url!r})).write(RAW, partition(0), a_frame(0, 2.0))
"""


def partition(day: int) -> dict[str, str | date]:
    return {"rig_id": "RIG-1", "day": FIRST_DAY + timedelta(days=day)}


def a_frame(day: int, value: float) -> pl.DataFrame:
    start = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=day)
    return pl.DataFrame(
        {
            "rig_id": ["RIG-1"] * ROWS,
            "time": [start + timedelta(seconds=row) for row in range(ROWS)],
            "origin": ["file"] * ROWS,
            "torque": [value] * ROWS,
            "torque_quality": [0] * ROWS,
        },
        schema=schema(["torque"]),
    )


def a_process(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  our own script
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def a_writer(lake: Lake, url: str, days: list[int], value: float, wait: float) -> str:
    return WRITER.format(
        tests=str(Path(__file__).parent),
        folder=str(lake.folder),
        url=url,
        days=days,
        value=value,
        wait=wait,
    )


def outcomes(processes: list[subprocess.Popen[str]]) -> list[list[str]]:
    """What each of the processes, let go together, said of its writes."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=PATIENT) for process in processes]
    for process, (_, complaint) in zip(processes, said, strict=True):
        assert process.returncode == 0, complaint
    return [output.splitlines() for output, _ in said]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def lake(tmp_path: Path, url: str) -> Iterator[Lake]:
    database = Database(url)
    database.migrate()
    yield Lake(str(tmp_path / "lake"), database)
    database.dispose()


def test_writers_of_different_days_all_arrive(lake: Lake, url: str) -> None:
    days = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]

    said = outcomes([a_process(a_writer(lake, url, mine, 1.0, PATIENT)) for mine in days])

    assert said == [[f"applied {day}" for day in mine] for mine in days]
    counts = lake.scan(RAW).group_by("day").len().collect()
    assert counts.height == 12
    assert counts["len"].unique().to_list() == [ROWS]


def test_writers_of_the_same_days_leave_one_of_the_contents(lake: Lake, url: str) -> None:
    values = [1.0, 2.0, 3.0]

    said = outcomes([a_process(a_writer(lake, url, [0, 1, 2], value, PATIENT)) for value in values])

    assert all(lines == ["applied 0", "applied 1", "applied 2"] for lines in said)
    for day in range(3):
        left = lake.read(RAW, partition(day))
        assert left.height == ROWS
        assert left["torque"].n_unique() == 1
    commits = [commit for commit in lake.history(RAW, 100) if commit["rows"]]
    assert len(commits) == len(values) * 3


def test_a_writer_that_cannot_wait_is_told_and_loses_nothing(lake: Lake, url: str) -> None:
    days = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]

    said = outcomes([a_process(a_writer(lake, url, mine, 1.0, 0.001)) for mine in days])

    lines = [line.split() for mine in said for line in mine]
    applied = {int(day) for outcome, day in lines if outcome == "applied"}
    assert len(lines) == 9
    assert {partition(day)["day"] for day in applied} == {
        found["day"] for found in lake.partitions(RAW)
    }


@pytest.mark.service
def test_writers_take_turns_through_postgresql(tmp_path: Path, postgres_database: str) -> None:
    url = postgres_database.replace("postgresql://", "postgresql+psycopg://")
    lake = Lake(str(tmp_path / "lake"), Database(url))
    days = [[0, 1, 2], [0, 1, 2], [3, 4, 5]]

    said = outcomes([a_process(a_writer(lake, url, mine, 1.0, PATIENT)) for mine in days])

    assert all(line.startswith("applied") for lines in said for line in lines)
    assert lake.scan(RAW).collect().height == 6 * ROWS


def test_a_writer_killed_before_its_commit_leaves_the_old_version(lake: Lake, url: str) -> None:
    before = lake.write(RAW, partition(0), a_frame(0, 1.0))
    script = KILLED.format(tests=str(Path(__file__).parent), folder=str(lake.folder), url=url)

    killed = a_process(script)
    _, complaint = killed.communicate(timeout=PATIENT)

    assert killed.returncode == -signal.SIGKILL, complaint
    assert lake.version(RAW) == before.version
    assert_frame_equal(lake.read(RAW, partition(0)), a_frame(0, 1.0))
    left = list((lake.folder / RAW.name).rglob("*=*/*.parquet"))
    assert len(left) == 2, "the file of the killed writer was there before it died"


def test_the_next_writer_goes_on_where_one_was_killed(lake: Lake, url: str) -> None:
    script = KILLED.format(tests=str(Path(__file__).parent), folder=str(lake.folder), url=url)
    a_process(script).communicate(timeout=PATIENT)
    impatient = Lake(str(lake.folder), Database(url), lock_timeout=1.0)

    written = impatient.write(RAW, partition(0), a_frame(0, 3.0))

    assert written.written
    assert_frame_equal(lake.read(RAW, partition(0)), a_frame(0, 3.0))
    assert len(lake.vacuum(RAW, retention=timedelta(0))) == 1


def test_writers_killed_at_any_moment_never_break_the_table(lake: Lake, url: str) -> None:
    lake.write(RAW, partition(0), a_frame(0, 0.0))
    script = a_writer(lake, url, [0, 1, 2, 3] * 50, 1.0, PATIENT)

    for delay in (0.05, 0.2):
        process = a_process(script)
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

    for found in lake.partitions(RAW):
        assert lake.read(RAW, found).height == ROWS
    assert lake.write(RAW, partition(9), a_frame(9, 5.0)).written


def test_each_commit_in_the_log_is_whole(lake: Lake, url: str) -> None:
    outcomes([a_process(a_writer(lake, url, [0, 1], value, PATIENT)) for value in (1.0, 2.0)])

    logs = sorted((lake.folder / RAW.name / "_delta_log").glob("*.json"))

    actions = [[json.loads(line) for line in log.read_text().splitlines()] for log in logs]
    assert [log.stem for log in logs] == [f"{number:020}" for number in range(len(logs))]
    assert all(any("commitInfo" in action for action in commit) for commit in actions)
