"""`idrill work`: commits what a broker brings, scores it, and prunes, until it is told to end."""

import asyncio
import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from idrill.readers.posted import Period
from idrill.settings import Settings, load_settings
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.live_wake import LiveWake
from idrill.streams.broker import Backend, backend_of, stream_of
from idrill.streams.delivery import Stream, Take
from idrill_serving import logs
from idrill_serving.live.listener import Listener

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Between attempts to reach a broker that is away [s]."""

OPENING = 10.0
"""Longest time that one attempt may take [s]."""

_LOG = logging.getLogger(__name__)


def work() -> None:
    """Commit the readings that come through the broker and score them, until Ctrl-C or SIGTERM."""
    settings = load_settings()
    url = settings.stream_url.get_secret_value()
    if backend_of(url) is not Backend.STORE:
        stream_of(url, settings.stream_name)
    logs.configure()
    asyncio.run(worked(settings))


async def worked(settings: Settings) -> None:
    """Do all of it until the process is told to end."""
    # They load the models, which whoever only listens need not wait for.
    from idrill_serving.live.duties import Duties, bench_of, duties_of

    ending = told_to_end()
    database = Database(settings.store_url)
    wake = LiveWake(database)
    bench, champions = bench_of(settings, database, Lake(settings.lake_folder, database))
    duties = Duties(duties_of(settings, bench, champions, wake))
    try:
        duties.start()
        if backend_of(settings.stream_url.get_secret_value()) is Backend.STORE:
            await ending.wait()
        else:
            await listened(settings, ending)
    finally:
        await asyncio.to_thread(duties.close)
        wake.close()
        database.dispose()


async def listened(
    settings: Settings, ending: asyncio.Event, through: Callable[[Take], Take] = lambda take: take
) -> None:
    """Commit what a broker brings until told to end.

    Args:
        settings: Of this process.
        ending: Set when it is to end.
        through: What messages go through before they are taken.

    Raises:
        StreamError: If there is no broker.
    """
    url = settings.stream_url.get_secret_value()
    backend = backend_of(url)
    database = Database(settings.store_url)
    key = settings.secret_key
    secret = None if key is None else key.get_secret_value()
    listener = Listener(
        database, lambda: Period.until(datetime.now(UTC), settings.first_day), backend, secret
    )
    take = through(listener.take)
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
            await _open(stream, ending)
        except Exception as error:  # noqa: BLE001  five drivers, each with errors of its own
            _LOG.warning("the broker does not answer, asked again in %g s: %s", pause, error)
            await _abandon(stream)
            await _wait(ending, pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return stream
    return None


async def _open(stream: Stream, ending: asyncio.Event) -> None:
    """Open a stream, unless told to end; the driver of NATS would try for ever by itself.

    Raises:
        TimeoutError: If it did not open meanwhile.
    """
    opening = asyncio.create_task(stream.open())
    told = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait((opening, told), timeout=OPENING, return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            raise TimeoutError("nobody has answered yet")
        await opening
    finally:
        opening.cancel()
        told.cancel()


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


def told_to_end() -> asyncio.Event:
    """What SIGTERM and Ctrl-C set."""
    ending = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, ending.set)
    return ending
