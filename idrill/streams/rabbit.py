"""Readings through RabbitMQ: a durable queue, persistent messages, acknowledged by hand."""

import logging
from typing import TYPE_CHECKING

from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from idrill.streams.address import Address
from idrill.streams.delivery import GRACE, PREFETCH, TIMEOUT, Take
from idrill.streams.holding import Holding

if TYPE_CHECKING:
    from aio_pika import RobustQueue
    from aio_pika.abc import AbstractIncomingMessage

RECONNECT = 1.0
"""Between attempts to connect again [s]."""


class RabbitStream:
    """A durable queue; a message is there until it is acknowledged.

    Args:
        url: `amqp://user:password@host/` of AMQP 0.9.1, `amqps://` where it is encrypted.
        name: Name of the queue.
        take: Who takes what comes; None only publishes.
    """

    def __init__(self, url: str, name: str, take: Take | None) -> None:
        self._queue, self._holding = RabbitQueue(name, durable=True), take and Holding(take)
        self._consumed: tuple[RobustQueue, str] | None = None
        address = Address.of(url)
        self._broker = RabbitBroker(
            address.url,
            security=address.security,
            reconnect_interval=RECONNECT,
            default_channel=Channel(prefetch_count=PREFETCH, on_return_raises=True),
            timeout=TIMEOUT,
            graceful_timeout=GRACE,
            apply_types=False,
            logger=logging.getLogger(__name__),
            log_level=logging.DEBUG,
        )

    async def open(self) -> None:
        """Connect, declare the queue, and consume if there is who takes."""
        await self._broker.connect()
        queue = await self._broker.declare_queue(self._queue)
        await self._broker.start()
        if self._holding is not None:
            # A subscriber of FastStream takes longer over a message than we do.
            self._consumed = queue, await queue.consume(self._handle)

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        if self._consumed is not None and not self._consumed[0].channel.is_closed:
            queue, tag = self._consumed
            await queue.cancel(tag)
        if self._holding is not None:
            await self._holding.ended()
        await self._broker.stop()

    async def publish(self, rig_id: str, body: bytes) -> None:  # noqa: ARG002  as every kind does
        """Give a message to the broker; it keeps it once this returns."""
        await self._broker.publish(body, self._queue, persist=True, mandatory=True, timeout=TIMEOUT)

    async def ping(self) -> bool:
        """Whether the broker answers."""
        return await self._broker.ping(TIMEOUT)

    async def _handle(self, message: "AbstractIncomingMessage") -> None:
        if self._holding is not None:
            await self._holding.one(message.body, message.ack)
