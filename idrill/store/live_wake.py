"""Who follows the live rows of a store is told when something was committed, whoever did it.

In one process the writer rings at once. Other processes are heard through PostgreSQL's `NOTIFY`,
and on SQLite by looking whether the file changed. It may ring without reason, and when a server
cannot be heard it rings at intervals: what there is to read is always asked of the store.
"""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from idrill.store.database import Database
from idrill.store.silence import place

if TYPE_CHECKING:
    from psycopg import Connection

CHANNEL = "idrill_live"
LOOK = 0.05
"""How often a SQLite file is looked at [s]."""
TURN = 0.5
"""How long a server is listened to at once, and the time between rings while it is away [s]."""

Heard = Callable[[], None]

_LOG = logging.getLogger(__name__)


def tell(session: Session, by: str = "") -> None:
    """Have those that listen on PostgreSQL told once this transaction is committed.

    Args:
        session: Of the store.
        by: The name of a wake that is rung then, so that its server need not tell it too.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_notify(:channel, :by)"), {"channel": CHANNEL, "by": by})


class LiveWake:
    """Rings for who listens; it looks for commits of others while anybody does.

    Args:
        database: The store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = uuid4().hex
        self._guard = Lock()
        self._listeners: list[Heard] = []
        self._thread: Thread | None = None
        self._ending = Event()

    def listen(self, heard: Heard) -> Callable[[], None]:
        """Have `heard` called, from any thread, after each commit; what is given back ends that."""
        with self._guard:
            self._listeners.append(heard)
            if self._thread is None:
                self._ending = Event()
                self._thread = Thread(
                    target=self._run, args=(self._ending,), name="live-wake", daemon=True
                )
                self._thread.start()
        return lambda: self._leave(heard)

    def ring(self) -> None:
        """Tell everybody who listens here, as after a commit in this process."""
        for heard in tuple(self._listeners):
            heard()

    def close(self) -> None:
        """Ring for nobody any more."""
        with self._guard:
            self._listeners.clear()
            thread = self._ended()
        if thread is not None:
            thread.join()

    def _leave(self, heard: Heard) -> None:
        with self._guard:
            if heard in self._listeners:
                self._listeners.remove(heard)
            thread = None if self._listeners else self._ended()
        if thread is not None:
            thread.join()

    def _ended(self) -> Thread | None:
        """Who looked for commits, told to end; whoever listens next has another one look.

        In the same turn as the last one leaves, or one who begins to listen meanwhile would rely on
        a thread that ends.
        """
        thread, self._thread = self._thread, None
        self._ending.set()
        return thread

    def _run(self, ending: Event) -> None:
        if self._database.is_postgresql:
            self._hear_server(ending)
        else:
            self._watch_file(ending)

    def _watch_file(self, ending: Event) -> None:
        seen = self._database.mark_at_once()
        while not ending.wait(LOOK):
            mark = self._database.mark_at_once()
            if mark is None or mark != seen:
                self.ring()
            seen = mark

    def _hear_server(self, ending: Event) -> None:
        from psycopg import Error

        url = make_url(self._database.url)
        while not ending.is_set():
            try:
                self._hear(url_place=place(url), ending=ending)
            except Error as error:
                _LOG.warning("commits of others are looked for every %g s: %s", TURN, error)
                self.ring()
                ending.wait(TURN)

    def _hear(self, url_place: dict[str, Any], ending: Event) -> None:
        """Ring for each notice of the server until it is away.

        Raises:
            psycopg.Error: When it is.
        """
        from psycopg import connect

        with connect(**url_place, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}".encode())
            # What was committed before the server listened for us was not told.
            self.ring()
            while not ending.is_set():
                if any(by != self.name for by in _told(connection)):
                    self.ring()


def _told(connection: "Connection[Any]") -> list[str]:
    """Who committed something, as the server tells it within a turn."""
    return [notice.payload for notice in connection.notifies(timeout=TURN, stop_after=1)]
