"""Answers that are kept: in Redis for all workers, or in the memory of this one.

The name of an answer holds the revision of all that it is made of, read when the request came in.
So a committed write gives the next answer another name, and none that is stale can be found; the
old one goes when room or time runs out.
"""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from redis import Redis
from redis.exceptions import RedisError

from idrill.settings import Settings

ROOM = 32 << 20
"""How much the answers in memory may take [bytes]."""

LARGEST = 4 << 20
"""The largest answer that is kept [bytes]."""

LIFETIME = 3600
"""How long Redis keeps an answer [s]."""

_LOG = logging.getLogger("idrill.serving")


class Answers:
    """Keeps answers by the name of what they are made of.

    Args:
        settings: Of the service.
    """

    def __init__(self, settings: Settings) -> None:
        url = settings.redis_url.get_secret_value() if settings.redis_url else ""
        self._shared = Redis.from_url(url, socket_timeout=1.0) if url else None
        self._own: OrderedDict[str, bytes] = OrderedDict()
        self._taken = 0
        self._guard = Lock()

    def kept(self, made_of: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
        """The answer made of something, made if it is not there.

        Args:
            made_of: All that decides about it, revisions included.
            make: Makes it.
        """
        name = f"idrill:{hashlib.sha256(repr(made_of).encode()).hexdigest()}"
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

    def _found(self, name: str) -> bytes | None:
        if self._shared is not None:
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
