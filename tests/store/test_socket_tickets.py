"""A ticket opens one socket, at once, for who asked for it and is still logged in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from idrill.access import Permission, Role, Tier
from idrill.errors import NotAuthenticated
from idrill.store import api_keys, logins, socket_tickets, users
from idrill.store.api_keys import NewKey
from idrill.store.database import Database
from idrill.store.orm import SocketTicketRow
from idrill.store.socket_tickets import Holder
from idrill.store.users import NewUser, User


@pytest.fixture
def ada(database: Database) -> User:
    """A person."""
    with database.session() as session:
        return users.create(session, NewUser("ada@rig.example", "", Role.ENGINEER, "x", None))


def ticket_of(database: Database, ada: User) -> tuple[str, str]:
    """A ticket of a person who has just logged in, and the login."""
    with database.session() as session:
        login = logins.begin(session, ada.id)
        return socket_tickets.issue(session, Holder(ada, login.id, None)), login.id


def used(database: Database, ticket: str) -> Holder | None:
    """Whom a ticket lets in; None if nobody."""
    try:
        with database.session() as session:
            return socket_tickets.use(session, ticket)
    except NotAuthenticated:
        return None


def test_a_ticket_lets_in_who_asked_for_it_once(database: Database, ada: User) -> None:
    ticket, login_id = ticket_of(database, ada)

    first, second = used(database, ticket), used(database, ticket)

    assert first == Holder(ada, login_id, None)
    assert second is None


def test_of_many_who_use_a_ticket_at_once_one_comes_in(database: Database, ada: User) -> None:
    ticket, _ = ticket_of(database, ada)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: used(database, ticket), range(8)))

    assert sum(one is not None for one in found) == 1


def test_a_ticket_that_is_too_old_lets_nobody_in(database: Database, ada: User) -> None:
    ticket, _ = ticket_of(database, ada)
    with database.session() as session:
        session.execute(
            update(SocketTicketRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        )

    assert used(database, ticket) is None


def test_a_ticket_of_a_login_that_is_over_lets_nobody_in(database: Database, ada: User) -> None:
    ticket, login_id = ticket_of(database, ada)
    with database.session() as session:
        logins.end(session, login_id, by="logout")

    assert used(database, ticket) is None


def test_a_ticket_of_a_machine_is_worth_nothing_once_its_key_is_revoked(
    database: Database, ada: User
) -> None:
    new = NewKey("m", frozenset({Permission.READ_SENSOR_DATA}), Tier.STANDARD, timedelta(days=1))
    with database.session() as session:
        key, _ = api_keys.create(session, ada, new)
        good, late = (socket_tickets.issue(session, Holder(ada, None, key)) for _ in range(2))

    first = used(database, good)
    with database.session() as session:
        api_keys.revoke(session, key.id)

    assert first == Holder(ada, None, key)
    assert used(database, late) is None
