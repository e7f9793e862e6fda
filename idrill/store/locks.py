"""Who may write a table of the lake, or score live readings: one at a time, across processes.

With PostgreSQL also across machines. delta-rs has dropped concurrent overwrites of the same files
(delta-io/delta-rs#3622, #3736), so a writer holds the table from reading its version to committing
the next. The operating system, or the server, releases the lock of a process that died.
"""

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from idrill.errors import LakeBusy, LakeError
from idrill.store.silence import patience

if TYPE_CHECKING:
    from idrill.store.database import Database

LONGEST_WAIT = 120.0
"""How long to wait for another process that is at work on the same rig [s]."""

_LOCK_NOT_AVAILABLE = "55P03"

_HOLDER = text(
    "SELECT activity.application_name || ' from ' || coalesce(host(activity.client_addr), 'local') "
    "FROM pg_locks JOIN pg_stat_activity AS activity USING (pid) "
    "WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND (classid::bigint << 32 | objid::bigint) = :key"
)


def table_lock(
    folder: Path, table: str, database: "Database", wait: float
) -> AbstractContextManager[None]:
    """The right to write `table`, for as long as the context lasts.

    Args:
        folder: Where the lake lies; the lock file lies there too.
        table: Name of the table.
        database: The store; one on PostgreSQL keeps the lock itself.
        wait: How long to wait for another writer [s].

    Raises:
        LakeBusy: If another writer held the table all that time; the message names it.
        LakeError: If the server that keeps the lock cannot be used.
    """
    if database.is_postgresql:
        return _advisory_lock(database.url, table, wait)
    return _file_lock(folder, table, wait)


def rig_lock(folder: Path, rig_id: str, database: "Database") -> AbstractContextManager[None]:
    """The right to publish rig-days of a rig, from reading what they are made of to committing.

    Two writers of one rig-day could otherwise leave a table made of what the other has replaced.

    Args:
        folder: Where the lake lies.
        rig_id: The rig.
        database: The store.

    Raises:
        LakeBusy: If another process held the rig for `LONGEST_WAIT`.
    """
    return table_lock(folder, f"rig {rig_id}", database, LONGEST_WAIT)


def scoring_lock(database: "Database") -> AbstractContextManager[None]:
    """The right to score the live readings of a store.

    Beside a SQLite file the lock lies beside it, not in the lake: a lake that is away must not come
    to be by that.

    Args:
        database: The store.

    Raises:
        LakeBusy: If another process scores them.
    """
    folder = Path(str(database.engine.url.database)).parent
    return table_lock(folder, "live scoring", database, 0.0)


@contextmanager
def _file_lock(folder: Path, table: str, wait: float) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    # Beside the lock, not in it: filelock truncates the file it waits for.
    holder = folder / f"{table}.holder"
    lock = FileLock(folder / f"{table}.lock", timeout=wait, poll_interval=0.01)
    try:
        lock.acquire()
    except Timeout:
        raise _busy(table, wait, _holder_in(holder)) from None
    try:
        holder.write_text(this_process())
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder_in(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        return "another process"


@contextmanager
def _advisory_lock(url: str, table: str, wait: float) -> Iterator[None]:
    key = _key(table)
    with _connected(url, wait) as connection:
        try:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise _unreachable(error) from error
            raise _busy(table, wait, connection.scalar(_HOLDER, {"key": key})) from None
        yield


@contextmanager
def _connected(url: str, wait: float) -> Iterator[Connection]:
    """A session of its own: the lock ends with it, whatever ends it."""
    engine = create_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=patience(make_url(url))
        | {
            "application_name": this_process(),
            "options": f"-c lock_timeout={max(1, round(wait * 1000))}",
        },
    )
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise _unreachable(error) from error
    with connection:
        yield connection


def _unreachable(error: OperationalError) -> LakeError:
    cause = str(error.orig).strip().partition("\n")[0]
    return LakeError(f"the store, which keeps the locks of the lake, cannot be used: {cause}")


def _key(table: str) -> int:
    digest = hashlib.sha256(f"idrill lake {table}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def this_process() -> str:
    """What this process is called where it holds something."""
    return f"process {os.getpid()} on {socket.gethostname()}"[:63]


def _busy(table: str, wait: float, holder: str | None) -> LakeBusy:
    return LakeBusy(
        f"{table} is being written by {holder or 'another process'}, for more than {wait:g} s; "
        "nothing was changed. Wait for it to finish and run this again"
    )
