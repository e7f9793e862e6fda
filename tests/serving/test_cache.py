"""Answers are kept, and none that is stale follows a committed write, whoever wrote it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from idrill.access import Role
from idrill.errors import StoreError
from idrill.settings import Settings
from idrill.store import latest_readings, sensor_data
from idrill_serving.cache import LARGEST, ROOM, Answers
from idrill_serving.routes import sensor_data as routes
from tests.conftest import _absent
from tests.service import Service, opened

REDIS = "redis://127.0.0.1:6379/9"
REALTIME = "/api/v1/sensor-data/realtime?rig_id=R1"
HOURS = "/api/v1/sensor-data/aggregated"

TELL = """
import sys
from datetime import UTC, datetime, date
from idrill.readers.posted import Period, PostedReading, read_rows
from idrill.store import live_intake
from idrill.store.database import Database
from idrill.store.live_intake import Batch
told = PostedReading(sys.argv[2], {"torque": float(sys.argv[3])})
posted = read_rows([told], Period.until(datetime.now(UTC), date(2007, 1, 1)))
with Database(sys.argv[1]).session() as session:
    live_intake.write(session, Batch("R1", None, posted, "another process"))
"""


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.service)])
def keeping(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Service]:
    """A service whose answers are kept in memory, or in Redis."""
    if request.param == "memory":
        yield from opened(settings)
        return
    try:
        Redis.from_url(REDIS).flushdb()
    except RedisError as error:
        _absent("Redis", str(error))
    yield from opened(settings.model_copy(update={"redis_url": SecretStr(REDIS)}))


def tell(service: Service, second: int, value: float) -> None:
    time = (START + timedelta(seconds=second)).isoformat()
    body = {"rig_id": "R1", "time": time, "values": {"torque": value}}
    headers = service.token(Role.ENGINEER)
    assert service.client.post("/api/v1/sensor-data", json=body, headers=headers).is_success


START = (datetime.now(UTC) - timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
HOUR = {
    "rig_id": "R1",
    "channels": "torque",
    "bucket": "1h",
    "start": START.isoformat(),
    "end": (START + timedelta(hours=1)).isoformat(),
}


def torque(service: Service, viewer: dict[str, str]) -> float:
    [reading] = service.client.get(REALTIME, headers=viewer).json()["readings"]
    return float(reading["value"])


def counted(service: Service, viewer: dict[str, str]) -> int:
    [row] = service.client.get(HOURS, params=HOUR, headers=viewer).json()["rows"]
    return int(row["count"])


def noted(work: Callable[..., Any], made: list[str]) -> Callable[..., Any]:
    """The same, noting each call."""

    def work_and_note(*of: Any, **how: Any) -> Any:
        made.append(work.__name__)
        return work(*of, **how)

    return work_and_note


def test_an_answer_is_made_once_and_anew_after_every_write(
    keeping: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = keeping.token(Role.VIEWER)
    made = list[str]()
    monkeypatch.setattr(latest_readings, "latest", noted(latest_readings.latest, made))
    monkeypatch.setattr(routes, "read_page", noted(sensor_data.read_page, made))

    for second in range(3):
        tell(keeping, second, float(second))
        for _ in range(3):
            assert torque(keeping, viewer) == second
            assert counted(keeping, viewer) == second + 1

    assert sorted(made) == ["latest"] * 3 + ["read_page"] * 3


def test_the_age_of_a_reading_that_is_kept_grows(keeping: Service) -> None:
    tell(keeping, 0, 1.0)
    viewer = keeping.token(Role.VIEWER)

    ages = [
        keeping.client.get(REALTIME, headers=viewer).json()["readings"][0]["age"] for _ in range(5)
    ]

    now = (datetime.now(UTC) - START).total_seconds()
    assert ages == sorted(ages)
    # Ages are told to the millisecond.
    assert now - 60 < ages[0] < ages[-1] <= now + 0.001


def test_a_write_of_another_process_is_seen_at_once(keeping: Service, settings: Settings) -> None:
    viewer = keeping.token(Role.VIEWER)
    tell(keeping, 0, 1.0)
    before = torque(keeping, viewer), counted(keeping, viewer)

    told = settings.store_url, (START + timedelta(seconds=5)).isoformat(), "7"
    subprocess.run([sys.executable, "-c", TELL, *told], check=True)  # noqa: S603  our own code

    assert before == (1.0, 1)
    assert (torque(keeping, viewer), counted(keeping, viewer)) == (7.0, 2)


def test_no_reader_among_many_sees_less_than_was_answered_before_it_asked(keeping: Service) -> None:
    viewer, stale, answered = keeping.token(Role.VIEWER), [], [-1.0]
    tell(keeping, 0, 0.0)
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            known = answered[-1]
            if (seen := torque(keeping, viewer)) < known:
                stale.append((seen, known))

    watchers = [threading.Thread(target=watch) for _ in range(2)]
    for one in watchers:
        one.start()
    for second in range(1, 8):
        tell(keeping, second, float(second))
        answered.append(float(second))
    over.set()
    for one in watchers:
        one.join()

    assert stale == []


def test_memory_keeps_what_was_asked_for_last_and_no_more_than_has_room(settings: Settings) -> None:
    answers, large = Answers(settings), bytes(LARGEST)
    made: list[int] = []

    def ask(number: int) -> bytes:
        def make() -> bytes:
            made.append(number)
            return large

        return answers.kept((number,), make)

    fit = ROOM // LARGEST
    for number in (*range(fit), 0, fit, 0, 1):
        ask(number)

    assert made == [*range(fit), fit, 1]


def test_a_redis_that_is_away_costs_time_and_nothing_else(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")})
    answers = Answers(away)

    assert [answers.kept(("a",), lambda: b"1"), answers.kept(("a",), lambda: b"2")] == [b"1", b"2"]


def test_an_answer_that_many_want_at_once_is_made_once(keeping: Service) -> None:
    answers: Answers = keeping.client.app.state.platform.answers  # type: ignore[attr-defined]
    made: list[int] = []
    wanted = threading.Barrier(8)

    def make() -> bytes:
        made.append(1)
        threading.Event().wait(0.05)
        return b"told"

    def want(_: int) -> bytes:
        wanted.wait(60.0)
        return answers.kept(("many", keeping.database.url), make)

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(want, range(8)))

    assert given == [b"told"] * 8
    assert len(made) == 1


def test_whoever_waits_for_an_answer_that_fails_makes_it_anew(keeping: Service) -> None:
    answers: Answers = keeping.client.app.state.platform.answers  # type: ignore[attr-defined]
    name = ("failing", keeping.database.url)

    def fail() -> bytes:
        raise StoreError("away")

    with pytest.raises(StoreError):
        answers.kept(name, fail)

    assert answers.kept(name, lambda: b"told") == b"told"
