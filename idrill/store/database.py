"""The SQL store: one URL, SQLite or PostgreSQL, sessions that commit whole or not at all."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from idrill.errors import StoreError
from idrill.store.marks import FileMarks, Mark, ServerMarks
from idrill.store.silence import answer, patience

if TYPE_CHECKING:
    from alembic.config import Config
    from psycopg import Connection as ServerConnection

BUSY_TIMEOUT = 30.0
"""How long a writer waits for another on SQLite [s]."""

PING_TIMEOUT = 5.0
"""How long a server may take to show that a connection is alive [s]."""

POOL_TIMEOUT = 10
"""How long somebody waits for a connection while all are in use [s]."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_NAMED = re.compile(r'^(down_)?revision(?:: .+)? = "(\w+)"$', re.MULTILINE)
_MIGRATION_LOCK = 0x1D1211  # any number that names this lock among PostgreSQL's advisory locks
_MIGRATING = Lock()  # Alembic keeps its context in module globals: one thread at a time

_UNMIGRATED = ("42P01", "42703", "no such table", "no such column", "has no column")
_BUSY = ("40P01", "40001", "55P03", "database is locked", "database table is locked")


class Database:
    """The SQL store behind one URL.

    Args:
        url: `sqlite:///PATH` or `postgresql+psycopg://…`.

    Raises:
        StoreError: If the URL is neither.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.url = url
        self.is_postgresql = parsed.get_backend_name() == "postgresql"
        self.engine = _postgresql(parsed) if self.is_postgresql else _sqlite(parsed)
        self._shown = parsed.render_as_string(hide_password=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._marks = ServerMarks(parsed) if self.is_postgresql else FileMarks(str(parsed.database))

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises.

        Raises:
            StoreError: If the store is away, busy, not migrated, or refuses a row.
        """
        with self._explaining(), self._sessions.begin() as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables to the newest revision; processes that meet here take turns.

        Raises:
            StoreError: If the store is away, or was migrated by a newer version of i-Drill.
        """
        # Alembic is loaded by who migrates, not by each process that has a store.
        from alembic import command
        from alembic.util import CommandError

        with _MIGRATING, self._explaining(), self.engine.connect() as connection:
            self._begin_migration(connection)
            try:
                command.upgrade(self._alembic(connection), "head")
                connection.commit()
            except CommandError as error:
                raise StoreError(
                    f"cannot migrate the store at {self._shown}: {error}; "
                    "if a newer version of i-Drill migrated it, install that version"
                ) from error
            finally:
                connection.rollback()
                self._end_migration(connection)

    def revision(self) -> str | None:
        """The revision that the tables are at; None before the first migration.

        Raises:
            StoreError: If the store is away.
        """
        with self._explaining(), self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    def head(self) -> str:
        """The newest revision that this version of i-Drill knows."""
        scripts = [path.read_text("utf-8") for path in (_MIGRATIONS / "versions").glob("*.py")]
        named: list[tuple[str, str]] = [
            found for script in scripts for found in _NAMED.findall(script)
        ]
        heads: set[str] = {name for down, name in named if not down} - {
            name for down, name in named if down
        }
        if len(heads) != 1:
            raise StoreError(f"no one newest migration in {_MIGRATIONS}: install i-Drill again")
        return heads.pop()

    def mark(self) -> Mark | None:
        """The state that the store is in; None where that cannot be told.

        Whatever is read after a mark was taken is as new as the mark, or newer. A server is asked
        for it: `mark_at_once` is for who may not wait.
        """
        return self._marks.mark()

    def mark_at_once(self) -> Mark | None:
        """The same, None also where somebody would have to be waited for (PostgreSQL)."""
        return None if self.is_postgresql else self._marks.mark()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._marks.close()

    def _begin_migration(self, connection: Connection) -> None:
        if self.is_postgresql:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        else:
            # Rebuilding a table drops it, and with foreign keys on that empties its children.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _end_migration(self, connection: Connection) -> None:
        if not self.is_postgresql:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")

    def _alembic(self, connection: Connection) -> "Config":
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        return config

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Turn what the driver says into a StoreError that says what to do."""
        try:
            yield
        except DBAPIError as error:
            raise StoreError(_explanation(error, self._shown)) from error
        except PoolTimeout as error:
            raise StoreError(
                f"every connection to the store at {self._shown} was in use for {POOL_TIMEOUT} s"
            ) from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"the store's URL cannot be read: {error}") from error
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreError(
            f"a store of kind {parsed.drivername!r} is not supported: "
            "write sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"
        )
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("the store must outlive the process: write sqlite:///PATH")
    return parsed


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url, pool_timeout=POOL_TIMEOUT, connect_args=patience(url))
    event.listen(engine, "connect", _note_new)
    event.listen(engine, "checkout", _see_alive)
    return engine


def _note_new(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    entry.info["new"] = True


def _see_alive(connection: "ServerConnection[Any]", entry: ConnectionPoolEntry, _: object) -> None:
    """Let the pool connect anew where a server does not answer on a connection that was kept.

    SQLAlchemy's `pool_pre_ping` waits for a silent one without end.
    """
    from psycopg import Error

    if entry.info.pop("new", False):
        return
    try:
        answer(connection, b"", PING_TIMEOUT)
    except Error as error:
        raise InvalidatePoolError(str(error)) from error


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT})
    folder = Path(str(url.database)).parent

    @event.listens_for(engine, "do_connect")
    def _make_folder(*_: object) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder of the store, {folder}: {error}") from error

    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    _switch_to_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _switch_to_wal(cursor: DBAPICursor) -> None:
    """Make readers and the writer of a file independent of each other.

    Where several processes open a new file at once, SQLite refuses this at once, whatever the
    busy timeout says.
    """
    deadline = monotonic() + BUSY_TIMEOUT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _explanation(error: DBAPIError, store: str) -> str:
    """What went wrong and what to do about it, in one line."""
    said = " ".join(str(error.orig).split())
    if _speaks_of(error, _UNMIGRATED):
        return f"the store at {store} lacks a table or column: run `idrill migrate` ({said})"
    if _speaks_of(error, _BUSY):
        return f"the store at {store} is busy, nothing was changed: try again ({said})"
    if isinstance(error, OperationalError) or type(error.orig) is sqlite3.DatabaseError:
        return f"the store at {store} cannot be used: {said}; check IDRILL_DATABASE_URL"
    return f"the store at {store} refused a statement: {said}"


def _speaks_of(error: DBAPIError, signs: tuple[str, ...]) -> bool:
    code = getattr(error.orig, "sqlstate", None)
    return code in signs or any(sign in str(error.orig) for sign in signs if " " in sign)
