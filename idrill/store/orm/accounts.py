"""Tables of who may come in: people, their logins, single-use tokens and keys of machines.

Secrets stand here as hashes only.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idrill.access import Role, Tier
from idrill.store.orm.columns import Key, Large, Row, one_of


class UserRow(Row):
    """A person who may log in."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", *Role), Index(None, "email", unique=True))

    id: Mapped[Key]
    email: Mapped[str]
    """In lower case."""
    name: Mapped[str]
    role: Mapped[str]
    every_rig: Mapped[bool]
    """Whether rigs count that are not in `user_rigs`."""
    active: Mapped[bool]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class UserRigRow(Row):
    """A rig that a person may see; it need not be known yet."""

    __tablename__ = "user_rigs"

    user_id: Mapped[Large] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    rig_id: Mapped[str] = mapped_column(primary_key=True)


class LoginRow(Row):
    """A login: the family of refresh tokens that came of one password."""

    __tablename__ = "logins"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[Large] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class RefreshTokenRow(Row):
    """A refresh token; once used it is kept, so that its reuse is seen."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "login_id"),)

    hash: Mapped[str] = mapped_column(primary_key=True)
    login_id: Mapped[str] = mapped_column(ForeignKey("logins.id", ondelete="CASCADE"))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OneTimeTokenRow(Row):
    """A token that does one thing once: reset a password, or accept an invitation."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        one_of("purpose", "password_reset", "invitation"),
        Index(None, "email"),
    )

    hash: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    email: Mapped[str]
    details: Mapped[dict[str, object]]
    """Of an invitation: the role and the rigs."""
    by: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SocketTicketRow(Row):
    """A ticket that opens one socket; used, it is gone."""

    __tablename__ = "socket_tickets"
    __table_args__ = (Index(None, "user_id"),)

    hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[Large] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    login_id: Mapped[str | None]
    """Of the person who asked for it."""
    key_id: Mapped[Large | None]
    """Of the machine that did."""
    expires_at: Mapped[datetime]


class LoginFailuresRow(Row):
    """How often logging in failed lately, for an account, for an account from an address."""

    __tablename__ = "login_failures"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"), Index(None, "last_at"))

    subject: Mapped[str] = mapped_column(primary_key=True)
    """Hash of what is counted, so that no address of a person stands here."""
    failures: Mapped[int]
    last_at: Mapped[datetime]


class ApiKeyRow(Row):
    """A key with which a machine comes in, in the name of a person."""

    __tablename__ = "api_keys"
    __table_args__ = (
        one_of("tier", *Tier),
        Index(None, "user_id"),
        Index(None, "hash", unique=True),
    )

    id: Mapped[Key]
    user_id: Mapped[Large] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    hash: Mapped[str]
    scopes: Mapped[str]
    """Names of permissions, separated by spaces."""
    tier: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    uses: Mapped[Large]
