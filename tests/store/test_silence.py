"""A PostgreSQL server that falls silent keeps nobody for long, and heals without a hand."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep

import psycopg
import pytest
from sqlalchemy import URL, make_url, text

from idrill.errors import StoreError
from idrill.store import database as databases
from idrill.store import marks, silence
from idrill.store.database import Database
from tests.silent_server import Proxy, proxy_before
from tests.store.conftest import with_driver

pytestmark = pytest.mark.service


@pytest.fixture
def proxy(postgres_server: str) -> Iterator[Proxy]:
    with proxy_before(with_driver(postgres_server)) as one:
        yield one


@contextmanager
def opened(url: URL) -> Iterator[Database]:
    """A store, closed at the end."""
    database = Database(url.render_as_string(hide_password=False))
    try:
        yield database
    finally:
        database.dispose()


@pytest.fixture
def through(proxy: Proxy) -> Iterator[Database]:
    """A store that is reached by way of the proxy."""
    with opened(proxy.url) as database:
        yield database


def ask(database: Database) -> int:
    """The number of the server's process that answers a session."""
    with database.session() as session:
        return int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def seconds(act: Callable[[], object]) -> float:
    """How long it takes."""
    began = monotonic()
    act()
    return monotonic() - began


def test_a_mark_that_is_asked_of_a_silent_server_is_given_up(
    proxy: Proxy, through: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 2.0)
    spoken = through.mark()
    proxy.fall_silent()

    with ThreadPoolExecutor(8) as pool:
        began = monotonic()
        asked = list(pool.map(lambda _: through.mark(), range(8)))
        together = monotonic() - began

    assert spoken is not None
    assert asked == [None] * 8
    # One waits for the server and the others for that one; a queue would take eight times as long.
    assert together < 8.0


def test_a_server_that_did_not_answer_is_left_alone_for_a_while_and_asked_again(
    proxy: Proxy, through: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 0.3)
    monkeypatch.setattr(marks, "REST", 6.0)
    before = through.mark()
    proxy.fall_silent()
    through.mark()
    came, rested = proxy.connections, monotonic()

    at_once = seconds(lambda: [through.mark() for _ in range(100)])
    meanwhile = proxy.connections
    proxy.speak()
    while (after := through.mark()) is None and monotonic() < rested + 30:
        sleep(0.05)

    assert at_once < 5.0  # each that waited would take 0.3 s
    assert meanwhile == came
    assert after not in (None, before)


def test_closing_does_not_wait_for_who_asks_a_silent_server(
    proxy: Proxy, through: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "PATIENCE", 8.0)
    before = through.mark()
    proxy.fall_silent()

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(through.mark)
        sleep(0.3)
        waited = seconds(through.dispose)
        asked = asking.done()
        proxy.speak()
        asking.result()

    assert not asked
    assert waited < 5.0
    assert through.mark() not in (None, before)


def test_a_connection_that_was_kept_and_fell_silent_is_an_error(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "PING_TIMEOUT", 0.5)
    url = proxy.url.update_query_dict({"connect_timeout": "2"})
    with opened(url) as database:
        ask(database)
        proxy.fall_silent()

        began = monotonic()
        with pytest.raises(StoreError, match="cannot be used"):
            ask(database)
        waited = monotonic() - began
        proxy.speak()
        ask(database)

    assert waited < 20.0


def test_a_connection_that_the_server_ended_is_made_anew(
    through: Database, postgres_server: str
) -> None:
    mine = ask(through)
    with psycopg.connect(postgres_server, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (mine,))

    assert ask(through) != mine


def test_connections_notice_a_host_that_is_gone(through: Database) -> None:
    with through.engine.connect() as connection:
        told = connection.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]

    assert told["tcp_user_timeout"] == "20000"
    assert (told["keepalives_idle"], told["connect_timeout"]) == ("10", "10")


def test_what_the_url_tells_about_waiting_holds() -> None:
    url = make_url("postgresql+psycopg://h/d?connect_timeout=3&keepalives_idle=60")

    told = silence.place(url)

    assert (told["connect_timeout"], told["keepalives_idle"]) == ("3", "60")
    assert told["tcp_user_timeout"] == 20_000


def test_marks_come_from_whichever_of_several_hosts_answers(proxy: Proxy) -> None:
    hosts = ("127.0.0.1:1", f"127.0.0.1:{proxy.url.port}")
    url = proxy.url._replace(host=None, port=None).update_query_dict({"host": hosts})

    with opened(url) as database:
        assert database.mark() is not None
