"""Whether anything was committed to a store since, at the least cost that a database allows."""

import sqlite3
from math import ceil
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL

from idrill.store.silence import answer, place

if TYPE_CHECKING:
    from psycopg import Connection

Mark = tuple[int, int | str]
"""A state of the store: equal to another one only if nothing was committed in between."""

PATIENCE = 2.0
"""How long a server is waited for, and whoever else is asking it [s]."""

REST = 5.0
"""How long a server that did not answer is not asked again [s]."""

_SNAPSHOT = b"SELECT pg_current_snapshot()::text"


class FileMarks:
    """Of a SQLite file; asking takes some microseconds and waits for nobody.

    Args:
        path: The file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._guard = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened = 0

    def mark(self) -> Mark | None:
        """How often the connection was opened, and what it sees.

        None if there is no file yet, or somebody holds it.
        """
        try:
            with self._guard:
                version = self._version()
                return self._opened, version
        except sqlite3.Error:
            self.close()
            return None

    def close(self) -> None:
        """Close the connection; what it sees next compares with nothing that it saw."""
        with self._guard:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _version(self) -> int:
        if self._connection is None:
            place = f"{Path(self._path).absolute().as_uri()}?mode=rw"
            # An event loop asks: by default SQLite would wait 5 s for who holds the file.
            self._connection = sqlite3.connect(
                place, uri=True, check_same_thread=False, timeout=0.0
            )
            self._opened += 1
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)


class ServerMarks:
    """Of a PostgreSQL server, asked through a connection of its own.

    A snapshot names the transactions that are finished and those under way, in whatever database of
    the server: as long as it is the same, no transaction that wrote anything has ended.

    Everybody who comes in asks, so nobody waits for long: a server that does not answer is left
    alone for `REST`, in which there is no mark.

    Args:
        url: Of the store.
    """

    def __init__(self, url: URL) -> None:
        self._place = place(url) | {"connect_timeout": ceil(PATIENCE)}
        # The server too ends what nobody waits for any more.
        limit = f"-c statement_timeout={round(PATIENCE * 1000)}"
        self._place["options"] = f"{self._place.get('options', '')} {limit}".strip()
        self._guard = Lock()
        self._connection: Connection[Any] | None = None
        self._opened = 0
        self._resting_until = 0.0
        self._to_close = False

    def mark(self) -> Mark | None:
        """How often the connection was opened, and what it sees.

        None if the server is away or silent, or was a moment ago.
        """
        if monotonic() < self._resting_until or not self._guard.acquire(timeout=PATIENCE):
            return None
        try:
            # Whoever waited for the guard may have waited for an attempt that failed.
            return None if monotonic() < self._resting_until else self._asked()
        finally:
            self._release()

    def close(self) -> None:
        """Close the connection, now or, where it is being asked, after that; waits for nobody.

        What it sees next compares with nothing that it saw.
        """
        self._to_close = True
        if self._guard.acquire(blocking=False):
            self._release()

    def _release(self) -> None:
        """Let the next one ask, with nothing left of what was to be closed."""
        if self._to_close:
            self._to_close = False
            self._drop()
        self._guard.release()
        # A `close` may have come in between and have found the guard taken.
        if self._to_close:
            self.close()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _asked(self) -> Mark | None:
        from psycopg import Error

        try:
            snapshot = self._snapshot()
        except Error:
            self._resting_until = monotonic() + REST
            self._drop()
            return None
        return self._opened, snapshot

    def _snapshot(self) -> str:
        # Whoever keeps the store in a file does not load the driver.
        from psycopg import connect

        if self._connection is None:
            self._connection = connect(**self._place, autocommit=True)
            self._opened += 1
        found = answer(self._connection, _SNAPSHOT, PATIENCE)
        return (found or b"").decode()
