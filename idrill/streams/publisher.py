"""Publishing from code that waits: a broker of its own, on a thread of its own."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock, Thread
from time import monotonic
from typing import Any, TypeVar

from idrill.errors import StreamError
from idrill.streams.broker import Backend, backend_of, stream_of
from idrill.streams.delivery import TIMEOUT, Stream

T = TypeVar("T")

PAUSE = 2.0
"""How long nobody asks a broker again that did not answer [s]."""


class Publisher:
    """Gives messages to a broker, and says when it keeps them; it connects with the first.

    Args:
        url: Of the broker.
        name: Of the stream.

    Raises:
        StreamError: If the URL stands for no kind of broker.
    """

    def __init__(self, url: str, name: str) -> None:
        self.backend: Backend = backend_of(url)
        self._url, self._name = url, name
        self._guard = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._stream: Stream | None = None
        self._opening: asyncio.Lock | None = None
        self._away_until = 0.0
        self.published = 0
        """Messages that the broker keeps."""
        self.last_published: datetime | None = None
        self.last_fault: str | None = None

    def publish(self, rig_id: str, bodies: Sequence[bytes]) -> None:
        """Give messages of one rig to the broker; it keeps all of them once this returns.

        Raises:
            StreamError: If it does not answer; it may hold some of them.
        """
        self._run(self._publish(rig_id, bodies))
        self.published += len(bodies)
        self.last_published = datetime.now(UTC)

    def ping(self, timeout: float = TIMEOUT) -> bool:
        """Whether the broker answers within some time [s]."""
        try:
            return self._run(self._ping(), timeout)
        except StreamError:
            return False

    def close(self) -> None:
        """Disconnect."""
        with self._guard:
            loop, thread, stream = self._loop, self._thread, self._stream
            self._loop = self._thread = self._stream = None
        if loop is None or thread is None:
            return
        if stream is not None:
            _quietly(asyncio.run_coroutine_threadsafe(stream.close(), loop))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _run(self, work: Coroutine[Any, Any, T], timeout: float = 2 * TIMEOUT) -> T:
        """What some work on our thread comes to.

        Raises:
            StreamError: If the broker did not answer, now or a moment ago.
        """
        if monotonic() < self._away_until:
            work.close()
            raise StreamError(f"the broker does not answer: {self.last_fault}")
        doing = asyncio.run_coroutine_threadsafe(work, self._started())
        try:
            return doing.result(timeout)
        except Exception as error:  # five drivers, each with errors of its own
            doing.cancel()
            self.last_fault = f"{type(error).__name__}: {error}"
            self._away_until = monotonic() + PAUSE
            raise StreamError(f"the broker does not answer: {self.last_fault}") from error

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="publisher", daemon=True)
                self._thread.start()
            return self._loop

    async def _publish(self, rig_id: str, bodies: Sequence[bytes]) -> None:
        stream = await self._open()
        await asyncio.gather(*(stream.publish(rig_id, body) for body in bodies))

    async def _ping(self) -> bool:
        return await (await self._open()).ping()

    async def _open(self) -> Stream:
        self._opening = self._opening or asyncio.Lock()
        async with self._opening:
            if self._stream is None:
                stream = stream_of(self._url, self._name)
                async with asyncio.timeout(TIMEOUT):
                    await stream.open()
                self._stream = stream
            return self._stream


def _quietly(closing: Future[None]) -> None:
    """Wait for a connection to end; one that is gone already may say anything."""
    with suppress(Exception):
        closing.result(TIMEOUT)
