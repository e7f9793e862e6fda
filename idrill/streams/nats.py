"""Readings through NATS: a JetStream stream on disk and a durable pull consumer."""

import logging
from typing import Any

from faststream import AckPolicy, StreamMessage
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js import JetStreamContext
from nats.js.api import AckPolicy as Acknowledged
from nats.js.api import ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError

from idrill.streams.address import Address
from idrill.streams.delivery import GRACE, PREFETCH, REDELIVER_AFTER, TIMEOUT, Take, whole

CONSUMER = "idrill-work"
FETCH = 1.0
"""How long a consumer waits for the next messages [s]."""


class NatsStream:
    """A JetStream stream; a message is there until it is acknowledged.

    Args:
        url: `nats://user:password@host:4222`, `tls://` where it is encrypted.
        name: The subjects are this and the rig.
        take: Who takes what comes; None only publishes.
    """

    def __init__(self, url: str, name: str, take: Take | None) -> None:
        self._name, self._take = name, take
        self._stream = name.replace(".", "_")
        address = Address.of(url)
        self._broker = NatsBroker(
            address.url,
            security=address.security,
            max_reconnect_attempts=-1,
            graceful_timeout=GRACE,
            apply_types=False,
            logger=logging.getLogger(__name__),
            log_level=logging.DEBUG,
        )

    async def open(self) -> None:
        """Connect, declare the stream, and consume if there is who takes."""
        await self._declare((await self._broker.connect()).jetstream())
        if self._take is not None:
            consumer = ConsumerConfig(
                durable_name=CONSUMER,
                ack_policy=Acknowledged.EXPLICIT,
                ack_wait=REDELIVER_AFTER,
                max_ack_pending=2 * PREFETCH,
            )
            self._broker.subscriber(
                f"{self._name}.>",
                stream=JStream(self._stream, declare=False),
                durable=CONSUMER,
                config=consumer,
                pull_sub=PullSub(batch_size=PREFETCH, timeout=FETCH),
                ack_policy=AckPolicy.MANUAL,
                decoder=whole,
            )(self._handle)
        await self._broker.start()

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        await self._broker.stop()

    async def publish(self, rig_id: str, body: bytes) -> None:
        """Give a message to the broker; it keeps it once this returns."""
        subject = f"{self._name}.{rig_id}"
        await self._broker.publish(body, subject, stream=self._stream, timeout=TIMEOUT)

    async def ping(self) -> bool:
        """Whether the broker answers."""
        return await self._broker.ping(TIMEOUT)

    async def _declare(self, jetstream: JetStreamContext) -> None:
        """Make the stream; one that is there already and differs is its owner's choice."""
        stream = StreamConfig(
            name=self._stream,
            subjects=[f"{self._name}.>"],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
        )
        try:
            await jetstream.add_stream(stream)
        except BadRequestError:
            await jetstream.stream_info(self._stream)

    async def _handle(self, message: StreamMessage[Any]) -> None:
        if self._take is not None and await self._take(message.body):
            await message.ack()
