"""What is published goes to the broker; without one that answers, to the store."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from idrill.access import Role
from idrill.readers.posted import Period
from idrill.store import live_readings
from idrill.streams.broker import stream_of
from idrill_serving.live.listener import Listener
from tests.service import Service, opened, settings_of
from tests.streams.brokers import BROKERS, url_of
from tests.streams.own_brokers import own_broker

PUBLISH = "/api/v1/producer/sensor-data"
STREAM = "/api/v1/health/stream"
AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture
def start(template: Path, tmp_path: Path) -> Iterator[Callable[[str, str], Service]]:
    """Starts a service on a broker, with a stream of a name."""
    running: list[Iterator[Service]] = []

    def begin(url: str, name: str) -> Service:
        home = tmp_path / f"home{len(running)}"
        shutil.copytree(template, home)
        on = {"stream_url": SecretStr(url), "stream_name": name}
        running.append(opened(settings_of(home).model_copy(update=on)))
        return next(running[-1])

    yield begin
    for each in running:
        next(each, None)


def rows(count: int = 2) -> list[dict[str, Any]]:
    """Readings of a moment ago."""
    now = datetime.now(UTC)
    return [
        {"time": (now - timedelta(seconds=number)).isoformat(), "values": {"torque": 1.0}}
        for number in range(count)
    ]


def publish(service: Service, **body: Any) -> Any:
    body = {"rig_id": "R1", "rows": rows()} | body
    return service.client.post(PUBLISH, json=body, headers=service.token(Role.ENGINEER))


def stored(service: Service) -> int:
    with service.database.session() as session:
        mark = live_readings.mark_of(session, "R1")
    return mark.revision if mark else 0


@pytest.mark.service
def test_what_is_published_is_kept_by_the_broker_until_a_listener_commits_it(
    start: Callable[[str, str], Service],
) -> None:
    url, name = url_of("nats"), f"idrill.test-{uuid4().hex[:8]}"
    service = start(url, name)

    answer = publish(service, rows=rows(501))
    health = service.client.get(STREAM, headers=service.token(Role.ENGINEER)).json()
    before = stored(service)
    taken = asyncio.run(listened(service, url, name, 2))

    told = answer.json()
    assert (answer.status_code, told["backend"], told["committed"]) == (202, "nats", None)
    assert (told["readings"], len(told["message_id"])) == (501, 32)
    assert (health["status"], health["backend"], health["detail"]) == ("ok", "nats", "nats answers")
    assert (before, taken, stored(service) > 0) == (0, (2, 0), True)
    with service.database.session() as session:
        assert live_readings.mark_of(session, "R1").last_time is not None  # type: ignore[union-attr]


async def listened(service: Service, url: str, name: str, messages: int) -> tuple[int, int]:
    """Messages committed and buried, once a listener took so many."""
    period = Period.until(datetime.now(UTC), datetime(2024, 1, 1, tzinfo=UTC).date())
    listener = Listener(service.database, lambda: period, "nats")
    stream = stream_of(url, name, listener.take)
    await stream.open()
    async with asyncio.timeout(120):
        while listener.taken.committed + listener.taken.buried < messages:  # noqa: ASYNC110  its own thread
            await asyncio.sleep(0.02)
    await stream.close()
    listener.close()
    return listener.taken.committed, listener.taken.buried


def test_without_its_broker_the_service_is_degraded_and_readings_go_to_the_store(
    start: Callable[[str, str], Service],
) -> None:
    service = start(AWAY, "idrill.test")

    answer = publish(service)
    health = service.client.get(STREAM, headers=service.token(Role.ENGINEER)).json()
    status = service.client.get("/api/v1/producer/status", headers=service.token(Role.ENGINEER))

    told = answer.json()
    assert (answer.status_code, told["backend"], told["committed"]["rows"]) == (200, "store", 2)
    assert stored(service) == 1
    assert (health["status"], health["backend"]) == ("degraded", "redis")
    assert "readings go to the store" in health["detail"]
    assert status.json()["published"] == 0
    assert "127.0.0.1" in status.json()["broker_fault"]


@pytest.mark.service
@pytest.mark.parametrize("kind", BROKERS)
def test_a_broker_that_goes_away_and_comes_back_is_used_again(
    start: Callable[[str, str], Service], kind: str
) -> None:
    def condition() -> str:
        health = service.client.get(STREAM, headers=service.token(Role.ENGINEER)).json()
        return str(health["status"])

    with own_broker(kind) as broker:
        service = start(broker.url, f"idrill.test-{uuid4().hex[:8]}")
        before = publish(service).status_code, condition()
        broker.stop()
        away = publish(service, rows=rows(3))
        degraded = condition()
        broker.start()
        deadline = monotonic() + 120
        while (after := publish(service)).status_code != 202 and monotonic() < deadline:
            sleep(0.2)
        while condition() != "ok" and monotonic() < deadline:
            sleep(0.2)

        assert before == (202, "ok")
        assert (away.status_code, away.json()["committed"]["rows"]) == (200, 3)
        assert degraded == "degraded"
        assert (after.status_code, condition()) == (202, "ok")


@pytest.mark.service
def test_what_no_broker_should_get_is_refused_at_the_door(
    start: Callable[[str, str], Service],
) -> None:
    service = start(url_of("nats"), f"idrill.test-{uuid4().hex[:8]}")

    nobody = publish(service, rig_id="NOBODY")
    units = publish(service, units={"hook_load": "lbf"})
    status = service.client.get("/api/v1/producer/status", headers=service.token(Role.ADMIN))

    assert (nobody.status_code, units.status_code) == (404, 422)
    assert status.json()["published"] == 0
