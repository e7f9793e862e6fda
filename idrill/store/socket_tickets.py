"""Tickets: each lets whoever asked for it open one socket, at once, instead of a token."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from idrill.errors import NotAuthenticated
from idrill.store import api_keys, logins, users
from idrill.store.api_keys import ApiKey
from idrill.store.orm import SocketTicketRow
from idrill.store.secret_tokens import hashed, new_token
from idrill.store.users import User

LIFETIME = timedelta(seconds=30)
"""How long a ticket can be used."""

REFUSED = "this ticket was used, is too old, or its owner is no longer logged in: ask for another"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a ticket lets in: a person, or a machine with the key of one."""

    user: User
    login_id: str | None
    key: ApiKey | None


def issue(session: Session, holder: Holder) -> str:
    """A ticket; what is kept of it is its hash."""
    now, ticket = datetime.now(UTC), new_token()
    row, mine = SocketTicketRow, SocketTicketRow.user_id == holder.user.id
    session.execute(delete(row).where(mine, row.expires_at < now))
    key_id = holder.key.id if holder.key else None
    session.add(
        row(
            hash=hashed(ticket),
            user_id=holder.user.id,
            login_id=holder.login_id,
            key_id=key_id,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return ticket


def use(session: Session, ticket: str) -> Holder:
    """Whom a ticket lets in; it is used up.

    Raises:
        NotAuthenticated: If it is unknown, used, too old, or its owner is no longer let in.
    """
    row = SocketTicketRow
    taken = (
        delete(row)
        .where(row.hash == hashed(ticket))
        .returning(row.user_id, row.login_id, row.key_id, row.expires_at)
    )
    found = session.execute(taken, execution_options={"synchronize_session": False}).one_or_none()
    if found is None or found.expires_at < datetime.now(UTC):
        raise NotAuthenticated(REFUSED)
    if found.login_id is not None and logins.live(session, [found.login_id]):
        return Holder(users.get(session, found.user_id), found.login_id, None)
    if found.key_id is not None and (keys := api_keys.live(session, [found.key_id])):
        return Holder(users.get(session, found.user_id), None, keys[found.key_id])
    raise NotAuthenticated(REFUSED)
