"""What the commands of live sources share: where readings go, how to end, and a line of status."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event

from rich.console import Console
from rich.live import Live

from idrill.errors import NotFound, StoreError
from idrill.readers.posted import Period
from idrill.rigs import Rig, rig_id
from idrill.settings import Settings
from idrill.sources.sinks import BrokerSink, Sink, StoreSink
from idrill.store import rigs
from idrill.store.database import Database
from idrill.store.live_writer import LiveWriter
from idrill.streams.broker import Backend, backend_of
from idrill.streams.publisher import Publisher

SHOWN_EVERY = 0.5
"""How often the line of status is written anew [s]."""
TOLD_EVERY = 60.0
"""The same where nobody watches [s]."""
GRACE = 30.0
"""How long readings that were taken may wait for their sink once a source is to end [s]."""


def sink_of(settings: Settings, database: Database) -> Sink:
    """Where readings go: the broker if there is one, else the store."""
    url = settings.stream_url.get_secret_value()
    if backend_of(url) is Backend.STORE:
        return StoreSink(
            LiveWriter(database), lambda: Period.until(datetime.now(UTC), settings.first_day)
        )
    return BrokerSink(Publisher(url, settings.stream_name))


def require_rig(database: Database, name: str, *, register: bool, synthetic: bool = False) -> Rig:
    """The rig called so; entered if that is wanted.

    Raises:
        InvalidName: If a rig cannot be called that.
        NotFound: If there is none, and none is to be entered.
        StoreError: If it is known to be of the other kind.
    """
    with database.session() as session:
        if register:
            return rigs.register(session, Rig(rig_id(name), name, synthetic=synthetic))
        try:
            return rigs.get(session, rig_id(name))
        except NotFound as error:
            raise NotFound(f"{error}; add --register to enter it") from None


async def until_told() -> None:
    """Wait until Ctrl-C or SIGTERM tells the process to end."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, told.set)
    await told.wait()


async def until_ended(work: "asyncio.Task[None]", stop: Callable[[], None]) -> None:
    """Wait for some work; Ctrl-C and SIGTERM tell it to stop, and give it `GRACE` for that.

    Raises:
        StoreError: If it still waited for its sink then.
    """
    ending = asyncio.create_task(until_told())
    await asyncio.wait({work, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if work.done():
        return work.result()
    stop()
    done, _ = await asyncio.wait({work}, timeout=GRACE)
    if done:
        return work.result()
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    raise StoreError(f"readings still waited to be kept {GRACE:g} s after the source was to end")


def ending_on_signals() -> Event:
    """Is set once Ctrl-C or SIGTERM tells the process to end."""
    ending = Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ending.set())
    return ending


async def watched(console: Console, line: Callable[[], str]) -> None:
    """Show a line of status until it is cancelled; where nobody watches, now and then."""
    if not console.is_terminal:
        while True:
            await asyncio.sleep(TOLD_EVERY)
            console.print(line(), markup=False, highlight=False)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            live.update(line(), refresh=True)
            await asyncio.sleep(SHOWN_EVERY)
