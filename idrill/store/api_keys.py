"""Keys with which machines come in, each in the name of a person and with some of their rights."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from idrill.access import Permission, Role, Tier, may
from idrill.errors import AccessDenied, InvalidAccount, NotAuthenticated, NotFound
from idrill.store import users
from idrill.store.orm import ApiKeyRow, UserRow
from idrill.store.secret_tokens import hashed, new_token
from idrill.store.users import User

PREFIX = "idk_"
"""What every key begins with, so that one that leaked is found."""

LONGEST = timedelta(days=366)
"""How long a key lasts at most."""

MOST = 50
"""How many keys a person may hold that are neither revoked nor expired."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its secret."""

    id: int
    user_id: int
    name: str
    scopes: frozenset[Permission]
    tier: Tier
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    uses: int


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is made from."""

    name: str
    scopes: frozenset[Permission]
    tier: Tier
    lifetime: timedelta


def create(session: Session, owner: User, new: NewKey) -> tuple[ApiKey, str]:
    """Make a key.

    Returns:
        The key, and its secret, which is kept nowhere.

    Raises:
        AccessDenied: If it would be given what its owner may not, or a tier that an admin gives.
        InvalidAccount: If it has no name or no scope, lasts too long, or is one too many.
    """
    _check(session, owner, new)
    secret, now = PREFIX + new_token(), datetime.now(UTC)
    row = ApiKeyRow(
        user_id=owner.id,
        name=new.name.strip(),
        hash=hashed(secret),
        scopes=" ".join(sorted(new.scopes)),
        tier=new.tier.value,
        created_at=now,
        expires_at=now + new.lifetime,
        uses=0,
    )
    session.add(row)
    session.flush()
    return _key(row), secret


def use(session: Session, secret: str, times: int = 1) -> tuple[ApiKey, User]:
    """The key and its owner; the uses are counted.

    Args:
        session: Of the store.
        secret: The key.
        times: How often it was shown.

    Raises:
        NotAuthenticated: If the key is unknown, revoked or expired, or its owner disabled.
    """
    now = datetime.now(UTC)
    mark = (
        update(ApiKeyRow)
        .where(ApiKeyRow.hash == hashed(secret), ApiKeyRow.revoked_at.is_(None))
        .where(ApiKeyRow.expires_at > now)
        .where(ApiKeyRow.user_id.in_(select(UserRow.id).where(UserRow.active)))
        .values(uses=ApiKeyRow.uses + times, last_used_at=now)
        .returning(ApiKeyRow.id)
    )
    key_id = session.scalar(mark, execution_options={"synchronize_session": False})
    if key_id is None:
        raise NotAuthenticated("this key is unknown, revoked or expired: make another")
    key = get(session, key_id)
    return key, users.get(session, key.user_id)


def get(session: Session, key_id: int) -> ApiKey:
    """The key with this number.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(ApiKeyRow, key_id, populate_existing=True)
    if row is None:
        raise NotFound(f"no key has the number {key_id}")
    return _key(row)


def live(session: Session, key_ids: Collection[int]) -> dict[int, ApiKey]:
    """Those of some keys that can be used, by number; that is no use of them."""
    query = select(ApiKeyRow).where(
        ApiKeyRow.id.in_(key_ids),
        ApiKeyRow.revoked_at.is_(None),
        ApiKeyRow.expires_at > datetime.now(UTC),
        ApiKeyRow.user_id.in_(select(UserRow.id).where(UserRow.active)),
    )
    return {row.id: _key(row) for row in session.scalars(query)}


def of_user(session: Session, user_id: int) -> list[ApiKey]:
    """The keys of a person, revoked ones included, by number."""
    query = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id).order_by(ApiKeyRow.id)
    return [_key(row) for row in session.scalars(query)]


def revoke(session: Session, key_id: int) -> ApiKey:
    """End a key for good; again changes nothing.

    Raises:
        NotFound: If there is none.
    """
    session.execute(
        update(ApiKeyRow)
        .where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
    )
    return get(session, key_id)


def _check(session: Session, owner: User, new: NewKey) -> None:
    if not new.name.strip() or not new.scopes:
        raise InvalidAccount("a key has a name and one scope at least")
    if not timedelta(0) < new.lifetime <= LONGEST:
        raise InvalidAccount(f"a key lasts from 1 to {LONGEST.days} days")
    denied = _denied(owner.role, new.scopes)
    if denied:
        raise AccessDenied(
            f"the role {owner.role} cannot give what it may not: {', '.join(denied)}"
        )
    if new.tier is Tier.BULK and owner.role is not Role.ADMIN:
        raise AccessDenied("a key of the tier bulk is made by an admin")
    now = datetime.now(UTC)
    valid = (ApiKeyRow.revoked_at.is_(None)) & (ApiKeyRow.expires_at > now)
    mine = select(func.count()).where(ApiKeyRow.user_id == owner.id, valid)
    if (session.scalar(mine) or 0) >= MOST:
        raise InvalidAccount(f"nobody holds more than {MOST} keys: revoke one")


def _denied(role: Role, scopes: Iterable[Permission]) -> list[str]:
    return sorted(one.value for one in scopes if not may(role, one))


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        scopes=frozenset(Permission(one) for one in row.scopes.split()),
        tier=Tier(row.tier),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        uses=row.uses,
    )
