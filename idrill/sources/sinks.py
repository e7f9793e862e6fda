"""Where a source puts readings: a broker that keeps them, or the store itself."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Protocol
from uuid import uuid4

import polars as pl

from idrill.errors import NotFound, OriginRefused, StoreError, StreamError
from idrill.frame import Origin, channels_in
from idrill.readers.posted import Period, PostedReading, read_columns, read_rows
from idrill.store.live_intake import Batch
from idrill.store.live_writer import LiveWriter
from idrill.streams import messages
from idrill.streams.publisher import Publisher

ROWS = 200
"""Readings of one message."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Between attempts to reach a sink that is away [s]."""

Told = tuple[str, Mapping[str, object]]
"""An instant in ISO 8601, and the value of each channel; one that cannot be used is rejected by
whoever keeps it, with the reason."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whose readings a source tells, and as what."""

    rig_id: str
    origin: Origin | None
    """None: what the rig's readings are."""
    sender: str
    """Who is named where a reading is rejected."""


class Sink(Protocol):
    """Keeps readings, or says that it cannot."""

    name: str

    def put_rows(self, to: Address, rows: Sequence[Told]) -> None:
        """Keep readings told one by one; they are safe once this returns.

        Raises:
            StoreError: If they are not kept, or only some of them.
            StreamError: The same, by a broker.
        """

    def put_table(self, to: Address, table: pl.DataFrame) -> None:
        """Keep the rows of a table of `time` and channels; they are safe once this returns.

        Raises:
            StoreError: If they are not kept, or only some of them.
            StreamError: The same, by a broker.
        """

    def close(self) -> None:
        """Let go of what it holds."""


class BrokerSink:
    """Gives readings to a broker.

    Args:
        publisher: To the broker.
    """

    def __init__(self, publisher: Publisher) -> None:
        self.name = str(publisher.backend)
        self._publisher = publisher

    def put_rows(self, to: Address, rows: Sequence[Told]) -> None:
        """Keep readings told one by one."""
        parts = [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]
        self._publish(to, [_row_message(to, part) for part in parts])

    def put_table(self, to: Address, table: pl.DataFrame) -> None:
        """Keep the rows of a table."""
        self._publish(to, [_column_message(to, part) for part in table.iter_slices(ROWS)])

    def close(self) -> None:
        """Disconnect."""
        self._publisher.close()

    def _publish(self, to: Address, bodies: Sequence[bytes]) -> None:
        self._publisher.publish(to.rig_id, bodies)


class StoreSink:
    """Commits readings to the store, where there is no broker.

    Args:
        writer: To the store.
        period: When a reading may have been made, asked for each time.
    """

    def __init__(self, writer: LiveWriter, period: Callable[[], Period]) -> None:
        self.name = "the store"
        self._writer, self._period = writer, period

    def put_rows(self, to: Address, rows: Sequence[Told]) -> None:
        """Keep readings told one by one."""
        readings = [PostedReading(at, values) for at, values in rows]
        self._writer.write(
            Batch(to.rig_id, to.origin, read_rows(readings, self._period()), to.sender)
        )

    def put_table(self, to: Address, table: pl.DataFrame) -> None:
        """Keep the rows of a table."""
        posted = read_columns(*columns_of(table), self._period())
        self._writer.write(Batch(to.rig_id, to.origin, posted, to.sender))

    def close(self) -> None:
        """Commit what waits."""
        self._writer.close()


async def kept(put: Callable[[], None], note: Callable[[str], None]) -> None:
    """Wait until something is kept, however long its sink is away.

    Args:
        put: Keeps it, or raises.
        note: Is told why it is not kept yet.

    Raises:
        NotFound: If there is no such rig.
        OriginRefused: If readings of this origin do not belong to it.
    """
    pause = FIRST_PAUSE
    while (fault := await asyncio.to_thread(attempted, put)) is not None:
        note(fault)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def kept_waiting(put: Callable[[], None], note: Callable[[str], None], ending: Event) -> bool:
    """The same for code that waits; False if it was told to end before."""
    pause = FIRST_PAUSE
    while (fault := attempted(put)) is not None:
        note(fault)
        if ending.wait(pause):
            return False
        pause = min(2 * pause, LONGEST_PAUSE)
    return True


def attempted(put: Callable[[], None]) -> str | None:
    """Why something is not kept though it was tried; None: it is.

    Raises:
        NotFound: If there is no such rig.
        OriginRefused: If readings of this origin do not belong to it.
    """
    try:
        put()
    except (NotFound, OriginRefused):
        raise
    except (StoreError, StreamError) as fault:
        return str(fault)
    return None


def columns_of(table: pl.DataFrame) -> tuple[list[str], dict[str, list[float | None]]]:
    """The instants of a table in ISO 8601, and the values of each of its channels."""
    columns = {name: table[name].to_list() for name in channels_in(table.columns)}
    return [at.isoformat() for at in table["time"]], columns


def _row_message(to: Address, rows: Sequence[Told]) -> bytes:
    return messages.in_rows(
        to.rig_id, rows, message_id=uuid4().hex, origin=to.origin, sender=to.sender
    )


def _column_message(to: Address, table: pl.DataFrame) -> bytes:
    times, columns = columns_of(table)
    return messages.in_columns(
        to.rig_id, times, columns, message_id=uuid4().hex, origin=to.origin, sender=to.sender
    )
