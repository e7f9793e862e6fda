"""A message is safe once it is committed, or among the dead letters; a store may be away."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import select

from idrill.errors import StoreError
from idrill.frame import Origin
from idrill.readers.posted import Period
from idrill.rigs import Rig
from idrill.store import dead_letters, live_intake, rigs
from idrill.store.database import Database
from idrill.store.orm import LIVE_READINGS
from idrill.streams import messages
from idrill_serving.live.listener import Listener

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    store = Database(f"sqlite:///{tmp_path / 'idrill.db'}")
    store.migrate()
    with store.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    yield store
    store.dispose()


def told(second: int, rig: str = "R1", value: float = 1.0) -> bytes:
    at = (NOON + timedelta(seconds=second)).isoformat()
    return messages.in_rows(rig, [(at, {"torque": value})], message_id=str(second))


def listening(database: Database, play: Callable[[Listener], object]) -> Listener:
    """A listener, closed, after it took what `play` gave it."""

    async def run() -> Listener:
        listener = Listener(
            database, lambda: Period.until(datetime.now(UTC), date(2024, 1, 1)), "nats"
        )
        await play(listener)  # type: ignore[misc]
        listener.close()
        return listener

    return asyncio.run(run())


def torque(database: Database) -> list[float]:
    query = select(LIVE_READINGS.c.torque).order_by(LIVE_READINGS.c.time)
    with database.session() as session:
        return list(session.scalars(query))


def test_what_comes_together_is_committed_together_whatever_its_order(database: Database) -> None:
    bodies = [told(second, value=float(second)) for second in (3, 1, 2, 1, 3)]

    async def play(listener: Listener) -> None:
        assert all(await asyncio.gather(*map(listener.take, bodies)))

    listener = listening(database, play)

    assert torque(database) == [1.0, 2.0, 3.0]
    assert (listener.taken.committed, listener.taken.buried) == (5, 0)
    with database.session() as session:
        assert {row[0] for row in session.execute(select(LIVE_READINGS.c.revision))} == {1}


def test_poison_goes_to_the_dead_letters_once_and_keeps_nobody_waiting(database: Database) -> None:
    poison = [b"\xff\x00 no JSON", told(1, rig="NOBODY"), b"\xff\x00 no JSON", b"[" * 200_000]

    async def play(listener: Listener) -> None:
        assert all(await asyncio.gather(*map(listener.take, [*poison, told(2)])))

    listener = listening(database, play)

    assert torque(database) == [1.0]
    assert listener.taken.buried == 4
    with database.session() as session:
        dead = dead_letters.waiting(session, limit=10)
    times = {poison[0]: 2, poison[1]: 1, poison[3]: 1}
    assert {one.body: one.times for one in dead} == times
    assert any("Invalid JSON" in one.reason for one in dead)
    assert any("NOBODY" in one.reason for one in dead)
    assert {one.backend for one in dead} == {"nats"}


def test_readings_of_another_origin_harm_none_of_the_same_commit(database: Database) -> None:
    at = (NOON + timedelta(seconds=9)).isoformat()
    synthetic = messages.in_rows(
        "R1", [(at, {"torque": 1.0})], message_id="9", origin=Origin.SYNTHETIC
    )

    async def play(listener: Listener) -> None:
        assert await listener.take(told(1))
        assert all(await asyncio.gather(listener.take(synthetic), listener.take(told(2))))

    assert listening(database, play).taken.committed == 2
    assert torque(database) == [1.0, 1.0]


def test_a_store_that_is_away_is_asked_until_it_answers(database: Database) -> None:
    real, attempts = live_intake.write_group, iter(range(100))

    def failing(session: object, batches: object) -> object:
        if next(attempts) < 2:
            raise StoreError("away")
        return real(session, batches)  # type: ignore[arg-type]

    async def play(listener: Listener) -> None:
        with patch("idrill.store.live_intake.write_group", failing):
            assert await listener.take(told(1))

    taken = listening(database, play).taken

    assert torque(database) == [1.0]
    assert (taken.committed, taken.waited, taken.last_fault) == (1, 2, "away")


def test_a_listener_that_ends_leaves_what_it_could_not_keep_to_the_broker(
    database: Database,
) -> None:
    async def play(listener: Listener) -> None:
        with patch("idrill.store.live_intake.write_group", side_effect=StoreError("away")):
            waiting = asyncio.create_task(listener.take(told(1)))
            async with asyncio.timeout(60.0):
                while not listener.taken.waited:  # noqa: ASYNC110  until it waits or time is up
                    await asyncio.sleep(0.01)
            listener.end()
            assert await waiting is False
        assert await listener.take(told(2)) is False

    listening(database, play)

    assert torque(database) == []


def test_a_dead_letter_that_comes_again_after_it_was_replayed_waits_again(
    database: Database,
) -> None:
    body = b"no JSON"
    with database.session() as session:
        dead_letters.keep(session, body, backend="nats", reason="first")
        (one,) = dead_letters.waiting(session, limit=1)
        dead_letters.settle(session, one.id)
        assert dead_letters.count_waiting(session) == 0

    with database.session() as session:
        dead_letters.keep(session, body, backend="mqtt", reason="second")
        again = dead_letters.get(session, one.id)

    assert (again.body, again.times, again.reason, again.backend) == (body, 2, "second", "mqtt")
