"""Several workers on one store, a store that goes away, and the other host."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from idrill.access import Role
from idrill.errors import StoreError
from idrill_serving.live.feeds import Feed
from idrill_serving.live.following import Follower
from idrill_serving.live.messages import Message
from idrill_serving.service import build_service
from tests.service import Service, settings_of
from tests.serving.conftest import settings_on
from tests.serving.live.hosts import Host, hosted, watching


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def test_who_watches_at_one_worker_sees_what_is_told_to_another(
    store: str, template: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shutil.copytree(template, tmp_path / "home")
    settings = settings_on(store, tmp_path / "home", request)
    with hosted(settings) as one, hosted(settings) as other, watching(one) as line:
        line.take(line.until("snapshot"))
        last = 0
        for second in range(20):
            last = other.tell([second], torque=float(second))
        line.follow(last)

        assert len(line.rows) == 20
        with watching(other, resume={"R1": line.position}) as moved:
            assert moved.until("snapshot", "batch")["recovered"] is True


def test_a_store_that_goes_away_is_told_and_what_came_meanwhile_comes_after_it(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(template, tmp_path / "home")
    look = Follower._look

    def fail(*_: object) -> None:
        raise StoreError("away")

    with hosted(settings_of(tmp_path / "home")) as host, watching(host) as line:
        line.take(line.until("snapshot"))
        monkeypatch.setattr(Follower, "_look", fail)
        last = host.tell([0, 1], torque=1.0)
        assert line.until("status")["state"] == "degraded"
        assert host.hub.is_away
        monkeypatch.setattr(Follower, "_look", look)
        line.follow(last)

        assert len(line.rows) == 2
        assert line.until("status")["state"] == "ok"


def test_sockets_are_answered_inside_bentoml(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "home")
    made = build_service(settings_of(tmp_path / "home"))
    app = made.mount_apps[0][0]
    with TestClient(made.to_asgi()) as client:
        client.app = app
        token = Service(client, app.state.platform.database).token(Role.VIEWER)["Authorization"]
        with client.websocket_connect("/api/v1/sensor-data/ws/R1") as line:
            assert line.receive_json()["type"] == "hello"
            line.send_json({"type": "login", "token": token.removeprefix("Bearer ")})
            assert line.receive_json()["type"] == "welcome"
            line.send_json({"type": "subscribe"})
            assert line.receive_json()["type"] == "subscribed"
            assert line.receive_json()["type"] == "snapshot"


def test_the_page_loads_nothing_from_elsewhere(shared: Service) -> None:
    page = shared.client.get("/live")

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.text
    for asset, media in (("live.js", "text/javascript"), ("live.css", "text/css")):
        answer = shared.client.get(f"/live/{asset}")
        assert answer.headers["content-type"].startswith(media)
        assert "https://" not in answer.text
    assert shared.client.get("/live/other.js").status_code == 404


def test_the_hub_says_how_it_is(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "home")
    with hosted(settings_of(tmp_path / "home")) as host, watching(host) as line:
        line.until("snapshot")
        shown = host.platform.metrics.shown().decode()

    assert "idrill_sockets 1.0" in shown
    assert "idrill_socket_feeds 1.0" in shown


def test_a_feed_that_cannot_be_told_keeps_no_other_waiting_and_its_members_are_sent_away(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = Feed.made

    def made(feed: Feed, session: Session) -> list[Message]:
        if feed.is_latest:
            raise ZeroDivisionError("a bug")
        return sound(feed, session)

    monkeypatch.setattr(Feed, "made", made)
    with watching(host, mode="latest") as unlucky, watching(host) as other:
        unlucky.until("snapshot")
        other.until("snapshot")

        revision = host.tell([1])

        other.follow(revision)
        assert unlucky.goodbye()[0] == 1011
        assert host.hub.clients == 1


@pytest.mark.parametrize("where", ["picture", "_look"])
def test_who_cannot_be_shown_what_they_asked_for_is_told_so(
    host: Host, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as broken_for_now:
        broken_for_now.setattr(Feed if where == "picture" else Follower, where, broken)
        with watching(host) as unlucky:
            assert unlucky.goodbye()[0] == 1011

    with watching(host) as again:
        assert again.until("snapshot")
