"""The door that files come in through: all of a file is entered, or nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from idrill.errors import BrokenSource, InvalidName, SourceError, StoreError
from idrill.store import rig_days, rigs, sources, well_logs, wells
from idrill.store.archive import Archive
from idrill.store.archived_rows import ArchivedRows
from idrill.store.database import Database
from idrill.store.intake import Intake, Order, Refused, Taken, how_read
from idrill.store.reader_version import READER_VERSION

DAY = date(2024, 3, 1)


@pytest.fixture
def intake(database: Database, tmp_path: Path) -> Intake:
    archive = Archive(tmp_path / "archive")
    return Intake(database, archive, first_day=date(2024, 1, 1), max_bytes=1 << 20)


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, rows: int = 20, heading: str = "Torque (kN.m)") -> Path:
        path = tmp_path / name
        lines = [f"2024-03-01 00:00:{row:02},{10 + row % 5}" for row in range(rows)]
        path.write_text("\n".join([f"time,{heading}", *lines]) + "\n")
        return path

    return write


def take(intake: Intake, order: Order) -> Taken:
    [outcome] = intake.take_in(order)
    assert isinstance(outcome, Taken), outcome
    return outcome


def test_a_file_is_archived_entered_and_asks_for_its_day(
    intake: Intake, log: Callable[..., Path]
) -> None:
    taken = take(intake, Order(log("a.csv"), "R1", "a.csv"))

    version = taken.arrival.version
    assert (version.name, version.rows_read, version.rank) == ("a.csv", 20, 50)
    assert intake.archive.holds(version.content)
    assert intake.archive.table(version.content, how_read("")) is not None
    with intake.database.session() as session:
        [wanted] = rig_days.stale(session, "R1")
    assert wanted.day == DAY


def test_a_broken_file_leaves_no_trace_but_the_rig(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<logs><log>")

    [outcome] = intake.take_in(Order(path, "R1", "a.xml"))

    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, BrokenSource)
    assert not outcome.is_foreign
    assert not list(intake.archive.folder.rglob("*.*"))
    with intake.database.session() as session:
        assert sources.all_of(session, "R1") == []


def test_without_a_name_a_file_is_called_by_its_full_path(
    intake: Intake, log: Callable[..., Path]
) -> None:
    path = log("a.csv")

    assert take(intake, Order(path, "R1")).name == path.as_posix()


def test_members_of_a_folder_are_called_by_their_place_in_it(
    intake: Intake, log: Callable[..., Path]
) -> None:
    folder = log("a.csv").parent

    assert take(intake, Order(folder, "R1", "logs")).name == "logs/a.csv"


def test_a_file_larger_than_allowed_is_refused(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"2024-03-01 00:00:00,1\n" * 100_000)

    [outcome] = intake.take_in(Order(path, "R1"))

    assert isinstance(outcome, Refused)


@pytest.mark.parametrize(("rig", "well"), [("my rig", None), ("R1", "")])
def test_names_are_judged_before_anything_is_kept(
    intake: Intake, log: Callable[..., Path], rig: str, well: str | None
) -> None:
    order = Order(log("a.csv"), rig, "a.csv", well=well)

    if rig == "R1":
        assert take(intake, order).arrival.version.well_id is None
        return
    with pytest.raises(InvalidName, match="my rig"):
        list(intake.take_in(order))


def test_a_map_of_columns_is_archived_with_the_source_it_reads(
    intake: Intake, log: Callable[..., Path], tmp_path: Path
) -> None:
    column_map = tmp_path / "map.toml"
    column_map.write_text('rank = 7\n[columns]\nmystery = { channel = "torque", unit = "kN.m" }\n')

    taken = take(intake, Order(log("a.csv", heading="mystery"), "R1", column_map=column_map))

    version = taken.arrival.version
    assert taken.reading.channels == ["torque"]
    assert version.rank == 7
    assert intake.archive.holds(version.map_hash)


def test_a_map_that_makes_no_sense_stops_the_order(
    intake: Intake, log: Callable[..., Path], tmp_path: Path
) -> None:
    column_map = tmp_path / "map.toml"
    column_map.write_text("rank = 'first'\n")

    with pytest.raises(SourceError, match="rank"):
        list(intake.take_in(Order(log("a.csv"), "R1", column_map=column_map)))


def test_a_rig_is_synthetic_or_not_for_good(intake: Intake) -> None:
    intake.register("SIM", synthetic=True)

    with pytest.raises(StoreError, match="SIM"):
        intake.register("SIM", synthetic=False)
    assert intake.register("SIM").synthetic


def test_a_refused_file_registers_no_rig(intake: Intake, tmp_path: Path) -> None:
    (refused,) = intake.take_in(Order(tmp_path / "nothing.csv", "TYPO"))

    assert isinstance(refused, Refused)
    with intake.database.session() as session:
        assert rigs.all_rigs(session) == []


def test_a_log_that_names_its_well_starts_a_drilling_session(
    intake: Intake, log: Callable[..., Path]
) -> None:
    take(intake, Order(log("a.csv"), "R1", well="W-1"))

    with intake.database.session() as session:
        [drilled] = wells.sessions(session, "R1")
    assert drilled.well_id == "W-1"
    assert drilled.start == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_depth_log_asks_for_its_well_and_for_no_day(intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    rows = [f"{100 + row / 2},{20 + row % 5}" for row in range(40)]
    path.write_text("\n".join(["Depth (m),ROP (m/h)", *rows]) + "\n")

    take(intake, Order(path, "R1", well="W-1"))

    with intake.database.session() as session:
        assert [log.well_id for log in well_logs.stale(session)] == ["W-1"]
        assert rig_days.stale(session, "R1") == []


def test_sources_that_an_older_reader_read_are_read_again(
    intake: Intake, log: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    take(intake, Order(log("a.csv"), "R1", "a.csv"))
    assert list(intake.reread("R1")) == []
    monkeypatch.setattr("idrill.store.intake.READER_VERSION", "newer")

    [again] = intake.reread("R1")

    assert isinstance(again, Taken)
    assert again.arrival.is_new
    assert again.arrival.version.reader_version == "newer" != READER_VERSION
    assert again.arrival.version.number == 2


def test_rows_are_read_again_when_their_table_is_gone(
    intake: Intake, log: Callable[..., Path]
) -> None:
    take(intake, Order(log("a.csv"), "R1", "a.csv"))
    rows = ArchivedRows(intake)
    before = rows.raw_rig_day("R1", DAY)
    [parsed] = (intake.archive.folder / "parsed").rglob("*.parquet")
    parsed.unlink()

    again = rows.raw_rig_day("R1", DAY)

    assert again.frame.equals(before.frame)
    assert parsed.exists()


def test_the_origin_of_a_rig_day_is_that_of_its_rig(
    intake: Intake, log: Callable[..., Path]
) -> None:
    take(intake, Order(log("a.csv"), "SIM", "a.csv", synthetic=True))

    merged = ArchivedRows(intake).raw_rig_day("SIM", DAY)

    assert merged.frame["origin"].unique().to_list() == ["synthetic"]
    with intake.database.session() as session:
        assert rigs.get(session, "SIM").synthetic
