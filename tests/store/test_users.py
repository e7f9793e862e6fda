"""Accounts: one per email, an admin always left, secrets only as hashes."""

import pytest

from idrill.access import Role
from idrill.errors import AlreadyExists, IllegalMove, InvalidAccount, InvalidName, NotFound
from idrill.store import logins, users
from idrill.store.database import Database
from idrill.store.passwords import Passwords, generated
from idrill.store.users import Change, NewUser, User

CHEAP = Passwords(memory=8, passes=1)


def account(email: str, role: Role = Role.VIEWER, rigs: tuple[str, ...] | None = None) -> NewUser:
    return NewUser(email, "", role, f"hash of {email} {role}", rigs)


def made(database: Database, new: NewUser) -> User:
    with database.session() as session:
        return users.create(session, new)


def test_an_account_is_known_by_its_email_in_any_case(database: Database) -> None:
    ada = made(database, account(" Ada@Rig.example", rigs=("R2", "R1")))

    with database.session() as session:
        found = users.by_email(session, "ADA@rig.EXAMPLE")

    assert found == ada
    assert (ada.email, ada.rigs, ada.active) == ("ada@rig.example", ("R1", "R2"), True)


def test_an_email_has_one_account(database: Database) -> None:
    made(database, account("ada@rig.example"))

    with pytest.raises(AlreadyExists, match=r"ada@rig\.example"):
        made(database, account("ADA@rig.example", Role.ADMIN))


@pytest.mark.parametrize("email", ["", "ada", "a b@rig", "ada@", "@rig", "a\x00@rig", "a@b@c d"])
def test_what_is_no_email_is_refused(database: Database, email: str) -> None:
    with pytest.raises(InvalidAccount, match="no email"):
        made(database, account(email))


def test_a_rig_that_cannot_be_is_refused_and_no_account_is_left(database: Database) -> None:
    with pytest.raises(InvalidName):
        made(database, account("ada@rig.example", rigs=("../etc",)))

    with database.session() as session:
        assert users.listed(session) == []


def test_a_person_sees_the_rigs_that_were_given_and_no_other(database: Database) -> None:
    ada = made(database, account("ada@rig.example", rigs=("R1",)))
    bo = made(database, account("bo@rig.example"))

    assert (ada.sees("R1"), ada.sees("R2"), bo.sees("R2")) == (True, False, True)


@pytest.mark.parametrize("active", [True, False])
def test_the_last_active_admin_stays(database: Database, active: bool) -> None:
    ada = made(database, account("ada@rig.example", Role.ADMIN))
    to = Change("Ada", Role.VIEWER if active else Role.ADMIN, None, active)

    with pytest.raises(IllegalMove, match="last active admin"), database.session() as session:
        users.change(session, ada.id, to)


def test_one_of_two_admins_may_go_and_is_logged_out(database: Database) -> None:
    ada = made(database, account("ada@rig.example", Role.ADMIN))
    made(database, account("bo@rig.example", Role.ADMIN))
    with database.session() as session:
        login = logins.begin(session, ada.id)

    with database.session() as session:
        changed = users.change(session, ada.id, Change("Ada", Role.ADMIN, (), active=False))

    assert (changed.active, changed.rigs) == (False, ())
    with database.session() as session:
        assert not logins.live_until(session, login.id, ada.id)


def test_another_password_ends_every_login(database: Database) -> None:
    ada = made(database, account("ada@rig.example"))
    with database.session() as session:
        login = logins.begin(session, ada.id)

    with database.session() as session:
        users.set_password(session, ada.id, "another hash")

    with database.session() as session:
        assert not logins.live_until(session, login.id, ada.id)
        assert users.password_hash(session, ada.id) == "another hash"


def test_people_are_listed_page_by_page(database: Database) -> None:
    ids = [made(database, account(f"p{number}@rig.example")).id for number in range(3)]

    with database.session() as session:
        page = users.listed(session, after=ids[0], limit=1)

    assert [one.id for one in page] == [ids[1]]


def test_nobody_has_an_unknown_number(database: Database) -> None:
    with pytest.raises(NotFound, match="number 7"), database.session() as session:
        users.change(session, 7, Change("", Role.VIEWER, (), active=True))


def test_a_password_matches_its_hash_and_no_other() -> None:
    stored = CHEAP.hashed("correct horse battery")

    assert CHEAP.matches("correct horse battery", stored)
    assert not CHEAP.matches("correct horse batterz", stored)
    assert "correct" not in stored
    assert stored != CHEAP.hashed("correct horse battery")


def test_nothing_matches_where_there_is_no_hash() -> None:
    assert not CHEAP.matches("correct horse battery", None)
    assert not CHEAP.matches("x" * 100_000, CHEAP.hashed("correct horse battery"))


@pytest.mark.parametrize("password", ["short", "a" * 300, "abababababababab"])
def test_a_password_that_is_guessed_or_endless_is_refused(password: str) -> None:
    with pytest.raises(InvalidAccount):
        CHEAP.hashed(password)


def test_a_generated_password_may_be_one() -> None:
    one = generated()

    assert CHEAP.matches(one, CHEAP.hashed(one))
