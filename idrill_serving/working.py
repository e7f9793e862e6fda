"""`idrill work`: commits what a broker brings, until it is told to end."""

import asyncio
import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from idrill.readers.posted import Period
from idrill.settings import Settings, load_settings
from idrill.store.database import Database
from idrill.streams.broker import backend_of, stream_of
from idrill.streams.delivery import Stream, Take
from idrill_serving import logs
from idrill_serving.live.listener import Listener

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Between attempts to reach a broker that is away [s]."""

_LOG = logging.getLogger(__name__)


def work() -> None:
    """Commit the readings that come through the broker, until Ctrl-C or SIGTERM."""
    settings = load_settings()
    stream_of(settings.stream_url.get_secret_value(), settings.stream_name)
    logs.configure()
    asyncio.run(worked(settings))


async def worked(settings: Settings, through: Callable[[Take], Take] = lambda take: take) -> None:
    """Commit what comes until the process is told to end.

    Args:
        settings: Of this process.
        through: What messages go through before they are taken.

    Raises:
        StreamError: If there is no broker.
    """
    url = settings.stream_url.get_secret_value()
    backend = backend_of(url)
    database = Database(settings.store_url)
    listener = Listener(
        database, lambda: Period.until(datetime.now(UTC), settings.first_day), backend
    )
    take = through(listener.take)
    ending = _told_to_end()
    try:
        stream = await _opened(lambda: stream_of(url, settings.stream_name, take), ending)
        if stream is not None:
            _LOG.info("readings are taken from %s", backend)
            await ending.wait()
            listener.end()
            await stream.close()
    finally:
        listener.end()
        await asyncio.to_thread(listener.close)
        database.dispose()
    taken = listener.taken
    _LOG.info("ended: %d messages committed, %d dead letters", taken.committed, taken.buried)


async def _opened(make: Callable[[], Stream], ending: asyncio.Event) -> Stream | None:
    """A stream that is open, once its broker answers; None if told to end before."""
    pause = FIRST_PAUSE
    while not ending.is_set():
        stream = make()
        try:
            await stream.open()
        except Exception as error:  # noqa: BLE001  five drivers, each with errors of its own
            _LOG.warning("the broker does not answer, asked again in %g s: %s", pause, error)
            await _abandon(stream)
            await _wait(ending, pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return stream
    return None


async def _abandon(stream: Stream) -> None:
    try:
        await stream.close()
    except Exception as error:  # noqa: BLE001  half open, it may say anything
        _LOG.debug("while closing: %s", error)


async def _wait(ending: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await ending.wait()
    except TimeoutError:
        return


def _told_to_end() -> asyncio.Event:
    ending = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, ending.set)
    return ending
