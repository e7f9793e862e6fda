"""A client of a WITS level 0 sender that stays connected.

It reassembles frames across packets, and connects again with exponential backoff and full jitter
(Brooker, *Exponential Backoff and Jitter*, 2015) when the connection drops or falls silent.
"""

import asyncio
import codecs
import logging
import random
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from idrill.errors import IDrillError, SettingsError
from idrill.readers.wits0.frames import Frame, FrameParser

_PIECE = 1 << 16
_Result = TypeVar("_Result")

log = logging.getLogger(__name__)


class Link(StrEnum):
    """Where a connection stands."""

    IDLE = "idle"
    CONNECTING = "connecting"
    RECEIVING = "receiving"
    WAITING = "waiting"
    STOPPED = "stopped"


_MOVES = {
    Link.IDLE: {Link.CONNECTING, Link.STOPPED},
    Link.CONNECTING: {Link.RECEIVING, Link.WAITING, Link.STOPPED},
    Link.RECEIVING: {Link.WAITING, Link.STOPPED},
    Link.WAITING: {Link.CONNECTING, Link.STOPPED},
    Link.STOPPED: {Link.STOPPED},
}


def moved(link: Link, to: Link) -> Link:
    """The state `to`, if `link` may become it.

    Raises:
        IDrillError: If it may not.

    Example:
        >>> moved(Link.CONNECTING, Link.RECEIVING)
        <Link.RECEIVING: 'receiving'>
    """
    if to not in _MOVES[link]:
        raise IDrillError(f"a connection that is {link} cannot become {to}")
    return to


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client waits for what [s]."""

    connection: float = 10.0
    """For a connection to be made."""
    silence: float = 60.0
    """For the next text; after that the connection counts as lost."""
    shortest_pause: float = 0.5
    """Before the second attempt, at most; it doubles from attempt to attempt."""
    longest_pause: float = 60.0

    def pause(self, attempt: int) -> float:
        """A random time before the attempt after the `attempt`-th failure [s]."""
        ceiling = min(self.longest_pause, self.shortest_pause * 2.0 ** min(attempt - 1, 30))
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311  spreads clients, hides nothing


class _Stopped(Exception):
    """Raised when `stop` was called while the client waited."""


class Wits0Client:
    """Frames of one sender, as they arrive.

    A slow consumer slows the sender down: nothing is read ahead of it but what the socket and one
    unfinished frame (`wits0_frames.LONGEST_FRAME`) hold. Damaged frames come too, with their
    `fault`; `Frame.line` counts from the start of the connection.

    Args:
        host: Name or address of the sender.
        port: Its TCP port.
        patience: How long to wait for what.
        utc_offset: What the sender's clock is ahead of UTC.

    Raises:
        SettingsError: If there is no such port.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        patience: Patience | None = None,
        utc_offset: timedelta = timedelta(0),
    ) -> None:
        if not 0 < port < 1 << 16:
            raise SettingsError(f"{port} is no TCP port: it must lie between 1 and 65535")
        self.link = Link.IDLE
        self.connections = 0
        """How often a connection was made."""
        self.problem: str | None = None
        """Why the last connection ended or was not made."""
        self._host, self._port = host, port
        self._patience = patience or Patience()
        self._utc_offset = utc_offset
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `frames` once what was received is handed over."""
        self._stopping.set()

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Every frame until `stop` is called, over as many connections as it takes."""
        failures = 0
        with suppress(_Stopped):
            while True:
                parser = FrameParser(self._utc_offset)
                self.link = moved(self.link, Link.CONNECTING)
                try:
                    async with aclosing(self._connection(parser)) as connection:
                        async for frame in connection:
                            failures = 0
                            yield frame
                except OSError as error:
                    self.problem = str(error) or "no answer in time"
                for frame in parser.close():
                    yield frame
                failures += 1
                await self._rest(failures)
        self.link = moved(self.link, Link.STOPPED)

    async def _connection(self, parser: FrameParser) -> AsyncGenerator[Frame, None]:
        """The frames that one connection gives until it ends."""
        opening = asyncio.open_connection(self._host, self._port)
        reader, writer = await self._unless_stopped(opening, self._patience.connection)
        self.link, self.connections = moved(self.link, Link.RECEIVING), self.connections + 1
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        try:
            while piece := await self._unless_stopped(reader.read(_PIECE), self._patience.silence):
                for frame in parser.feed(decoder.decode(piece)):
                    yield frame
            self.problem = "the sender closed the connection"
        finally:
            writer.close()

    async def _rest(self, failures: int) -> None:
        self.link = moved(self.link, Link.WAITING)
        pause = self._patience.pause(failures)
        log.warning("%s:%d: %s; again in %.1f s", self._host, self._port, self.problem, pause)
        with suppress(TimeoutError):
            await self._unless_stopped(self._stopping.wait(), pause)

    async def _unless_stopped(
        self, step: Coroutine[object, object, _Result], seconds: float
    ) -> _Result:
        """What `step` gives.

        Raises:
            TimeoutError: If it takes longer than `seconds`.
            _Stopped: If the client is stopped meanwhile.
        """
        if self._stopping.is_set():
            step.close()
            raise _Stopped
        work, stop = asyncio.ensure_future(step), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({work, stop}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
        finally:
            work.cancel()
            stop.cancel()
        raise _Stopped if stop.done() else TimeoutError(f"silent for {seconds:g} s")
