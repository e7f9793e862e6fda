"""One writer for the readings that many tell at once: what waits together is committed together."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from queue import Empty, Full, Queue
from threading import Lock, Thread
from time import monotonic

from idrill.errors import IDrillError, NotFound, OriginRefused, StoreBusy, StoreError
from idrill.store import live_intake, live_wake
from idrill.store.database import Database
from idrill.store.live_intake import Batch, Committed
from idrill.store.live_wake import LiveWake

WAITING = 256
"""Batches that may wait; more are refused, so that nobody waits without end."""

TOGETHER = 64
"""Batches of one commit at most."""

FAULTS_OF_A_STORE = 2
"""Batches of one group in a row that the store refuses until the store is held to be at fault."""

MOST_WAITING = 64 << 20
"""What may wait at most [bytes]; a batch that is larger by itself may wait alone."""

PATIENCE = 30.0
"""How long a sender waits for the commit [s]."""

STALLED = 5.0
"""How long a commit may take until nobody else is let in to wait for the next one [s]."""

_WAIT = "too many readings wait to be committed: send them again"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a writer did since it was made."""

    commits: int = 0
    batches: int = 0
    readings: int = 0
    last_commit: datetime | None = None
    last_fault: str | None = None
    """Why the store could not keep a batch last."""
    last_fault_at: datetime | None = None
    is_failing: bool = False
    """Whether that was the last batch."""


class WriterState(StrEnum):
    """Whether a writer commits."""

    IDLE = "idle"
    """It starts with the first batch."""
    RUNNING = "running"
    ENDED = "ended"
    """Its thread died; the next batch starts another one."""


@dataclass(frozen=True)
class _Order:
    batch: Batch
    done: Future[Committed] = field(default_factory=Future)

    @property
    def size(self) -> int:
        """Of its readings [bytes]."""
        return int(self.batch.posted.table.estimated_size())


class LiveWriter:
    """Commits batches in groups, from one thread; it starts with the first batch.

    Args:
        database: The store.
        wake: Is rung after each commit.
    """

    def __init__(self, database: Database, wake: LiveWake | None = None) -> None:
        self._database = database
        self._wake = wake or LiveWake(database)
        self._orders: Queue[_Order | None] = Queue(WAITING)
        self._starting = Lock()
        self._thread: Thread | None = None
        self._counting = Lock()
        self._held = 0
        self._began: float | None = None
        self.progress = Progress()

    @property
    def waiting(self) -> int:
        """How many batches wait to be committed."""
        return self._orders.qsize()

    @property
    def is_full(self) -> bool:
        """Whether a batch that came now would be refused."""
        return self._orders.full() or self._held >= MOST_WAITING or self.is_stalled

    @property
    def is_stalled(self) -> bool:
        """Whether the commit that is under way takes so long that the next one may not come."""
        began = self._began
        return began is not None and monotonic() - began > STALLED

    @property
    def state(self) -> WriterState:
        """Whether it commits."""
        thread = self._thread
        if thread is None:
            return WriterState.IDLE
        return WriterState.RUNNING if thread.is_alive() else WriterState.ENDED

    def write(self, batch: Batch) -> Committed:
        """What became of a batch, once it is committed.

        Raises:
            NotFound: If there is no such rig.
            OriginRefused: If readings of this origin do not belong to it.
            StoreBusy: If too many batches wait; nothing of this one is kept.
            StoreError: If the store is away; nothing of it is kept.
        """
        try:
            return self.submit(batch).result(PATIENCE)
        except TimeoutError:
            raise StoreBusy("the store took too long: it may hold them, send them again") from None

    def submit(self, batch: Batch) -> Future[Committed]:
        """What will have become of a batch once it is committed, for who does not wait here.

        Raises:
            StoreBusy: If too many batches wait; nothing of this one is kept.
        """
        order = _Order(batch)
        self._start()
        self._hold(order)
        try:
            self._orders.put_nowait(order)
        except Full:
            self._let_go(order)
            raise StoreBusy(_WAIT) from None
        return order.done

    def close(self) -> None:
        """Commit what waits, and stop."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._orders.put(None)
            thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="live-writer", daemon=True)
                self._thread.start()

    def _hold(self, order: _Order) -> None:
        """Count what an order adds to what waits.

        Raises:
            StoreBusy: If that is too much.
        """
        with self._counting:
            held = self._held + order.size
            if self.is_stalled or (self._held and held > MOST_WAITING):
                raise StoreBusy(_WAIT)
            self._held = held

    def _let_go(self, order: _Order) -> None:
        with self._counting:
            self._held -= order.size

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            group, ends = self._with_those_waiting(order)
            # Whoever gave up meanwhile was told so; from here on nobody can.
            taken = [one for one in group if one.done.set_running_or_notify_cancel()]
            try:
                if taken:
                    self._commit(taken)
            finally:
                self._began = None
                for one in group:
                    self._let_go(one)
            if ends:
                return

    def _with_those_waiting(self, first: _Order) -> tuple[list[_Order], bool]:
        """The orders of one commit, and whether they are the last."""
        group = [first]
        while len(group) < TOGETHER:
            try:
                order = self._orders.get_nowait()
            except Empty:
                break
            if order is None:
                return group, True
            group.append(order)
        return group, False

    def _commit(self, group: Sequence[_Order]) -> Exception | None:
        """Commit a group; if it cannot be kept, each by itself. What was wrong with the group."""
        self._began = monotonic()
        try:
            done = self._write(group)
        except Exception as error:  # noqa: BLE001  the thread lives on; whoever waits is told
            if len(group) > 1:
                self._commit_apart(group)
            else:
                self._fail(group[0], error)
            return error
        self._count(done)
        for order, committed in zip(group, done, strict=True):
            order.done.set_result(committed)
        self._wake.ring()
        return None

    def _commit_apart(self, group: Sequence[_Order]) -> None:
        """Commit each by itself: one at fault fails alone, a store at fault is asked twice."""
        faults: list[StoreError] = []
        for order in group:
            if len(faults) == FAULTS_OF_A_STORE:
                order.done.set_exception(faults[-1])
                continue
            error = self._commit([order])
            faults = [*faults, error] if isinstance(error, StoreError) else []

    def _fail(self, order: _Order, error: Exception) -> None:
        """Tell a sender; a fault of its own is told to nobody else."""
        told = error
        if not isinstance(error, IDrillError):
            told = StoreError(f"readings could not be kept: {error}")
        if not isinstance(told, NotFound | OriginRefused):
            self.progress = replace(
                self.progress,
                last_fault=str(told),
                last_fault_at=datetime.now(UTC),
                is_failing=True,
            )
        order.done.set_exception(told)

    def _count(self, done: Sequence[Committed]) -> None:
        so_far = self.progress
        self.progress = replace(
            so_far,
            commits=so_far.commits + 1,
            batches=so_far.batches + len(done),
            readings=so_far.readings + sum(one.rows for one in done),
            last_commit=datetime.now(UTC),
            is_failing=False,
        )

    def _write(self, group: Sequence[_Order]) -> list[Committed]:
        with self._database.session() as session:
            done = live_intake.write_group(session, [order.batch for order in group])
            live_wake.tell(session, self._wake.name)
        return done
