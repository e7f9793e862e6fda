"""Scoring of every rig that readings come in of: one process at a time does it per store.

Whoever holds the lock scores; the others stand by, and one of them goes on when the holder is gone.
A rig that cannot be scored is tried again later and keeps nobody else waiting.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from idrill.errors import IDrillError, LakeBusy
from idrill.registry.prognoses import Bench
from idrill.store import live_scoring
from idrill.store.live_wake import LiveWake
from idrill.store.locks import scoring_lock, this_process

if TYPE_CHECKING:
    from idrill_serving.live.rig_scoring import RigScoring

PACE = 1.0
"""Least time from one round to the next [s]; verdicts wait for what follows for longer anyway."""

SHARE = 3.0
"""Rounds that take long are so much further apart: many rows at once cost little more than one."""

LONGEST_PACE = 5.0
"""Most time from one round to the next, if a round does not itself take longer [s]."""

IDLE = 5.0
"""How long nothing is looked for where nobody rings [s]."""

STAND_BY = 1.0
"""Between attempts to get the lock, or to reach a store that is away [s]."""

LONGEST_STAND_BY = 10.0
"""The same, where the store went on being away [s]."""

SEEN = 10.0
"""How often the scorer says that it is at work [s]."""

LONGEST_PAUSE = 60.0
"""Most time until a rig that could not be scored is tried again [s]."""

LET_GO = 3600.0
"""What is held of a rig that nothing came of for so long is let go of; it is read anew then [s]."""

_LOG = logging.getLogger(__name__)


@dataclass
class _Turn:
    """A rig, and how it fares."""

    scoring: "RigScoring"
    failed: int = 0
    """Attempts in a row."""
    not_before: float = 0.0
    """When it is tried again [s]."""
    taken: float = 0.0
    """When it was last its turn [s]."""


class Scorer:
    """Scores in a thread of its own, while it is the one who does.

    Args:
        bench: Store, lake and the models that serve.
        wake: Rings when something was committed.
        follow: Looks for new champions; called at intervals.
        every: Those intervals [s].
    """

    def __init__(
        self, bench: Bench, wake: LiveWake, follow: Callable[[], object], every: float
    ) -> None:
        self._bench, self._wake, self._follow, self._every = bench, wake, follow, every
        self._rung, self._ending = Event(), Event()
        self._thread: Thread | None = None
        self._turns: dict[str, _Turn] = {}
        self._said = ""

    def start(self) -> None:
        """Begin, or stand by while another one scores."""
        self._thread = Thread(target=self._run, name="scorer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the step that is under way."""
        self._ending.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        pause = STAND_BY
        while not self._ending.is_set():
            try:
                with scoring_lock(self._bench.database):
                    self._work()
                pause = STAND_BY
            except LakeBusy:
                self._say(logging.INFO, "another process scores: this one stands by")
                pause = STAND_BY
            except IDrillError as fault:
                self._say(logging.ERROR, f"nothing can be scored: {fault}")
                pause = min(2 * pause, LONGEST_STAND_BY)
            except Exception:  # noqa: BLE001  logged; begun anew
                # A fault that nobody foresaw must not end all scoring while the process lives on.
                _LOG.exception("scoring begins anew")
            self._ending.wait(pause)

    def _say(self, level: int, words: str) -> None:
        """Log what is new."""
        if words != self._said:
            _LOG.log(level, "%s", words)
        self._said = words

    def _work(self) -> None:
        """Score until told to end, or another one turns out to score.

        Raises:
            IDrillError: If the store is away.
        """
        self._turns.clear()
        since, followed, seen = datetime.now(UTC), -self._every, -SEEN
        leave = self._wake.listen(self._rung.set)
        self._rung.set()
        try:
            while not self._ending.is_set():
                began = monotonic()
                if began - followed >= self._every:
                    followed = began
                    self._look_for_champions()
                if began - seen >= SEEN:
                    seen = began
                    self._let_go(began)
                    if not self._is_seen(since):
                        return
                    self._say(logging.INFO, "this process scores live readings")
                self._round()
                took = monotonic() - began
                self._ending.wait(max(min(max(PACE, SHARE * took), LONGEST_PACE) - took, 0.0))
                self._rung.wait(IDLE)
                self._rung.clear()
        finally:
            leave()

    def _look_for_champions(self) -> None:
        try:
            self._follow()
        except IDrillError as error:
            _LOG.warning("the ledger of models cannot be followed: %s", error)

    def _is_seen(self, since: datetime) -> bool:
        """Say that this process is at work; False if another one has begun to be."""
        from idrill.registry.foresight import serving

        models = serving(self._bench)
        note = "" if models else "no model serves, so no remaining life is foreseen"
        with self._bench.database.session() as session:
            return live_scoring.note_at_work(session, this_process(), since, note)

    def _round(self) -> None:
        """One step of each rig that waits.

        Raises:
            StoreError: If the store is away.
        """
        with self._bench.database.session() as session:
            waiting = live_scoring.behind(session)
        for rig_id in waiting:
            if self._ending.is_set():
                return
            turn = self._turn_of(rig_id)
            if monotonic() >= turn.not_before and self._step(rig_id, turn):
                # There may be more than one step takes.
                self._rung.set()

    def _let_go(self, now: float) -> None:
        """Forget rigs of which nothing came for long."""
        kept = {rig: one for rig, one in self._turns.items() if now - one.taken < LET_GO}
        self._turns = kept

    def _turn_of(self, rig_id: str) -> _Turn:
        # A worker that answers requests only need not hold what scoring takes.
        from idrill_serving.live.rig_scoring import RigScoring

        if rig_id not in self._turns:
            self._turns[rig_id] = _Turn(RigScoring(self._bench, rig_id))
        turn = self._turns[rig_id]
        turn.taken = monotonic()
        return turn

    def _step(self, rig_id: str, turn: _Turn) -> bool:
        """Whether a rig was scored; a fault is noted, and does not stop the others.

        Raises:
            StoreError: If it cannot be noted.
        """
        try:
            done = turn.scoring.step()
        except Exception as fault:  # noqa: BLE001  a bug met on one rig must not stop the others
            turn.failed += 1
            turn.not_before = monotonic() + min(2.0**turn.failed, LONGEST_PAUSE)
            known = isinstance(fault, IDrillError)
            detail = str(fault) if known else repr(fault)
            level = logging.ERROR if turn.failed == 1 else logging.DEBUG
            _LOG.log(level, "%s cannot be scored: %s", rig_id, detail, exc_info=not known)
            with self._bench.database.session() as session:
                live_scoring.note_fault(session, rig_id, detail)
            return False
        turn.failed = 0
        return done
