"""One broker from one URL."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from importlib import import_module
from types import MappingProxyType

from idrill.errors import StreamError
from idrill.streams.delivery import Stream, Take


class Backend(StrEnum):
    """Where readings go that are published."""

    STORE = "store"
    """Nowhere but into the store, at once: there is no broker."""
    NATS = "nats"
    REDIS = "redis"
    RABBIT = "rabbit"
    MQTT = "mqtt"
    KAFKA = "kafka"


SCHEMES: Mapping[str, Backend] = MappingProxyType(
    {
        "memory": Backend.STORE,
        "nats": Backend.NATS,
        "tls": Backend.NATS,
        "redis": Backend.REDIS,
        "rediss": Backend.REDIS,
        "amqp": Backend.RABBIT,
        "amqps": Backend.RABBIT,
        "mqtt": Backend.MQTT,
        "mqtts": Backend.MQTT,
        "kafka": Backend.KAFKA,
    }
)
"""The kind of broker that a URL begins with."""


def backend_of(url: str) -> Backend:
    """The kind of broker behind a URL.

    Raises:
        StreamError: If there is none for it.

    Example:
        >>> backend_of("amqp://guest@127.0.0.1/")
        <Backend.RABBIT: 'rabbit'>
    """
    kind = url.partition("://")[0]
    if kind not in SCHEMES:
        known = ", ".join(f"{one}://" for one in SCHEMES)
        raise StreamError(f"no broker is called {kind!r}: write one of {known}")
    return SCHEMES[kind]


def stream_of(url: str, name: str, take: Take | None = None) -> Stream:
    """The stream of readings behind a URL, not open yet.

    Args:
        url: Of the broker.
        name: Of the stream.
        take: Who takes what comes; None only publishes.

    Raises:
        StreamError: If it stands for none, or its driver is not installed.
    """
    backend = backend_of(url)
    if backend is Backend.STORE:
        raise StreamError("memory:// is no broker: set IDRILL_STREAM_URL, or post to the service")
    try:
        module = import_module(f"idrill.streams.{backend.value}")
    except ImportError as error:
        raise StreamError(
            f"the driver for {backend} is not installed: pip install 'idrill[streams]' ({error})"
        ) from error
    make: Callable[[str, str, Take | None], Stream] = getattr(
        module, f"{backend.value.capitalize()}Stream"
    )
    return make(url, name, take)
