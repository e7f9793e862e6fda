"""Files in, tables out: the same for every order, for repetition, and after a correction."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from idrill.readers.reading import Reason
from idrill.store import merges, rig_days, sources, well_logs
from idrill.store.intake import Order, Refused, Taken
from idrill.store.rig_days import State
from idrill.store.tables import DAILY, DEPTH, KPIS, MINUTE, RAW, RECONCILED, VALIDATED
from idrill_assets.execution import Outcome, Workplace

TakeIn = Callable[..., list[Taken | Refused]]
RunStale = Callable[[Workplace], list[Outcome]]
WriteLog = Callable[..., Path]
TablesOf = Callable[..., dict[str, list[str]]]

DAY = date(2024, 3, 1)
NEXT = date(2024, 3, 2)


@pytest.fixture(scope="module")
def write_log(write_log: WriteLog) -> WriteLog:
    """Writes a row every minute."""
    return partial(write_log, step=timedelta(minutes=1))


def three_files(folder: Path, write_log: WriteLog, evening: datetime) -> list[Path]:
    """Two days from three files that overlap; the third contradicts the first in torque."""
    return [
        write_log(folder / "a.csv", evening, 200),
        write_log(folder / "b.csv", evening + timedelta(seconds=30), 200),
        write_log(folder / "c.csv", evening + timedelta(minutes=10), 180, torque=14.0),
    ]


def states(workplace: Workplace, rig: str = "R1") -> dict[date, State]:
    with workplace.platform.database.session() as session:
        found = rig_days.between(session, rig, date.min, date.max)
    return {day.day: day.state for day in found}


def raw_rows(workplace: Workplace, day: date, rig: str = "R1") -> pl.DataFrame:
    return workplace.platform.lake.read(RAW, {"rig_id": rig, "day": day})


def test_the_same_files_in_any_order_and_twice_give_the_same_tables(
    new_workplace: Callable[[], Workplace],
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tables_of: TablesOf,
    tmp_path: Path,
    evening: datetime,
) -> None:
    a, b, c = three_files(tmp_path, write_log, evening)
    at_once, one_by_one = new_workplace(), new_workplace()

    for path in (a, b, c):
        take_in(at_once, path)
    run_stale(at_once)
    take_in(one_by_one, c)
    for path in (b, a):
        take_in(one_by_one, path)
        assert all(outcome.error is None for outcome in run_stale(one_by_one))
    for path in (c, a):
        take_in(one_by_one, path)

    found = tables_of(at_once, [DAY, NEXT])
    assert tables_of(one_by_one, [DAY, NEXT]) == found
    del found[RECONCILED.name]  # nothing checks these readings: they are as validated
    assert len({content for hashes in found.values() for content in hashes}) == 14
    assert run_stale(one_by_one) == []


def test_taking_a_file_in_again_asks_for_nothing(
    workplace: Workplace,
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tmp_path: Path,
    evening: datetime,
) -> None:
    path = write_log(tmp_path / "a.csv", evening, 20)
    take_in(workplace, path)
    run_stale(workplace)
    version = workplace.platform.lake.version(RAW)

    [again] = take_in(workplace, path)

    assert isinstance(again, Taken)
    assert not again.arrival.is_new
    assert run_stale(workplace) == []
    assert workplace.platform.lake.version(RAW) == version


def test_a_corrected_file_of_fewer_days_empties_the_day_it_left(
    workplace: Workplace,
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tmp_path: Path,
    evening: datetime,
) -> None:
    take_in(workplace, write_log(tmp_path / "a.csv", evening, 200))
    run_stale(workplace)
    assert raw_rows(workplace, NEXT).height == 56

    take_in(workplace, write_log(tmp_path / "a.csv", evening, 100, torque=15.0))
    outcomes = run_stale(workplace)

    assert [outcome.error for outcome in outcomes] == [None]
    assert states(workplace) == {DAY: State.PUBLISHED, NEXT: State.PUBLISHED}
    assert raw_rows(workplace, DAY)["torque"].min() == 15.0
    for table in (RAW, VALIDATED, MINUTE, DAILY, KPIS):
        assert workplace.platform.lake.read(table, {"rig_id": "R1", "day": NEXT}).is_empty()


def test_a_day_that_one_of_two_files_left_keeps_the_rows_of_the_other(
    workplace: Workplace,
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tmp_path: Path,
    evening: datetime,
) -> None:
    take_in(workplace, write_log(tmp_path / "a.csv", evening, 200))
    take_in(workplace, write_log(tmp_path / "b.csv", evening + timedelta(seconds=30), 150))
    run_stale(workplace)

    take_in(workplace, write_log(tmp_path / "a.csv", evening, 100))
    run_stale(workplace)

    assert raw_rows(workplace, NEXT).height == 6
    assert states(workplace) == {DAY: State.PUBLISHED, NEXT: State.PUBLISHED}


def test_the_same_content_under_two_names_counts_once(
    workplace: Workplace,
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tmp_path: Path,
    evening: datetime,
) -> None:
    path = write_log(tmp_path / "a.csv", evening, 50)

    take_in(workplace, path, name="first.csv")
    take_in(workplace, path, name="second.csv")
    run_stale(workplace)

    with workplace.platform.database.session() as session:
        books = {row.name: row for row in merges.ledger(session, "R1")}
    assert (books["first.csv"].contributing, books["first.csv"].duplicate) == (50, 0)
    assert (books["second.csv"].contributing, books["second.csv"].duplicate) == (0, 50)
    assert raw_rows(workplace, DAY).height == 50


def test_the_ledger_accounts_for_every_row_of_files_that_quarrel(
    workplace: Workplace,
    take_in: TakeIn,
    run_stale: RunStale,
    write_log: WriteLog,
    tmp_path: Path,
    evening: datetime,
) -> None:
    for path in three_files(tmp_path, write_log, evening):
        take_in(workplace, path)
    run_stale(workplace)

    with workplace.platform.database.session() as session:
        books = merges.ledger(session, "R1")
        lost = merges.rejected(session, "R1", limit=1000)
    assert [row.read for row in books] == [200, 200, 180]
    assert all(row.pending == 0 and row.is_balanced for row in books)
    assert sum(row.rejected for row in books) > 0
    assert {run.rejection.reason for run in lost} == {Reason.CONFLICT}


def test_rows_before_the_first_day_and_in_the_future_are_rejected_with_their_lines(
    workplace: Workplace, take_in: TakeIn, write_log: WriteLog, tmp_path: Path
) -> None:
    first = datetime.fromisoformat("2006-12-31T23:58:00+00:00")
    future = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%d} 00:00:00,1000,10,2000\n"
    path = write_log(tmp_path / "a.csv", first, 5, extra=future)

    [taken] = take_in(workplace, path)

    assert isinstance(taken, Taken)
    assert taken.reading.report.rows_kept == 3
    with workplace.platform.database.session() as session:
        lost = merges.rejected(session, "R1", limit=10)
    assert [
        (run.rejection.reason, run.rejection.first_line, run.rejection.rows) for run in lost
    ] == [
        (Reason.BEFORE_FIRST_DAY, 2, 2),
        (Reason.IN_THE_FUTURE, 7, 1),
    ]


def test_a_file_that_ends_before_the_first_day_is_refused_naming_the_setting(
    workplace: Workplace, take_in: TakeIn, write_log: WriteLog, tmp_path: Path
) -> None:
    path = write_log(tmp_path / "a.csv", datetime.fromisoformat("2005-01-01T00:00:00+00:00"), 5)

    [refused] = take_in(workplace, path)

    assert isinstance(refused, Refused)
    assert "IDRILL_FIRST_DAY" in str(refused.error)
    with workplace.platform.database.session() as session:
        assert sources.all_of(session, "R1") == []


def depth_log(path: Path, *, top: float = 100.0) -> Path:
    rows = [f"{top + row / 2},{20 + row % 5},{50 + row % 3}" for row in range(40)]
    path.write_text("\n".join(["Depth (m),ROP (m/h),WOB (kN)", *rows]) + "\n")
    return path


def test_a_depth_log_that_moves_to_another_well_leaves_the_first(
    workplace: Workplace, run_stale: RunStale, tmp_path: Path
) -> None:
    path = depth_log(tmp_path / "d.csv")
    intake = workplace.platform.intake
    for well in ("W-1", "W-2"):
        list(intake.take_in(Order(path, "R1", "d.csv", well=well)))
        outcomes = run_stale(workplace)
        assert all(outcome.error is None for outcome in outcomes)

    lake = workplace.platform.lake
    assert lake.read(DEPTH, {"well_id": "W-1"}).is_empty()
    assert lake.read(DEPTH, {"well_id": "W-2"}).height == 40
    with workplace.platform.database.session() as session:
        assert well_logs.stale(session) == []


def test_a_depth_log_without_a_well_is_refused_with_what_to_do(
    workplace: Workplace, take_in: TakeIn, tmp_path: Path
) -> None:
    [refused] = take_in(workplace, depth_log(tmp_path / "d.csv"))

    assert isinstance(refused, Refused)
    assert "--well" in str(refused.error)
