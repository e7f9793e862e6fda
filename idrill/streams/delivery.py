"""What every kind of broker does for us, and within which bounds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from faststream import StreamMessage

PREFETCH = 256
"""Messages at most that a consumer holds unacknowledged; the rest waits in the broker."""

REDELIVER_AFTER = 5.0
"""How long NATS and Redis wait for an acknowledgement until a message comes again [s]."""

TIMEOUT = 5.0
"""How long a broker may take to say that it keeps a message [s]."""

GRACE = 10.0
"""How long a consumer that ends waits for what it holds [s]."""

LARGEST = 1_000_000
"""Largest message [bytes]; NATS takes no more than 1 MiB unless it is told to."""

Take = Callable[[bytes], Awaitable[bool]]
"""Makes what a message tells safe; False: it could not, and the message is to come again."""


class Stream(Protocol):
    """The readings that a broker carries."""

    async def open(self) -> None:
        """Connect, declare what has to be there, and consume if there is who takes."""

    async def close(self) -> None:
        """Stop; what is not acknowledged comes again."""

    async def publish(self, rig_id: str, body: bytes) -> None:
        """Give a message to the broker; it keeps it once this returns."""

    async def ping(self) -> bool:
        """Whether the broker answers."""


async def whole(message: "StreamMessage[Any]") -> "StreamMessage[Any]":
    """A message as it came; a decoder that leaves it to us what the bytes mean."""
    return message


async def take_all(take: Take, bodies: Sequence[bytes]) -> bool:
    """Whether everything that some messages tell is safe; they wait for one commit together."""
    return all(await asyncio.gather(*map(take, bodies)))
