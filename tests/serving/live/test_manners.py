"""Who comes in over a socket, what is said to bad messages, and when somebody has to go."""

import json
from contextlib import ExitStack
from threading import Barrier

import httpx
import pytest

from idrill.access import Role
from idrill.settings import Settings
from idrill.store import logins, users
from idrill.store.socket_tickets import Holder, issue
from idrill_serving import doors
from idrill_serving.live import clients
from idrill_serving.live import hub as hubs
from idrill_serving.live import socket as sockets
from idrill_serving.live.strangers import FEWEST
from tests.serving.live.hosts import Host, hosted, line_to, wait_until, watching


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "RECHECK", 0.1)


def test_a_ticket_opens_one_socket(host: Host) -> None:
    bearer = {"Authorization": f"Bearer {host.token()}"}
    url = f"http://127.0.0.1:{host.port}/api/v1/auth/tickets"
    ticket = httpx.post(url, headers=bearer).json()["ticket"]

    with line_to(host) as first:
        assert first.login(ticket=ticket)["type"] == "welcome"
    with line_to(host) as second:
        assert second.login(ticket=ticket)["code"] == "not_authenticated"
        assert second.goodbye()[0] == 4401


def test_the_service_says_hello_before_anybody_logs_in(host: Host) -> None:
    with line_to(host) as line:
        assert line.next()["type"] == "hello"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"type": "login", "token": "nonsense"}, 4401),
        ({"type": "login", "key": "idk_nonsense"}, 4401),
        ({"type": "login", "ticket": "nonsense"}, 4401),
        ({"type": "login"}, 4400),
        ({"type": "login", "token": "a", "key": "b"}, 4400),
        ({"type": "subscribe"}, 4401),
        ({"type": "dance"}, 4400),
        ([1, 2], 4400),
    ],
    ids=["token", "key", "ticket", "none", "two", "no-login", "unknown", "no-message"],
)
def test_who_does_not_log_in_is_sent_away_with_the_reason(
    host: Host, said: object, code: int
) -> None:
    with line_to(host) as line:
        line.next()
        line.socket.send(json.dumps(said))

        assert line.goodbye()[0] == code


def test_who_says_nothing_is_sent_away(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LOGIN_TIMEOUT", 0.05)
    with line_to(host) as line:
        assert line.goodbye()[0] == 4408


@pytest.mark.parametrize(
    ("wanted", "code", "words"),
    [
        ({"channels": ["nonsense"]}, "unknown_channel", "nonsense"),
        ({"channels": []}, "invalid_message", "channels"),
        ({"channels": ["torque"] * 65}, "invalid_message", "channels"),
        ({"rigs": ["R2"]}, "invalid_request", "this socket is for R1"),
        ({"rate": 0}, "invalid_message", "rate"),
        ({"rate": "fast"}, "invalid_message", "rate"),
        ({"resolution": "2s"}, "invalid_message", "resolution"),
        ({"mode": "latest", "resolution": "1s"}, "invalid_message", "raw"),
        ({"history": 10_000}, "invalid_request", "3600 s at most"),
        ({"resume": {"R2": [0, 0]}}, "invalid_request", "not subscribed"),
        ({"resume": {"R1": [-1, 0]}}, "invalid_message", "resume"),
        ({"resume": {"R1": [1]}}, "invalid_message", "resume"),
        ({"everything": True}, "invalid_message", "everything"),
    ],
    ids=lambda one: None if isinstance(one, str) else "-".join(one),
)  # fmt: skip
def test_what_makes_no_sense_is_answered_with_what_is_wrong(
    host: Host, wanted: dict[str, object], code: str, words: str
) -> None:
    with watching(host) as line:
        answer = line.subscribe(**wanted)

        assert (answer["type"], answer["code"]) == ("error", code)
        assert words in answer["detail"]
        line.say("ping", id="still here")
        assert line.until("pong")["id"] == "still here"


@pytest.mark.parametrize("text", ["", "{", "null", '"x"', "\x00", "[" * 5000], ids=range(6))
def test_what_is_no_message_is_told_so(host: Host, text: str) -> None:
    with watching(host) as line:
        line.socket.send(text)

        assert line.until("error")["code"] == "invalid_message"


def test_who_talks_nonsense_for_long_is_sent_away(host: Host) -> None:
    with watching(host) as line:
        for _ in range(sockets.FAULTS):
            line.say("nonsense")

        assert line.goodbye()[0] == 4400


def test_a_message_that_is_too_long_ends_the_conversation(host: Host) -> None:
    with watching(host) as line:
        line.say("ping", id="x" * (sockets.LONGEST + 1))

        assert line.goodbye()[0] == 1009


@pytest.mark.parametrize("rig_id", ["R3", "..%00", "r1", "R1--x"])
def test_a_rig_that_is_none_or_not_ones_own_is_told_alike(host: Host, rig_id: str) -> None:
    with line_to(host, rig_id) as line:
        line.login(token=host.token())

        assert line.subscribe()["code"] == "not_found"


def test_somebody_sees_the_rigs_that_were_given_to_them_only(host: Host) -> None:
    with line_to(host, None) as line:
        line.login(token=host.token(email="one@rig.example"))

        assert line.subscribe(rigs=["R1"])["type"] == "subscribed"
        assert line.subscribe(rigs=["R1", "R2"])["code"] == "not_found"


def test_who_logs_out_loses_their_sockets(host: Host) -> None:
    with watching(host) as line:
        with host.database.session() as session:
            logins.end_all(session, users.named(session, "viewer@rig.example").id, by="logout")

        assert line.goodbye()[0] == 4401


def test_a_look_that_fails_lets_nobody_stay_who_logged_out(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged, failed = clients.judged, list[int]()

    def fails_once(*asked: object) -> object:
        if not failed:
            failed.append(1)
            raise ZeroDivisionError("a bug")
        return judged(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(hubs, "judged", fails_once)
    with watching(host) as line:
        wait_until(lambda: failed)
        with host.database.session() as session:
            logins.end_all(session, users.named(session, "viewer@rig.example").id, by="logout")

        assert line.goodbye()[0] == 4401


def test_who_is_disabled_loses_their_sockets(host: Host) -> None:
    with watching(host) as line:
        with host.database.session() as session:
            user = users.named(session, "viewer@rig.example")
            users.change(session, user.id, users.Change("", user.role, None, active=False))

        assert line.goodbye()[0] == 4401


def test_who_may_no_longer_see_a_rig_loses_its_socket(host: Host) -> None:
    with watching(host) as line:
        with host.database.session() as session:
            user = users.named(session, "viewer@rig.example")
            users.change(session, user.id, users.Change("", user.role, ("R2",), active=True))

        assert line.goodbye()[0] == 4403


def test_a_revoked_key_loses_its_sockets(host: Host) -> None:
    headers = {"Authorization": f"Bearer {host.token(Role.ENGINEER)}"}
    url = f"http://127.0.0.1:{host.port}/api/v1/api-keys"
    body = {"name": "m", "scopes": ["read_sensor_data"], "days": 1}
    made = httpx.post(url, json=body, headers=headers).json()

    with line_to(host) as line:
        assert line.login(key=made["secret"])["type"] == "welcome"
        httpx.delete(f"{url}/{made['id']}", headers=headers)

        assert line.goodbye()[0] == 4401


def test_a_person_has_so_many_sockets_and_others_still_come_in(settings: Settings) -> None:
    with hosted(settings.model_copy(update={"sockets_per_user": 2})) as host:
        with watching(host), watching(host):
            with line_to(host) as third:
                assert third.login(token=host.token())["code"] == "too_many_requests"
                assert third.goodbye()[0] == 4429
            with line_to(host) as other:
                assert other.login(token=host.token(Role.ADMIN))["type"] == "welcome"
        wait_until(lambda: host.hub.clients == 0)
        with watching(host) as again:
            assert again.until("snapshot")


def test_who_comes_in_many_times_at_once_has_no_more_sockets(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, admit = Barrier(3, timeout=60.0), doors.admit

    def admitted(*asked: object) -> None:
        admit(*asked)  # type: ignore[arg-type]
        together.wait()

    monkeypatch.setattr(sockets, "admit", admitted)
    with (
        hosted(settings.model_copy(update={"sockets_per_user": 2})) as host,
        ExitStack() as opened,
    ):
        lines = [opened.enter_context(line_to(host)) for _ in range(3)]
        for line in lines:
            line.next()
            line.say("login", token=host.token())

        assert sorted(line.next()["type"] for line in lines) == ["error", "welcome", "welcome"]


def test_a_worker_has_room_for_so_many_sockets(settings: Settings) -> None:
    with (
        hosted(settings.model_copy(update={"sockets": 1})) as host,
        watching(host),
        line_to(host) as second,
    ):
        assert second.goodbye()[0] == 4429


def test_who_opens_sockets_and_says_nothing_keeps_nobody_else_out(settings: Settings) -> None:
    with hosted(settings.model_copy(update={"sockets": 100})) as host:
        with ExitStack() as opened:
            silent = [opened.enter_context(line_to(host)) for _ in range(FEWEST)]
            assert {line.next()["type"] for line in silent} == {"hello"}

            with line_to(host) as one_more:
                assert one_more.goodbye() == (
                    4429,
                    "too many sockets of one address wait for a login",
                )
            with line_to(host, source="127.0.0.2") as other:
                assert other.login(token=host.token())["type"] == "welcome"
        wait_until(lambda: host.hub.open == 0)
        with watching(host) as again:
            assert again.until("snapshot")


def test_sockets_that_wait_for_a_login_leave_room_for_who_is_in(settings: Settings) -> None:
    with (
        hosted(settings.model_copy(update={"sockets": 3})) as host,
        ExitStack() as opened,
    ):
        silent = [opened.enter_context(line_to(host)) for _ in range(FEWEST)]

        answers = [line.login(token=host.token()) for line in silent[:4]]

        assert [one["type"] for one in answers] == ["welcome", "welcome", "welcome", "error"]
        assert silent[3].goodbye()[0] == 4429


def test_a_ticket_and_what_it_opens_never_stand_in_a_log(
    host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    with host.database.session() as session:
        user = users.named(session, "viewer@rig.example")
        login = logins.begin(session, user.id)
        ticket = issue(session, Holder(user, login.id, None))
    caplog.set_level(0)
    with line_to(host) as line:
        line.login(ticket=ticket)

    assert ticket not in caplog.text


def test_everybody_is_told_when_the_service_ends(settings: Settings) -> None:
    with hosted(settings) as host:
        opened = watching(host)
        line = opened.__enter__()
    try:
        assert line.goodbye()[0] == 1012
    finally:
        opened.__exit__(None, None, None)


def test_signs_of_life_come_with_the_time(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "HEARTBEAT", 0.05)
    with watching(host) as line:
        told = line.until("heartbeat")

    assert set(told) == {"type", "now", "lag"}
