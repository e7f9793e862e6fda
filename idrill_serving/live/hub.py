"""The hub of a worker: follows the store once for all who watch, and hands out what is new."""

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from idrill.errors import StoreError
from idrill.store.database import Database
from idrill.store.live_wake import LiveWake
from idrill_serving.live import messages
from idrill_serving.live.clients import Client, Judgement, judged
from idrill_serving.live.following import NOWHERE, Delivery, Follower, Join
from idrill_serving.live.outbox import Tally
from idrill_serving.live.strangers import Strangers
from idrill_serving.live.subscriptions import Wish

if TYPE_CHECKING:
    from collections.abc import Callable

HEARTBEAT = 10.0
"""Time between signs of life [s]."""

RECHECK = 3.0
"""How often it is asked whether those who watch still may [s]."""

REST = 0.5
"""How long a store that is away is left alone [s]."""

AWAY = "the store is away: what is told meanwhile comes when it is back"

_LOG = logging.getLogger(__name__)


class Hub:
    """Everybody who watches at one worker.

    Args:
        database: The store.
        wake: Rings when something was committed.
    """

    def __init__(self, database: Database, wake: LiveWake) -> None:
        self._database, self._wake = database, wake
        self.follower = Follower(database)
        self._clients: dict[Client, None] = {}
        self._joins: list[Join] = []
        self._something = asyncio.Event()
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="live-hub")
        self._ending: Callable[[], None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._looked = monotonic()
        self.tally = Tally()
        self.strangers = Strangers()
        self.is_away = False
        self.began = datetime.now(UTC)

    @property
    def clients(self) -> int:
        """How many watch."""
        return len(self._clients)

    @property
    def open(self) -> int:
        """Sockets, those included that have not logged in yet."""
        return len(self._clients) + self.strangers.count

    @property
    def feeds(self) -> int:
        """How many different things are watched."""
        return len(self.follower.feeds)

    @property
    def lag(self) -> float:
        """How long ago the store was looked at last, where there was reason to [s]."""
        waits = self._something.is_set() or self.is_away
        return monotonic() - self._looked if waits else 0.0

    def of_user(self, user_id: int) -> int:
        """How many sockets somebody has, those of their keys included."""
        return sum(one.principal.user.id == user_id for one in self._clients)

    def enter(self, client: Client) -> None:
        """Take in somebody who came in."""
        self._clients[client] = None
        if not self._tasks:
            self._begin()

    def watch(self, client: Client, wish: Wish) -> None:
        """Let somebody see something, instead of what they saw before."""
        self.unwatch(client)
        client.wish = wish
        self._joins += [Join(client, wish, rig_id, wish.resume.get(rig_id)) for rig_id in wish.rigs]
        self._something.set()

    def unwatch(self, client: Client) -> None:
        """Let somebody see nothing for now."""
        client.leave()
        self._joins = [one for one in self._joins if one.client is not client]

    def leave(self, client: Client) -> None:
        """Forget somebody who is gone."""
        self.unwatch(client)
        client.outbox.discard()
        self._clients.pop(client, None)

    def roomy(self) -> None:
        """Note that a queue has room, where somebody waits for that."""
        if self._joins:
            self._something.set()

    async def close(self) -> None:
        """Say goodbye to everybody and stop."""
        clients = list(self._clients)
        for client in clients:
            client.outbox.close(1012, "the service restarts: come again")
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.gather(*(client.outbox.drained() for client in clients))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._ending is not None:
            await asyncio.to_thread(self._ending)
        self._reading.shutdown(wait=True)

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()

        def rung() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._something.set)

        self._ending = self._wake.listen(rung)
        self._tasks = [
            asyncio.create_task(self._follow(), name="live-hub"),
            asyncio.create_task(self._beat(), name="live-hub-heartbeat"),
            asyncio.create_task(self._recheck(), name="live-hub-recheck"),
        ]

    async def _follow(self) -> None:
        while True:
            await self._woken()
            self._something.clear()
            try:
                await self._step()
            except Exception:  # noqa: BLE001  logged; looked again
                # One look that fails for a reason nobody foresaw must not end all that follow.
                _LOG.exception("the live hub could not look at the store")
                await asyncio.sleep(REST)
                self._something.set()

    async def _woken(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.follower.wait()):
                await self._something.wait()

    async def _step(self) -> None:
        self.follower.forget()
        ready = [one for one in self._joins if one.client.outbox.has_room]
        self._joins = [one for one in self._joins if not one.client.outbox.has_room]
        if not ready and not self.follower.feeds:
            return
        loop = asyncio.get_running_loop()
        try:
            done = await loop.run_in_executor(self._reading, self.follower.step, ready)
        except Exception:
            # Nobody may wait for ever for what a look would have told that failed.
            self._send_away(one.client for one in ready)
            raise
        self._send_away(one.client for one in done.refused)
        for feed in done.failed:
            self._send_away(list(feed.members))
        self._joins = [one for one in done.waiting if one.stands] + self._joins
        for delivery in done.deliveries:
            self.deliver(delivery)
        for feed in done.begin_anew:
            self._joins += [
                Join(one, one.wish, feed.rig_id, NOWHERE)
                for one in feed.members
                if one.wish is not None
            ]
        if done.has_more or done.begin_anew:
            self._something.set()
        await self._note(done.error)

    def _send_away(self, clients: Iterable[Client]) -> None:
        """Say goodbye to those who cannot be told what they want to see: they may come again."""
        for client in clients:
            client.leave()
            client.outbox.close(1011, "this cannot be told: a fault of the service")

    def deliver(self, delivery: Delivery) -> None:
        """Hand messages to those for whom they are."""
        join = delivery.join
        if join is None:
            for message in delivery.messages:
                for client in delivery.feed.members:
                    client.outbox.put(message)
        elif join.stands and not join.client.outbox.has_room:
            # What they begin to watch beside it filled their queue: it is drawn anew once that
            # has room.
            self._joins.append(join)
        elif join.stands:
            for message in delivery.messages:
                join.client.outbox.put(message)
            delivery.feed.members[join.client] = None
            join.client.feeds.append(delivery.feed)

    async def _note(self, error: StoreError | None) -> None:
        """Tell everybody when the store goes away or comes back."""
        if error is None:
            self._looked = monotonic()
            if self.is_away:
                self.is_away = False
                self._tell(messages.control("status", state="ok", detail="the store is back"))
            return
        if not self.is_away:
            self.is_away = True
            _LOG.warning("the live hub waits for the store: %s", error)
            self._tell(messages.control("status", state="degraded", detail=AWAY))
        await asyncio.sleep(REST)
        self._something.set()

    def _tell(self, message: messages.Message) -> None:
        for client in self._clients:
            client.outbox.put(message)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            told = {"now": datetime.now(UTC), "lag": round(self.lag, 3)}
            self._tell(messages.control("heartbeat", **told))

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK)
            try:
                for found in await asyncio.to_thread(self._judged, list(self._clients)):
                    self._apply(found)
            except StoreError:
                continue
            except Exception:  # noqa: BLE001  logged; looked again
                # Who logged out must not stay because a look failed for a reason nobody foresaw.
                _LOG.exception("it could not be seen who may still watch")

    def _judged(self, clients: list[Client]) -> list[Judgement]:
        with self._database.session() as session:
            return judged(session, clients)

    def _apply(self, found: Judgement) -> None:
        if found.principal is not None:
            found.client.principal = found.principal
            return
        found.client.leave()
        found.client.outbox.close(found.code, found.reason)
