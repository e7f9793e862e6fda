"""Readings through MQTT 5: QoS 1 both ways, and a session that outlives its connection."""

import asyncio
import logging
from uuid import uuid4

from faststream.mqtt import MQTTBroker
from zmqtt import QoS, ReconnectConfig, Subscription

from idrill.streams.address import Address
from idrill.streams.delivery import GRACE, PREFETCH, TIMEOUT, Take
from idrill.streams.holding import Holding

SESSION = 7 * 86_400
"""How long a broker keeps messages for a consumer that is away [s]."""

SLOWEST = 10.0
"""Between attempts to connect again [s]."""


class MqttStream:
    """A topic for each rig; a message is there for us until it is acknowledged.

    Args:
        url: `mqtt://user:password@host:1883`, `mqtts://` where it is encrypted.
        name: Topics are this, with / for each dot, and the rig.
        take: Who takes what comes; None only publishes. One process at a time takes.
    """

    def __init__(self, url: str, name: str, take: Take | None) -> None:
        self._topic, self._holding = name.replace(".", "/"), take and Holding(take)
        self._consuming: asyncio.Task[None] | None = None
        # No Receive Maximum: Mosquitto 2.0 goes beyond it, which ends the connection. Its own bound
        # (max_inflight_messages) holds, and the client stops reading at a thousand messages.
        # The session hangs on the client's name, and a second client of that name ends the first.
        durable = take is not None
        address = Address.of(url)
        self._broker = MQTTBroker(
            address.url,
            security=address.security,
            client_id=f"{name}-work" if durable else f"{name}-{uuid4().hex[:12]}",
            clean_session=not durable,
            session_expiry_interval=SESSION if durable else 0,
            reconnect=ReconnectConfig(max_attempts=None, max_delay=SLOWEST),
            mqtt_connect_timeout=TIMEOUT,
            graceful_timeout=GRACE,
            apply_types=False,
            logger=logging.getLogger(__name__),
            log_level=logging.DEBUG,
        )

    async def open(self) -> None:
        """Connect, and consume if there is who takes."""
        await self._broker.start()
        if self._holding is not None:
            # A subscriber of FastStream takes longer over a message than we do.
            client = await self._broker.connect()
            coming = client.subscribe(
                f"{self._topic}/#",
                qos=QoS.AT_LEAST_ONCE,
                auto_ack=False,
                receive_buffer_size=PREFETCH,
            )
            await coming.start()
            self._consuming = asyncio.create_task(_consume(coming, self._holding))

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        if self._consuming is not None and self._holding is not None:
            self._consuming.cancel()
            await self._holding.ended()
        # Nobody unsubscribes: what is published until we are back would be lost.
        await self._broker.stop()

    async def publish(self, rig_id: str, body: bytes) -> None:
        """Give a message to the broker; it keeps it once this returns."""
        await self._broker.publish(body, f"{self._topic}/{rig_id}", qos=QoS.AT_LEAST_ONCE)

    async def ping(self) -> bool:
        """Whether the broker answers."""
        return await self._broker.ping(TIMEOUT)


async def _consume(coming: Subscription, holding: Holding) -> None:
    """Hand on what comes, up to a bound at once."""
    room, taking = asyncio.Semaphore(PREFETCH), set[asyncio.Task[None]]()
    async for message in coming:
        await room.acquire()
        task = asyncio.create_task(holding.one(message.payload, message.ack))
        taking.add(task)
        task.add_done_callback(taking.discard)
        task.add_done_callback(lambda _: room.release())
