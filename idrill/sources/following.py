"""Handing on what a log of a WITSML store brings, and remembering how far that went."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from threading import Event

from idrill.errors import FeedAway
from idrill.sources.sinks import Address, Sink, kept_waiting
from idrill.sources.witsml_log import GrowingLog, LogName, Page, followed
from idrill.store import feeds
from idrill.store.database import Database

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Between attempts to reach a store that does not answer [s]."""

TOLD_EVERY = 2_000
"""Readings after which it is said how far a log is."""

Say = Callable[[str], None]


class Follower:
    """Hands the rows of a log on as they come, until it has ended.

    Args:
        log: Which log.
        sink: Keeps the rows.
        database: The store, which knows how far the log was followed.
        to: Whose readings they are.
    """

    def __init__(self, log: GrowingLog, sink: Sink, database: Database, to: Address) -> None:
        self._log, self._sink, self._database, self._to = log, sink, database, to
        self.readings = self.rejected = 0

    def run(self, every: float, ending: Event, say: Say, first_pause: float = FIRST_PAUSE) -> None:
        """Follow the log until it has ended, or `ending` is set.

        Args:
            every: Time between two looks [s].
            ending: Whether to end.
            say: Is told what a person should know.
            first_pause: Before a store that does not answer is asked again; then twice that [s].

        Raises:
            FeedRefused: If the store refuses.
        """
        pause = first_pause
        while not ending.is_set():
            try:
                self._log.open()
                for _ in self._pages(every, ending, say):
                    pause = first_pause
            except FeedAway as fault:
                say(f"{fault}; asked again in {pause:g} s")
                ending.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return

    def summary(self) -> Iterator[str]:
        """What was taken, and which curves were not."""
        yield self._standing()
        if self.rejected:
            yield f"{self.rejected:,} rows could not be used"
        for curve, reason in self._log.unmapped.items():
            yield f"curve {curve} is no channel: {reason}"

    def _pages(self, every: float, ending: Event, say: Say) -> Iterator[Page]:
        def wait() -> bool:
            return not ending.wait(every)

        told = self.readings
        for page in followed(self._log, partial(self._keep, ending, say), wait):
            if self.readings - told >= TOLD_EVERY:
                told = self.readings
                say(self._standing())
            yield page

    def _keep(self, ending: Event, say: Say, page: Page) -> bool:
        put = partial(self._sink.put_table, self._to, page.table)
        if not kept_waiting(put, say, ending):
            return False
        self.readings += page.table.height
        self.rejected += page.rejected
        return page.last is None or kept_waiting(partial(self._note, page.last), say, ending)

    def _note(self, last: datetime) -> None:
        feed = feed_of(self._log.server.url, self._log.name)
        with self._database.session() as session:
            feeds.advance(session, self._to.rig_id, feed, last)

    def _standing(self) -> str:
        at = "" if self._log.last is None else f", up to {self._log.last:%F %T}Z"
        return f"{self._log.name}: {self.readings:,} readings to {self._sink.name}{at}"


def feed_of(url: str, name: LogName) -> str:
    """What the store calls a log that is followed."""
    return f"witsml {url} {name}"
