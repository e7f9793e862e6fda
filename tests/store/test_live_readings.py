"""Readings as they come in: every order leaves the same rows, and nothing is lost unseen."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from threading import Event
from time import sleep

import polars as pl
import pytest
from sqlalchemy.orm import Session

from idrill.errors import NotFound, OriginRefused, StoreError
from idrill.frame import Origin
from idrill.readers.posted import Period, Posted, PostedReading, read_rows
from idrill.readers.reading import Reason
from idrill.rigs import Rig
from idrill.store import live_intake, live_readings, rigs
from idrill.store.database import Database
from idrill.store.live_intake import Batch, Committed
from idrill.store.live_writer import FAULTS_OF_A_STORE, LiveWriter

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
PERIOD = Period.until(NOON + timedelta(days=1), date(2024, 1, 1))
Told = tuple[int, dict[str, float]]


def batch(*told: Told, rig: str = "R1", origin: Origin | None = None) -> Batch:
    """Readings so many seconds after noon."""
    posted = [
        PostedReading((NOON + timedelta(seconds=second)).isoformat(), values)
        for second, values in told
    ]
    return Batch(rig, origin, read_rows(posted, PERIOD), "a test")


def write(database: Database, one: Batch) -> Committed:
    with database.session() as session:
        return live_intake.write(session, one)


def rows(database: Database, rig: str = "R1") -> pl.DataFrame:
    with database.session() as session:
        mark = live_readings.mark_of(session, rig)
        assert mark is not None
        found = live_readings.between(session, mark, NOON, NOON + timedelta(hours=1))
    return found.drop(
        "rig_id", "origin", "revision", *[one for one in found.columns if "quality" in one]
    )


@pytest.fixture(autouse=True)
def known_rigs(database: Database) -> None:
    """A real rig and a simulated one."""
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
        rigs.register(session, Rig("R2", "R2", synthetic=True))


def test_single_sensors_of_one_instant_fill_one_row(database: Database) -> None:
    write(database, batch((0, {"torque": 5.0})))
    write(database, batch((0, {"hook_load": 800.0}), (1, {"torque": 6.0})))

    assert rows(database).rows(named=True) == [
        {"time": NOON, "hook_load": 800.0, "torque": 5.0},
        {"time": NOON + timedelta(seconds=1), "hook_load": None, "torque": 6.0},
    ]


def test_any_order_of_arrival_leaves_the_same_rows(database: Database) -> None:
    told: list[Told] = [
        (0, {"torque": 5.0}),
        (0, {"torque": 7.0, "hook_load": 1.0}),
        (1, {"torque": 6.0}),
        (0, {"hook_load": 2.0}),
    ]
    found = []
    for turn, order in enumerate(permutations(told)):
        rig = f"X{turn}"
        with database.session() as session:
            rigs.register(session, Rig(rig, rig))
        for one in order:
            write(database, batch(one, rig=rig))
        found.append(rows(database, rig).rows())

    assert all(one == found[0] for one in found)
    assert found[0][0][1:] == (2.0, 7.0)


def test_what_comes_twice_changes_nothing_and_what_differs_is_kept_apart(
    database: Database,
) -> None:
    first = write(database, batch((0, {"torque": 5.0}), (1, {"torque": 6.0})))
    again = write(database, batch((0, {"torque": 5.0}), (1, {"torque": 6.0})))
    other = write(database, batch((0, {"torque": 4.0})))

    assert (first.rows, first.changed, first.revision) == (2, 2, 1)
    assert (again.rows, again.changed, again.revision) == (2, 0, 1)
    assert [(one.place, one.reason) for one in other.conflicts] == [(0, Reason.CONFLICT)]
    assert rows(database)["torque"].to_list() == [5.0, 6.0]
    with database.session() as session:
        [kept] = live_readings.rejections(session, "R1", limit=9)
    assert kept.detail == "torque 4.0: 4.0, 5.0 are told of this instant; the largest stands"


def test_the_value_that_loses_is_kept_whichever_came_first(database: Database) -> None:
    write(database, batch((0, {"torque": 5.123456789})))
    later = write(database, batch((0, {"torque": 7.0}), (0, {"torque": 6.0, "hook_load": 1.0})))

    assert rows(database).rows(named=True) == [{"time": NOON, "hook_load": 1.0, "torque": 7.0}]
    assert [one.place for one in later.conflicts] == [0, 1]
    with database.session() as session:
        kept = live_readings.rejections(session, "R1", limit=9)
    assert all("5.123456789, 6.0, 7.0 are told" in one.detail for one in kept)


def test_refused_readings_that_come_again_are_counted_and_not_told_anew(
    database: Database,
) -> None:
    write(database, batch((0, {"torque": 5.0})))
    late = read_rows(
        [PostedReading((NOON + timedelta(days=2)).isoformat(), {"torque": 1.0})],
        Period.until(NOON + timedelta(hours=5), date(2024, 1, 1)),
    )
    for _ in range(3):
        write(database, batch((0, {"torque": 4.0}), (1, {"torqe": 6.0}), (1, {"torqe": 6.0})))
    write(database, batch((2 * 86_400, {"torque": 1.0})))
    write(database, Batch("R1", None, late, "a test"))
    write(database, batch((1, {"torqe": 7.0})))

    with database.session() as session:
        kept = live_readings.rejections(session, "R1", limit=9)
    assert sorted((one.reason, one.times) for one in kept) == [
        ("conflict", 3),
        ("in_the_future", 2),
        ("unknown_channel", 1),
        ("unknown_channel", 6),
    ]


def test_a_reading_that_cannot_be_used_is_kept_with_its_place(database: Database) -> None:
    done = write(database, batch((0, {"torque": 5.0}), (1, {"torqe": 6.0}), (99_999, {})))

    assert done.rows == 1
    assert [(one.place, one.reason) for one in done.rejected] == [
        (1, Reason.UNKNOWN_CHANNEL),
        (2, Reason.IN_THE_FUTURE),
    ]
    with database.session() as session:
        kept = live_readings.rejections(session, "R1", limit=9)
    assert [(one.place, one.sender) for one in kept] == [(2, "a test"), (1, "a test")]
    assert "torqe" in kept[1].sample


@pytest.mark.parametrize(
    ("rig", "first", "then"),
    [
        ("R1", None, Origin.REPLAY),
        ("R1", Origin.REPLAY, Origin.LIVE),
        ("R2", None, Origin.LIVE),
    ],
)
def test_readings_of_another_origin_are_refused(
    database: Database, rig: str, first: Origin | None, then: Origin
) -> None:
    write(database, batch((0, {"torque": 5.0}), rig=rig, origin=first))

    with pytest.raises(OriginRefused, match=rig):
        write(database, batch((1, {"torque": 5.0}), rig=rig, origin=then))


def test_whether_a_rig_is_simulated_stays_as_it_was_made(database: Database) -> None:
    with pytest.raises(OriginRefused, match="real rig"):
        write(database, batch((0, {"torque": 5.0}), origin=Origin.SYNTHETIC))
    with pytest.raises(OriginRefused, match="simulated"):
        write(database, batch((0, {"torque": 5.0}), rig="R2", origin=Origin.REPLAY))


def test_a_writer_that_many_use_commits_every_batch_and_refuses_one_alone(
    database: Database,
) -> None:
    writer = LiveWriter(database)
    batches = [batch((second, {"torque": float(second)})) for second in range(40)]

    with ThreadPoolExecutor(8) as pool:
        unknown = pool.submit(writer.write, batch((0, {"torque": 1.0}), rig="R9"))
        done = list(pool.map(writer.write, batches))

    with pytest.raises(NotFound, match="R9"):
        unknown.result()
    assert [one.rows for one in done] == [1] * 40
    assert rows(database)["torque"].to_list() == [float(second) for second in range(40)]
    writer.close()
    assert writer.write(batch((50, {"torque": 1.0}))).changed == 1
    writer.close()


def written_together(
    database: Database, monkeypatch: pytest.MonkeyPatch, batches: list[Batch]
) -> tuple[list[BaseException | Committed], LiveWriter]:
    """What became of batches that waited behind one whose commit took long."""
    writer, write = LiveWriter(database), live_intake.write_group
    begun, queued = Event(), Event()

    def slowly(session: Session, told: Sequence[Batch]) -> list[Committed]:
        begun.set()
        queued.wait(10)
        return write(session, told)

    monkeypatch.setattr(live_intake, "write_group", slowly)
    with ThreadPoolExecutor(len(batches) + 1) as pool:
        first = pool.submit(writer.write, batch((900, {"torque": 1.0})))
        begun.wait(10)
        asked = []
        for each in batches:
            asked.append(pool.submit(writer.write, each))
            while writer.waiting < len(asked):
                sleep(0.01)
        queued.set()
        first.exception()
        done = [one.exception() or one.result() for one in asked]
    writer.close()
    return done, writer


def test_batches_at_fault_take_none_of_their_group_with_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Batch("R1", None, Posted(pl.DataFrame({"place": [0]}), ()), "a test")
    good = [batch((second, {"torque": float(second)})) for second in range(4)]

    done, _ = written_together(database, monkeypatch, [good[0], broken, broken, broken, *good[1:]])

    refused = [isinstance(one, StoreError) for one in done]
    assert refused == [False, True, True, True, False, False, False]
    assert rows(database)["torque"].to_list() == [0.0, 1.0, 2.0, 3.0, 1.0]


def test_a_store_at_fault_is_not_asked_once_per_batch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def away(_session: Session, told: Sequence[Batch]) -> list[Committed]:
        tried.append(told)
        raise StoreError("the store is away")

    monkeypatch.setattr(live_intake, "write_group", away)
    batches = [batch((second, {"torque": 1.0})) for second in range(12)]
    done, writer = written_together(database, monkeypatch, batches)

    assert {str(one) for one in done} == {"the store is away"}
    assert len(tried) <= 2 + FAULTS_OF_A_STORE
    assert writer.progress.last_fault == "the store is away"


def after(database: Database, revision: int, limit: int = 1000) -> list[tuple[int, int]]:
    """Seconds after noon and revisions of the rows that changed since."""
    with database.session() as session:
        mark = live_readings.mark_of(session, "R1")
        assert mark is not None
        found = live_readings.after(session, mark, revision, limit)
    seconds = [(at - NOON).seconds for at in found["time"]]
    return list(zip(seconds, found["revision"].to_list(), strict=True))


def test_a_row_that_changes_again_is_told_once_as_it_is_now(database: Database) -> None:
    write(database, batch((1, {"torque": 1.0}), (2, {"torque": 2.0})))
    write(database, batch((1, {"hook_load": 3.0})))

    assert after(database, 0) == [(2, 1), (1, 2)]
    assert after(database, 1) == [(1, 2)]
    assert after(database, 2) == []


def test_rows_of_one_revision_are_told_together(database: Database) -> None:
    write(database, batch((1, {"torque": 1.0})))
    write(database, batch(*((second, {"torque": 1.0}) for second in range(2, 7))))

    assert after(database, 0, limit=3) == [(1, 1)]
    assert len(after(database, 1, limit=3)) == 5
