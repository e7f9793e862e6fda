"""A writer that cannot keep up refuses instead of growing, and forgets who gave up."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from threading import Event

import polars as pl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idrill.errors import StoreBusy
from idrill.readers.posted import Period, Posted, PostedReading, read_rows
from idrill.rigs import Rig
from idrill.store import live_intake, live_writer, rigs
from idrill.store.database import Database
from idrill.store.live_intake import Batch, Committed
from idrill.store.live_writer import MOST_WAITING, LiveWriter
from idrill.store.orm import LIVE_READINGS

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
PERIOD = Period.until(NOON + timedelta(days=1), date(2024, 1, 1))
PATIENCE = 60.0


class SlowStore:
    """A store whose commits wait until they are let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.going_on = Event(), Event()
        self._write = live_intake.write_group
        monkeypatch.setattr(live_intake, "write_group", self._written)

    def _written(self, session: Session, batches: Sequence[Batch]) -> list[Committed]:
        self.begun.set()
        assert self.going_on.wait(PATIENCE)
        return self._write(session, batches)


@pytest.fixture
def writer(database: Database) -> Iterator[LiveWriter]:
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    made = LiveWriter(database)
    yield made
    made.close()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, writer: LiveWriter) -> Iterator[SlowStore]:
    """A store that is in the middle of a commit."""
    store = SlowStore(monkeypatch)
    first = writer.submit(batch(0))
    assert store.begun.wait(PATIENCE)
    yield store
    store.going_on.set()
    assert first.result(PATIENCE).rows == 1


def batch(second: int) -> Batch:
    at = (NOON + timedelta(seconds=second)).isoformat()
    return Batch("R1", None, read_rows([PostedReading(at, {"torque": 1.0})], PERIOD), "a test")


def large(size: int) -> Batch:
    """A batch of so many bytes and no use."""
    return Batch(
        "R1",
        None,
        Posted(pl.DataFrame({"place": pl.zeros(size // 8, pl.Int64, eager=True)}), ()),
        "",
    )


def test_no_more_bytes_wait_than_there_is_room_for(writer: LiveWriter, slow: SlowStore) -> None:
    half = large(MOST_WAITING // 2 + 1024)
    waiting = writer.submit(half)

    with pytest.raises(StoreBusy, match="send them again"):
        writer.submit(half)
    small = writer.submit(batch(1))

    slow.going_on.set()
    assert waiting.exception(PATIENCE) is not None
    assert small.result(PATIENCE).rows == 1
    assert writer.submit(half).exception(PATIENCE) is not None


def test_nobody_is_let_in_to_wait_behind_a_commit_that_does_not_end(
    writer: LiveWriter, slow: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = writer.is_full
    monkeypatch.setattr(live_writer, "STALLED", 0.0)

    with pytest.raises(StoreBusy):
        writer.submit(batch(1))

    assert not before
    assert writer.is_full
    slow.going_on.set()
    monkeypatch.undo()
    assert writer.write(batch(1)).rows == 1
    assert not writer.is_full


def test_who_gave_up_before_the_commit_began_harms_nobody_who_waits_with_them(
    writer: LiveWriter, slow: SlowStore, database: Database
) -> None:
    gone, stays = writer.submit(batch(1)), writer.submit(batch(2))
    assert gone.cancel()

    slow.going_on.set()

    assert stays.result(PATIENCE).rows == 1
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(LIVE_READINGS)) == 2
