"""Whoever waits for a broker that is away can be told to end."""

import asyncio
from typing import TYPE_CHECKING, cast

from idrill_serving.working import _opened

if TYPE_CHECKING:
    from idrill.streams.delivery import Stream


class Unreachable:
    """A stream whose driver tries for ever by itself, as that of NATS does."""

    def __init__(self) -> None:
        self.tried = asyncio.Event()
        self.closed = False

    async def open(self) -> None:
        """Never come back."""
        self.tried.set()
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Leave it."""
        self.closed = True


def test_who_is_told_to_end_while_no_broker_answers_ends() -> None:
    async def scene() -> tuple[object, bool]:
        stream, ending = Unreachable(), asyncio.Event()
        opening = asyncio.create_task(_opened(lambda: cast("Stream", stream), ending))
        await stream.tried.wait()
        ending.set()
        async with asyncio.timeout(60):
            return await opening, stream.closed

    assert asyncio.run(scene()) == (None, True)
