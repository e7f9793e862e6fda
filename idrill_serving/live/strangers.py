"""Sockets of those who have not logged in yet: how many there are, and for how many there is room.

They have room of their own, a fifth of the sockets of those who are in, and one address has an
eighth of that: 50 of 400. So a host that opens sockets and says nothing keeps nobody else out, and
an office behind one address comes in again together after a restart.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

SHARE_OF_SOCKETS, SHARE_OF_ADDRESS = 5, 8
"""The room is this part of all sockets; that of an address is this part of it."""

FEWEST = 8
"""Sockets for which there is room anyway, also of one address."""


class Strangers:
    """Those who have not logged in yet at one worker."""

    def __init__(self) -> None:
        self._by_address: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many there are."""
        return self._by_address.total()

    @contextmanager
    def waiting(self, address: str) -> Iterator[None]:
        """Count one more of an address until the block ends."""
        self._by_address[address] += 1
        try:
            yield
        finally:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    def fault(self, address: str, sockets: int) -> str:
        """Why there is no room for the last of an address; "" if there is.

        Args:
            address: Of whoever came last, who is counted already.
            sockets: Those that a worker has of people who are in.
        """
        room = max(sockets // SHARE_OF_SOCKETS, FEWEST)
        if self.count > room:
            return "too many sockets wait for a login"
        if self._by_address[address] > max(room // SHARE_OF_ADDRESS, FEWEST):
            return "too many sockets of one address wait for a login"
        return ""
