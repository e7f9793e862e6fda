"""What scoring told, and what nobody could use, is let go of after a while."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from sqlalchemy.orm import Session

from idrill.errors import IDrillError
from idrill.settings import Settings
from idrill.store import dead_letters, live_hours, live_outlet, live_readings, predictions
from idrill.store.database import Database

EVERY = 600.0
"""Time from one round to the next [s]."""

Prune = Callable[[Session, datetime], int]

_LOG = logging.getLogger(__name__)


class Pruner:
    """Prunes in a thread of its own; several of them do no harm.

    Args:
        database: The store.
        settings: Say for how long what is kept.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._ending = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = Thread(target=self._run, name="pruner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after what is under way."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def prune(self, now: datetime) -> Mapping[str, int]:
        """Let go of what is old enough, each kind in a transaction of its own; how many rows.

        Raises:
            StoreError: If the store is away.
        """
        told = now - timedelta(days=self._settings.keep_told)
        unusable = now - timedelta(days=self._settings.keep_rejections)
        kinds: Mapping[str, tuple[Prune, datetime]] = {
            "verdicts and events": (live_outlet.prune, told),
            "predictions": (predictions.thin_live, told),
            "hours": (live_hours.prune, told),
            "rejections": (live_readings.prune_rejections, unusable),
            "dead letters": (dead_letters.prune, unusable),
        }
        gone: dict[str, int] = {}
        for kind, (prune, before) in kinds.items():
            if self._ending.is_set():
                break
            with self._database.session() as session:
                gone[kind] = prune(session, before)
        return gone

    def _run(self) -> None:
        while not self._ending.wait(EVERY):
            try:
                gone = self.prune(datetime.now(UTC))
            except IDrillError as error:
                _LOG.warning("nothing could be pruned: %s", error)
            except Exception:  # noqa: BLE001  logged; tried again
                # One round that fails for a reason nobody foresaw must not end all pruning.
                _LOG.exception("nothing could be pruned")
            else:
                _LOG.info("pruned: %s", gone)
