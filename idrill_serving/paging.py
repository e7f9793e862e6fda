"""Cursors: where a page of rows ends, opaque to the caller."""

import base64
import binascii
import json
from datetime import UTC, datetime

from idrill.errors import InvalidRequest
from idrill.store.sensor_data import Place


def cursor_of(place: Place) -> str:
    """The cursor of a place.

    Example:
        >>> place_of(cursor_of(Place(datetime(2024, 3, 1, tzinfo=UTC), "torque"))).channel
        'torque'
    """
    told = json.dumps([place.time.isoformat(), place.channel])
    return base64.urlsafe_b64encode(told.encode()).decode()


def place_of(cursor: str) -> Place:
    """The place of a cursor.

    Raises:
        InvalidRequest: If it is none of ours.
    """
    try:
        time, channel = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return Place(datetime.fromisoformat(time).astimezone(UTC), str(channel))
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
        raise InvalidRequest("this cursor is none of ours: use `next` of an answer") from error
