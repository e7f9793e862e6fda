"""Logins: each refresh token once, and one that comes back ends its family."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from sqlalchemy import update

from idrill.access import Role
from idrill.errors import NotAuthenticated
from idrill.store import login_throttle, logins, one_time_tokens, users
from idrill.store.database import Database
from idrill.store.one_time_tokens import Invitation
from idrill.store.orm import LoginFailuresRow, LoginRow, OneTimeTokenRow, RefreshTokenRow
from idrill.store.users import NewUser, User

PAST = datetime.now(UTC) - timedelta(days=400)


@pytest.fixture
def ada(database: Database) -> User:
    with database.session() as session:
        return users.create(session, NewUser("ada@rig.example", "", Role.VIEWER, "hash", None))


@pytest.fixture
def login(database: Database, ada: User) -> logins.Login:
    with database.session() as session:
        return logins.begin(session, ada.id)


def live(database: Database, login: logins.Login) -> bool:
    with database.session() as session:
        return logins.live_until(session, login.id, login.user_id) is not None


def test_a_token_is_taken_for_another_of_the_same_login(
    database: Database, login: logins.Login
) -> None:
    second = logins.refresh(database, login.refresh_token)

    assert second.refresh_token != login.refresh_token
    assert (second.id, second.expires_at) == (login.id, login.expires_at)
    assert live(database, login)


def test_a_token_used_twice_ends_the_login_for_whoever_holds_the_newest(
    database: Database, login: logins.Login
) -> None:
    second = logins.refresh(database, login.refresh_token)

    with pytest.raises(NotAuthenticated):
        logins.refresh(database, login.refresh_token)

    assert not live(database, login)
    with pytest.raises(NotAuthenticated):
        logins.refresh(database, second.refresh_token)


def test_of_two_requests_with_one_token_at_once_one_wins(
    database: Database, login: logins.Login
) -> None:
    def attempt(_: int) -> bool:
        try:
            logins.refresh(database, login.refresh_token)
        except NotAuthenticated:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(attempt, range(2)))

    assert sorted(won) == [False, True]
    assert not live(database, login)


def test_an_unknown_token_says_no_more_than_an_old_one(
    database: Database, login: logins.Login
) -> None:
    with database.session() as session:
        session.execute(update(LoginRow).values(expires_at=PAST))
    told = []
    for token in ("x", "\ud800", login.refresh_token):
        with pytest.raises(NotAuthenticated) as refusal:
            logins.refresh(database, token)
        told.append(str(refusal.value))

    assert len(set(told)) == 1
    assert not live(database, login)


def test_logging_out_ends_one_login_and_no_other(
    database: Database, ada: User, login: logins.Login
) -> None:
    with database.session() as session:
        other = logins.begin(session, ada.id)
        logins.end(session, login.id, by="logout")

    assert (live(database, login), live(database, other)) == (False, True)


def test_a_login_is_live_for_the_person_who_began_it(
    database: Database, login: logins.Login
) -> None:
    with database.session() as session:
        assert not logins.live_until(session, login.id, login.user_id + 1)


def test_tokens_are_kept_as_hashes(database: Database, login: logins.Login) -> None:
    with database.session() as session:
        kept = [row.hash for row in session.query(RefreshTokenRow)]

    assert login.refresh_token not in kept


def test_a_reset_token_works_once(database: Database) -> None:
    with database.session() as session:
        issued = one_time_tokens.issue_reset(session, "ada@rig.example", by="admin")

    with database.session() as session:
        assert one_time_tokens.use_reset(session, issued.token) == "ada@rig.example"
    with pytest.raises(NotAuthenticated), database.session() as session:
        one_time_tokens.use_reset(session, issued.token)


def test_a_newer_reset_token_makes_the_older_one_worthless(database: Database) -> None:
    with database.session() as session:
        first = one_time_tokens.issue_reset(session, "ada@rig.example", by="admin")
        one_time_tokens.issue_reset(session, "ada@rig.example", by="admin")

    with pytest.raises(NotAuthenticated), database.session() as session:
        one_time_tokens.use_reset(session, first.token)


def test_a_token_that_is_too_old_does_nothing(database: Database) -> None:
    with database.session() as session:
        issued = one_time_tokens.issue_reset(session, "ada@rig.example", by="admin")
        session.execute(update(OneTimeTokenRow).values(expires_at=PAST))

    with pytest.raises(NotAuthenticated, match="too old"), database.session() as session:
        one_time_tokens.use_reset(session, issued.token)


@pytest.mark.parametrize("rigs", [None, (), ("R1", "R2")])
def test_an_invitation_says_what_it_was_for(
    database: Database, rigs: tuple[str, ...] | None
) -> None:
    wanted = Invitation("bo@rig.example", Role.ENGINEER, rigs)
    with database.session() as session:
        issued = one_time_tokens.invite(session, wanted, by="admin")

    with database.session() as session:
        assert one_time_tokens.use_invitation(session, issued.token) == wanted


def test_an_invitation_resets_no_password(database: Database) -> None:
    with database.session() as session:
        wanted = Invitation("ada@rig.example", Role.VIEWER, None)
        issued = one_time_tokens.invite(session, wanted, by="admin")

    with pytest.raises(NotAuthenticated), database.session() as session:
        one_time_tokens.use_reset(session, issued.token)


@pytest.fixture
def throttled(database: Database) -> Database:
    """A store where ada's account was guessed at from one address too often."""
    with database.session() as session:
        for _ in range(login_throttle.FROM_ADDRESS.free + 3):
            login_throttle.failed(session, "ada@rig.example", "10.0.0.1")
    return database


def waits(database: Database, email: str, address: str) -> int:
    with database.session() as session:
        return ceil(login_throttle.wait(session, email, address).total_seconds())


def test_who_fails_too_often_waits_and_nobody_else_does(throttled: Database) -> None:
    assert 0 < waits(throttled, "Ada@rig.example", "10.0.0.1") <= 8
    assert waits(throttled, "ada@rig.example", "10.0.0.2") == 0
    assert waits(throttled, "bo@rig.example", "10.0.0.1") == 0


def test_waiting_is_no_failure_and_success_forgets(throttled: Database) -> None:
    for _ in range(3):
        with throttled.session() as session:
            login_throttle.turned_away(session, "ada@rig.example", "10.0.0.1")
        assert waits(throttled, "ada@rig.example", "10.0.0.1") <= 8
    with throttled.session() as session:
        login_throttle.succeeded(session, "ada@rig.example", "10.0.0.1")

    assert waits(throttled, "ada@rig.example", "10.0.0.1") == 0


def test_an_hour_without_a_failure_forgets(throttled: Database) -> None:
    with throttled.session() as session:
        session.execute(update(LoginFailuresRow).values(last_at=PAST))

    assert waits(throttled, "ada@rig.example", "10.0.0.1") == 0


def test_strangers_from_everywhere_keep_the_owner_out_of_no_address_that_is_known(
    database: Database,
) -> None:
    with database.session() as session:
        login_throttle.succeeded(session, "ada@rig.example", "10.0.0.9")
        for number in range(login_throttle.FROM_ANYWHERE.free + 20):
            login_throttle.failed(session, "ada@rig.example", f"10.1.0.{number}")

    assert waits(database, "ada@rig.example", "10.2.0.1") in range(50, 61)
    assert waits(database, "ada@rig.example", "10.0.0.9") == 0


def test_no_email_stands_in_the_table_of_failures(throttled: Database) -> None:
    with throttled.session() as session:
        kept = " ".join(row.subject for row in session.query(LoginFailuresRow))

    assert "ada" not in kept
