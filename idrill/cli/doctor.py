"""`idrill doctor`: whether this machine is fit to work, and what to do where it is not."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from idrill.errors import IDrillError, StoreError
from idrill.settings import Settings, load_settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import TABLES

LIBRARIES = (
    "idrill", "dagster", "dagster-postgres", "deltalake", "great-expectations", "lxml", "numpy",
    "pandas", "polars", "psycopg", "psycopg2-binary", "pyarrow", "sqlalchemy",
)  # fmt: skip
"""What the platform cannot do without, drivers of the databases included."""

LATER = ("torch", "mlflow", "bentoml", "evidently")
"""What only models and the service need."""

UI_PORT = 3000
LEAST_DISK = 1.0
"""Free disk below which nothing can be ingested [GB]."""
LITTLE_DISK = 10.0
"""[GB]"""
MOST_SKEW = 2.0
"""How far our clock and the database's may stand apart [s]."""


class State(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


COLOURS = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing, and what to do about it."""

    topic: str
    state: State
    detail: str


def doctor() -> None:
    """Check versions, database, folders, disk, ports and clocks; exit code 1 if one fails."""
    findings = list(diagnose(load_settings()))
    Console().print(_as_table(findings))
    if any(finding.state is State.FAIL for finding in findings):
        raise typer.Exit(1)


def diagnose(settings: Settings) -> Iterator[Finding]:
    """What stands how on this machine, in the order in which to mend it."""
    yield Finding("python", State.OK, f"{sys.version.split()[0]} in {sys.prefix}")
    yield libraries()
    yield from (folder(*place) for place in _places(settings))
    yield disk(settings.home)
    database = Database(settings.store_url)
    try:
        for topic, check in _checks(settings, database):
            yield _guarded(topic, check)
    finally:
        database.dispose()
    yield port(UI_PORT)


def libraries() -> Finding:
    """Which versions of the libraries are installed."""
    found = {name: _version(name) for name in (*LIBRARIES, *LATER)}
    absent = [name for name in LIBRARIES if found[name] is None]
    if absent:
        return Finding("libraries", State.FAIL, f"not installed: {', '.join(absent)}; make install")
    listed = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    missing = [name for name in LATER if found[name] is None]
    if missing:
        return Finding("libraries", State.WARN, f"{listed}; without {', '.join(missing)}")
    return Finding("libraries", State.OK, listed)


def folder(topic: str, path: Path) -> Finding:
    """Whether a folder can be written, or made."""
    nearest = next(place for place in (path, *path.parents) if place.exists())
    if not nearest.is_dir():
        return Finding(topic, State.FAIL, f"{nearest} is a file: set IDRILL_HOME elsewhere")
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(topic, State.FAIL, f"{nearest} cannot be written: chown it or move it")
    return Finding(topic, State.OK, f"{path}" if nearest == path else f"{path} (made when needed)")


def disk(path: Path) -> Finding:
    """Whether there is room for data."""
    nearest = next(place for place in (path, *path.parents) if place.exists())
    free = shutil.disk_usage(nearest).free / 1e9
    state = State.OK
    if free < LITTLE_DISK:
        state = State.FAIL if free < LEAST_DISK else State.WARN
    return Finding("disk", state, f"{free:.0f} GB free at {nearest}")


def migrated(database: Database) -> Finding:
    """Whether the store answers and has the newest tables.

    Raises:
        StoreError: If it does not answer.
    """
    found, newest = database.revision(), database.head()
    kind = "PostgreSQL" if database.is_postgresql else "SQLite"
    if found is None:
        return Finding("store", State.WARN, f"{kind} has no tables yet: idrill migrate")
    if found != newest:
        return Finding("store", State.FAIL, f"{kind} is at {found}, not {newest}: idrill migrate")
    return Finding("store", State.OK, f"{kind}, migrated to {found}")


def clock(database: Database) -> Finding:
    """How far our clock stands from UTC as the database server knows it.

    Raises:
        StoreError: If the server does not answer.
    """
    now = datetime.now(UTC).astimezone()
    zone = f"{now:%Y-%m-%d %H:%M:%S} (UTC{now:%z})"
    if not database.is_postgresql:
        return Finding("clock", State.OK, f"{zone}, the store has no clock of its own")
    skew = abs((_server_time(database) - datetime.now(UTC)).total_seconds())
    state = State.OK if skew <= MOST_SKEW else State.FAIL
    advice = "" if state is State.OK else ": start NTP on both machines"
    return Finding("clock", state, f"{zone}, {skew:.1f} s from the database server{advice}")


def lake(settings: Settings, database: Database) -> Finding:
    """Whether every table of the lake can be opened.

    Raises:
        LakeError: If one cannot.
    """
    store = Lake(settings.lake_folder, database)
    versions = {table.name: store.version(table) for table in TABLES.values()}
    written = [f"{name} v{number}" for name, number in versions.items() if number is not None]
    return Finding("lake", State.OK, ", ".join(written) or "empty")


def port(number: int) -> Finding:
    """Whether the port of the Dagster UI is free, or taken by whom."""
    topic = f"port {number}"
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", number)) != 0:
            return Finding(topic, State.OK, "free for the Dagster UI")
    owner = _listener(number)
    if "dagster" in owner:
        return Finding(topic, State.OK, f"the Dagster UI runs: http://127.0.0.1:{number}")
    return Finding(topic, State.WARN, f"taken by {owner}: stop it, or make dev will not start")


def _places(settings: Settings) -> tuple[tuple[str, Path], ...]:
    return (
        ("home", settings.home),
        ("inbox", settings.inbox_folder),
        ("archive", settings.archive_folder),
        ("lake folder", Path(settings.lake_folder.removeprefix("file://")).absolute()),
    )


def _checks(
    settings: Settings, database: Database
) -> tuple[tuple[str, Callable[[], Finding]], ...]:
    return (
        ("store", lambda: migrated(database)),
        ("clock", lambda: clock(database)),
        ("lake", lambda: lake(settings, database)),
    )


def _guarded(topic: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except IDrillError as error:
        return Finding(topic, State.FAIL, str(error))


def _server_time(database: Database) -> datetime:
    try:
        database.revision()
    except StoreError as error:
        raise StoreError("not known while the store cannot be used") from error
    with closing(database.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT clock_timestamp()")
        instant = cursor.fetchall()[0][0]
    if not isinstance(instant, datetime):
        raise StoreError(f"the database server says that its time is {instant!r}")
    return instant


def _listener(number: int) -> str:
    """The command line of the process that listens on a port, as far as it may be seen."""
    try:
        listening = [
            found.pid
            for found in psutil.net_connections(kind="tcp")
            if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == number
        ]
        pids = [pid for pid in listening if pid is not None]
        return " ".join(psutil.Process(pids[0]).cmdline())[:120] if pids else "another user"
    except psutil.Error:
        return "a process that may not be seen"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _as_table(findings: list[Finding]) -> Table:
    table = Table("what", "state", "found", title="idrill doctor")
    for finding in findings:
        colour = COLOURS[finding.state]
        table.add_row(finding.topic, Text(finding.state, colour), Text(finding.detail))
    return table
