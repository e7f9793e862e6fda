"""Rows by COPY, by way of a staging table or one by one: they leave the same."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from sqlalchemy import select

from idrill.errors import StoreError
from idrill.readers.posted import Period, PostedReading, read_rows
from idrill.rigs import Rig
from idrill.store import live_intake, live_rows, rigs
from idrill.store.database import Database
from idrill.store.live_intake import Batch
from idrill.store.live_rows import FEW, LiveRows
from idrill.store.orm import LIVE_READINGS

NOON = datetime(2024, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
PERIOD = Period.until(NOON + timedelta(days=1), date(2024, 1, 1))
NAMES = ("hook_load", "torque", "flow_in")
Row = tuple[str, datetime, int, float | None, float | None, float | None]


@pytest.fixture(autouse=True)
def known_rigs(database: Database) -> None:
    """Rigs whose names differ in length."""
    with database.session() as session:
        for name in ("R1", "RIG_TWO"):
            rigs.register(session, Rig(name, name))


def kept(database: Database) -> list[Row]:
    columns = LIVE_READINGS.c
    query = select(
        columns.rig_id, columns.time, columns.revision, *(columns[one] for one in NAMES)
    ).order_by(columns.rig_id, columns.time)
    with database.session() as session:
        return [tuple(row) for row in session.execute(query)]


def batch(rig: str, values: dict[int, dict[str, float]]) -> Batch:
    told = [
        PostedReading((NOON + timedelta(seconds=second)).isoformat(), one)
        for second, one in values.items()
    ]
    return Batch(rig, None, read_rows(told, PERIOD), "a test")


def test_new_rows_of_several_rigs_are_written_with_their_gaps(database: Database) -> None:
    torque = {second: {"torque": float(second)} for second in range(3)}
    torque[1] = {"hook_load": -0.5}

    with database.session() as session:
        live_intake.write_group(
            session, [batch("RIG_TWO", torque), batch("R1", {0: {"flow_in": 7}})]
        )

    second = timedelta(seconds=1)
    assert kept(database) == [
        ("R1", NOON, 1, None, None, 7.0),
        ("RIG_TWO", NOON, 1, None, 0.0, None),
        ("RIG_TWO", NOON + second, 1, -0.5, None, None),
        ("RIG_TWO", NOON + 2 * second, 1, None, 2.0, None),
    ]


@pytest.mark.parametrize("count", [FEW // 2, 3 * FEW])
def test_what_is_told_later_of_instants_fills_them_however_many_they_are(
    database: Database, count: int
) -> None:
    for name, seconds in (("torque", range(count)), ("hook_load", range(1, count + 1))):
        with database.session() as session:
            told = {second: {name: float(second)} for second in seconds}
            live_intake.write_group(session, [batch("R1", told), batch("RIG_TWO", told)])

    rows = kept(database)
    assert len(rows) == 2 * (count + 1)
    assert rows[0][2:] == (1, None, 0.0, None)
    assert rows[1][2:] == (2, 1.0, 1.0, None)
    assert rows[count][2:] == (2, float(count), None, None)
    assert [row[2:] for row in rows[count + 1 :]] == [row[2:] for row in rows[: count + 1]]


def test_batches_of_a_rig_that_are_written_together_keep_their_own_places_and_counts(
    database: Database,
) -> None:
    batches = [
        batch("R1", {0: {"torque": 1.0}, 1: {"torque": 2.0}}),
        batch("RIG_TWO", {0: {"torque": 1.0}}),
        batch("R1", {5: {"torque": 1.0}, 1: {"torque": 3.0}, 2: {"torqe": 1.0}}),
    ]

    with database.session() as session:
        first, other, third = live_intake.write_group(session, batches)

    assert [one.revision for one in (first, other, third)] == [1, 1, 1]
    assert [one.changed for one in (first, other, third)] == [2, 1, 2]
    assert [one.place for one in first.conflicts] == [1]
    assert [one.place for one in third.conflicts] == [1]
    assert [one.place for one in third.rejected] == [2]
    assert other.conflicts == ()
    assert [row[4] for row in kept(database) if row[0] == "R1"] == [1.0, 3.0, 1.0]


def test_a_row_that_is_there_already_is_a_fault_of_the_store_and_is_told_as_one(
    database: Database,
) -> None:
    rows = LiveRows("R1", 1, pl.DataFrame({"time": [NOON], "torque": [1.0]}))
    with database.session() as session:
        live_rows.add(session, [rows])

    with pytest.raises(StoreError, match="refused a statement"), database.session() as session:
        live_rows.add(session, [rows])

    assert len(kept(database)) == 1
