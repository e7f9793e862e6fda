"""Who may come in with readings: not too many at once, and nobody to wait for a silent store."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from idrill.errors import StoreBusy, StoreError

MOST = 512
"""Requests with readings that may be under way; their bodies are held in memory."""

SILENT = 2.0
"""After how long a store that fails counts as silent [s]."""

PAUSE = 2.0
"""How long nobody waits for a silent store; then one tries [s]."""


class Gate:
    """Lets requests in, and is shut while it would be of no use to wait inside."""

    def __init__(self) -> None:
        self._inside = 0
        self._is_silent = False
        self._shut_until = 0.0

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be inside until the block ends.

        Raises:
            StoreBusy: If too many are, or the store did not answer lately.
        """
        most = 1 if self._is_silent else MOST
        if self._inside >= most or monotonic() < self._shut_until:
            raise StoreBusy("the store does not keep up: send the readings again")
        self._inside += 1
        began = monotonic()
        try:
            yield
        except StoreError:
            self._is_silent = monotonic() - began > SILENT
            if self._is_silent:
                self._shut_until = monotonic() + PAUSE
            raise
        else:
            self._is_silent = False
        finally:
            self._inside -= 1
