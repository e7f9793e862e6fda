"""Back-ups made while others write, and what they are worth elsewhere."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import polars as pl
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select, text

from idrill.cli import run
from idrill.errors import StoreError
from idrill.frame import schema
from idrill.rigs import Rig
from idrill.store import audit, rigs
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.backups import Places, back_up, restore
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.orm import METADATA
from idrill.store.tables import RAW

if TYPE_CHECKING:
    from tests.own_postgres import OwnPostgres

FIRST = date(2024, 3, 1)
DAYS = 5
"""Rig-days that stand in the lake before anybody copies it."""


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def frame(number: int, torque: float = 0.0) -> pl.DataFrame:
    """Readings of a day."""
    start = datetime.combine(day(number), datetime.min.time(), UTC)
    times = [start + timedelta(seconds=second) for second in range(200)]
    rows = [("R1", at, "file", torque, 0) for at in times]
    return pl.DataFrame(rows, schema=schema(["torque"]), orient="row")


Make = Callable[[], str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes URLs of stores that hold nothing."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path / uuid4().hex / 'idrill.db'}"
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump: apt install postgresql-client")
    server: OwnPostgres = request.getfixturevalue("own_postgres")

    def made() -> str:
        name = f"idrill_{uuid4().hex[:12]}"
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"postgresql+psycopg://postgres@127.0.0.1:{server.port}/{name}"

    return made


def places(url: str, home: Path) -> Places:
    return Places(url, home / "lake", home / "archive", home / "models")


@pytest.fixture
def here(new_store: Make, tmp_path: Path) -> Iterator[tuple[Places, Lake]]:
    """A platform with some rig-days, a file in the archive, a model, and things unfinished."""
    where = places(new_store(), tmp_path / "here")
    database = Database(where.store_url)
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    lake = Lake(str(where.lake), database)
    for number in range(DAYS):
        lake.write(RAW, {"rig_id": "R1", "day": day(number)}, frame(number))
    lake.optimize(RAW)
    for path in ("archive/content/ab/abc.gz", "models/rul/1/model.onnx", "archive/.partial-1"):
        file = tmp_path / "here" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    yield where, lake
    database.dispose()


def written_on(lake: Lake, over: Event) -> None:
    """Goes on writing rig-days, each with a row in the store, some of them anew."""
    number = DAYS
    while not over.is_set():
        lake.write(RAW, {"rig_id": "R1", "day": day(number % 15)}, frame(number % 15, number))
        with lake.database.session() as session:
            audit.record(session, Actor("writer"), Change(Action.RIG_CHANGED, f"day {number}"))
        number += 1


def rows_of(database: Database, before: int) -> dict[str, list[Any]]:
    """Every row of the store; of the trail those that stood there before."""
    with database.session() as session:
        found: dict[str, list[Any]] = {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in METADATA.sorted_tables
            if table.name != "audit_trail"
        }
        trail = text("SELECT id, subject FROM audit_trail WHERE id <= :last ORDER BY id")
        found["audit_trail"] = [tuple(row) for row in session.execute(trail, {"last": before})]
    return found


def last_of_trail(database: Database) -> int:
    with database.session() as session:
        return int(session.scalar(text("SELECT coalesce(max(id), 0) FROM audit_trail")) or 0)


def test_what_is_copied_while_others_write_is_whole_elsewhere(
    here: tuple[Places, Lake], new_store: Make, tmp_path: Path
) -> None:
    where, lake = here
    over = Event()
    writer = Thread(target=written_on, args=(lake, over))
    writer.start()
    while last_of_trail(lake.database) < 3:
        assert writer.is_alive()
    meanwhile = before = last_of_trail(lake.database)
    tried = 0
    while meanwhile == before and tried < 50:  # until somebody wrote while a copy was made
        before, tried = last_of_trail(lake.database), tried + 1
        made = back_up(where, tmp_path / f"backup{tried}")
        meanwhile = last_of_trail(lake.database)
    over.set()
    writer.join()
    there = places(new_store(), tmp_path / "there")
    restore(tmp_path / f"backup{tried}", there)

    database = Database(there.store_url)
    copied = Lake(str(there.lake), database)
    assert meanwhile > before
    assert rows_of(database, before) == rows_of(lake.database, before)
    version = made.tables["raw_sensor_data"]
    assert copied.version(RAW) == version
    for number in range(15):
        partition: dict[str, str | date] = {"rig_id": "R1", "day": day(number)}
        then = lake.read(RAW, partition, version=version)
        assert copied.read(RAW, partition).equals(then)
    assert copied.read(RAW, {"rig_id": "R1", "day": FIRST}).height == 200
    kept = {str(one.relative_to(tmp_path / "there")) for one in there.archive.rglob("*.*")}
    assert kept == {"archive/content/ab/abc.gz"}
    assert (there.models / "rul/1/model.onnx").read_text() == "models/rul/1/model.onnx"
    with database.session() as session:
        audit.record(session, Actor("ada"), Change(Action.RIG_CHANGED, "after all"))
    copied.write(RAW, {"rig_id": "R1", "day": day(50)}, frame(50))
    database.dispose()


def test_a_back_up_goes_where_nothing_is_and_nowhere_else(
    here: tuple[Places, Lake], new_store: Make, tmp_path: Path
) -> None:
    where, _ = here
    back_up(where, tmp_path / "backup")

    with pytest.raises(StoreError, match="there already"):
        back_up(where, tmp_path / "backup")
    with pytest.raises(StoreError, match=r"lake, .*the store"):
        restore(tmp_path / "backup", where)
    with pytest.raises(StoreError, match="the store"):
        restore(tmp_path / "backup", replace(places(where.store_url, tmp_path / "other")))
    with pytest.raises(StoreError, match="no back-up"):
        restore(tmp_path / "here", places(new_store(), tmp_path / "other"))


def test_a_copy_that_lacks_a_file_is_not_restored(
    here: tuple[Places, Lake], new_store: Make, tmp_path: Path
) -> None:
    where, _ = here
    back_up(where, tmp_path / "backup")
    next((tmp_path / "backup" / "lake").rglob("day=2024-03-02/*.parquet")).unlink()
    there = places(new_store(), tmp_path / "there")

    with pytest.raises(StoreError, match="lacks 1 files"):
        restore(tmp_path / "backup", there)

    assert not there.lake.exists()


def test_a_store_without_tables_is_not_backed_up(new_store: Make, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no tables yet"):
        back_up(places(new_store(), tmp_path), tmp_path / "backup")

    assert not (tmp_path / "backup").exists()


def test_the_commands_take_a_home_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "here"))
    order = ["user", "create", "--email", "ada@rig.example", "--role", "admin", "--generate"]
    assert (run(["migrate"]), run(order), run(["backup", "kept"])) == (0, 0, 0)

    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "there"))
    codes = [run(["restore", "kept"]), run(["migrate"]), run(["user", "list"])]
    said = capsys.readouterr().out

    assert codes == [0, 0, 0]
    assert "nothing to do" in said
    assert said.rstrip().splitlines()[-1].split()[1] == "ada@rig.example"
    assert run(["restore", "kept"]) != 0
