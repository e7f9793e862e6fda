"""A server that WITS level 0 senders connect to: rigs that push instead of being called."""

import asyncio
import codecs
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta

from idrill.readers.wits0.client import Link, Patience, moved
from idrill.readers.wits0.frames import Frame, FrameParser

_PIECE = 1 << 16
_AHEAD = 64
"""Frames at most that wait for whoever takes them; beyond that nothing is read."""

log = logging.getLogger(__name__)


class Wits0Listener:
    """Frames of whoever connects, as they arrive; several senders may be connected at once.

    Args:
        host: Address to listen on.
        port: TCP port; 0 for any that is free.
        patience: How long a connection may be silent.
        utc_offset: What the senders' clocks are ahead of UTC.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        patience: Patience | None = None,
        utc_offset: timedelta = timedelta(0),
    ) -> None:
        self.link = Link.IDLE
        self.connections = 0
        """How often somebody connected."""
        self.problem: str | None = None
        """Why the last connection ended."""
        self.port = port
        """That it listens on, once it does."""
        self._host, self._patience = host, patience or Patience()
        self._utc_offset = utc_offset
        self._stopping = asyncio.Event()
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(_AHEAD)
        self._open: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """End `frames` once what was received is handed over."""
        self._stopping.set()

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Every frame until `stop` is called, whoever sends it.

        Raises:
            OSError: If the address cannot be listened on.
        """
        self.link = moved(self.link, Link.CONNECTING)
        server = await asyncio.start_server(self._connected, self._host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self.link = moved(self.link, Link.RECEIVING)
        ending = asyncio.create_task(self._end(server))
        try:
            while (frame := await self._frames.get()) is not None:
                yield frame
        finally:
            ending.cancel()
            server.close()
            self.link = moved(self.link, Link.STOPPED)

    async def _end(self, server: asyncio.Server) -> None:
        """Once told to stop, let nobody in, and end what is open."""
        await self._stopping.wait()
        server.close()
        for task in set(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._frames.put(None)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        self.connections += 1
        parser = FrameParser(self._utc_offset)
        try:
            self.problem = await self._read(reader, parser)
        except asyncio.CancelledError:
            self.problem = "told to stop"
        finally:
            writer.close()
            for frame in parser.close():
                with suppress(asyncio.QueueFull):
                    self._frames.put_nowait(frame)
        log.warning("%s:%d: %s", self._host, self.port, self.problem)

    async def _read(self, reader: asyncio.StreamReader, parser: FrameParser) -> str:
        """Take what one sender sends; why its connection ended."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        try:
            while True:
                async with asyncio.timeout(self._patience.silence):
                    piece = await reader.read(_PIECE)
                if not piece:
                    return "the sender closed the connection"
                for frame in parser.feed(decoder.decode(piece)):
                    await self._frames.put(frame)
        except TimeoutError:
            return f"silent for {self._patience.silence:g} s"
        except OSError as error:
            return str(error)
