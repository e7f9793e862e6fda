"""The bounded queue of one client: nobody's slowness is another one's."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from time import monotonic

from idrill_serving.live import messages
from idrill_serving.live.messages import Message
from idrill_serving.live.wire import Gone, Wire

CAP = 1 << 20
"""What waits for one client at most [bytes]."""

ROOM = CAP // 4
"""Below this there is room for another snapshot [bytes]."""

STALLED = 15.0
"""How long a client may take nothing while more comes for it [s]."""

GRACE = 5.0
"""How long it then has to take the goodbye [s]."""

SLOW = 4008


@dataclass(slots=True)
class Tally:
    """What the outboxes of a worker did together."""

    sent: int = 0
    dropped: int = 0
    """Messages that were taken out of a full queue."""
    replaced: int = 0
    """Messages that a newer one made superfluous before they were sent."""
    slow: int = 0
    """Clients that were let go because they took nothing."""
    waiting: int = 0
    """What waits in all queues [bytes]."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What was dropped of a rig since the client was told last."""

    messages: int
    rows: int
    first: Message
    last: Message


@dataclass(slots=True)
class _Queue:
    """Messages in order, and how large they are together."""

    waiting: OrderedDict[int, Message] = field(default_factory=OrderedDict)
    newest: dict[str, int] = field(default_factory=dict)
    """By rig, the message that makes older ones superfluous."""
    size: int = 0
    numbers: "count[int]" = field(default_factory=count)

    def append(self, message: Message) -> bool:
        """Add a message; whether that made one superfluous."""
        superfluous = self.newest.get(message.rig_id) if message.replaces else None
        if superfluous is not None:
            self.take(superfluous)
        number = next(self.numbers)
        self.waiting[number] = message
        self.size += message.size
        if message.replaces:
            self.newest[message.rig_id] = number
        return superfluous is not None

    def take(self, number: int) -> Message:
        """A message, which is in the queue no longer."""
        message = self.waiting.pop(number)
        self.size -= message.size
        if self.newest.get(message.rig_id) == number:
            del self.newest[message.rig_id]
        return message

    def oldest(self) -> int | None:
        """The number of the oldest message."""
        return next(iter(self.waiting), None)

    def droppable(self) -> int | None:
        """That of the oldest one that tells of a rig."""
        return next((one for one, told in self.waiting.items() if told.rig_id), None)


class Outbox:
    """What goes to one client: at once while it takes it, else from a queue of at most `CAP`.

    In a full queue the oldest readings are dropped, and the client is told which. One that takes
    nothing for `STALLED` is let go.

    Args:
        wire: To the client.
        tally: Of the worker.
        roomy: Is called when the queue has room again.
    """

    def __init__(self, wire: Wire, tally: Tally, roomy: Callable[[], None]) -> None:
        self._wire, self._tally, self._roomy = wire, tally, roomy
        self._queue = _Queue()
        self._lost: dict[str, Loss] = {}
        self._task: asyncio.Task[None] | None = None
        self._took = monotonic()
        self._goodbye: tuple[int, str] | None = None
        self._abort: asyncio.TimerHandle | None = None
        self.is_over = False

    @property
    def has_room(self) -> bool:
        """Whether a snapshot may be added."""
        return self._queue.size < ROOM

    @property
    def size(self) -> int:
        """What waits [bytes]."""
        return self._queue.size

    def put(self, message: Message) -> None:
        """Send a message now, or as soon as the client takes it."""
        if self.is_over or self._goodbye is not None:
            return
        try:
            if self._task is None and self._wire.send_now(message.frame):
                self._tally.sent += 1
            else:
                self._enqueue(message)
        except Gone:
            self._end()

    def close(self, code: int, reason: str) -> None:
        """Say goodbye instead of the readings that wait; who does not take it is cut off."""
        if self.is_over or self._goodbye is not None:
            return
        for number, message in list(self._queue.waiting.items()):
            if message.rig_id:
                self._tally.waiting -= self._queue.take(number).size
        self._lost.clear()
        self._goodbye = code, reason
        self._abort = asyncio.get_running_loop().call_later(GRACE, self._wire.abort)
        self._begin()

    async def drained(self) -> None:
        """Wait until nothing is under way any more."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def discard(self) -> None:
        """Forget everything: the client is gone."""
        self._end()
        if self._task is not None:
            self._task.cancel()

    def _enqueue(self, message: Message) -> None:
        before = self._queue.size
        self._tally.replaced += self._queue.append(message)
        while self._queue.size > CAP and (number := self._queue.droppable()) is not None:
            self._drop(self._queue.take(number))
        self._tally.waiting += self._queue.size - before
        if self._queue.size > CAP:
            self._tally.slow += 1
            self.close(SLOW, "slow: the answers were not taken")
            return
        if self._task is None:
            self._took = monotonic()
        elif monotonic() - self._took > STALLED:
            self._tally.slow += 1
            self.close(SLOW, "slow: nothing was taken for too long")
            return
        self._begin()

    def _drop(self, message: Message) -> None:
        self._tally.dropped += 1
        known = self._lost.get(message.rig_id)
        if known is None:
            self._lost[message.rig_id] = Loss(1, message.rows, message, message)
            return
        self._lost[message.rig_id] = replace(
            known, messages=known.messages + 1, rows=known.rows + message.rows, last=message
        )

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while (message := self._next()) is not None:
                await self._wire.send(message.text)
                self._tally.sent += 1
                self._took = monotonic()
                if self.has_room:
                    self._roomy()
            if self._goodbye is not None:
                await self._wire.close(*self._goodbye)
                self._end()
        except Gone:
            self._end()
        finally:
            self._task = None

    def _next(self) -> Message | None:
        """What is sent next: first what was dropped."""
        if self._lost:
            return _told(self._lost.pop(next(iter(self._lost))))
        number = self._queue.oldest()
        if number is None:
            return None
        message = self._queue.take(number)
        self._tally.waiting -= message.size
        return message

    def _forget(self) -> None:
        self._tally.waiting -= self._queue.size
        self._queue = _Queue()
        self._lost.clear()

    def _end(self) -> None:
        self._forget()
        self.is_over = True
        if self._abort is not None:
            self._abort.cancel()


def _told(loss: Loss) -> Message:
    """The message that says what was dropped, and where to go on from to have it after all."""
    first, last = loss.first.after, loss.last.position
    return messages.control(
        "gap",
        rig=loss.first.rig_id,
        dropped=loss.messages,
        rows=loss.rows,
        after=[first.revision, first.sequence],
        position=[last.revision, last.sequence],
    )
