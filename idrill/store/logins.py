"""Logins: families of refresh tokens, each used once; a token that comes back ends its family."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idrill.errors import NotAuthenticated, TokenReused
from idrill.store.database import Database
from idrill.store.orm import LoginRow, RefreshTokenRow, UserRow
from idrill.store.secret_tokens import hashed, new_token

LIFETIME = timedelta(days=14)
"""How long a login lasts at most; refreshing does not prolong it."""

REUSED = "a refresh token was used twice"

_OVER = "this login is over: log in again"


@dataclass(frozen=True, slots=True)
class Login:
    """What a person holds who has just logged in, or refreshed."""

    id: str
    user_id: int
    refresh_token: str
    expires_at: datetime


def begin(session: Session, user_id: int) -> Login:
    """Log a person in, whose password was checked."""
    now = datetime.now(UTC)
    login_id, expires_at = uuid4().hex, now + LIFETIME
    session.execute(
        delete(LoginRow).where(LoginRow.user_id == user_id, LoginRow.expires_at < now)
    )  # fmt: skip
    session.add(
        LoginRow(id=login_id, user_id=user_id, started_at=now, expires_at=expires_at)
    )  # fmt: skip
    session.flush()
    return _issue(session, LoginRow(id=login_id, user_id=user_id, expires_at=expires_at))


def refresh(database: Database, token: str) -> Login:
    """Take a refresh token for another.

    A token that was used before is in other hands too: its login ends, for whoever holds it.

    Raises:
        NotAuthenticated: If the token is unknown, or its login is over.
        TokenReused: If it was used before.
    """
    now, refusal = datetime.now(UTC), NotAuthenticated
    with database.session() as session:
        found = session.get(RefreshTokenRow, hashed(token))
        if found is not None:
            if _use(session, found.hash, now):
                login = _live(session, found.login_id, now)
                if login is not None:
                    return _issue(session, login)
            else:
                end(session, found.login_id, by=REUSED)
                refusal = TokenReused
    raise refusal(_OVER)


def end(session: Session, login_id: str, *, by: str) -> None:
    """End a login; its tokens are worth nothing from now on."""
    _end(session, LoginRow.id == login_id, by)


def end_all(session: Session, user_id: int, *, by: str) -> None:
    """End every login of a person."""
    _end(session, LoginRow.user_id == user_id, by)


def live_until(session: Session, login_id: str, user_id: int) -> datetime | None:
    """When a login of an active person runs out; None if it is over."""
    login = _live(session, login_id, datetime.now(UTC))
    return login.expires_at if login is not None and login.user_id == user_id else None


def live(session: Session, login_ids: Collection[str]) -> set[str]:
    """Those of some logins that go on."""
    query = (
        select(LoginRow.id)
        .join(UserRow, UserRow.id == LoginRow.user_id)
        .where(LoginRow.id.in_(login_ids), LoginRow.ended_at.is_(None))
        .where(LoginRow.expires_at > datetime.now(UTC), UserRow.active)
    )
    return set(session.scalars(query))


def _end(session: Session, which: object, by: str) -> None:
    now = datetime.now(UTC)
    session.execute(
        update(LoginRow)
        .where(which, LoginRow.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=now, ended_by=by)
    )


def _live(session: Session, login_id: str, now: datetime) -> LoginRow | None:
    query = (
        select(LoginRow)
        .join(UserRow, UserRow.id == LoginRow.user_id)
        .where(LoginRow.id == login_id, LoginRow.ended_at.is_(None), LoginRow.expires_at > now)
        .where(UserRow.active)
    )
    return session.scalars(query).one_or_none()


def _use(session: Session, token_hash: str, now: datetime) -> bool:
    """Mark a token as used; False if another request came first."""
    mark = (
        update(RefreshTokenRow)
        .where(RefreshTokenRow.hash == token_hash, RefreshTokenRow.used_at.is_(None))
        .values(used_at=now)
        .returning(RefreshTokenRow.hash)
    )
    options = {"synchronize_session": False}
    return session.scalar(mark, execution_options=options) is not None


def _issue(session: Session, login: LoginRow) -> Login:
    token = new_token()
    row = RefreshTokenRow(hash=hashed(token), login_id=login.id, issued_at=datetime.now(UTC))
    session.add(row)
    session.flush()
    return Login(login.id, login.user_id, token, login.expires_at)
