"""How long somebody waits who failed to log in: longer each time, and never for ever.

Counted are failures for an account from one address, and for an account from anywhere, whether the
account exists or not. An address from which the account's owner has logged in before stands beside
the count from anywhere, so that strangers who guess cannot keep the owner out.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.store.orm import LoginFailuresRow

FORGOTTEN = timedelta(hours=1)
"""After so long without a failure the count begins anew."""

KNOWN = timedelta(days=90)
"""How long an address is remembered from which an account was used."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """From which failure on one waits, and how long at most."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after the last of so many failures.

        Example:
            >>> [Backoff(5, timedelta(seconds=9)).wait(n).seconds for n in (4, 5, 7, 50)]
            [0, 1, 4, 9]
        """
        if failures < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2.0 ** min(failures - self.free, 30)), self.longest)


FROM_ADDRESS = Backoff(5, timedelta(minutes=15))
FROM_ANYWHERE = Backoff(50, timedelta(minutes=1))


def wait(session: Session, email: str, address: str) -> timedelta:
    """How long somebody has to wait before the next try counts; zero if it counts now."""
    now = datetime.now(UTC)
    left = _left(session, _subject("pair", email, address), FROM_ADDRESS, now)
    if not _is_known(session, email, address, now):
        anywhere = _left(session, _subject("account", email), FROM_ANYWHERE, now)
        left = max(left, anywhere)
    return max(left, timedelta(0))


def failed(session: Session, email: str, address: str) -> None:
    """Count a failure."""
    _count(session, _subject("pair", email, address), _subject("account", email))


def turned_away(session: Session, email: str, address: str) -> None:
    """Count a try that came too early: no failure, so that nobody's wait grows by it.

    It takes as long as counting a failure does.
    """
    _count(session, _subject("early pair", email, address), _subject("early account", email))


def succeeded(session: Session, email: str, address: str) -> None:
    """Forget the failures from this address, and know it again."""
    now = datetime.now(UTC)
    pair = _subject("pair", email, address)
    session.execute(delete(LoginFailuresRow).where(LoginFailuresRow.subject == pair))
    _add(session, _subject("known", email, address), now)


def _subject(kind: str, *parts: str) -> str:
    """What is counted, as a hash; the kind stays readable."""
    told = "\n".join(part.strip().lower() for part in parts)
    return f"{kind}:{hashlib.sha256(told.encode('utf-8', 'backslashreplace')).hexdigest()}"


def _count(session: Session, *subjects: str) -> None:
    now = datetime.now(UTC)
    _forget(session, now)
    for subject in subjects:
        _add(session, subject, now)


def _left(session: Session, subject: str, backoff: Backoff, now: datetime) -> timedelta:
    row = session.get(LoginFailuresRow, subject)
    if row is None or now - row.last_at > FORGOTTEN:
        return timedelta(0)
    return row.last_at + backoff.wait(row.failures) - now


def _is_known(session: Session, email: str, address: str, now: datetime) -> bool:
    row = session.get(LoginFailuresRow, _subject("known", email, address))
    return row is not None and now - row.last_at <= KNOWN


def _add(session: Session, subject: str, now: datetime) -> None:
    """Count one more; two requests at once count two."""
    values = {"subject": subject, "failures": 1, "last_at": now}
    again = {"failures": LoginFailuresRow.failures + 1, "last_at": now}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            postgresql.insert(LoginFailuresRow)
            .values(values)
            .on_conflict_do_update(index_elements=["subject"], set_=again)
        )
    else:
        session.execute(
            sqlite.insert(LoginFailuresRow)
            .values(values)
            .on_conflict_do_update(index_elements=["subject"], set_=again)
        )


def _forget(session: Session, now: datetime) -> None:
    """Drop the counts that are over; those that are not are not looked at, however many."""
    counts = ~LoginFailuresRow.subject.startswith("known:")
    old = select(LoginFailuresRow.subject).where(
        LoginFailuresRow.last_at < now - FORGOTTEN,
        counts | (LoginFailuresRow.last_at < now - KNOWN),
    )
    session.execute(
        delete(LoginFailuresRow).where(LoginFailuresRow.subject.in_(old)),
        execution_options={"synchronize_session": False},
    )
