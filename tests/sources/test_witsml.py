"""A log of a WITSML store that grows: every row once, whatever fails, and on from the last one."""

import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from idrill.errors import FeedRefused, SettingsError
from idrill.frame import Origin
from idrill.readers.columns import ColumnEntry, ColumnMap
from idrill.sources.following import Follower, feed_of
from idrill.sources.sinks import Address, Sink, StoreSink
from idrill.sources.witsml_log import GrowingLog, LogName
from idrill.sources.witsml_server import Login, WitsmlServer
from idrill.store import feeds
from idrill.store.database import Database
from tests.sources.conftest import LIVE
from tests.sources.wits0_sender import until
from tests.sources.witsml_store import Store, instant, served

NAME = LogName("w", "b", "l")
Kept = Callable[..., list[tuple[float | None, ...]]]


def follow(
    store: Store,
    sink: Sink,
    database: Database,
    columns: ColumnMap | None = None,
    login: Login | None = None,
) -> list[str]:
    """Follow the log until it has ended; what was said."""
    with database.session() as session:
        last = feeds.last_time(session, "R1", feed_of(store.url, NAME))
    log = GrowingLog(WitsmlServer(store.url, login or Login(timeout=60.0)), NAME, columns, last)
    said: list[str] = []
    follower = Follower(log, sink, database, LIVE)
    follower.run(0.01, Event(), said.append, first_pause=0.01)
    return said + list(follower.summary())


def test_a_log_is_followed_while_it_grows_until_it_has_ended(
    database: Database, sink: StoreSink, kept: Kept
) -> None:
    store = Store()
    store.grow(0, 1, 2)
    with served(store):
        following = Thread(target=follow, args=(store, sink, database))
        following.start()
        for batch in ((3, 4), (5,), (6, 7, 8)):
            asked = len(store.asked)
            store.grow(*batch)
            _wait(lambda asked=asked: len(store.asked) > asked + 1)  # type: ignore[misc]
        store.growing = False
        following.join(90)

    assert kept("hook_load", "torque") == [(100.0 + one, one / 10) for one in range(9)]
    assert instant(8) in store.asked


def _wait(condition: Callable[[], bool]) -> None:
    import asyncio

    asyncio.run(until(condition))


def test_pages_of_a_store_with_limits_are_asked_for_until_there_are_no_more(
    database: Database, sink: StoreSink, kept: Kept
) -> None:
    store = Store(page=4, growing=False)
    store.grow(*range(30))

    with served(store):
        follow(store, sink, database)

    assert len(kept("torque")) == 30
    assert store.asked[:4] == ["", instant(3), instant(6), instant(9)]


def test_a_store_that_fails_now_and_then_costs_no_row(
    database: Database, sink: StoreSink, kept: Kept
) -> None:
    store = Store(page=3, growing=False, faults=["drop", "500", "fault", "cut", "drop"])
    store.grow(*range(10))

    with served(store):
        said = follow(store, sink, database)

    assert len(kept("torque")) == 10
    assert sum("asked again" in one for one in said) == 5
    assert any("no memory" in one for one in said)


def test_who_comes_back_goes_on_from_the_last_row(
    database: Database, sink: StoreSink, kept: Kept
) -> None:
    store = Store(growing=False)
    store.grow(0, 1)
    with served(store):
        follow(store, sink, database)
        store.grow(2, 3)
        store.asked.clear()
        follow(store, sink, database)

    assert store.asked[0] == instant(1)
    assert len(kept("torque")) == 4


def test_a_position_never_goes_back(database: Database) -> None:
    from tests.sources.witsml_store import NOON

    with database.session() as session:
        feeds.advance(session, "R1", "a", NOON.replace(minute=5))
        feeds.advance(session, "R1", "a", NOON)

        assert feeds.last_time(session, "R1", "a") == NOON.replace(minute=5)
        assert feeds.last_time(session, "R1", "b") is None


def test_a_refusal_is_told_in_the_words_of_the_store(database: Database, sink: StoreSink) -> None:
    with (
        served(Store(faults=["busy"])) as store,
        pytest.raises(FeedRefused, match=r"\(-999\): Base message -999; try later"),
    ):
        follow(store, sink, database)


@pytest.mark.parametrize(
    ("store", "complaint"),
    [
        (Store(index="measured depth"), "indexed by measured depth"),
        (Store(versions="1.3.1.1"), r"holds WITSML 1\.3\.1\.1, not 1\.4\.1\.1"),
        (Store(versions="1.4.1.1<"), "a broken document"),
    ],
    ids=["by depth", "another version", "broken capabilities"],
)
def test_what_cannot_be_followed_is_refused_with_the_reason(
    database: Database, sink: StoreSink, store: Store, complaint: str
) -> None:
    with served(store), pytest.raises(FeedRefused, match=complaint):
        follow(store, sink, database)


def test_a_log_that_is_not_there_is_named() -> None:
    with served(Store()) as store:
        log = GrowingLog(WitsmlServer(store.url, Login()), LogName("w", "b", "other"))

        with pytest.raises(FeedRefused, match="no log w/b/other"):
            log.open()


def test_a_curve_that_comes_while_it_grows_is_taken_too(
    database: Database, sink: StoreSink, kept: Kept
) -> None:
    store = Store()
    store.grow(0)
    with served(store):
        following = Thread(target=follow, args=(store, sink, database))
        following.start()
        _wait(lambda: len(store.asked) > 1)
        store.curves["SPPA"] = "kPa"
        store.rows = [f"{row},-999.25" for row in store.rows]
        store.rows.append(f"{instant(1)},101,0.1,20000")
        _wait(lambda: kept("standpipe_pressure") == [(None,), (20000.0,)])
        store.growing = False
        following.join(90)

    assert kept("hook_load") == [(100.0,), (101.0,)]


def test_curves_become_channels_as_in_a_file(
    database: Database, sink: StoreSink, kept: Kept
) -> None:
    store = Store(growing=False, curves={"TIME": "s", "X1": "klbf", "SHOE": "gAPI"})
    store.rows = [f"{instant(0)},10,50", f"{instant(1)},-999.25,51", "noon,1,2"]
    columns = ColumnMap({"X1": ColumnEntry("hook_load")})

    with served(store):
        said = follow(store, sink, database, columns)

    [(hook_load,)] = kept("hook_load")
    assert hook_load == pytest.approx(44.48222)
    assert any("SHOE" in one for one in said)
    assert any(one.startswith("2 rows") for one in said)


def test_rows_that_no_rig_may_hold_end_the_following(database: Database, sink: StoreSink) -> None:
    from idrill.errors import OriginRefused

    sink.put_rows(Address("R1", Origin.REPLAY, "x"), [(instant(0), {"torque": 1.0})])
    store = Store(growing=False)
    store.grow(1)

    with served(store), pytest.raises(OriginRefused):
        follow(store, sink, database)


def test_a_password_is_sent_over_tls_alone_and_a_wrong_one_is_told(
    database: Database, sink: StoreSink, kept: Kept, certificate: Path
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    store = Store(growing=False, login=("ada", "secret"))
    store.grow(0, 1)

    with served(store, tls):
        trusted = Login("ada", "secret", str(certificate), timeout=60.0)
        with pytest.raises(FeedRefused, match="is not trusted"):
            follow(store, sink, database, login=Login("ada", "secret", timeout=60.0))
        with pytest.raises(FeedRefused, match="lets nobody in as 'bob'"):
            follow(store, sink, database, login=Login("bob", "x", str(certificate), timeout=60.0))
        follow(store, sink, database, login=trusted)

    assert len(kept("torque")) == 2
    with pytest.raises(SettingsError, match="https:// only"):
        WitsmlServer("http://store.example/WMLS", trusted)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl: apt install openssl")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    kind = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    ends = ["-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([program, *kind, *name, *ends], check=True, capture_output=True)  # noqa: S603  openssl, by our own words
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.mark.parametrize("url", ["ftp://x/y", "https://", "store"])
def test_what_is_no_address_of_a_store_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="no address"):
        WitsmlServer(url, Login())
