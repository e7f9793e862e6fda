"""The short way to the latest readings: open to whom the long way would answer alike."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.routing import Router

from idrill.access import Role
from idrill.settings import Settings
from idrill_serving.glances import Glance
from idrill_serving.logs import JsonFormatter
from idrill_serving.passes import Passes
from idrill_serving.tokens import Claims
from tests.service import Service, opened

REALTIME = "/api/v1/sensor-data/realtime"
R1 = f"{REALTIME}?rig_id=R1"


@pytest.fixture
def routed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that went the long way, to their routes."""
    paths: list[str] = []
    route = Router.__call__

    async def noted(router: Router, scope: Any, receive: Any, send: Any) -> None:
        paths.append(str(scope.get("path")))
        await route(router, scope, receive, send)

    monkeypatch.setattr(Router, "__call__", noted)
    return paths


@pytest.fixture
def told(settings: Settings) -> Iterator[Service]:
    """A service that was told a reading, and asked for it once."""
    for service in opened(settings):
        at = (datetime.now(UTC) - timedelta(seconds=2)).isoformat()
        body = {"rig_id": "R1", "time": at, "values": {"torque": 14.5}}
        engineer = service.token(Role.ENGINEER)
        answer = service.client.post("/api/v1/sensor-data", json=body, headers=engineer)
        assert answer.status_code == 200, answer.text
        yield service


def asked_twice(service: Service, headers: dict[str, str]) -> None:
    """So that the answer is made, and who asks is known."""
    for _ in range(2):
        assert service.client.get(R1, headers=headers).status_code == 200


def test_who_asks_again_is_answered_as_by_the_route_but_sooner(
    told: Service, routed: list[str]
) -> None:
    headers = told.token(Role.VIEWER)
    asked_twice(told, headers)
    routed.clear()

    short = told.client.get(R1, headers=headers)
    # A server would have to be waited for.
    assert routed == ([REALTIME] if told.database.is_postgresql else [])
    routed.clear()
    long = told.client.get(f"{R1}&more=1", headers=headers)
    assert routed == [REALTIME]

    first, second = ({**one.headers} for one in (short, long))
    assert first.pop("x-request-id") != second.pop("x-request-id")
    assert first == second
    soon, later = short.json(), long.json()
    ages = [one["readings"][0].pop("age") for one in (soon, later)]
    assert soon == later
    assert 1.9 < ages[0] <= ages[1] < 60.0


def test_what_is_answered_so_is_logged_and_counted_as_by_its_route(
    told: Service, caplog: pytest.LogCaptureFixture
) -> None:
    viewer, admin = told.token(Role.VIEWER), told.token(Role.ADMIN)
    asked_twice(told, viewer)

    with caplog.at_level(logging.INFO, "idrill.serving.requests"):
        told.client.get(R1, headers=viewer)

    line = json.loads(JsonFormatter().format(caplog.records[-1]))
    assert (line["route"], line["status"], line["who"]) == (REALTIME, 200, "viewer@rig.example")
    metrics = told.client.get("/metrics", headers=admin).text
    counted = f'idrill_requests_total{{method="GET",route="{REALTIME}",status="200"}} 3.0'
    assert counted in metrics


def test_nobody_sees_a_rig_by_the_short_way_that_they_may_not_see(told: Service) -> None:
    all_rigs = told.newcomer(Role.VIEWER)
    other_rig = told.newcomer(Role.VIEWER, rigs=("R2",))
    asked_twice(told, all_rigs)
    for _ in range(2):
        assert told.client.get(f"{REALTIME}?rig_id=R2", headers=other_rig).status_code == 200
        asked_twice(told, all_rigs)

    answers = [told.client.get(R1, headers=other_rig) for _ in range(3)]

    assert [one.status_code for one in answers] == [404] * 3
    assert told.client.get(R1).status_code == 401


def test_a_logout_ends_the_short_way_too(told: Service) -> None:
    headers = told.newcomer(Role.VIEWER)
    asked_twice(told, headers)

    told.client.post("/api/v1/auth/logout", headers=headers)

    assert told.client.get(R1, headers=headers).status_code == 401


def test_requests_by_the_short_way_are_counted_against_the_limit(settings: Settings) -> None:
    few = settings.model_copy(update={"request_rate": "5/minute"})
    for service in opened(few):
        headers = service.token(Role.VIEWER)
        answers = [service.client.get(R1, headers=headers) for _ in range(7)]

        assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
        assert answers[-1].json()["code"] == "too_many_requests"


@pytest.mark.parametrize(
    ("method", "asked", "expected"),
    [("POST", {}, 405), ("HEAD", {}, 405), ("GET", {"content": b"x" * (65 << 10)}, 413)],
    ids=["another method", "the head alone", "a body too large"],
)
def test_what_is_out_of_the_ordinary_goes_the_long_way(
    told: Service, method: str, asked: dict[str, Any], expected: int
) -> None:
    headers = told.token(Role.VIEWER)
    asked_twice(told, headers)

    answer = told.client.request(method, R1, headers=headers, **asked)

    assert answer.status_code == expected


def test_a_login_that_ran_out_is_not_remembered() -> None:
    passes, claims, mark = Passes(), Claims(1, "login"), (1, 1)
    now, somebody = datetime.now(UTC), object()

    passes.keep(claims, mark, now + timedelta(hours=1), somebody)  # type: ignore[arg-type]
    going_on = passes.find(claims, mark)
    passes.keep(claims, mark, now, somebody)  # type: ignore[arg-type]

    assert going_on is somebody
    assert passes.find(claims, mark) is None


def test_ages_are_those_of_the_moment_that_they_are_told() -> None:
    taken = time.time() - 100.0
    glance = Glance.of(b'{"a":[{"age":%.3f},{"age":%.3f}]}' % (taken, taken - 5.0), (1, 1))

    first, second = (one["age"] for one in json.loads(glance.told())["a"])

    assert 100.0 <= first + 0.002 < 160.0
    assert second - first == pytest.approx(5.0, abs=0.01)
    assert glance.is_of((1, 1))
    assert not glance.is_of((1, 2))
    assert not glance.is_of(None)
