"""Readings that are published: to the broker where there is one that answers, else to the store."""

from uuid import uuid4

from idrill.errors import NotFound, StoreError, StreamError
from idrill.frame import Origin
from idrill.store import rigs
from idrill.streams import messages
from idrill.streams.broker import Backend
from idrill.streams.publisher import Publisher
from idrill_serving import readings
from idrill_serving.doors import Principal
from idrill_serving.platform import Platform
from idrill_serving.schemas.producer import PublishedAnswer
from idrill_serving.schemas.sensor_data import BatchRequest

ROWS = 500
"""Readings of one message."""


def publish(platform: Platform, principal: Principal, body: BatchRequest) -> PublishedAnswer:
    """Where readings went: into the broker, or into the store if there is none that answers.

    Raises:
        NotFound: If there is no such rig.
        InvalidRequest: If a unit is another one than is stored.
        InvalidMessage: If a reading is too large for a broker.
    """
    publisher = platform.publisher
    if publisher is not None:
        readings.check(principal, body.rig_id, body.units)
        _require(platform, body.rig_id)
        number = _published(publisher, principal, body)
        if number is not None:
            return PublishedAnswer(
                backend=publisher.backend, message_id=number, readings=len(body.rows)
            )
    committed = readings.take_rows(platform, principal, body, body.rows)
    return PublishedAnswer(backend=Backend.STORE, readings=len(body.rows), committed=committed)


def backend_of(platform: Platform) -> Backend:
    """Where readings go that are published while everything answers."""
    return Backend.STORE if platform.publisher is None else platform.publisher.backend


def _published(publisher: Publisher, principal: Principal, body: BatchRequest) -> str | None:
    """Of the messages, once the broker keeps them; None if it does not answer."""
    number = uuid4().hex
    bodies = [
        messages.in_rows(
            body.rig_id,
            [(row.time, row.values) for row in body.rows[start : start + ROWS]],
            message_id=number,
            origin=body.origin and Origin(body.origin),
            sender=principal.name,
        )
        for start in range(0, len(body.rows), ROWS)
    ]
    try:
        publisher.publish(body.rig_id, bodies)
    except StreamError:
        return None
    return number


def _require(platform: Platform, rig_id: str) -> None:
    """See that there is a rig, as far as the store tells: a broker takes readings without it."""
    try:
        with platform.database.session() as session:
            rigs.get(session, rig_id)
    except NotFound:
        raise
    except StoreError:
        return
