"""Readings that could not be used as they were told: one row each, however often they come."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.readers.posted import RejectedReading
from idrill.readers.reading import Reason
from idrill.store.orm import LiveRejectionRow


def keep(session: Session, rig_id: str, sender: str, lost: Sequence[RejectedReading]) -> None:
    """Keep readings of a rig; one that is there already counts once more."""
    if not lost:
        return
    by_digest = {_digest(rig_id, one): one for one in lost}
    times = Counter(_digest(rig_id, one) for one in lost)
    about = {"rig_id": rig_id, "sender": sender, "received_at": datetime.now(UTC)}
    rows = [
        about | _told(one) | {"digest": key, "times": times[key]} for key, one in by_digest.items()
    ]
    dialect = session.get_bind().dialect.name
    new = (postgresql if dialect == "postgresql" else sqlite).insert(LiveRejectionRow)
    again = {"received_at": new.excluded.received_at, "detail": new.excluded.detail}
    counted = {"times": LiveRejectionRow.times + new.excluded.times}
    session.execute(
        new.on_conflict_do_update(index_elements=["digest"], set_=again | counted), rows
    )


def _told(one: RejectedReading) -> dict[str, object]:
    about: dict[str, object] = {"place": one.place, "reason": one.reason.value}
    return about | {"detail": one.detail, "sample": one.sample}


def _digest(rig_id: str, one: RejectedReading) -> str:
    """Of what a reading told and why it was refused, in hexadecimal."""
    # How late is too late hangs on when it was asked.
    detail = "" if one.reason is Reason.IN_THE_FUTURE else one.detail
    return sha256("\n".join((rig_id, one.reason.value, one.sample, detail)).encode()).hexdigest()
