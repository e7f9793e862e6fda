"""A store with one rig, and what it holds of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from idrill.frame import Origin
from idrill.readers.posted import Period
from idrill.rigs import Rig
from idrill.sources.sinks import Address, StoreSink
from idrill.store import rigs
from idrill.store.database import Database
from idrill.store.live_writer import LiveWriter
from idrill.store.orm import LIVE_READINGS

LIVE = Address("R1", Origin.LIVE, "a test")


def period() -> Period:
    """When a reading of the tests may have been made."""
    return Period.until(datetime.now(UTC), date(2024, 1, 1))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A store with the rig R1."""
    store = Database(f"sqlite:///{tmp_path / 'idrill.db'}")
    store.migrate()
    with store.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    yield store
    store.dispose()


@pytest.fixture
def sink(database: Database) -> Iterator[StoreSink]:
    """Where there is no broker."""
    found = StoreSink(LiveWriter(database), period)
    yield found
    found.close()


@pytest.fixture
def kept(database: Database) -> Callable[..., list[tuple[float | None, ...]]]:
    """What the store holds of some channels, by time."""

    def of(*names: str, rig: str = "R1") -> list[tuple[float | None, ...]]:
        columns = [LIVE_READINGS.c[name] for name in names]
        query = select(*columns).where(LIVE_READINGS.c.rig_id == rig)
        with database.session() as session:
            return [tuple(row) for row in session.execute(query.order_by(LIVE_READINGS.c.time))]

    return of
