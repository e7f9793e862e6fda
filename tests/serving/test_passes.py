"""Whoever was let in a moment ago is not asked for again, until anything is committed."""

import sqlite3

import pytest
from sqlalchemy.orm import Session

from idrill.access import Role
from idrill.settings import Settings
from idrill.store import users
from idrill.store.users import User
from idrill_serving import passes
from tests.service import Service, email_of

ME = "/api/v1/users/me"


def test_the_store_is_asked_once_and_after_a_commit_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = service.token(Role.VIEWER)
    asked: list[int] = []
    get = users.get

    def noted(session: Session, user_id: int) -> User:
        asked.append(user_id)
        return get(session, user_id)

    monkeypatch.setattr(users, "get", noted)
    monkeypatch.setattr(passes, "LIFETIME", 600.0)
    rigs = "/api/v1/rigs"

    for _ in range(3):
        assert service.client.get(rigs, headers=viewer).status_code == 200
    before, me = list(asked), asked[0]
    service.newcomer(Role.VIEWER)
    service.client.get(rigs, headers=viewer)

    assert before == [me]
    assert asked.count(me) == 2


def test_somebody_disabled_by_another_process_is_out_at_once(
    service: Service, settings: Settings
) -> None:
    viewer = service.token(Role.VIEWER)
    assert service.client.get(ME, headers=viewer).status_code == 200

    with sqlite3.connect(str(settings.home / "idrill.db")) as other:
        other.execute("UPDATE users SET active = 0 WHERE email = ?", [email_of(Role.VIEWER)])
    other.close()

    assert service.client.get(ME, headers=viewer).status_code == 401


def test_marks_of_a_store_that_was_closed_in_between_are_not_equal(service: Service) -> None:
    first = service.database.mark()
    again = service.database.mark()
    service.database.dispose()

    assert first == again is not None
    assert service.database.mark() != first
