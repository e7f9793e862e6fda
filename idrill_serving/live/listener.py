"""Takes what a broker brings: it is kept, if only as a dead letter, before it is acknowledged."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from anyio import to_thread

from idrill.errors import (
    AccessDenied,
    InvalidMessage,
    InvalidName,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    OriginRefused,
    Overlap,
    StoreError,
    UnknownChannel,
)
from idrill.readers.posted import Period
from idrill.sources import controlling
from idrill.store import dead_letters
from idrill.store.database import Database
from idrill.store.live_writer import LiveWriter
from idrill.streams import control_messages, messages
from idrill.streams.messages import Draft, Told
from idrill_serving.live.gathering import Gathering

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Between attempts to reach a store that is away [s]."""

POISON = (InvalidMessage, UnknownChannel, InvalidRequest, NotFound, OriginRefused)
"""Faults of a message itself, which it has however often it comes."""

REFUSED = (*POISON, AccessDenied, NotAuthenticated, Overlap, InvalidName)
"""Faults of a control message itself."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a listener did since it was made."""

    committed: int = 0
    """Messages."""
    obeyed: int = 0
    """Control messages."""
    buried: int = 0
    """Messages that went to the dead letters."""
    waited: int = 0
    """Attempts that the store refused."""
    last_fault: str | None = None


class Listener:
    """Commits messages as they come, as many at once as its broker hands out.

    A store that is away is asked again until it answers; meanwhile nothing is acknowledged, so
    that a broker hands out no more.

    Args:
        database: The store.
        period: When a reading may have been made, asked for at each message.
        backend: The kind of broker that messages come through.
        secret: Of the service, which control messages are signed by; None: none is carried out.
    """

    def __init__(
        self,
        database: Database,
        period: Callable[[], Period],
        backend: str,
        secret: str | None = None,
    ) -> None:
        self._database, self._period, self._backend = database, period, backend
        self._writer = LiveWriter(database)
        self._gathering = Gathering(self._writer.submit, period)
        self._ending = asyncio.Event()
        self._secret = secret
        self._orders = 0
        self._turn = asyncio.Lock()
        self._carried_out = asyncio.Event()
        self._carried_out.set()
        self.taken = Taken()

    async def take(self, body: bytes) -> bool:
        """Whether what a message tells is safe; False only once the listener ends."""
        try:
            told = messages.draft(body) or messages.read(body, self._period())
        except POISON as fault:
            if control_messages.is_one(body):
                return await self._obey(body)
            return await self._until_kept(partial(self._bury, body, str(fault)))
        # Readings that come after an order, as of a rig that registers itself, wait for it.
        await self._carried_out.wait()
        return await self._until_kept(partial(self._commit, told, body))

    def end(self) -> None:
        """Stop waiting for a store that is away."""
        self._ending.set()

    def close(self) -> None:
        """Commit what waits, and stop."""
        self._writer.close()

    async def _until_kept(self, keep: Callable[[], Awaitable[None]]) -> bool:
        """Whether something was kept, however long the store is away."""
        pause = FIRST_PAUSE
        while not self._ending.is_set():
            try:
                await keep()
            except StoreError as fault:
                self._note(fault)
                await self._wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return True
        return False

    async def _commit(self, told: Told | Draft, body: bytes) -> None:
        try:
            await self._gathering.commit(told)
        except (NotFound, OriginRefused) as fault:
            await self._bury(body, str(fault))
        else:
            self.taken = replace(self.taken, committed=self.taken.committed + 1)

    async def _obey(self, body: bytes) -> bool:
        """Whether an order is carried out, or among the dead letters with the reason."""
        self._orders += 1
        self._carried_out.clear()
        try:
            async with self._turn:  # in the order in which they came
                return await self._until_kept(partial(self._carry_out, body))
        finally:
            self._orders -= 1
            if not self._orders:
                self._carried_out.set()

    async def _carry_out(self, body: bytes) -> None:
        try:
            done = await to_thread.run_sync(self._carried, body)
        except REFUSED as fault:
            await self._bury(body, str(fault))
        else:
            self.taken = replace(self.taken, obeyed=self.taken.obeyed + 1)
            _LOG.info("a control message was carried out: %s", done)

    def _carried(self, body: bytes) -> str:
        with self._database.session() as session:
            return controlling.carry_out(session, body, self._secret)

    async def _bury(self, body: bytes, reason: str) -> None:
        await to_thread.run_sync(self._keep_dead, body, reason)
        self.taken = replace(self.taken, buried=self.taken.buried + 1)
        _LOG.warning("a message went to the dead letters: %s", reason)

    def _keep_dead(self, body: bytes, reason: str) -> None:
        with self._database.session() as session:
            dead_letters.keep(session, body, backend=self._backend, reason=reason)

    def _note(self, fault: StoreError) -> None:
        if self.taken.last_fault != str(fault):
            _LOG.error("readings wait for the store: %s", fault)
        waited = self.taken.waited + 1
        self.taken = replace(self.taken, waited=waited, last_fault=str(fault))

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return
