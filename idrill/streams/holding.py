"""Messages that are being taken: each is acknowledged once it is safe, and who ends waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from idrill.streams.delivery import GRACE, Take

_LOG = logging.getLogger(__name__)


class Holding:
    """Hands messages on, any number at once.

    Args:
        take: Who takes them.
    """

    def __init__(self, take: Take) -> None:
        self._take = take
        self._held = 0
        self._let_go = asyncio.Event()
        self._let_go.set()

    async def one(self, body: bytes, acknowledge: Callable[[], Awaitable[object]]) -> None:
        """Acknowledge a message once what it tells is safe; it comes again if that cannot be."""
        self._held += 1
        self._let_go.clear()
        try:
            if await self._take(body):
                await acknowledge()
        except Exception as fault:  # noqa: BLE001  five drivers; the next message is still to be taken
            # NATS hands it out again after a while, RabbitMQ once the connection ends.
            _LOG.warning("a message was not acknowledged, and comes again: %r", fault)
        finally:
            self._held -= 1
            if not self._held:
                self._let_go.set()

    async def ended(self) -> None:
        """Wait until none is held, for a while."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._let_go.wait(), GRACE)
