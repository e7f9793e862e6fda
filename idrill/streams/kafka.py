"""Readings through Kafka: a topic keyed by rig, and a group that commits after the fact."""

import logging
from typing import Any

from faststream import AckPolicy, StreamMessage
from faststream.confluent import KafkaBroker
from faststream.confluent.schemas import Topic

from idrill.streams.address import kafka_words
from idrill.streams.delivery import GRACE, PREFETCH, TIMEOUT, Take, take_all, whole

GROUP = "idrill-work"
POLL = 0.2
"""How long a consumer waits for a batch to fill [s]."""


class KafkaStream:
    """A topic; offsets are committed once what lies before them is safe.

    Args:
        url: `kafka://host:9092`, several as `kafka://one:9092,two:9092`; see `kafka_words`.
        name: Name of the topic.
        take: Who takes what comes; None only publishes.
    """

    def __init__(self, url: str, name: str, take: Take | None) -> None:
        self._name, self._take = name, take
        servers, words = kafka_words(url)
        self._broker = KafkaBroker(
            servers.split(","),
            config=words,  # type: ignore[arg-type]
            acks="all",
            enable_idempotence=True,
            graceful_timeout=GRACE,
            apply_types=False,
            logger=logging.getLogger(__name__),
            log_level=logging.DEBUG,
        )

    async def open(self) -> None:
        """Connect, and consume if there is who takes."""
        if self._take is not None:
            self._broker.subscriber(
                # Partitions and copies of a topic are the choice of whoever runs the cluster.
                Topic(self._name, declare=False),
                group_id=GROUP,
                auto_offset_reset="earliest",
                session_timeout_ms=6000,
                batch=True,
                max_records=PREFETCH,
                polling_interval=POLL,
                ack_policy=AckPolicy.MANUAL,
                decoder=whole,
            )(self._handle)
        await self._broker.start()

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        await self._broker.stop()

    async def publish(self, rig_id: str, body: bytes) -> None:
        """Give a message to the broker; it keeps it once this returns."""
        await self._broker.publish(body, self._name, key=rig_id.encode())

    async def ping(self) -> bool:
        """Whether the broker answers."""
        return await self._broker.ping(TIMEOUT)

    async def _handle(self, message: StreamMessage[Any]) -> None:
        bodies = [record.value() or b"" for record in message.raw_message]
        if self._take is not None and await take_all(self._take, bodies):
            await message.ack()
        else:
            await message.nack()
