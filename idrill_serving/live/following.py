"""What follows the store: reads what changed of the rigs that are watched, in one thread."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from idrill.errors import StoreError
from idrill.store import live_changes
from idrill.store.database import Database
from idrill.store.live_changes import Changes, Position
from idrill.store.live_readings import LiveRig
from idrill_serving.live.feeds import Feed
from idrill_serving.live.messages import Message
from idrill_serving.live.subscriptions import Subscription, Wish

if TYPE_CHECKING:
    from idrill_serving.live.clients import Client

PICTURES = 8
"""Snapshots that are read between two looks for what is new."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_LOG = logging.getLogger(__name__)

NOWHERE = Position(-1, -1)
"""A position that nothing can be gone on from."""


_Pictures = dict[tuple[object, ...], list[Message]]
"""Snapshots that were drawn in one look, by what is wanted."""


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody who begins to watch a rig, or goes on."""

    client: "Client"
    wish: Wish
    rig_id: str
    after: Position | None
    """From where they want to go on; None: they begin."""

    @property
    def stands(self) -> bool:
        """Whether that is still what they want."""
        return self.client.wish is self.wish


@dataclass(frozen=True, slots=True)
class Delivery:
    """Messages for the members of a feed, or for one who joins them by these."""

    feed: Feed
    messages: Sequence[Message]
    join: Join | None = None


@dataclass(slots=True)
class Step:
    """What a look at the store brought."""

    deliveries: list[Delivery] = field(default_factory=list)
    waiting: list[Join] = field(default_factory=list)
    """Those who are served by a later look."""
    begin_anew: list[Feed] = field(default_factory=list)
    """Feeds whose rig is not as far as it was: the store is another one."""
    failed: list[Feed] = field(default_factory=list)
    """Feeds whose members could not be told, for a reason that nobody foresaw."""
    refused: list[Join] = field(default_factory=list)
    """Those who could not join, for such a reason."""
    has_more: bool = False
    error: StoreError | None = None


class Follower:
    """Reads what the feeds of a worker tell; used by one thread at a time.

    Args:
        database: The store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._positions: dict[str, Position] = {}
        self.feeds: dict[tuple[str, Subscription], Feed] = {}

    def forget(self) -> None:
        """Let go of the feeds that nobody sees any more."""
        self.feeds = {key: feed for key, feed in self.feeds.items() if feed.members}
        followed = {rig_id for rig_id, _ in self.feeds}
        self._positions = {one: at for one, at in self._positions.items() if one in followed}

    def wait(self) -> float | None:
        """How long until some feed has to tell what it gathered [s]; None if none has."""
        waits = (feed.wait() for feed in self.feeds.values())
        return min((one for one in waits if one is not None), default=None)

    def step(self, joins: Sequence[Join]) -> Step:
        """Look at the store once: what is new for each feed, then those who join."""
        done = Step()
        try:
            with self._database.session() as session:
                self._look(session, joins, done)
                self._tell(session, done)
                self._join(session, joins, done)
        except StoreError as error:
            served = {id(one.join) for one in done.deliveries} | {id(one) for one in done.refused}
            done.waiting = [one for one in joins if id(one) not in served]
            done.error = error
        return done

    def _look(self, session: Session, joins: Iterable[Join], done: Step) -> None:
        wanted = {*self._positions, *(one.rig_id for one in joins)}
        for rig_id, (rig, now) in live_changes.standing(session, wanted).items():
            known = self._positions.setdefault(rig_id, now)
            if now == known:
                continue
            if not now.covers(known):
                self._positions[rig_id] = now
                done.begin_anew += self._lost(rig_id)
                continue
            changes = live_changes.since(session, rig, known, now)
            self._positions[rig_id] = changes.position
            done.has_more |= not changes.position.covers(now)
            for feed in self._of(rig_id):
                feed.take(changes)

    def _lost(self, rig_id: str) -> list[Feed]:
        lost = self._of(rig_id)
        for feed in lost:
            del self.feeds[rig_id, feed.wanted]
        return lost

    def _tell(self, session: Session, done: Step) -> None:
        for feed in list(self.feeds.values()):
            if feed.wait() != 0.0:
                continue
            try:
                self._flush(session, feed, done)
            except (StoreError, SQLAlchemyError):
                raise
            except Exception:  # noqa: BLE001  logged; its members are sent away
                # One feed at fault must not keep the others waiting.
                _LOG.exception("%s cannot be told to those who watch it", feed.rig_id)
                del self.feeds[feed.rig_id, feed.wanted]
                done.failed.append(feed)

    def _flush(self, session: Session, feed: Feed, done: Step) -> None:
        if made := feed.made(session):
            done.deliveries.append(Delivery(feed, made))

    def _join(self, session: Session, joins: Sequence[Join], done: Step) -> None:
        pictures: _Pictures = {}
        for number, one in enumerate(joins):
            if len(pictures) >= PICTURES:
                done.waiting, done.has_more = list(joins[number:]), True
                return
            try:
                self._draw(session, one, pictures, done)
            except (StoreError, SQLAlchemyError):
                raise
            except Exception:  # noqa: BLE001  logged; they are sent away
                _LOG.exception("%s cannot be shown to somebody", one.rig_id)
                done.refused.append(one)

    def _draw(self, session: Session, one: Join, pictures: _Pictures, done: Step) -> None:
        """Tell somebody who joins what they missed, or how everything is."""
        feed = self._feed(session, one)
        if one.after is not None and not feed.position.covers(one.after):
            self._flush(session, feed, done)
        told = self._missed(session, feed, one)
        if told is None:
            recovered = None if one.after is None else False
            key = one.rig_id, one.wish.subscription, one.wish.history, recovered
            if key not in pictures:
                drawn = self._drawn(session, feed, one.wish.history)
                pictures[key] = feed.picture(session, drawn, recovered=recovered)
            told = pictures[key]
        done.deliveries.append(Delivery(feed, told, one))

    def _feed(self, session: Session, join: Join) -> Feed:
        wanted = join.wish.subscription
        key = join.rig_id, wanted
        known = self.feeds.get(key)
        if known is not None:
            return known
        at = self._positions[join.rig_id]
        self.feeds[key] = feed = Feed(join.rig_id, wanted, at, at)
        if feed.is_latest:
            feed.learn(self._drawn(session, feed, join.wish.history))
        return feed

    def _missed(self, session: Session, feed: Feed, join: Join) -> list[Message] | None:
        """What was told since somebody was there last; None if that cannot be told whole."""
        after, at = join.after, feed.position
        if after is None or not at.covers(after):
            return None
        missed = live_changes.since(session, rig_of(session, join.rig_id), after, at)
        if not missed.position.covers(at):
            return None
        # Asked once it was read: what is pruned meanwhile must not be missing unnoticed.
        if not live_changes.can_go_on(session, join.rig_id, after):
            return None
        told = replace(missed, rows=missed.rows.until(at.revision), position=at)
        return feed.recovered(session, told)

    def _drawn(self, session: Session, feed: Feed, history: timedelta) -> Changes:
        rig = rig_of(session, feed.rig_id)
        if rig.last_time is None:
            # There are no readings; a join at the beginning of time has no rows either.
            return live_changes.picture(session, rig, feed.position, _NEVER)
        return live_changes.picture(session, rig, feed.position, rig.last_time - history)

    def _of(self, rig_id: str) -> list[Feed]:
        return [feed for feed in self.feeds.values() if feed.rig_id == rig_id]


def rig_of(session: Session, rig_id: str) -> LiveRig:
    """A rig, as it is now."""
    return live_changes.standing(session, [rig_id])[rig_id][0]
