"""What the service enters in the log of the platform: seldom, so that a flood fills no table."""

import logging
import time
from threading import Lock

from idrill.errors import StoreError
from idrill.store import system_log
from idrill.store.database import Database
from idrill.store.system_log import Event, Kind

PAUSE = 60.0
"""How long the same is not said again of the same subject [s]."""

MOST = 30
"""Entries within `PAUSE`, whatever they are about."""

STARTED = Event(Kind.SERVICE_STARTED, "service", "the service started")
STOPPED = Event(Kind.SERVICE_STOPPED, "service", "the service was told to end")

_LOG = logging.getLogger("idrill.serving")


class Notes:
    """Enters events of one process in the log of the platform.

    Args:
        database: The store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._said: dict[tuple[Kind, str], float] = {}
        self._guard = Lock()

    def note(self, event: Event) -> None:
        """Enter an event, unless the like was entered a moment ago.

        A store that is away is no reason to fail: the log of the process says it too.
        """
        if not self._is_news(event):
            return
        try:
            with self._database.session() as session:
                system_log.record(session, event)
        except StoreError as error:
            _LOG.warning("not noted, %s of %s: %s", event.kind, event.subject, error)

    def _is_news(self, event: Event) -> bool:
        now = time.monotonic()
        with self._guard:
            self._said = {key: at for key, at in self._said.items() if now - at < PAUSE}
            key = (event.kind, event.subject)
            if key in self._said or len(self._said) >= MOST:
                return False
            self._said[key] = now
            return True
