"""Readings through Redis: a stream, and a group whose members take over what others left."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from faststream import AckPolicy, StreamMessage
from faststream.redis import RedisBroker, StreamSub
from redis.exceptions import ResponseError

from idrill.streams.address import Address
from idrill.streams.delivery import GRACE, PREFETCH, REDELIVER_AFTER, TIMEOUT, Take, take_all, whole

if TYPE_CHECKING:
    from redis.asyncio import Redis

GROUP = "idrill-work"
FIELD = "body"
"""Of an entry; holds the message."""
CONNECTIONS = 16
"""Messages given to the broker at once, each over a connection of its own."""


class RedisStream:
    """A stream of Redis; an entry is there until it is acknowledged.

    Args:
        url: `redis://host:6379/0`, `rediss://` where it is encrypted.
        name: Key of the stream.
        take: Who takes what comes; None only publishes.
    """

    def __init__(self, url: str, name: str, take: Take | None) -> None:
        self._name, self._take = name, take
        self._client: Redis | None = None
        self._turns = asyncio.Semaphore(CONNECTIONS)
        address = Address.of(url)
        self._broker = RedisBroker(
            address.url,
            security=address.security,
            socket_connect_timeout=TIMEOUT,
            graceful_timeout=GRACE,
            apply_types=False,
            logger=logging.getLogger(__name__),
            log_level=logging.DEBUG,
        )

    async def open(self) -> None:
        """Connect, declare the group, and consume if there is who takes."""
        self._client = await self._broker.connect()
        await self._declare(self._client)
        if self._take is not None:
            self._subscribe(claim=None)
            self._subscribe(claim=round(REDELIVER_AFTER * 1000))
        await self._broker.start()

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        await self._broker.stop()

    async def publish(self, rig_id: str, body: bytes) -> None:  # noqa: ARG002  as every kind does
        """Give a message to the broker; it keeps it once this returns."""
        async with self._turns:
            await self._connected.xadd(self._name, {FIELD: body})

    async def ping(self) -> bool:
        """Whether the broker answers."""
        return await self._broker.ping(TIMEOUT)

    @property
    def _connected(self) -> "Redis":
        if self._client is None:
            raise ConnectionError("the stream is not open")
        return self._client

    async def _declare(self, client: "Redis") -> None:
        """Make the group, from the first entry on: what was published before us counts."""
        try:
            await client.xgroup_create(self._name, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _subscribe(self, claim: int | None) -> None:
        """Consume new entries, or those that somebody left for `claim` [ms]."""
        entries: StreamSub[bool] = StreamSub(
            self._name,
            group=GROUP,
            consumer=GROUP,
            batch=True,
            max_records=PREFETCH,
            min_idle_time=claim,
        )
        # Entries are read as they are: FastStream would take their bytes for its own envelope.
        self._broker.subscriber(
            stream=entries, ack_policy=AckPolicy.MANUAL, parser=_unread, decoder=whole
        )(self._handle)

    async def _handle(self, message: StreamMessage[Any]) -> None:
        raw = message.raw_message
        bodies = [entry.get(FIELD.encode(), b"") for entry in raw["data"]]
        if self._take is None or not await take_all(self._take, bodies):
            return
        async with self._connected.pipeline(transaction=True) as both:
            both.xack(self._name, GROUP, *raw["message_ids"])
            both.xdel(self._name, *raw["message_ids"])
            await both.execute()


async def _unread(raw: Any) -> StreamMessage[Any]:
    return StreamMessage(raw_message=raw, body=b"")
