"""Answers that are kept: in Redis for all workers, or in the memory of this one.

The name of an answer holds the revision of all that it is made of, read when the request came in.
So a committed write gives the next answer another name, and none that is stale can be found; the
old one goes when room or time runs out.
"""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from idrill.settings import Settings

if TYPE_CHECKING:
    from redis import Redis

ROOM = 32 << 20
"""How much the answers in memory may take [bytes]."""

LARGEST = 4 << 20
"""The largest answer that is kept [bytes]."""

LIFETIME = 3600
"""How long Redis keeps an answer [s]."""

_LOG = logging.getLogger("idrill.serving")


@dataclass(slots=True)
class _Turn:
    """Who makes an answer, and who waits for it."""

    lock: Lock = field(default_factory=Lock)
    wanted: int = 0


class Answers:
    """Keeps answers by the name of what they are made of.

    Args:
        settings: Of the service.
    """

    def __init__(self, settings: Settings) -> None:
        url = settings.redis_url.get_secret_value() if settings.redis_url else ""
        self._shared = _shared(url) if url else None
        self._own: OrderedDict[str, bytes] = OrderedDict()
        self._taken = 0
        self._making: dict[str, _Turn] = {}
        self._guard = Lock()

    def kept(self, made_of: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
        """The answer made of something, made if it is not there: once, however many want it.

        Args:
            made_of: All that decides about it, revisions included.
            make: Makes it.
        """
        name = f"idrill:{hashlib.sha256(repr(made_of).encode()).hexdigest()}"
        found = self._found(name)
        if found is not None:
            return found
        with self._being_made(name):
            found = self._found(name)
            if found is None:
                found = make()
                if len(found) <= LARGEST:
                    self._keep(name, found)
            return found

    def close(self) -> None:
        """Close the connections to Redis."""
        if self._shared is not None:
            self._shared.close()

    @contextmanager
    def _being_made(self, name: str) -> Iterator[None]:
        """Lets one after the other make the same answer."""
        with self._guard:
            turn = self._making.setdefault(name, _Turn())
            turn.wanted += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._guard:
                turn.wanted -= 1
                if not turn.wanted:
                    del self._making[name]

    def _found(self, name: str) -> bytes | None:
        if self._shared is not None:
            from redis.exceptions import RedisError

            try:
                kept = self._shared.get(name)
            except RedisError:
                _LOG.warning("Redis is away: answers are made anew")
                return None
            return kept if isinstance(kept, bytes) else None
        with self._guard:
            if name in self._own:
                self._own.move_to_end(name)
            return self._own.get(name)

    def _keep(self, name: str, answer: bytes) -> None:
        if self._shared is not None:
            from redis.exceptions import RedisError

            try:
                self._shared.set(name, answer, ex=LIFETIME)
            except RedisError:
                _LOG.warning("Redis is away: an answer is not kept")
            return
        with self._guard:
            self._taken += len(answer) - len(self._own.pop(name, b""))
            self._own[name] = answer
            while self._taken > ROOM:
                _, oldest = self._own.popitem(last=False)
                self._taken -= len(oldest)


def _shared(url: str) -> "Redis":
    # Whoever keeps answers in memory does not load it.
    from redis import Redis

    return Redis.from_url(url, socket_timeout=1.0)
