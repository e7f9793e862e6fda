"""Frames of WITS level 0 from a socket, as live readings of a rig.

Frames that arrive while a sink is asked wait for the next time, up to `HELD`; beyond that nothing
more is read, so that a slow sink slows the sender down.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from idrill.readers.wits0.frames import Frame
from idrill.readers.wits0.items import Agreement, channel_values, number
from idrill.readers.wits0.reader import NO_TIME
from idrill.sources.sinks import Address, Sink, Told, kept

HELD = 1_000
"""Frames at most that wait for the sink."""

HEADER = frozenset({"01", "02", "03", "04", "05", "06"})
"""Items of every record that carry no measurement: well, section, record, sequence, instant."""


class Sender(Protocol):
    """Who sends frames."""

    def frames(self) -> AsyncGenerator[Frame, None]:
        """Every frame until it is told to stop."""


@dataclass(slots=True)
class Tally:
    """What a source took in since it was made."""

    frames: int = 0
    """That arrived, heartbeats included."""
    readings: int = 0
    """That a sink keeps."""
    unusable: int = 0
    """Frames that are broken or state no instant; kept as rejected readings."""
    heartbeats: int = 0
    """Frames without a measurement."""
    unknown: Counter[str] = field(default_factory=Counter)
    """How often each item came that feeds no channel, by record and item."""
    no_numbers: Counter[str] = field(default_factory=Counter)
    """How often the value of an item that feeds a channel was no number."""
    last_time: datetime | None = None
    """Of the newest reading that is kept."""
    fault: str | None = None
    """Why readings wait."""


class Wits0Source:
    """Turns the frames of a sender into readings of one rig.

    Args:
        sender: Who sends the frames.
        agreement: Units, clock and nulls, and which item is which channel.
        to: Whose readings they are.
        sink: Keeps them.
    """

    def __init__(self, sender: Sender, agreement: Agreement, to: Address, sink: Sink) -> None:
        self.tally = Tally()
        self._sender, self._agreement, self._to, self._sink = sender, agreement, to, sink
        self._waiting: list[tuple[Told, datetime | None]] = []
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._over = False

    async def run(self) -> None:
        """Take frames until the sender is told to stop; what was taken is kept then.

        Raises:
            NotFound: If there is no such rig.
            OriginRefused: If live readings do not belong to it.
            OSError: If the address cannot be listened on.
        """
        both = [asyncio.create_task(self._listen()), asyncio.create_task(self._keep())]
        try:
            await asyncio.gather(*both)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _listen(self) -> None:
        try:
            async with aclosing(self._sender.frames()) as frames:
                async for frame in frames:
                    self._take(frame)
                    await self._room.wait()
        finally:
            self._over = True
            self._arrived.set()

    def _take(self, frame: Frame) -> None:
        self.tally.frames += 1
        self._count(frame)
        values = channel_values(frame, self._agreement)
        if frame.fault is None and frame.time is not None and values:
            self._hold((frame.time.isoformat(), dict(values)), frame.time)
        elif frame.fault is None and not _measures(frame):
            self.tally.heartbeats += 1
        elif frame.fault is not None or frame.time is None:
            self.tally.unusable += 1
            reason = frame.fault or NO_TIME
            self._hold((f"WITS: {reason}", {"frame": frame.text[:200]}), None)

    def _hold(self, told: Told, at: datetime | None) -> None:
        self._waiting.append((told, at))
        self._arrived.set()
        if len(self._waiting) >= HELD:
            self._room.clear()

    def _count(self, frame: Frame) -> None:
        for code, text in frame.items.items():
            if code[2:] in HEADER:
                continue
            if self._agreement.channel(code) is None:
                self.tally.unknown[code] += 1
            elif text and number(text) is None:
                self.tally.no_numbers[code] += 1

    async def _keep(self) -> None:
        while not (self._over and not self._waiting):
            await self._arrived.wait()
            self._arrived.clear()
            taken, self._waiting = self._waiting, []
            self._room.set()
            if taken:
                await self._kept(taken)
            if self._over:
                self._arrived.set()

    async def _kept(self, taken: list[tuple[Told, datetime | None]]) -> None:
        rows = [told for told, _ in taken]
        await kept(partial(self._sink.put_rows, self._to, rows), self._note)
        self.tally.fault = None
        times = [at for _, at in taken if at is not None]
        self.tally.readings += len(times)
        newest = [*times, *filter(None, [self.tally.last_time])]
        self.tally.last_time = max(newest, default=None)

    def _note(self, fault: str) -> None:
        self.tally.fault = fault


def _measures(frame: Frame) -> bool:
    return any(code[2:] not in HEADER for code in frame.items)
