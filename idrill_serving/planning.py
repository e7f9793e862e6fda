"""Plans that the service was asked for, made one at a time in a process of their own.

The solver and what it loads stay out of the workers, and a plan that takes a minute keeps nobody
waiting. A plan whose process ends early is made by whoever looks next: the graph, or a person.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from threading import Lock
from typing import TYPE_CHECKING

from idrill.store.database import Database

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_LOG = logging.getLogger("idrill.serving")


class Planner:
    """Makes plans after one another.

    Args:
        store_url: Where they are asked for and kept.
    """

    def __init__(self, store_url: str) -> None:
        self._url = store_url
        self._turns = ThreadPoolExecutor(1, "planner")
        self._lock = Lock()
        self._running: BaseProcess | None = None
        self._closed = False

    def begin(self, number: int) -> None:
        """Have a plan made, after those that wait."""
        with self._lock:
            if not self._closed:
                self._turns.submit(self._make, number)

    def close(self) -> None:
        """Make no more; the plan that is being made is abandoned."""
        with self._lock:
            self._closed = True
            if self._running is not None:
                self._running.terminate()
        self._turns.shutdown(cancel_futures=True)

    def _make(self, number: int) -> None:
        process = get_context("spawn").Process(target=make, args=(self._url, number), daemon=True)
        with self._lock:
            if self._closed:
                return
            process.start()
            self._running = process
        process.join()
        with self._lock:
            self._running = None
        if process.exitcode and not self._closed:
            _LOG.error("plan %d: its process ended with %s", number, process.exitcode)


def make(store_url: str, number: int) -> None:
    """Make one plan; what a process of its own does."""
    from idrill.store.planning import answered

    database = Database(store_url)
    try:
        answered(database, number)
    finally:
        database.dispose()
