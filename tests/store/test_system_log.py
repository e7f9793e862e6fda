"""The log of the platform: read newest first, added to by what goes wrong, never changed."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from idrill.errors import StoreError
from idrill.store import rig_days, system_log
from idrill.store.archive import Archive
from idrill.store.database import Database
from idrill.store.intake import Intake, Order
from idrill.store.system_log import Event, Kind, Level, Wanted

START = Event(Kind.SERVICE_STARTED, "service", "started")
FAILED = Event(Kind.RUN_FAILED, "run 1", "it failed", rig_id="R1")
REFUSED = Event(Kind.SOURCE_REFUSED, "source a.csv", "no header", rig_id="R2")


def found(database: Database, wanted: Wanted) -> list[str]:
    with database.session() as session:
        return [one.subject for one in system_log.listed(session, wanted, 10)]


@pytest.fixture
def log(database: Database) -> Database:
    """A store with three entries."""
    with database.session() as session:
        for event in (START, FAILED, REFUSED):
            system_log.record(session, event)
    return database


def test_entries_are_found_by_level_kind_rig_and_page(log: Database) -> None:
    with log.session() as session:
        newest = system_log.listed(session, Wanted(), 1)[0]

    assert (newest.level, newest.kind, newest.rig_id) == (Level.WARNING, "source.refused", "R2")
    assert found(log, Wanted(before=newest.id)) == ["run 1", "service"]
    assert found(log, Wanted(level=Level.ERROR)) == ["run 1"]
    assert found(log, Wanted(kind="service.started")) == ["service"]
    assert found(log, Wanted(rig_id="R2")) == ["source a.csv"]


def test_who_sees_one_rig_is_told_of_it_and_of_what_is_about_none(log: Database) -> None:
    assert found(log, Wanted(visible=("R1",))) == ["run 1", "service"]
    assert found(log, Wanted(visible=())) == ["service"]


def test_what_was_said_last_of_a_subject_is_not_said_again(log: Database) -> None:
    with log.session() as session:
        for message in ("it failed", "it failed otherwise", "it failed"):
            system_log.record_once(session, Event(Kind.RUN_FAILED, "run 1", message))

    assert found(log, Wanted(kind="run.failed")) == ["run 1"] * 3


def test_what_stands_there_does_not_change(log: Database, dialect: str) -> None:
    change = "UPDATE system_log SET message = 'nothing'"
    if dialect == "sqlite":
        change = "INSERT OR REPLACE INTO system_log SELECT * FROM system_log"

    with pytest.raises(StoreError, match="does not change"), log.session() as session:
        session.execute(text(change))


@pytest.fixture
def intake(database: Database, tmp_path: Path) -> Intake:
    """A door for files."""
    archive = Archive(tmp_path / "archive")
    return Intake(database, archive, first_day=date(2024, 1, 1), max_bytes=1 << 20)


def test_a_rig_day_that_is_held_is_told_once_for_each_reason(
    intake: Intake, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("time,Torque (kN.m)\n2024-03-01 00:00:00,10\n")
    list(intake.take_in(Order(tmp_path / "a.csv", "R1", "a.csv")))

    with intake.database.session() as session:
        [day] = rig_days.stale(session, "R1")[:1]
        for reason in ("too few rows", "too few rows", "no rows at all"):
            rig_days.hold(session, "R1", day.day, version=day.wanted, reason=reason)
        told = system_log.listed(session, Wanted(rig_id="R1"), 10)

    assert [(one.kind, one.subject, one.message) for one in told] == [
        ("rig_day.held", "rig-day 2024-03-01|R1", "no rows at all"),
        ("rig_day.held", "rig-day 2024-03-01|R1", "too few rows"),
    ]


def test_a_broken_file_is_told_of_and_one_that_is_no_rig_file_is_not(
    intake: Intake, tmp_path: Path
) -> None:
    (tmp_path / "a.xml").write_text("<logs><log>")
    (tmp_path / "readme.bin").write_bytes(bytes(range(256)))

    for name in ("a.xml", "a.xml", "readme.bin"):
        list(intake.take_in(Order(tmp_path / name, "R1", name)))

    assert found(intake.database, Wanted(rig_id="R1", kind="source.refused")) == ["source a.xml"]
