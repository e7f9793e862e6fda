"""Notices of alerts: written with the change, delivered once, tried again, given up."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from idrill.errors import NotFound
from idrill.maintenance.alerts import Action, Priority
from idrill.maintenance.notices import ATTEMPTS, Delivery, Means
from idrill.settings import Settings
from idrill.store import alert_subscriptions, alerts, notifications, users
from idrill.store.alert_subscriptions import NewSubscription, Subscription
from idrill.store.alerts import NewAlert
from idrill.store.database import Database
from idrill.store.notifications import Told
from idrill.store.orm import NotificationRow
from idrill.store.users import Change
from idrill_serving.notifying import KEPT, Notifier
from idrill_serving.webhooks import Receiver, post, signature
from tests.service import settings_of
from tests.serving.test_mail import Mailbox, mailbox, with_mail

__all__ = ["mailbox"]

LOCAL = "127.0.0.0/8"


class Hook(ThreadingHTTPServer):
    """A receiver of webhooks that answers what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiving)
        self.answers: list[int] = []
        """One for each request to come; then 204."""
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/alerts?from=idrill"


class Receiving(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self) -> None:
        assert isinstance(self.server, Hook)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({"path": self.path, **dict(self.headers)}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  inherited
        """Nothing is printed."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A receiver of webhooks on a port of its own."""
    with Hook() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    """A furnished store of its own."""
    shutil.copytree(template, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings under which webhooks may go to this machine."""
    return settings_of(home).model_copy(update={"webhook_networks": LOCAL})


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """That store."""
    opened = Database(settings.store_url)
    yield opened
    opened.dispose()


def subscribed(database: Database, wanted: NewSubscription, who: str = "admin") -> Subscription:
    with database.session() as session:
        owner = users.named(session, f"{who}@rig.example")
        return alert_subscriptions.create(session, owner.id, wanted)


def raised(database: Database, priority: Priority = Priority.HIGH, rig_id: str = "R1") -> int:
    with database.session() as session:
        return alerts.raise_alert(session, NewAlert(rig_id, "it knocks", priority), by="op").id


def act(database: Database, number: int, action: Action) -> None:
    with database.session() as session:
        alerts.act(session, number, action, by="op", note="")


def notices(database: Database, of: Subscription) -> list[Told]:
    with database.session() as session:
        return notifications.listed(session, of.id, list(Delivery), None, 100)


def make_due(database: Database) -> None:
    with database.session() as session:
        session.execute(update(NotificationRow).values(due_at=datetime.now(UTC)))


def round_of(database: Database, settings: Settings) -> int:
    make_due(database)
    with ThreadPoolExecutor(4) as pool:
        return Notifier(database, settings).round(pool)


def test_an_alert_reaches_a_webhook_signed_with_a_key_that_tells_it_apart(
    database: Database, settings: Settings, hook: Hook
) -> None:
    of = subscribed(database, NewSubscription(Means.WEBHOOK, hook.url))
    number = raised(database)

    assert round_of(database, settings) == 1

    ((headers, body),) = hook.got
    told = json.loads(body)
    at = int(headers["X-IDrill-Signature"].split(",")[0].removeprefix("t="))
    assert headers["X-IDrill-Signature"] == signature(of.secret, body, at)
    assert headers["Idempotency-Key"] == told["id"] == f"alert-{number}-1-{of.id}"
    assert (headers["path"], told["message"], told["rig_id"], told["priority"]) == (
        "/alerts?from=idrill",
        "it knocks",
        "R1",
        "high",
    )
    assert [one.state for one in notices(database, of)] == [Delivery.DELIVERED]
    assert round_of(database, settings) == 0


def test_an_alert_reaches_a_mailbox(
    database: Database, settings: Settings, mailbox: Mailbox
) -> None:
    port = mailbox.server_address[1]
    of = subscribed(database, NewSubscription(Means.EMAIL, "admin@rig.example"))
    raised(database)

    round_of(database, with_mail(settings, f"smtp://127.0.0.1:{port}"))

    assert [one.state for one in notices(database, of)] == [Delivery.DELIVERED]
    assert "Subject: i-Drill R1: high: it knocks" in mailbox.mails[0]


def test_a_failed_notice_is_tried_again_later_and_then_given_up(
    database: Database, settings: Settings, hook: Hook
) -> None:
    of = subscribed(database, NewSubscription(Means.WEBHOOK, hook.url))
    raised(database)
    hook.answers = [500] * (ATTEMPTS + 5)

    round_of(database, settings)
    (first,) = notices(database, of)
    for _ in range(ATTEMPTS + 1):
        round_of(database, settings)
    (last,) = notices(database, of)

    assert (first.state, first.attempts, first.error) == (Delivery.WAITING, 1, "answered 500")
    assert first.due_at > first.created_at
    assert (last.state, last.attempts, len(hook.got)) == (Delivery.DEAD, ATTEMPTS, ATTEMPTS)
    assert last.ended_at is not None
    assert len({headers["Idempotency-Key"] for headers, _ in hook.got}) == 1


def test_redirects_are_not_followed(database: Database, settings: Settings, hook: Hook) -> None:
    of = subscribed(database, NewSubscription(Means.WEBHOOK, hook.url))
    raised(database)
    hook.answers = [307]

    round_of(database, settings)

    assert notices(database, of)[0].error == "answered 307; redirects are not followed"


def test_two_who_look_at_once_deliver_a_notice_once(
    database: Database, settings: Settings, hook: Hook
) -> None:
    subscribed(database, NewSubscription(Means.WEBHOOK, hook.url))
    for _ in range(10):
        raised(database)
    make_due(database)

    def look(_: int) -> int:
        with ThreadPoolExecutor(2) as own:
            return Notifier(database, settings).round(own)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(look, range(4)))

    assert sum(taken) == len(hook.got) == 10


def test_a_notice_whose_deliverer_died_is_left_until_its_time_is_up(database: Database) -> None:
    subscribed(database, NewSubscription(Means.WEBHOOK, "https://hooks.example/"))
    raised(database)
    make_due(database)

    with database.session() as session:
        first = notifications.take(session, 10)
        second = notifications.take(session, 10)
    make_due(database)
    with database.session() as session:
        third = notifications.take(session, 10)

    assert ([one.id for one in first], second) == ([one.id for one in third], [])


def test_a_loop_delivers_until_it_is_told_to_end(
    database: Database, settings: Settings, hook: Hook
) -> None:
    of = subscribed(database, NewSubscription(Means.WEBHOOK, hook.url))
    notifier = Notifier(database, settings)
    notifier.start()
    raised(database)

    until = monotonic() + 60
    while notices(database, of)[0].state is Delivery.WAITING and monotonic() < until:
        sleep(0.05)
    notifier.close()

    assert [one.state for one in notices(database, of)] == [Delivery.DELIVERED]


def test_only_those_are_told_whom_an_alert_concerns(database: Database) -> None:
    url = "https://hooks.example/"
    urgent = subscribed(database, NewSubscription(Means.WEBHOOK, url, Priority.CRITICAL))
    other = subscribed(database, NewSubscription(Means.WEBHOOK, url, rigs=("R2",)))
    gone = subscribed(database, NewSubscription(Means.WEBHOOK, url))
    all_of_it = subscribed(database, NewSubscription(Means.WEBHOOK, url, returns=True))
    with database.session() as session:
        alert_subscriptions.remove(session, gone.id, gone.owner_id)

    number = raised(database)
    act(database, number, Action.RETURN)
    act(database, number, Action.RECUR)
    act(database, number, Action.ACKNOWLEDGE)

    assert [len(notices(database, one)) for one in (urgent, other, gone, all_of_it)] == [0, 0, 0, 3]
    with database.session() as session, pytest.raises(NotFound):
        alert_subscriptions.get(session, gone.id, gone.owner_id)


def test_nobody_is_told_of_a_rig_that_they_may_not_see(database: Database) -> None:
    with database.session() as session:
        restricted = next(one for one in users.listed(session) if one.rigs == ("R1",))
        wanted = NewSubscription(Means.WEBHOOK, "https://hooks.example/")
        of = alert_subscriptions.create(session, restricted.id, wanted)

    raised(database, rig_id="R2")
    raised(database, rig_id="R1")

    assert len(notices(database, of)) == 1


@pytest.mark.parametrize("change", ["disabled", "another rig"])
def test_a_notice_that_waited_is_withheld_from_who_may_not_have_it_any_more(
    database: Database, settings: Settings, hook: Hook, change: str
) -> None:
    with database.session() as session:
        owner = next(one for one in users.listed(session) if one.rigs == ("R1",))
        of = alert_subscriptions.create(session, owner.id, NewSubscription(Means.WEBHOOK, hook.url))
    raised(database)
    with database.session() as session:
        rigs, active = (("R2",), True) if change == "another rig" else (owner.rigs, False)
        users.change(session, owner.id, Change(owner.name, owner.role, rigs, active))

    round_of(database, settings)

    (withheld,) = notices(database, of)
    assert (withheld.state, hook.got) == (Delivery.DEAD, [])
    assert (
        withheld.error
        == {
            "disabled": f"withheld: {owner.email} is disabled",
            "another rig": f"withheld: {owner.email} may no longer see R1",
        }[change]
    )
    assert round_of(database, settings) == 0


def test_a_mail_without_a_server_says_what_is_missing(
    database: Database, settings: Settings
) -> None:
    of = subscribed(database, NewSubscription(Means.EMAIL, "admin@rig.example"))
    raised(database)

    round_of(database, settings.model_copy(update={"smtp_url": None}))

    assert "IDRILL_SMTP_URL" in notices(database, of)[0].error


def test_notices_are_forgotten_some_time_after_they_arrived(
    database: Database, settings: Settings, hook: Hook
) -> None:
    of = subscribed(database, NewSubscription(Means.WEBHOOK, hook.url))
    raised(database)
    round_of(database, settings)
    raised(database)
    with database.session() as session:
        session.execute(
            update(NotificationRow)
            .where(NotificationRow.state == Delivery.DELIVERED)
            .values(ended_at=datetime.now(UTC) - KEPT - timedelta(days=1))
        )

    round_of(database, settings)

    assert len(notices(database, of)) == 1
    assert len(hook.got) == 2


def test_a_receiver_that_is_not_there_is_told_so(settings: Settings) -> None:
    with Hook() as closed:
        url = closed.url

    with pytest.raises(ConnectionError, match="cannot be reached"):
        post(Receiver(settings.webhook_networks), url, b"{}", "secret", "key")


def test_a_receiver_that_shows_no_certificate_is_sent_nothing(hook: Hook) -> None:
    url = hook.url.replace("http://", "https://")

    with pytest.raises(ConnectionError, match="cannot be reached"):
        post(Receiver(LOCAL), url, b"{}", str(SecretStr("secret")), "key")
    assert hook.got == []
