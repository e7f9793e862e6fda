"""Who comes in: those who show the same secret at the same time are looked up together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from idrill_serving.doors import Principal

Look = Callable[[int], "Principal"]
"""Looks up a secret for so many who show it."""


@dataclass(slots=True)
class _Waiting:
    look: Look
    found: "asyncio.Future[Principal]"
    people: int = 0


class Lookups:
    """One look-up of a secret at a time; who comes meanwhile shares the next one.

    A look-up that began before somebody came says nothing of them: a logout may lie between.
    """

    def __init__(self) -> None:
        self._next: dict[str, _Waiting] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    async def find(self, secret: str, look: Look) -> "Principal":
        """Who holds a secret, as the store tells after this was called.

        Args:
            secret: What they show.
            look: Looks it up, on another thread.

        Raises:
            IDrillError: Why it is worth nothing, or cannot be looked up.
        """
        if secret not in self._next:
            self._next[secret] = _Waiting(look, asyncio.get_running_loop().create_future())
        waiting = self._next[secret]
        waiting.people += 1
        if secret not in self._running:
            self._running[secret] = asyncio.create_task(self._run(secret))
        return await asyncio.shield(waiting.found)

    async def _run(self, secret: str) -> None:
        while secret in self._next:
            waiting = self._next.pop(secret)
            try:
                waiting.found.set_result(await run_in_threadpool(waiting.look, waiting.people))
            except Exception as error:  # noqa: BLE001  whoever waits is told
                waiting.found.set_exception(error)
                # Whoever waited may be gone; that nobody hears of it is no fault.
                waiting.found.exception()
        del self._running[secret]
