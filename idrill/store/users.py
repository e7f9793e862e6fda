"""People who may log in: who they are, what they may do, which rigs they see."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idrill.access import Role
from idrill.errors import AlreadyExists, IllegalMove, InvalidAccount, NotFound
from idrill.rigs import rig_id as checked_rig
from idrill.store import logins
from idrill.store.inserting import insert_absent
from idrill.store.orm import UserRigRow, UserRow

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[a-z0-9.-]{1,189}")


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in."""

    id: int
    email: str
    name: str
    role: Role
    rigs: tuple[str, ...] | None
    """The rigs that they see; None: every one."""
    active: bool
    created_at: datetime

    def sees(self, rig_id: str) -> bool:
        """Whether they may know of a rig."""
        return self.rigs is None or rig_id in self.rigs


@dataclass(frozen=True, slots=True)
class NewUser:
    """What an account is made from."""

    email: str
    name: str
    role: Role
    password_hash: str
    rigs: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an account."""

    name: str
    role: Role
    rigs: tuple[str, ...] | None
    active: bool


def email_of(text: str) -> str:
    """An email address as it is kept: in lower case.

    Raises:
        InvalidAccount: If it is none.

    Example:
        >>> email_of(" Ada@Rig.example ")
        'ada@rig.example'
    """
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise InvalidAccount("that is no email address: write it as name@host")
    return email


def create(session: Session, new: NewUser) -> User:
    """Make an account.

    Raises:
        InvalidAccount: If the email is none.
        InvalidName: If a rig cannot be called so.
        AlreadyExists: If there is an account with this email.
    """
    email = email_of(new.email)
    values = {
        "email": email,
        "name": new.name.strip() or email,
        "role": new.role.value,
        "every_rig": new.rigs is None,
        "active": True,
        "password_hash": new.password_hash,
        "created_at": datetime.now(UTC),
    }
    known = by_email(session, email) is not None
    if not known:
        insert_absent(session, UserRow, [values])
    row = session.scalars(select(UserRow).where(UserRow.email == email)).one()
    if known or row.password_hash != new.password_hash:
        raise AlreadyExists(f"there is an account of {email} already")
    _set_rigs(session, row.id, new.rigs)
    return get(session, row.id)


def get(session: Session, user_id: int) -> User:
    """The person with this number.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(UserRow, user_id, populate_existing=True)
    if row is None:
        raise NotFound(f"no user has the number {user_id}")
    return _user(session, row)


def by_email(session: Session, email: str) -> User | None:
    """The person with this email, if there is one."""
    query = select(UserRow).where(UserRow.email == email.strip().lower())
    row = session.scalars(query).one_or_none()
    return None if row is None else _user(session, row)


def named(session: Session, email: str) -> User:
    """The person with this email.

    Raises:
        NotFound: If there is none.
    """
    found = by_email(session, email)
    if found is None:
        raise NotFound(f"there is no account of {email}: idrill user list")
    return found


def listed(session: Session, *, after: int = 0, limit: int = 1000) -> list[User]:
    """People in the order of their numbers, those with a number above `after`."""
    query = select(UserRow).where(UserRow.id > after).order_by(UserRow.id).limit(limit)
    return [_user(session, row) for row in session.scalars(query)]


def change(session: Session, user_id: int, to: Change) -> User:
    """Change an account; whoever is no longer active is logged out.

    Raises:
        NotFound: If there is no such user.
        IllegalMove: If no active admin would be left.
        InvalidName: If a rig cannot be called so.
    """
    _lock(session, user_id)
    if not (to.active and to.role is Role.ADMIN):
        _require_another_admin(session, user_id)
    session.execute(
        update(UserRow)
        .where(UserRow.id == user_id)
        .values(
            name=to.name, role=to.role.value, every_rig=to.rigs is None, active=to.active
        )
    )  # fmt: skip
    _set_rigs(session, user_id, to.rigs)
    if not to.active:
        logins.end_all(session, user_id, by="the account was disabled")
    return get(session, user_id)


def password_hash(session: Session, user_id: int) -> str:
    """The hash of somebody's password.

    Raises:
        NotFound: If there is no such user.
    """
    get(session, user_id)
    return session.get_one(UserRow, user_id).password_hash


def set_password(session: Session, user_id: int, hashed: str) -> None:
    """Give somebody another password; all their logins end.

    Raises:
        NotFound: If there is no such user.
    """
    _lock(session, user_id)
    session.execute(update(UserRow).where(UserRow.id == user_id).values(password_hash=hashed))
    logins.end_all(session, user_id, by="the password was changed")


def _lock(session: Session, user_id: int) -> None:
    """Hold all accounts, so that of two last admins one stays; an update locks on either side."""
    session.execute(update(UserRow).where(UserRow.role == Role.ADMIN.value).values(id=UserRow.id))
    get(session, user_id)


def _require_another_admin(session: Session, user_id: int) -> None:
    admin = (UserRow.role == Role.ADMIN.value) & UserRow.active
    ids = set(session.scalars(select(UserRow.id).where(admin)))
    if ids == {user_id}:
        raise IllegalMove("this is the last active admin: make another one first")


def _set_rigs(session: Session, user_id: int, rigs: Sequence[str] | None) -> None:
    session.execute(delete(UserRigRow).where(UserRigRow.user_id == user_id))
    wanted = sorted({checked_rig(one) for one in rigs or ()})
    insert_absent(session, UserRigRow, [{"user_id": user_id, "rig_id": one} for one in wanted])


def _user(session: Session, row: UserRow) -> User:
    rigs = None
    if not row.every_rig:
        mine = select(UserRigRow.rig_id).where(UserRigRow.user_id == row.id)
        rigs = tuple(session.scalars(mine.order_by(UserRigRow.rig_id)))
    return User(row.id, row.email, row.name, Role(row.role), rigs, row.active, row.created_at)
