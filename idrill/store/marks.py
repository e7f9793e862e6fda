"""Whether anything was committed to a store since, at the least cost that a database allows."""

import sqlite3
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import URL

if TYPE_CHECKING:
    from psycopg import Connection

Mark = tuple[int, int | str]
"""A state of the store: equal to another one only if nothing was committed in between."""


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

    Args:
        url: Of the store.
        connect_timeout: How long the server may take to answer the first call [s].
    """

    def __init__(self, url: URL, connect_timeout: int) -> None:
        plain = url.set(drivername="postgresql")
        if "connect_timeout" not in url.query:
            plain = plain.update_query_dict({"connect_timeout": str(connect_timeout)})
        self._place = plain.render_as_string(hide_password=False)
        self._guard = Lock()
        self._connection: Connection[tuple[object, ...]] | None = None
        self._opened = 0

    def mark(self) -> Mark | None:
        """How often the connection was opened, and what it sees; None if the server is away."""
        # Whoever keeps the store in a file does not load the driver.
        from psycopg import Error

        try:
            with self._guard:
                snapshot = self._snapshot()
                return self._opened, snapshot
        except Error:
            self.close()
            return None

    def close(self) -> None:
        """Close the connection; what it sees next compares with nothing that it saw."""
        with self._guard:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _snapshot(self) -> str:
        from psycopg import connect

        if self._connection is None:
            self._connection = connect(self._place, autocommit=True)
            self._opened += 1
        found = self._connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        return str(found[0]) if found else ""
