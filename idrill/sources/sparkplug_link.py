"""Listening to Sparkplug through an MQTT broker, one message after the other."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any

from faststream import AckPolicy, StreamMessage
from faststream.mqtt import MQTTBroker
from zmqtt import QoS, ReconnectConfig

from idrill.errors import InvalidMessage, NotFound, OriginRefused
from idrill.frame import Origin
from idrill.sources.sinks import Address as To
from idrill.sources.sinks import Sink, kept
from idrill.sources.sparkplug import NAMESPACE, Ear, placed
from idrill.sources.sparkplug_payload import BOOLEAN, Metric, Payload, written
from idrill.streams.address import Address
from idrill.streams.delivery import GRACE, TIMEOUT, whole

SESSION = 7 * 86_400
"""How long a broker keeps messages of QoS 1 while nobody listens [s]."""

SLOWEST = 10.0
"""Between attempts to connect again [s]."""

PATIENCE = 30.0
"""How long a node is not asked again for a birth [s]."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a link asks of others."""

    origin_of: Callable[[str], Origin]
    """What the readings of a rig are."""
    bury: Callable[[bytes, str], None]
    """Keeps a message that cannot be used, with the reason."""


class SparkplugLink:
    """Hands on what edge nodes say; a message is acknowledged once its readings are kept.

    Args:
        url: Of the MQTT broker.
        client: Name of the session that the broker keeps for us.
        ear: Makes readings of messages.
        sink: Keeps the readings.
        desk: What readings are, and where messages go that cannot be used.
    """

    def __init__(self, url: str, client: str, ear: Ear, sink: Sink, desk: Desk) -> None:
        self.readings = self.messages = self.unreadable = self.rebirths = 0
        self.fault: str | None = None
        """Why readings wait."""
        self._ear, self._sink, self._desk = ear, sink, desk
        self._asked: dict[tuple[str, str], float] = {}
        address = Address.of(url)
        self._broker = MQTTBroker(
            address.url,
            security=address.security,
            client_id=client,
            clean_session=False,
            session_expiry_interval=SESSION,
            reconnect=ReconnectConfig(max_attempts=None, max_delay=SLOWEST),
            mqtt_connect_timeout=TIMEOUT,
            graceful_timeout=GRACE,
            apply_types=False,
            logger=_LOG,
            log_level=logging.DEBUG,
        )

    async def open(self) -> None:
        """Connect, and listen; what QoS 1 brought meanwhile comes first."""
        # One worker: births, data and their count only make sense in their order.
        self._broker.subscriber(
            f"{NAMESPACE}/#",
            qos=QoS.AT_LEAST_ONCE,
            ack_policy=AckPolicy.MANUAL,
            decoder=whole,
            max_workers=1,
        )(self._handle)
        await self._broker.start()

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again if it was sent with QoS 1."""
        # FastStream would unsubscribe, which ends the session that the broker keeps.
        await (await self._broker.connect()).disconnect()
        await self._broker.stop()

    async def _handle(self, message: StreamMessage[Any]) -> None:
        topic: str = message.raw_message.topic
        self.messages += 1
        try:
            await self._take(topic, message.body)
        except (InvalidMessage, NotFound, OriginRefused) as fault:
            await self._bury(message.body, f"{topic}: {fault}")
        await message.ack()

    async def _bury(self, body: bytes, reason: str) -> None:
        self.unreadable += 1
        _LOG.warning("a message went to the dead letters: %s", reason)
        await kept(partial(self._desk.bury, body, reason), self._note)

    async def _take(self, topic: str, body: bytes) -> None:
        heard = self._ear.hear(topic, body)
        if heard is None:
            return
        for rig_id, rows in heard.readings.items():
            to = To(rig_id, self._desk.origin_of(rig_id), f"sparkplug {topic}"[:200])
            await kept(partial(self._sink.put_rows, to, rows), self._note)
            self.fault = None
            self.readings += len(rows)
        if heard.unnamed:
            await self._bury(body, f"{topic}: {heard.unnamed} aliases that no birth told")
        if heard.ask_rebirth:
            await self._ask(topic)

    async def _ask(self, topic: str) -> None:
        """Ask a node for its birth, but not again and again."""
        place = placed(topic)
        if place is None:
            return
        node, now = (place[0], place[2]), monotonic()
        if now - self._asked.get(node, float("-inf")) < PATIENCE:
            return
        self._asked[node] = now
        self.rebirths += 1
        command = f"{NAMESPACE}/{node[0]}/NCMD/{node[1]}"
        await self._broker.publish(rebirth(), command, qos=QoS.AT_LEAST_ONCE)

    def _note(self, fault: str) -> None:
        self.fault = fault


def rebirth() -> bytes:
    """The command that asks a node for its birth."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    return written(
        Payload(now, None, (Metric("Node Control/Rebirth", None, now, value=True,
                                   datatype=BOOLEAN),))
    )  # fmt: skip
