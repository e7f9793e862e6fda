"""Control messages: what a message says that tells no readings but has something done.

They come through the same stream. What is to be done stands as a text, `content`, which is signed
as it stands: HMAC-SHA256 with the signing key of an API key, in hexadecimal digits. A signing key
follows from the service's own secret and the number of the API key, so no table holds one.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from idrill.errors import InvalidMessage

FORMAT: Literal["idrill.control/1"] = "idrill.control/1"

Name = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["RIG_01"])]
Words = Annotated[str, Field(min_length=1, max_length=100)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class RegisterRig(_Strict):
    """Enter a rig; one that is known is left as it is, but for what was unknown of it."""

    do: Literal["register_rig"]
    rig_id: Name
    name: Words
    owner: Words | None = None
    kind: Words | None = None
    facility_id: Name | None = None
    """Where it belongs; a facility that is registered."""


class RegisterFacility(_Strict):
    """Enter a field, a platform, a yard; one that is known is left as it is."""

    do: Literal["register_facility"]
    facility_id: Name
    name: Words
    kind: Words | None = None


class SwitchSensor(_Strict):
    """Take the readings of a sensor no longer, or again."""

    do: Literal["deactivate_sensor", "activate_sensor"]
    rig_id: Name
    channel: Annotated[str, Field(max_length=64, examples=["torque"])]
    at: AwareDatetime
    """From when on, in time of the rig."""
    reason: Annotated[str, Field(max_length=200)] = ""


Order = RegisterRig | RegisterFacility | SwitchSensor


class ControlMessage(_Strict):
    """An order, and who signs for it."""

    format: Literal["idrill.control/1"]
    """Of this kind of message."""
    message_id: Annotated[str, Field(min_length=1, max_length=128)]
    """Of this sending; the same order again changes nothing."""
    key_id: Annotated[int, Field(ge=1, le=2**53 - 1)]
    """Of the API key whose signing key signs."""
    content: Annotated[
        str,
        Field(
            max_length=10_000,
            json_schema_extra={"contentMediaType": "application/json"},
            examples=['{"do": "deactivate_sensor", "rig_id": "RIG_01", "channel": "torque", '
                      '"at": "2026-03-01T12:00:00Z", "reason": "being replaced"}'],
        ),
    ]  # fmt: skip
    """The order, as JSON."""
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """HMAC-SHA256 of the bytes of `content`."""


_ORDERS: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="do")])


def is_one(body: bytes) -> bool:
    """Whether a message is, or means to be, a control message."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("format") == FORMAT


def read(body: bytes) -> ControlMessage:
    """A control message, not looked at yet.

    Raises:
        InvalidMessage: If it is none.
    """
    try:
        return ControlMessage.model_validate_json(body)
    except ValidationError as error:
        raise _wrong("message", error) from error


def order_of(message: ControlMessage, key: bytes) -> Order:
    """What a message has done, if it is signed.

    Args:
        message: As it came.
        key: The signing key of its API key.

    Raises:
        InvalidMessage: If the signature is another one, or the content is no order.
    """
    if not hmac.compare_digest(signature(message.content, key), message.signature):
        raise InvalidMessage(f"signature: not that of key {message.key_id}")
    try:
        return _ORDERS.validate_json(message.content)
    except ValidationError as error:
        raise _wrong("content", error) from error


def signed(order: Order, *, message_id: str, key_id: int, key: bytes) -> bytes:
    """A message that has something done.

    Args:
        order: What.
        message_id: Of this sending.
        key_id: Of the API key that signs.
        key: Its signing key.
    """
    content = order.model_dump_json(exclude_none=True)
    message = ControlMessage(
        format=FORMAT,
        message_id=message_id,
        key_id=key_id,
        content=content,
        signature=signature(content, key),
    )
    return message.model_dump_json().encode()


def signature(content: str, key: bytes) -> str:
    """The signature of a content, in hexadecimal digits."""
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def signing_key(secret: str, key_id: int, created_at: datetime) -> bytes:
    """The signing key of an API key.

    Args:
        secret: Of the service, with which it signs logins too.
        key_id: Number of the API key.
        created_at: When that was made: a number that is given again signs otherwise.

    Example:
        >>> from datetime import UTC
        >>> signing_key("s" * 32, 7, datetime(2026, 3, 1, tzinfo=UTC)).hex()[:16]
        'd5c6b0437b5da052'
    """
    about = f"idrill.control/1 {key_id} {created_at.isoformat()}"
    return hmac.new(secret.encode(), about.encode(), hashlib.sha256).digest()


def _wrong(what: str, error: ValidationError) -> InvalidMessage:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or what
    return InvalidMessage(f"{place}: {first['msg']}")
