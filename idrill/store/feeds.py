"""How far senders of live readings were followed, so that one who comes back goes on there."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from idrill.store import rigs
from idrill.store.inserting import insert_absent
from idrill.store.orm import FeedPositionRow


def last_time(session: Session, rig_id: str, feed: str) -> datetime | None:
    """The instant up to which a feed was handed on; None if nothing was yet."""
    row = session.get(FeedPositionRow, (rig_id, feed), populate_existing=True)
    return None if row is None else row.last_time


def advance(session: Session, rig_id: str, feed: str, at: datetime) -> None:
    """Note that a feed was handed on up to an instant; it never goes back.

    Raises:
        NotFound: If there is no such rig.
    """
    rigs.lock(session, rig_id)
    now = datetime.now(UTC)
    new = {"rig_id": rig_id, "feed": feed, "last_time": at, "changed_at": now}
    insert_absent(session, FeedPositionRow, [new])
    row = session.get_one(FeedPositionRow, (rig_id, feed), populate_existing=True)
    if at > row.last_time:
        row.last_time, row.changed_at = at, now
    session.flush()
