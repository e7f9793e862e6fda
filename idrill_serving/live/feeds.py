"""What those who want the same of one rig are told: gathered, and made into messages once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from idrill.store import changed_rows
from idrill.store.live_changes import Changes, Position
from idrill.store.live_outlet import Verdict
from idrill_serving.live import buckets, messages
from idrill_serving.live.messages import Column, Message, Table
from idrill_serving.live.subscriptions import WIDTHS, Subscription

if TYPE_CHECKING:
    from idrill_serving.live.clients import Client


@dataclass(eq=False, slots=True)
class Feed:
    """One rig, seen in one way."""

    rig_id: str
    wanted: Subscription
    position: Position
    """Up to which its members know everything that they want to."""
    told: Position
    """Of the last message: they may have been told nothing since, for want of news."""
    members: "dict[Client, None]" = field(default_factory=dict)
    pending: list[Changes] = field(default_factory=list)
    """What they are told next."""
    due: float = 0.0
    """When they may be told next [s, monotonic]."""
    values: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    """The latest of each channel, where that is what is wanted."""
    verdict: Verdict | None = None

    @property
    def is_latest(self) -> bool:
        """Whether only the latest values are wanted."""
        return self.wanted.mode == "latest"

    def wait(self) -> float | None:
        """How long until its members are told [s]; None if there is nothing to tell."""
        return max(self.due - monotonic(), 0.0) if self.pending else None

    def take(self, changes: Changes) -> None:
        """Add what is told next."""
        self.pending.append(changes)

    def made(self, session: Session) -> list[Message]:
        """What the members are told now."""
        if not self.pending:
            return []
        changes = merged(self.pending)
        if changes.after != self.told:
            changes = replace(changes, after=self.told)
        made = self._made(session, changes)
        self.pending, self.position = [], changes.position
        if made:
            self.told = changes.position
            self.due = monotonic() + 1.0 / self.wanted.rate if self.wanted.rate else 0.0
        return made

    def learn(self, changes: Changes) -> bool:
        """Take over newer values; whether there were any."""
        told = False
        for name in messages.seen(self.wanted, changes.rows.columns):
            known = self.values.get(name)
            found = changes.rows.newest(name)
            if found and (known is None or (found != known and found[0] >= known[0])):
                self.values[name] = found
                told = True
        newest = max(changes.verdicts, key=lambda one: one.time, default=None)
        if newest and (self.verdict is None or newest.time >= self.verdict.time):
            self.verdict = newest
            told = told or self.wanted.quality
        return told

    def picture(
        self, session: Session, picture: Changes, *, recovered: bool | None
    ) -> list[Message]:
        """What somebody is told who begins to watch."""
        if self.is_latest:
            few = replace(picture, verdicts=())
            first = messages.snapshot(few, self.wanted, Table([], {}), recovered=recovered)
            return [*first, self._latest(picture)]
        changes, table = self._table(session, picture)
        return list(messages.snapshot(changes, self.wanted, table, recovered=recovered))

    def recovered(self, session: Session, changes: Changes) -> list[Message] | None:
        """What somebody missed who goes on; None if that is too much."""
        if self.is_latest:
            return None
        changes, table = self._table(session, changes)
        if table.height * table.width > 2 * messages.VALUES:
            return None
        return list(messages.batch(changes, self.wanted, table, recovered=True))

    def _made(self, session: Session, changes: Changes) -> list[Message]:
        if not self.is_latest:
            changes, table = self._table(session, changes)
            return list(messages.batch(changes, self.wanted, table))
        told = [self._latest(changes)] if self.learn(changes) else []
        few = replace(changes, verdicts=())
        return [*messages.batch(few, self.wanted, Table([], {})), *told]

    def _latest(self, changes: Changes) -> Message:
        at, verdict = changes.position, self.verdict
        return messages.latest(changes.rig, at, self.values, verdict, self.wanted)

    def _table(self, session: Session, changes: Changes) -> tuple[Changes, Table]:
        """Rows, or the buckets in which any of them are."""
        width = WIDTHS.get(self.wanted.resolution)
        if width is None:
            return changes, messages.rows_of(changes, self.wanted)
        starts = buckets.touched([changes], width)
        if not starts:
            return changes, Table([], {})
        table, verdicts = buckets.read(session, changes.rig, starts, width)
        names = messages.seen(self.wanted, table.columns)
        columns: dict[str, Column] = {
            name: table[name].struct.unnest().to_dict(as_series=False) for name in names
        }
        return replace(changes, verdicts=verdicts), Table(table["time"].to_list(), columns)


def merged(pending: Sequence[Changes]) -> Changes:
    """Changes that follow each other, as one; of a row that changed twice, how it is now."""
    first, last = pending[0], pending[-1]
    if len(pending) == 1:
        return first
    rows = changed_rows.merged([one.rows for one in pending])
    verdicts = {verdict.time: verdict for one in pending for verdict in one.verdicts}
    events = tuple(event for one in pending for event in one.events)
    return replace(
        last, after=first.after, rows=rows, verdicts=tuple(verdicts.values()), events=events
    )
