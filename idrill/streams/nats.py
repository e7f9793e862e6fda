"""Readings through NATS: a JetStream stream on disk and a durable pull consumer."""

import asyncio
import logging
from contextlib import suppress

from faststream.nats import NatsBroker
from nats.errors import Error
from nats.js import JetStreamContext
from nats.js.api import AckPolicy as Acknowledged
from nats.js.api import ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError

from idrill.streams.address import Address
from idrill.streams.delivery import GRACE, PREFETCH, REDELIVER_AFTER, TIMEOUT, Take
from idrill.streams.holding import Holding

CONSUMER = "idrill-work"
FETCH = 1.0
"""How long a consumer waits for the next messages [s]."""
PAUSE = 0.5
"""Until a broker that was away is asked for messages again [s]."""

_LOG = logging.getLogger(__name__)


class NatsStream:
    """A JetStream stream; a message is there until it is acknowledged.

    Args:
        url: `nats://user:password@host:4222`, `tls://` where it is encrypted.
        name: The subjects are this and the rig.
        take: Who takes what comes; None only publishes.
    """

    def __init__(self, url: str, name: str, take: Take | None) -> None:
        self._name = name
        self._holding = take and Holding(take)
        self._stream = name.replace(".", "_")
        self._pulled: JetStreamContext.PullSubscription | None = None
        self._consuming: asyncio.Task[None] | None = None
        address = Address.of(url)
        self._broker = NatsBroker(
            address.url,
            security=address.security,
            max_reconnect_attempts=-1,
            graceful_timeout=GRACE,
            apply_types=False,
            logger=_LOG,
            log_level=logging.DEBUG,
        )

    async def open(self) -> None:
        """Connect, declare the stream, and consume if there is who takes."""
        jetstream = (await self._broker.connect()).jetstream()
        await self._declare(jetstream)
        await self._broker.start()
        if self._holding is not None:
            self._pulled = await self._pulling(jetstream)
            self._consuming = asyncio.create_task(_consume(self._pulled, self._holding))

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        if self._holding is not None:
            await self._holding.ended()
        if self._consuming is not None and self._pulled is not None:
            self._consuming.cancel()
            # The client would wait for half a minute until somebody takes what came last.
            with suppress(Error):
                await self._pulled.unsubscribe()
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

    async def _pulling(self, jetstream: JetStreamContext) -> JetStreamContext.PullSubscription:
        consumer = ConsumerConfig(
            durable_name=CONSUMER,
            ack_policy=Acknowledged.EXPLICIT,
            ack_wait=REDELIVER_AFTER,
            max_ack_pending=2 * PREFETCH,
        )
        subject = f"{self._name}.>"
        return await jetstream.pull_subscribe(subject, CONSUMER, self._stream, consumer)


async def _consume(pulling: JetStreamContext.PullSubscription, holding: Holding) -> None:
    # A subscriber of FastStream takes longer over a message than we do.
    while True:
        try:
            messages = await pulling.fetch(PREFETCH, FETCH)
        except TimeoutError:
            continue
        except Exception as fault:  # noqa: BLE001  whatever it is, what comes is still to be taken
            _LOG.warning("NATS gives no messages: %r", fault)
            await asyncio.sleep(PAUSE)
            continue
        await asyncio.gather(*(holding.one(message.data, message.ack) for message in messages))
