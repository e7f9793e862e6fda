"""Tokens that do one thing once: reset a password, or accept an invitation."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from idrill.access import Role
from idrill.errors import NotAuthenticated
from idrill.store.orm import OneTimeTokenRow
from idrill.store.secret_tokens import hashed, new_token


class Purpose(StrEnum):
    """What a token does."""

    PASSWORD_RESET = "password_reset"  # noqa: S105  no password
    INVITATION = "invitation"


LIFETIME = {Purpose.PASSWORD_RESET: timedelta(hours=1), Purpose.INVITATION: timedelta(days=7)}
"""How long a token can be used."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody is invited to be."""

    email: str
    role: Role
    rigs: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; it is shown now and never again."""

    token: str
    expires_at: datetime


def issue_reset(session: Session, email: str, *, by: str) -> Issued:
    """A token that lets somebody set a password; those issued before are worth nothing now."""
    return _issue(session, Purpose.PASSWORD_RESET, email, {}, by)


def invite(session: Session, invitation: Invitation, *, by: str) -> Issued:
    """A token that lets somebody make an account; those issued before are worth nothing now."""
    rigs = None if invitation.rigs is None else list(invitation.rigs)
    details: dict[str, object] = {"role": invitation.role.value, "rigs": rigs}
    return _issue(session, Purpose.INVITATION, invitation.email, details, by)


def use_reset(session: Session, token: str) -> str:
    """The email of the account whose password the token resets; the token is used up.

    Raises:
        NotAuthenticated: If the token is unknown, was used, or is too old.
    """
    return _use(session, Purpose.PASSWORD_RESET, token).email


def use_invitation(session: Session, token: str) -> Invitation:
    """What the token invites to; the token is used up.

    Raises:
        NotAuthenticated: If the token is unknown, was used, or is too old.
    """
    row = _use(session, Purpose.INVITATION, token)
    rigs = row.details["rigs"]
    seen = tuple(str(one) for one in rigs) if isinstance(rigs, list) else None
    return Invitation(row.email, Role(str(row.details["role"])), seen)


def _issue(
    session: Session, purpose: Purpose, email: str, details: dict[str, object], by: str
) -> Issued:
    now, token = datetime.now(UTC), new_token()
    same = (OneTimeTokenRow.purpose == purpose.value) & (OneTimeTokenRow.email == email)
    session.execute(delete(OneTimeTokenRow).where(same))
    issued = Issued(token, now + LIFETIME[purpose])
    session.add(
        OneTimeTokenRow(
            hash=hashed(token),
            purpose=purpose.value,
            email=email,
            details=details,
            by=by,
            issued_at=now,
            expires_at=issued.expires_at,
        )
    )
    session.flush()
    return issued


def _use(session: Session, purpose: Purpose, token: str) -> OneTimeTokenRow:
    now = datetime.now(UTC)
    mark = (
        update(OneTimeTokenRow)
        .where(OneTimeTokenRow.hash == hashed(token), OneTimeTokenRow.purpose == purpose.value)
        .where(OneTimeTokenRow.used_at.is_(None), OneTimeTokenRow.expires_at > now)
        .values(used_at=now)
        .returning(OneTimeTokenRow.hash)
    )
    found = session.scalar(mark, execution_options={"synchronize_session": False})
    if found is None:
        raise NotAuthenticated("this link was used or is too old: ask for another")
    return session.get_one(OneTimeTokenRow, found, populate_existing=True)
