"""The log of the platform over HTTP: what the service enters there, and who reads it."""

import pytest

from idrill.access import Role
from idrill.settings import Settings
from idrill.store import login_throttle, system_log
from idrill.store.database import Database
from idrill.store.system_log import Event, Kind
from idrill_serving import noting
from idrill_serving.noting import Notes
from tests.service import PASSWORD, Service, opened

LOG = "/api/v1/system-log"
HELD = Event(Kind.RIG_DAY_HELD, "rig-day 2024-03-01|R2", "too few rows", "R2")


def told(service: Service, role: Role = Role.ADMIN, **asked: object) -> list[tuple[str, str]]:
    answer = service.client.get(LOG, params=asked, headers=service.newcomer(role))
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["message"]) for one in answer.json()["events"]]


def test_start_and_end_of_the_service_are_told(settings: Settings) -> None:
    for _ in range(2):
        for service in opened(settings):
            last = told(service)

    assert [kind for kind, _ in last] == ["service.started", "service.stopped", "service.started"]


def test_a_login_that_waits_and_a_token_that_came_back_are_told_without_who_they_were_of(
    service: Service,
) -> None:
    pair = service.login("viewer@rig.example")
    with service.database.session() as session:
        for _ in range(20):
            login_throttle.failed(session, "viewer@rig.example", "testclient")
    body = {"email": "viewer@rig.example", "password": PASSWORD}
    refresh = {"refresh_token": pair["refresh_token"]}

    for _ in range(3):
        service.client.post("/api/v1/auth/login", json=body)
        service.client.post("/api/v1/auth/refresh", json=refresh)

    [reused, refused] = told(service, level="warning")
    assert (refused[0], reused[0]) == ("login.refused", "token.reused")
    assert "viewer" not in str([refused, reused])


def test_requests_that_are_too_many_are_told_once(settings: Settings) -> None:
    few = settings.model_copy(update={"request_rate": "5/minute"})
    for service in opened(few):
        for _ in range(20):
            service.client.get("/api/v1/health/live")

        kinds = [kind for kind, _ in told(service)]

    assert kinds == ["requests.refused", "service.started"]


def test_a_fault_of_ours_is_told_by_its_route_and_no_more_of_it_than_its_kind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("the secret is 42")

    monkeypatch.setattr("idrill.store.rigs.get", fail)
    for service in opened(settings):
        answer = service.client.get("/api/v1/rigs/R1", headers=service.newcomer(Role.VIEWER))
        [failed] = service.client.get(
            LOG, params={"kind": "request.failed"}, headers=service.newcomer(Role.ENGINEER)
        ).json()["events"]

    assert (failed["subject"], failed["message"]) == (
        "GET /api/v1/rigs/{rig_id}",
        "ZeroDivisionError",
    )
    assert failed["request_id"] == answer.headers["X-Request-ID"]


def test_who_sees_one_rig_is_told_of_no_other(service: Service) -> None:
    with service.database.session() as session:
        system_log.record(session, HELD)
    one = service.newcomer(Role.ENGINEER, rigs=("R1",))

    every = told(service, kind="rig_day.held")
    mine = service.client.get(LOG, headers=one)
    asked = service.client.get(LOG, params={"rig_id": "R2"}, headers=one)

    assert every == [("rig_day.held", "too few rows")]
    assert "R2" not in mine.text
    assert asked.status_code == 404


def test_events_come_page_by_page(service: Service) -> None:
    with service.database.session() as session:
        for number in range(5):
            system_log.record(session, Event(Kind.RUN_FAILED, f"run {number}", "it failed"))
    admin, seen, before = service.newcomer(Role.ADMIN), [], None

    while True:
        asked = {"limit": 2, "kind": "run.failed"} | ({"before": before} if before else {})
        page = service.client.get(LOG, params=asked, headers=admin).json()
        seen += [one["subject"] for one in page["events"]]
        before = page["next"]
        if before is None:
            break

    assert seen == [f"run {number}" for number in (4, 3, 2, 1, 0)]


def test_a_flood_fills_no_table(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "MOST", 10)
    notes = Notes(service.database)

    for number in range(200):
        notes.note(Event(Kind.LOGIN_REFUSED, f"address 10.0.0.{number}", "too many"))

    assert len(told(service, kind="login.refused")) == 10


def test_a_store_that_is_away_keeps_nobody_from_starting() -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/idrill")

    Notes(nowhere).note(noting.STARTED)

    nowhere.dispose()
