"""A broker goes away in the midst of it and comes back: nothing is lost, and all is as before."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from idrill.readers.posted import Period
from idrill.rigs import Rig
from idrill.store import rigs
from idrill.store.database import Database
from idrill.store.orm import LIVE_READINGS
from idrill.streams import messages
from idrill.streams.broker import stream_of
from idrill.streams.delivery import Stream
from idrill_serving.live.listener import Listener
from tests.streams.brokers import BROKERS
from tests.streams.own_brokers import Broker, own_broker

pytestmark = pytest.mark.service

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EACH = 60
"""Readings before, during and after the outage."""
PATIENCE = 120.0


@pytest.mark.parametrize("kind", BROKERS)
def test_readings_that_are_told_around_an_outage_of_the_broker_are_all_committed(
    kind: str, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'idrill.db'}")
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))

    with own_broker(kind) as broker:
        committed = asyncio.run(_played(broker, database))

    with database.session() as session:
        query = select(LIVE_READINGS.c.time, LIVE_READINGS.c.torque)
        found = {time: value for time, value in session.execute(query)}  # noqa: C416  rows
    database.dispose()
    assert found == {NOON + timedelta(seconds=one): float(one) for one in range(3 * EACH)}
    assert committed >= 3 * EACH


async def _played(broker: Broker, database: Database) -> int:
    """Messages that a listener committed, once all that was told is there."""
    period = Period.until(datetime.now(UTC), date(2024, 1, 1))
    listener = Listener(database, lambda: period, "a broker")
    name = f"idrill.test-{uuid4().hex[:8]}"
    consumer = stream_of(broker.url, name, listener.take)
    publisher = stream_of(broker.url, name)
    async with asyncio.timeout(3 * PATIENCE):
        await consumer.open()
        await publisher.open()
        await _tell(publisher, range(EACH))
        await asyncio.to_thread(broker.stop)
        while await publisher.ping():  # noqa: ASYNC110  a driver hears of it in its own time
            await asyncio.sleep(0.05)
        telling = asyncio.create_task(_tell(publisher, range(EACH, 2 * EACH)))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker.start)
        await telling
        await _tell(publisher, range(2 * EACH, 3 * EACH))
        await _until_there(database, 3 * EACH)
        assert await publisher.ping()
        await publisher.close()
        listener.end()
        await consumer.close()
    await asyncio.to_thread(listener.close)
    return listener.taken.committed


async def _tell(publisher: Stream, seconds: Sequence[int]) -> None:
    """Publish a reading for each of some seconds, again and again until the broker keeps it."""
    await asyncio.gather(*(_tell_one(publisher, second) for second in seconds))


async def _tell_one(publisher: Stream, second: int) -> None:
    rows = [((NOON + timedelta(seconds=second)).isoformat(), {"torque": float(second)})]
    body = messages.in_rows("R1", rows, message_id=str(second))
    while True:
        # Five drivers, each with errors of its own for a broker that is away.
        with suppress(Exception):
            async with asyncio.timeout(10):
                return await publisher.publish("R1", body)
        await asyncio.sleep(0.2)


async def _until_there(database: Database, count: int) -> None:
    def there() -> int:
        with database.session() as session:
            return len(session.execute(select(LIVE_READINGS.c.time)).all())

    while await asyncio.to_thread(there) < count:  # noqa: ASYNC110  until all are there or time is up
        await asyncio.sleep(0.05)
