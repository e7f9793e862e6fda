"""Brokers that run beside the tests; one that does not answer skips its test, but not in CI."""

import os
import socket
from urllib.parse import urlsplit

import pytest

BROKERS = ("nats", "redis", "rabbit", "mqtt")

DEFAULTS = {
    "nats": "nats://127.0.0.1:4222",
    "redis": "redis://127.0.0.1:6379/0",
    "rabbit": "amqp://guest:guest@127.0.0.1:5672/",
    "mqtt": "mqtt://127.0.0.1:1883",
}


def url_of(kind: str) -> str:
    """URL of a broker that answers."""
    url = os.environ.get(f"IDRILL_TEST_{kind.upper()}", DEFAULTS[kind])  # noqa: TID251  how tests are told of their surroundings
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=3).close()
    except OSError as error:
        remedy = f"no {kind} at {parts.hostname}:{parts.port}: set IDRILL_TEST_{kind.upper()}"
        if os.environ.get("CI") == "true":  # noqa: TID251  how tests are told of their surroundings
            pytest.fail(f"{remedy} ({error})")
        pytest.skip(f"{remedy} ({error})")
    return url
