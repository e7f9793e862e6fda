"""Passwords hashed one at a time, so that a flood of logins leaves other requests their time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from idrill.errors import TooManyAttempts
from idrill.store.passwords import Passwords

MOST_WAITING = 8
"""Requests that may wait for the one that hashes; whoever comes then is turned away."""


class HashQueue:
    """One hash at a time, a few waiting.

    Args:
        passwords: How passwords are hashed.
    """

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        # The hash that nobody has is made now, or the first unknown account would take longer.
        passwords.matches("", None)
        self._places = Semaphore(MOST_WAITING)
        self._turn = Lock()

    def hashed(self, password: str) -> str:
        """A hash of a new password.

        Raises:
            InvalidAccount: If it cannot be a password.
            TooManyAttempts: If too many wait.
        """
        with self._place():
            return self._passwords.hashed(password)

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether `stored` is a hash of `password`; as slow where there is none.

        Raises:
            TooManyAttempts: If too many wait.
        """
        with self._place():
            return self._passwords.matches(password, stored)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TooManyAttempts("too many people log in at once", wait=1.0)
        try:
            with self._turn:
                yield
        finally:
            self._places.release()
