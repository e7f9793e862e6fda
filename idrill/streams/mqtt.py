"""Readings through MQTT 5: QoS 1 both ways, and a session that outlives its connection."""

import asyncio
import logging
from contextlib import suppress
from typing import Any
from uuid import uuid4

from faststream import AckPolicy, StreamMessage
from faststream.mqtt import MQTTBroker
from zmqtt import QoS, ReconnectConfig

from idrill.streams.address import Address
from idrill.streams.delivery import GRACE, TIMEOUT, Take, whole

SESSION = 7 * 86_400
"""How long a broker keeps messages for a consumer that is away [s]."""

AT_ONCE = 64
"""Messages at most that are taken at once; Mosquitto drops those that pile up behind them."""

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
        self._topic, self._take = name.replace(".", "/"), take
        self._held = 0
        self._let_go = asyncio.Event()
        self._let_go.set()
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
        if self._take is not None:
            self._broker.subscriber(
                f"{self._topic}/#",
                qos=QoS.AT_LEAST_ONCE,
                ack_policy=AckPolicy.MANUAL,
                decoder=whole,
                max_workers=AT_ONCE,
            )(self._handle)
        await self._broker.start()

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""
        if self._take is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._let_go.wait(), GRACE)
            # FastStream would unsubscribe, and what is published until we are back would be lost.
            await (await self._broker.connect()).disconnect()
        await self._broker.stop()

    async def publish(self, rig_id: str, body: bytes) -> None:
        """Give a message to the broker; it keeps it once this returns."""
        await self._broker.publish(body, f"{self._topic}/{rig_id}", qos=QoS.AT_LEAST_ONCE)

    async def ping(self) -> bool:
        """Whether the broker answers."""
        return await self._broker.ping(TIMEOUT)

    async def _handle(self, message: StreamMessage[Any]) -> None:
        self._held += 1
        self._let_go.clear()
        try:
            if self._take is not None and await self._take(message.body):
                await message.ack()
        finally:
            self._held -= 1
            if not self._held:
                self._let_go.set()
