"""`idrill` in processes of its own: killed, two at a time, and on PostgreSQL."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import pytest

from idrill.settings import Settings
from idrill.store import merges, rig_days
from idrill.store.intake import Order
from idrill.store.rig_days import State
from idrill.store.tables import KPIS, RAW
from idrill_assets.execution import Outcome, Workplace
from idrill_assets.resources import Platform, build_platform

WriteLog = Callable[..., Path]

DAYS = [date(2024, 3, 1), date(2024, 3, 2)]

HOST = """
import json, os, sys
import great_expectations
from great_expectations import ExpectationSuite
import idrill_assets.commands
import idrill_assets.defs.automation
import idrill_assets.inbox
import idrill_assets.plots
from idrill.cli import run

for line in sys.stdin:
    order = json.loads(line)
    if "wait" in order:
        _, status = os.waitpid(order["wait"], 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    pid = os.fork()
    if pid == 0:
        os.environ.update(order["environment"])
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        code = run(order["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(pid, flush=True)
"""
"""Starts `idrill` in a process of its own without importing everything once more."""


class Host:
    """Starts commands, each in a process of its own with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(  # noqa: S603  our own code in our own interpreter
            [sys.executable, "-c", HOST],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={"IDRILL_FIRST_DAY": "2007-01-01", "PATH": os.defpath, "COLUMNS": "300"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def start(self, home: Path, *arguments: str | Path, url: str | None = None) -> int:
        """Start a command; the number of its process."""
        environment = {"IDRILL_HOME": str(home)} | ({"IDRILL_DATABASE_URL": url} if url else {})
        return self._ask(
            {
                "environment": environment,
                "arguments": [str(argument) for argument in arguments],
                "log": str(self.folder / "log.txt"),
            }
        )

    def wait(self, pid: int) -> int:
        """The exit code of a process once it ended; negative for the signal that ended it."""
        return self._ask({"wait": pid})

    def said(self) -> str:
        """Everything that the commands printed."""
        return (self.folder / "log.txt").read_text()

    def _ask(self, order: dict[str, object]) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("host")) as running:
        yield running


@pytest.fixture(scope="module")
def write_log(write_log: WriteLog) -> WriteLog:
    """Writes a row every minute."""
    return partial(write_log, step=timedelta(minutes=1))


@pytest.fixture
def files(tmp_path: Path, write_log: WriteLog, evening: datetime) -> Path:
    """A folder of three files over two days; two of them contradict one another."""
    folder = tmp_path / "files"
    write_log(folder / "a.csv", evening, 200)
    write_log(folder / "b.csv", evening + timedelta(seconds=30), 200)
    write_log(folder / "c.csv", evening + timedelta(minutes=10), 180, torque=14.0)
    return folder


@pytest.fixture
def day(tmp_path: Path, write_log: WriteLog, evening: datetime) -> Path:
    """A folder of two files of one day."""
    folder = tmp_path / "day"
    write_log(folder / "a.csv", evening, 100)
    write_log(folder / "b.csv", evening + timedelta(seconds=30), 100)
    return folder


def platform_in(home: Path, url: str | None = None) -> Platform:
    return build_platform(Settings(home=home, database_url=url, lake_url=None, inbox=None))


def milestones(home: Path) -> int:
    """How many things a command has brought to disk so far: contents, rows, commits."""
    patterns = ("archive/content/*/*.gz", "archive/parsed/*/*.parquet", "lake/*/_delta_log/*.json")
    return sum(1 for pattern in patterns for _ in home.glob(pattern))


def kill_at(host: Host, home: Path, files: Path, milestone: int) -> int:
    """Start an ingest, and kill it once it has brought `milestone` things to disk; its exit."""
    pid = host.start(home, "ingest", files, "--rig", "R1")
    deadline = time.monotonic() + 300
    while milestones(home) < milestone and time.monotonic() < deadline:
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    return host.wait(pid)


def test_an_ingest_killed_again_and_again_ends_in_the_same_tables(
    host: Host,
    files: Path,
    template: Path,
    tmp_path: Path,
    new_workplace: Callable[[], Workplace],
    run_stale: Callable[[Workplace], list[Outcome]],
    tables_of: Callable[..., dict[str, list[str]]],
) -> None:
    undisturbed = new_workplace()
    list(undisturbed.platform.intake.take_in(Order(files, "R1")))
    run_stale(undisturbed)
    everything = milestones(undisturbed.platform.settings.home)
    home = shutil.copytree(template, tmp_path / "home")

    moments = sorted(random.Random(20240301).sample(range(1, everything), 2))  # noqa: S311  moments, not secrets
    ends = [kill_at(host, home, files, moment) for moment in moments]
    last = host.wait(host.start(home, "ingest", files, "--rig", "R1"))

    assert ends == [-signal.SIGKILL] * 2, host.said()
    assert last == 0, host.said()
    mended = Workplace(undisturbed.instance, platform_in(home))
    assert tables_of(mended, DAYS) == tables_of(undisturbed, DAYS)
    with mended.platform.database.session() as session:
        books = merges.ledger(session, "R1")
        states = {day.state for day in rig_days.between(session, "R1", *DAYS)}
    assert [(row.read, row.pending) for row in books] == [(200, 0), (200, 0), (180, 0)]
    assert states == {State.PUBLISHED}
    assert list((home / "archive").rglob("*.gz")) != []


def test_two_ingests_at_once_for_one_rig_are_both_applied(
    host: Host, day: Path, template: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(template, tmp_path / "home")

    pids = [host.start(home, "ingest", day / name, "--rig", "R1") for name in ("a.csv", "b.csv")]
    codes = [host.wait(pid) for pid in pids]

    assert codes == [0, 0], host.said()
    platform = platform_in(home)
    assert platform.lake.read(RAW, {"rig_id": "R1", "day": DAYS[0]}).height == 200
    with platform.database.session() as session:
        books = merges.ledger(session, "R1")
        states = [day.state for day in rig_days.between(session, "R1", *DAYS)]
    assert [(row.contributing, row.pending) for row in books] == [(100, 0), (100, 0)]
    assert states == [State.PUBLISHED]


@pytest.mark.service
def test_store_and_dagster_stand_on_one_postgresql(
    host: Host, day: Path, tmp_path: Path, postgres_database: str
) -> None:
    url = postgres_database.replace("postgresql://", "postgresql+psycopg://", 1)
    home = tmp_path / "home"

    code = host.wait(host.start(home, "ingest", day, "--rig", "R1", url=url))

    assert code == 0, host.said()
    assert not (home / "idrill.db").exists()
    platform = platform_in(home, url)
    assert platform.lake.read(KPIS, {"rig_id": "R1", "day": DAYS[0]}).height == 1
    with platform.database.session() as session:
        books = merges.ledger(session, "R1")
    platform.database.dispose()
    assert [(row.read, row.contributing, row.pending) for row in books] == [(100, 100, 0)] * 2
    with psycopg.connect(postgres_database) as server:
        runs = server.execute(
            "SELECT status, count(*) FROM dagster.runs GROUP BY status"
        ).fetchall()
    assert runs == [("SUCCESS", 1)]
