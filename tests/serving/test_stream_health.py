"""Whether readings get from a worker to where they are kept, as `health/stream` tells it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy.orm import Session

from idrill.access import Role
from idrill.errors import StoreError
from idrill.readers.posted import Period, read_rows
from idrill.store import live_intake, live_scoring
from idrill.store.live_intake import Batch, Committed
from idrill.store.live_writer import WAITING
from idrill_serving.platform import Platform
from idrill_serving.routes import health
from idrill_serving.schemas.health import Condition
from tests.service import Service

STREAM = "/api/v1/health/stream"
PERIOD = Period.until(datetime.now(UTC), date(2024, 1, 1))
KEPT = live_intake.write_group


def tell(service: Service) -> int:
    """The status of an answer to one reading."""
    at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    body = {"rig_id": "R1", "time": at, "values": {"torque": 1.0}}
    headers = service.newcomer(Role.ENGINEER)
    answer = service.client.post("/api/v1/sensor-data", json=body, headers=headers)
    return int(answer.status_code)


def stream(service: Service, role: Role = Role.ENGINEER) -> dict[str, Any]:
    answer = service.client.get(STREAM, headers=service.newcomer(role))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(_session: Session, _batches: Sequence[Batch]) -> list[Committed]:
    raise StoreError("the disk is full")


def test_a_stream_says_where_readings_go_and_that_they_get_there(on_either: Service) -> None:
    before = stream(on_either)
    told = tell(on_either)
    after = stream(on_either)

    assert told == 200
    assert (before["status"], before["writer"], before["commits"]) == ("ok", "idle", 0)
    assert (after["status"], after["writer"], after["commits"]) == ("ok", "running", 1)
    assert (after["backend"], after["waiting"], after["room"]) == ("store", 0, WAITING)
    assert before["last_commit"] is None
    assert after["last_commit"] is not None
    assert after["last_fault"] is after["last_fault_at"] is None


def test_a_write_that_failed_degrades_until_the_next_one_that_does_not(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_intake, "write_group", refused)
    failed = tell(service)
    worse = stream(service)
    word = service.client.get("/api/v1/health").json()["status"]
    ready = service.client.get("/api/v1/health/ready").status_code
    monkeypatch.setattr(live_intake, "write_group", KEPT)
    tell(service)
    better = stream(service)

    assert failed == 503
    assert (worse["status"], worse["last_fault"]) == ("degraded", "the disk is full")
    assert (word, ready) == ("degraded", 200)
    assert (better["status"], better["last_fault_at"]) == ("ok", worse["last_fault_at"])


def test_why_the_store_failed_is_told_to_who_may_read_the_system_log(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_intake, "write_group", refused)
    tell(service)

    for path in (STREAM, "/api/v1/producer/status"):
        asked = {
            role: service.client.get(path, headers=service.newcomer(role)).json() for role in Role
        }
        know = {role for role, one in asked.items() if one["last_fault"] is not None}
        assert know == {Role.ENGINEER, Role.ADMIN}
        assert all(one["last_fault_at"] for one in asked.values())


@pytest.mark.parametrize("owner", [Role.ENGINEER, Role.ADMIN])
def test_a_key_learns_why_the_store_failed_if_it_may_read_the_system_log_itself(
    service: Service, monkeypatch: pytest.MonkeyPatch, owner: Role
) -> None:
    monkeypatch.setattr(live_intake, "write_group", refused)
    tell(service)
    learned = []

    for scopes in (["read_sensor_data"], ["read_sensor_data", "read_system_log"]):
        key = {"name": "watcher", "scopes": scopes, "days": 1}
        made = service.client.post("/api/v1/api-keys", json=key, headers=service.token(owner))
        headers = {"X-API-Key": made.json()["secret"]}
        status = service.client.get("/api/v1/producer/status", headers=headers).json()
        assert status["last_fault_at"] is not None
        learned.append(status["last_fault"])

    assert learned == [None, "the disk is full"]


def test_a_queue_that_is_full_degrades(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, going_on = Event(), Event()

    def slow(session: Session, batches: Sequence[Batch]) -> list[Committed]:
        begun.set()
        going_on.wait(60)
        return KEPT(session, batches)

    monkeypatch.setattr(live_intake, "write_group", slow)
    platform = service.client.app.state.platform  # type: ignore[attr-defined]
    first = Thread(target=tell, args=(service,))
    first.start()
    assert begun.wait(60)
    waiting = [Thread(target=platform.live.write, args=(batch(),)) for _ in range(WAITING)]
    for one in waiting:
        one.start()
    while not platform.live.is_full:
        waiting[0].join(0.01)
    full, refusal = stream(service), service.client.post("/api/v1/sensor-data")
    going_on.set()
    for one in (first, *waiting):
        one.join()

    assert (full["status"], full["waiting"]) == ("degraded", WAITING)
    assert (refusal.status_code, refusal.json()["code"]) == (503, "store_busy")
    assert int(refusal.headers["Retry-After"]) > 0
    assert stream(service)["status"] == "ok"


def batch() -> Batch:
    return Batch("R1", None, read_rows([], PERIOD), "a test")


def test_a_writer_that_died_is_told_and_started_anew(service: Service) -> None:
    platform = service.client.app.state.platform  # type: ignore[attr-defined]
    tell(service)
    platform.live._orders.put(None)
    platform.live._thread.join(60)
    dead = stream(service)
    again = tell(service)

    assert (dead["status"], dead["writer"]) == ("degraded", "ended")
    assert again == 200
    assert stream(service)["writer"] == "running"


def test_a_stream_says_who_scores_what_comes_in(service: Service) -> None:
    def holder() -> object:
        return stream(service)["scoring"]["holder"]

    deadline = monotonic() + 120.0
    while not holder() and monotonic() < deadline:
        sleep(0.05)

    told = stream(service)["scoring"]

    assert told["holder"].startswith("process ")
    assert (told["faults"], told["lag"]) == ([], 0.0)


def test_a_rig_that_cannot_be_scored_degrades_and_is_told_to_who_sees_it(service: Service) -> None:
    with service.database.session() as session:
        live_scoring.note_fault(session, "R2", "a bug")

    headers = service.newcomer(Role.ENGINEER, ("R1",))
    shut = service.client.get(STREAM, headers=headers).json()["scoring"]["faults"]
    plain = stream(service, Role.VIEWER)["scoring"]["faults"]
    full = stream(service, Role.ENGINEER)["scoring"]["faults"]
    word = service.client.get("/api/v1/health").json()["status"]
    with service.database.session() as session:
        live_scoring.clear_fault(session, "R2")

    assert shut == []
    assert [(one["rig_id"], one["detail"]) for one in plain + full] == [
        ("R2", None),
        ("R2", "a bug"),
    ]
    assert word == "degraded"


@pytest.mark.parametrize(
    ("part", "expected"),
    [("_lake", (200, "degraded")), ("_database", (503, "down"))],
)
def test_a_part_that_does_not_answer_in_time_is_down_only_if_nothing_goes_without_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, part: str, expected: tuple[int, str]
) -> None:
    ended = Event()

    def silent(_: Platform) -> tuple[Condition, str]:
        ended.wait(60)
        return Condition.OK, "too late"

    monkeypatch.setattr(health, "TIMEOUT", 1.0)
    monkeypatch.setattr(health, part, silent)

    answer = service.client.get("/api/v1/health/ready")
    ended.set()

    assert (answer.status_code, answer.json()["status"]) == expected
