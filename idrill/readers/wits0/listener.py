"""A server that WITS level 0 senders connect to: rigs that push instead of being called."""

import asyncio
import codecs
import logging
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from datetime import timedelta

from idrill.readers.wits0.client import Link, Patience, moved
from idrill.readers.wits0.frames import Frame, FrameParser

_PIECE = 1 << 16
_AHEAD = 64
"""Frames at most that wait for whoever takes them; beyond that nothing is read."""

log = logging.getLogger(__name__)


class Wits0Listener:
    """Frames of whoever connects and may, as they arrive.

    WITS knows no login: who connects is who sends. So there is room for few at once, and the others
    are sent away.

    Args:
        host: Address to listen on.
        port: TCP port; 0 for any that is free.
        patience: How long a connection may be silent.
        utc_offset: What the senders' clocks are ahead of UTC.
        senders: How many may be connected at once.
        allowed: Addresses that may connect; none: every one.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        patience: Patience | None = None,
        utc_offset: timedelta = timedelta(0),
        senders: int = 1,
        allowed: Collection[str] = (),
    ) -> None:
        self.link = Link.IDLE
        self.connections = 0
        """How often somebody connected."""
        self.refused = 0
        """How often somebody was sent away."""
        self.problem: str | None = None
        """Why the last connection ended."""
        self.port = port
        """That it listens on, once it does."""
        self._host, self._patience = host, patience or Patience()
        self._utc_offset = utc_offset
        self._senders, self._allowed = senders, frozenset(allowed)
        self._stopping = asyncio.Event()
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(_AHEAD)
        self._open: dict[asyncio.Task[None], str] = {}

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
        address = str((writer.get_extra_info("peername") or ("unknown",))[0])
        if reason := self._objection(address):
            self.refused += 1
            log.warning("%s:%d: %s", self._host, self.port, reason)
            writer.close()
            return
        task = asyncio.current_task()
        if task is not None:
            self._open[task] = address
            task.add_done_callback(lambda done: self._open.pop(done, None))
        self.connections += 1
        parser = FrameParser(self._utc_offset)
        try:
            self.problem = await self._read(reader, parser)
        except asyncio.CancelledError:
            self.problem = "told to stop" if self._stopping.is_set() else "connected again"
        finally:
            writer.close()
            for frame in parser.close():
                with suppress(asyncio.QueueFull):
                    self._frames.put_nowait(frame)
        log.warning("%s:%d: %s", self._host, self.port, self.problem)

    def _objection(self, address: str) -> str:
        """Why somebody may not send; "" if they may.

        Who connects again takes their own place: the connection before it may be dead for long
        until its silence says so.
        """
        # A socket that listens on both kinds of addresses names one of IPv4 so.
        if self._allowed and address.removeprefix("::ffff:") not in self._allowed:
            return f"{address} is refused: it is not among those who may send"
        if len(self._open) < self._senders:
            return ""
        own = next((task for task, of in self._open.items() if of == address), None)
        if own is None:
            return f"{address} is refused: {self._senders} connected already"
        del self._open[own]
        own.cancel()
        return ""

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
