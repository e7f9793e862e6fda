"""Cursors: where a page of rows ends, opaque to the caller."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from idrill.errors import InvalidRequest
from idrill.store.sensor_data import Place


class Numbered(Protocol):
    """Something that stands in a numbered row."""

    @property
    def id(self) -> int:
        """The number."""


One = TypeVar("One", bound=Numbered)


def page_of(found: list[One], limit: int) -> tuple[list[One], int | None]:
    """The first rows, and the number of the last of them where more were found.

    Example:
        >>> from types import SimpleNamespace as Row
        >>> page, following = page_of([Row(id=7), Row(id=5), Row(id=2)], 2)
        >>> len(page), following
        (2, 5)
    """
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


def cursor_of(place: Place) -> str:
    """The cursor of a place.

    Example:
        >>> place_of(cursor_of(Place(datetime(2024, 3, 1, tzinfo=UTC), "torque", "live"))).channel
        'torque'
    """
    told = json.dumps([place.time.isoformat(), place.channel, place.origin])
    return base64.urlsafe_b64encode(told.encode()).decode()


def place_of(cursor: str) -> Place:
    """The place of a cursor.

    Raises:
        InvalidRequest: If it is none of ours.
    """
    try:
        time, channel, origin = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return Place(datetime.fromisoformat(time).astimezone(UTC), str(channel), str(origin))
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
        raise InvalidRequest("this cursor is none of ours: use `next` of an answer") from error


def token_of(parts: Sequence[str]) -> str:
    """A cursor made of words.

    Example:
        >>> parts_of(token_of(["liner", "daily"]), 2)
        ['liner', 'daily']
    """
    return base64.urlsafe_b64encode(json.dumps(list(parts)).encode()).decode()


def parts_of(cursor: str, count: int) -> list[str]:
    """The words of a cursor.

    Raises:
        InvalidRequest: If it is none of ours.
    """
    try:
        parts: object = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise InvalidRequest("this cursor is none of ours: use `next` of an answer") from error
    words = parts if isinstance(parts, list) else []
    sound = [one for one in words if isinstance(one, str) and one.isprintable()]
    if len(sound) != count or len(words) != count:
        raise InvalidRequest("this cursor is none of ours: use `next` of an answer")
    return sound
