"""Messages of a broker that told no readings: kept with the reason until somebody replays them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.store.orm import DeadLetterRow


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be used as it came."""

    id: int
    first_at: datetime
    last_at: datetime
    times: int
    backend: str
    reason: str
    body: bytes
    replayed_at: datetime | None


def keep(session: Session, body: bytes, *, backend: str, reason: str) -> None:
    """Keep a message; one that is there already counts once more."""
    now = datetime.now(UTC)
    dialect = session.get_bind().dialect.name
    new = (postgresql if dialect == "postgresql" else sqlite).insert(DeadLetterRow)
    told = {"last_at": now, "backend": backend, "reason": reason, "replayed_at": None}
    statement = new.values(
        digest=sha256(body).hexdigest(), first_at=now, times=1, body=body, **told
    ).on_conflict_do_update(
        index_elements=["digest"], set_={"times": DeadLetterRow.times + 1, **told}
    )
    session.execute(statement)


def waiting(session: Session, *, limit: int) -> list[DeadLetter]:
    """Those that nobody replayed, oldest first."""
    query = select(DeadLetterRow).where(DeadLetterRow.replayed_at.is_(None))
    return [_of(row) for row in session.scalars(query.order_by(DeadLetterRow.id).limit(limit))]


def count_waiting(session: Session) -> int:
    """How many nobody replayed."""
    query = select(func.count()).where(DeadLetterRow.replayed_at.is_(None))
    return session.scalar(query) or 0


def get(session: Session, number: int) -> DeadLetter:
    """The one of a number.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(DeadLetterRow, number)
    if row is None:
        raise NotFound(f"there is no dead letter {number}")
    return _of(row)


def settle(session: Session, number: int) -> None:
    """Enter that what a message tells is committed after all."""
    done = update(DeadLetterRow).where(DeadLetterRow.id == number)
    session.execute(done.values(replayed_at=datetime.now(UTC)))


def fail(session: Session, number: int, reason: str) -> None:
    """Enter why a message still cannot be used."""
    session.execute(update(DeadLetterRow).where(DeadLetterRow.id == number).values(reason=reason))


def prune(session: Session, before: datetime) -> int:
    """Forget messages that came last before an instant, replayed or not, and count them."""
    old = delete(DeadLetterRow).where(DeadLetterRow.last_at < before)
    return session.connection().execute(old).rowcount


def _of(row: DeadLetterRow) -> DeadLetter:
    return DeadLetter(
        row.id,
        row.first_at,
        row.last_at,
        row.times,
        row.backend,
        row.reason,
        row.body,
        row.replayed_at,
    )
