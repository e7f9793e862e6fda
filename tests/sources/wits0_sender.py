"""Senders of WITS level 0 on the loopback, for the tests of those who take their frames."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Script = Callable[[asyncio.StreamWriter, int], Awaitable[None]]


def frame_text(second: int, *items: str) -> str:
    """A frame of one second, with items such as `011480.5`."""
    minutes, seconds = divmod(second, 60)
    return "\r\n".join(["&&", "0105260301", f"010612{minutes:02d}{seconds:02d}", *items, "!!", ""])


@asynccontextmanager
async def sender(script: Script, port: int = 0) -> AsyncIterator[int]:
    """A server that plays `script(writer, number of the connection)`, and its port."""
    connections = 0

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            await script(writer, connections)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that tells nobody."""
    async with asyncio.timeout(90):
        while not condition():  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.01)
