"""What many messages tell of one rig at about the same time, committed as one batch."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import polars as pl

from idrill.readers.posted import Period, Posted
from idrill.store.live_intake import Batch, Committed
from idrill.streams.messages import Draft, Told, posted_together

SENDER = "stream"
"""Of readings whose message names nobody."""

_Waiting = list[tuple[Told | Draft, asyncio.Future[None]]]


class Gathering:
    """Commits what is told; what comes while a commit is under way waits for the next one.

    Args:
        submit: Begins to commit a batch.
        period: When a reading may have been made, asked for at each commit.
    """

    def __init__(
        self, submit: Callable[[Batch], Future[Committed]], period: Callable[[], Period]
    ) -> None:
        self._submit, self._period = submit, period
        self._waiting: _Waiting = []
        self._committing: asyncio.Task[None] | None = None

    async def commit(self, told: Told | Draft) -> None:
        """Wait until what a message tells is committed.

        Raises:
            IDrillError: Why it is not.
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((told, done))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        # What arrived together in this turn of the loop is heard before the first commit.
        await asyncio.sleep(0)
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            groups: dict[tuple[object, ...], _Waiting] = defaultdict(list)
            for told, done in waiting:
                groups[told.rig_id, told.origin, told.sender].append((told, done))
            await asyncio.gather(*map(self._commit, groups.values()))

    async def _commit(self, group: _Waiting) -> None:
        fault: Exception | None = None
        try:
            await asyncio.wrap_future(
                self._submit(merged([told for told, _ in group], self._period()))
            )
        except Exception as error:  # noqa: BLE001  whoever waits is told
            fault = error
        for _, done in group:
            if done.cancelled():
                continue
            if fault is None:
                done.set_result(None)
            else:
                done.set_exception(fault)


def merged(told: Sequence[Told | Draft], period: Period) -> Batch:
    """One batch of what several messages tell of one rig; each keeps the places of its readings."""
    first = told[0]
    posted = [one.posted for one in told if isinstance(one, Told)]
    if drafts := [one for one in told if isinstance(one, Draft)]:
        posted.append(posted_together(drafts, period))
    table = pl.concat([one.table for one in posted], how="diagonal")
    rejected = tuple(reading for one in posted for reading in one.rejected)
    return Batch(first.rig_id, first.origin, Posted(table, rejected), first.sender or SENDER)
