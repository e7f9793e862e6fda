"""The messages of the stream as an AsyncAPI 3.0 document, made from the models that read them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from idrill.channels import CHANNELS
from idrill.streams import control_messages, messages
from idrill.streams.broker import Backend
from idrill.streams.control_messages import ControlMessage, Order
from idrill.streams.delivery import LARGEST
from idrill.streams.messages import Message

VERSION = "3.0.0"
"""Of AsyncAPI."""

_SERVERS: Mapping[Backend, tuple[str, str, str]] = MappingProxyType(
    {
        Backend.NATS: ("127.0.0.1:4222", "nats", "NATS with JetStream"),
        Backend.REDIS: ("127.0.0.1:6379", "redis", "Redis 6.2 or newer; a stream, field `body`"),
        Backend.RABBIT: ("127.0.0.1:5672", "amqp", "RabbitMQ, AMQP 0.9.1; a durable queue"),
        Backend.MQTT: ("127.0.0.1:1883", "mqtt", "An MQTT 5 broker; QoS 1"),
        Backend.KAFKA: ("127.0.0.1:9092", "kafka", "Kafka; a topic keyed by rig"),
    }
)
"""Host, protocol and what it is, of each kind of broker."""

_TIME = {
    "type": "string",
    "format": "date-time",
    "description": "ISO 8601, with a time zone.",
    "examples": ["2026-03-01T12:00:00Z"],
}

ROWS_EXAMPLE: Mapping[str, object] = MappingProxyType(
    {
        "format": messages.FORMAT,
        "message_id": "b1c2",
        "rig_id": "RIG_01",
        "origin": "live",
        "rows": [{"time": "2026-03-01T12:00:00Z", "values": {"hook_load": 812.5, "torque": 14.2}}],
    }
)
COLUMNS_EXAMPLE: Mapping[str, object] = MappingProxyType(
    {
        "format": messages.FORMAT,
        "message_id": "b1c3",
        "rig_id": "RIG_01",
        "sender": "edge-7",
        "units": {"torque": "kN·m"},
        "columns": {
            "time": ["2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"],
            "channels": {"torque": [14.2, None], "hook_load": [812.5, 813.0]},
        },
    }
)
CONTROL_EXAMPLE: Mapping[str, object] = MappingProxyType(
    {
        "format": control_messages.FORMAT,
        "message_id": "c7",
        "key_id": 4,
        "content": '{"do": "deactivate_sensor", "rig_id": "RIG_01", "channel": "torque", '
        '"at": "2026-03-01T12:00:00Z", "reason": "being replaced"}',
        "signature": "0" * 64,
    }
)


def document(version: str, stream: str) -> dict[str, Any]:
    """The document.

    Args:
        version: Of i-Drill.
        stream: What the stream is called, `IDRILL_STREAM_NAME`.
    """
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "i-Drill: messages of the stream",
            "version": version,
            "description": "Readings of rigs, and signed orders, through one broker. A message is "
            "acknowledged once what it tells is committed, or it is among the dead letters with "
            f"the reason. JSON in UTF-8, at most {LARGEST:,} bytes.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {kind.value: _server(*told) for kind, told in _SERVERS.items()},
        "channels": _channels(stream),
        "operations": _operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _server(host: str, protocol: str, description: str) -> dict[str, object]:
    return {"host": host, "pathname": "/", "protocol": protocol, "description": description}


def _channels(stream: str) -> dict[str, object]:
    by_rig = {"rig_id": {"description": "The rig, such as RIG_01."}}
    slashes = stream.replace(".", "/")
    return {
        "subjects": _channel(f"{stream}.{{rig_id}}", "A subject per rig.", [Backend.NATS])
        | {"parameters": by_rig},
        "topics": _channel(f"{slashes}/{{rig_id}}", "A topic per rig.", [Backend.MQTT])
        | {"parameters": by_rig},
        "queue": _channel(
            stream, "One for all rigs.", [Backend.REDIS, Backend.RABBIT, Backend.KAFKA]
        ),
    }


def _channel(address: str, description: str, kinds: list[Backend]) -> dict[str, object]:
    return {
        "address": address,
        "description": description,
        "servers": [{"$ref": f"#/servers/{kind.value}"} for kind in kinds],
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"} for name in ("readings", "control")
        },
    }


def _operations() -> dict[str, object]:
    """What i-Drill does: it receives in `idrill work`, and sends what is posted to the producer."""
    told = {
        "receive": "`idrill work` commits what comes.",
        "send": "`POST /api/v1/producer/sensor-data` and the sources of `idrill stream` publish.",
    }
    return {
        f"{action}_{channel}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": words,
        }
        for action, words in told.items()
        for channel in ("subjects", "topics", "queue")
    }


def _messages() -> dict[str, object]:
    return {
        "readings": {
            "name": messages.FORMAT,
            "title": "Readings of one rig",
            "contentType": "application/json",
            "payload": {"$ref": "#/components/schemas/Message"},
            "examples": [
                {"name": "rows", "payload": dict(ROWS_EXAMPLE)},
                {"name": "columns", "payload": dict(COLUMNS_EXAMPLE)},
            ],
        },
        "control": {
            "name": control_messages.FORMAT,
            "title": "An order that is signed",
            "contentType": "application/json",
            "payload": {"$ref": "#/components/schemas/ControlMessage"},
            "examples": [{"name": "deactivate", "payload": dict(CONTROL_EXAMPLE)}],
        },
    }


def _schemas() -> dict[str, Any]:
    """The schemas of both messages, of what they hold, and of the orders in `content`."""
    schemas: dict[str, Any] = {}
    told: dict[str, TypeAdapter[Any]] = {
        "Message": TypeAdapter(Message),
        "ControlMessage": TypeAdapter(ControlMessage),
        "Order": TypeAdapter(Order),
    }
    for name, model in told.items():
        made = model.json_schema(ref_template="#/components/schemas/{model}")
        schemas |= made.pop("$defs", {})
        schemas[name] = made
    schemas["Values"] = _values()
    schemas["Row"]["properties"] |= {
        "time": _TIME,
        "values": {"$ref": "#/components/schemas/Values"},
    }
    columns = schemas["Columns"]["properties"]
    columns["time"]["items"] = _TIME
    columns["channels"] |= {
        "propertyNames": {"enum": [one.name for one in CHANNELS]},
        "additionalProperties": {"type": "array", "items": {"type": ["number", "null"]}},
        "description": "One array per channel, as long as `time`; null where nothing was measured.",
    }
    return dict(sorted(schemas.items()))


def _values() -> dict[str, object]:
    """The values of one instant by channel, each in the unit that it is stored in."""
    return {
        "title": "Values",
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            one.name: {"type": ["number", "null"], "description": f"[{one.unit}]"}
            for one in CHANNELS
        },
    }
