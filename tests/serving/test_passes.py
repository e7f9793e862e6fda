"""Whoever was let in a moment ago is not asked for again, until anything is committed."""

import sqlite3
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from idrill.access import Role
from idrill.store import users
from idrill.store.database import Database
from idrill.store.users import User
from tests.service import Service, opened

ME, RIGS, LOGOUT = "/api/v1/users/me", "/api/v1/rigs", "/api/v1/auth/logout"


def test_the_store_is_asked_once_and_after_a_commit_again(
    either: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = either.newcomer(Role.VIEWER)
    me = either.client.get(ME, headers=viewer).json()["id"]
    asked: list[int] = []
    get = users.get

    def noted(session: Session, user_id: int) -> User:
        asked.append(user_id)
        return get(session, user_id)

    monkeypatch.setattr(users, "get", noted)

    for _ in range(8):
        assert either.client.get(RIGS, headers=viewer).status_code == 200
    before = asked.count(me)
    either.newcomer(Role.VIEWER)
    either.client.get(RIGS, headers=viewer)

    # A PostgreSQL server commits things of its own too, seldom.
    assert before <= 2
    assert asked.count(me) > before


def test_somebody_disabled_by_another_process_is_out_at_once(either: Service) -> None:
    viewer = either.newcomer(Role.VIEWER)
    me = either.client.get(ME, headers=viewer).json()["id"]
    assert either.client.get(ME, headers=viewer).status_code == 200

    other = Database(either.database.url)
    with other.session() as session:
        session.execute(text("UPDATE users SET active = false WHERE id = :me"), {"me": me})
    other.dispose()

    assert either.client.get(ME, headers=viewer).status_code == 401


def test_a_logout_that_one_worker_answered_counts_for_the_others(either: Service) -> None:
    settings = either.client.app.state.platform.settings  # type: ignore[attr-defined]
    for other in opened(settings):
        for _ in range(5):
            viewer = either.newcomer(Role.VIEWER)
            for worker in (either, other, other):
                assert worker.client.get(ME, headers=viewer).status_code == 200

            assert other.client.post(LOGOUT, headers=viewer).status_code == 204

            assert either.client.get(ME, headers=viewer).status_code == 401
            assert other.client.get(ME, headers=viewer).status_code == 401


def test_marks_of_a_store_that_was_closed_in_between_are_not_equal(either: Service) -> None:
    first = either.database.mark()
    either.database.dispose()

    assert first is not None
    assert either.database.mark() not in (None, first)


def test_who_may_not_wait_learns_nothing_of_a_server(either: Service) -> None:
    at_once = either.database.mark_at_once()

    assert (at_once is None) is either.database.is_postgresql


def test_a_file_that_somebody_holds_is_not_waited_for(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    database.migrate()
    holder = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    database.dispose()
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")

    began = monotonic()
    mark = database.mark()
    waited = monotonic() - began
    holder.close()

    assert mark is None
    # SQLite itself would wait for 5 s, and with it everybody whom the event loop serves.
    assert waited < 2.5
    assert database.mark() is not None
    database.dispose()


def test_a_server_that_is_away_has_no_mark() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    assert database.mark() is None
    database.dispose()
