"""Passwords hashed one at a time, so that a flood of logins leaves other requests their time."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore, get_native_id
from typing import TypeVar

from idrill.errors import TooManyAttempts
from idrill.store.passwords import Passwords

T = TypeVar("T")

MOST_WAITING = 8
"""Requests that may wait for the one that hashes; whoever comes then is turned away."""

NICENESS = 10
"""How much sooner everybody else gets a core."""


class HashQueue:
    """One hash at a time, a few waiting, in a thread that gives way to every other one.

    Args:
        passwords: How passwords are hashed.
    """

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        # The hash that nobody has is made now, or the first unknown account would take longer.
        passwords.matches("", None)
        self._places = Semaphore(MOST_WAITING)
        self._thread = ThreadPoolExecutor(1, "hashing", _give_way)

    def hashed(self, password: str) -> str:
        """A hash of a new password.

        Raises:
            InvalidAccount: If it cannot be a password.
            TooManyAttempts: If too many wait.
        """
        return self._done(lambda: self._passwords.hashed(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether `stored` is a hash of `password`; as slow where there is none.

        Raises:
            TooManyAttempts: If too many wait.
        """
        return self._done(lambda: self._passwords.matches(password, stored))

    def close(self) -> None:
        """End the thread; who waits for it is answered."""
        self._thread.shutdown()

    def _done(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise TooManyAttempts("too many people log in at once", wait=1.0)
        try:
            return self._thread.submit(work).result()
        finally:
            self._places.release()


def _give_way() -> None:
    """Lower the priority of this thread, where a thread has one of its own."""
    if sys.platform == "linux":
        own = os.PRIO_PROCESS, get_native_id()
        # Nobody may raise a priority again that whoever started the service lowered.
        os.setpriority(*own, max(os.getpriority(*own), NICENESS))
