"""Keys of machines: with some of their owner's rights, for a time, counted, revocable."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from idrill.access import Permission, Role, Tier
from idrill.errors import AccessDenied, InvalidAccount, NotAuthenticated, NotFound
from idrill.store import api_keys, users
from idrill.store.api_keys import ApiKey, NewKey
from idrill.store.database import Database
from idrill.store.orm import ApiKeyRow
from idrill.store.users import Change, NewUser, User

READ = frozenset({Permission.READ_SENSOR_DATA})
MONTH = timedelta(days=30)


@pytest.fixture
def ada(database: Database) -> User:
    with database.session() as session:
        return users.create(session, NewUser("ada@rig.example", "", Role.VIEWER, "hash", ("R1",)))


def made(database: Database, owner: User, new: NewKey | None = None) -> tuple[ApiKey, str]:
    with database.session() as session:
        wanted = new or NewKey("logger", READ, Tier.STANDARD, MONTH)
        return api_keys.create(session, owner, wanted)


def use(database: Database, secret: str) -> tuple[ApiKey, User]:
    with database.session() as session:
        return api_keys.use(session, secret)


def test_a_key_comes_in_with_its_scopes_in_its_owners_name(database: Database, ada: User) -> None:
    key, secret = made(database, ada)

    found, owner = use(database, secret)

    assert (found.id, found.scopes, owner) == (key.id, READ, ada)


def test_each_use_is_counted(database: Database, ada: User) -> None:
    key, secret = made(database, ada)
    for _ in range(3):
        use(database, secret)

    with database.session() as session:
        found = api_keys.get(session, key.id)

    assert (key.uses, found.uses) == (0, 3)
    assert found.last_used_at is not None


def test_a_secret_is_kept_nowhere(database: Database, ada: User) -> None:
    _, secret = made(database, ada)

    with database.session() as session:
        kept = [str(vars(row)) for row in session.query(ApiKeyRow)]

    assert secret.startswith("idk_")
    assert secret not in "".join(kept)


def test_a_revoked_key_is_worth_nothing_and_can_be_revoked_again(
    database: Database, ada: User
) -> None:
    key, secret = made(database, ada)
    with database.session() as session:
        first = api_keys.revoke(session, key.id)
        again = api_keys.revoke(session, key.id)

    assert first.revoked_at == again.revoked_at
    with pytest.raises(NotAuthenticated):
        use(database, secret)


def test_an_expired_key_and_one_of_a_disabled_person_are_worth_nothing(
    database: Database, ada: User
) -> None:
    _, one = made(database, ada)
    with database.session() as session:
        session.execute(update(ApiKeyRow).values(expires_at=datetime.now(UTC) - MONTH))
    _, other = made(database, ada)
    with database.session() as session:
        users.change(session, ada.id, Change("", Role.VIEWER, (), active=False))

    for secret in (one, other, "idk_", "\ud800"):
        with pytest.raises(NotAuthenticated):
            use(database, secret)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewKey("k", frozenset({Permission.MANAGE_USER}), Tier.STANDARD, MONTH), "manage_user"),
        (NewKey("k", READ, Tier.BULK, MONTH), "admin"),
    ],
)
def test_nobody_gives_what_they_have_not(
    database: Database, ada: User, new: NewKey, why: str
) -> None:
    with pytest.raises(AccessDenied, match=why):
        made(database, ada, new)


@pytest.mark.parametrize(
    "new",
    [
        NewKey(" ", READ, Tier.STANDARD, MONTH),
        NewKey("k", frozenset(), Tier.STANDARD, MONTH),
        NewKey("k", READ, Tier.STANDARD, timedelta(0)),
        NewKey("k", READ, Tier.STANDARD, timedelta(days=3650)),
    ],
)
def test_a_key_without_name_scope_or_end_is_refused(
    database: Database, ada: User, new: NewKey
) -> None:
    with pytest.raises(InvalidAccount):
        made(database, ada, new)


def test_nobody_holds_keys_without_number(
    database: Database, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MOST", 2)
    made(database, ada)
    made(database, ada)

    with pytest.raises(InvalidAccount, match="2 keys"):
        made(database, ada)


def test_a_key_that_is_not_there_is_said_so(database: Database) -> None:
    with pytest.raises(NotFound, match="number 9"), database.session() as session:
        api_keys.revoke(session, 9)
