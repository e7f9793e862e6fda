"""A database that goes away in mid-load: requests fail with 503, and heal without a hand."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from idrill.access import Role
from idrill.store import database as databases
from tests.own_postgres import OwnPostgres
from tests.service import Service, opened
from tests.serving.conftest import settings_on

pytestmark = pytest.mark.service

ASKED = ("/api/v1/rigs", "/api/v1/users/me", "/api/v1/dvr/calibrations?rig_id=R1")


@pytest.fixture
def on_postgresql(
    template: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Service]:
    """A service on a server that may be stopped."""
    shutil.copytree(template, tmp_path / "home")
    yield from opened(settings_on("postgresql", tmp_path / "home", request))


@dataclass
class Asking:
    """One who asks, over and over, and what was answered so far, in order."""

    service: Service
    headers: dict[str, str]
    statuses: list[int] = field(default_factory=list)

    def until(self, over: Event) -> None:
        """Ask until told to end."""
        while not over.is_set():
            path = ASKED[len(self.statuses) % len(ASKED)]
            self.statuses.append(self.service.client.get(path, headers=self.headers).status_code)

    def runs(self) -> list[int]:
        """The statuses, each as often as it took the place of another."""
        return [status for status, _ in groupby(self.statuses)]


def wait_until_all(asking: list[Asking], are: Callable[[Asking], bool]) -> None:
    """Wait until something is so of each of those who ask; fail if it never is."""
    deadline = time.monotonic() + 120
    while not all(map(are, asking)):
        assert time.monotonic() < deadline, [one.runs() for one in asking]
        time.sleep(0.01)


def test_a_restart_in_mid_load_costs_503_and_nothing_afterwards(
    on_postgresql: Service, own_postgres: OwnPostgres
) -> None:
    headers, over = on_postgresql.newcomer(Role.VIEWER), Event()
    asking = [Asking(on_postgresql, headers) for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        ends = [pool.submit(one.until, over) for one in asking]
        try:
            wait_until_all(asking, lambda one: len(one.runs()) >= 1)
            own_postgres.stop()
            wait_until_all(asking, lambda one: len(one.runs()) >= 2)
            own_postgres.start()
            wait_until_all(asking, lambda one: len(one.runs()) >= 3)
            healed = {id(one): len(one.statuses) for one in asking}
            wait_until_all(asking, lambda one: len(one.statuses) > healed[id(one)] + 20)
        finally:
            over.set()
        for end in ends:
            end.result()

    assert [one.runs() for one in asking] == [[200, 503, 200]] * 6


def test_what_was_written_before_and_after_is_there(
    on_postgresql: Service, own_postgres: OwnPostgres
) -> None:
    client, headers = on_postgresql.client, on_postgresql.newcomer(Role.VIEWER)
    told = {"name": "logger", "scopes": ["read_sensor_data"], "days": 1}

    def made() -> int:
        status: int = client.post("/api/v1/api-keys", json=told, headers=headers).status_code
        return status

    before = made()
    own_postgres.stop()
    away, ready = made(), client.get("/api/v1/health/ready").status_code
    own_postgres.start()
    after = made()

    assert (before, away, ready, after) == (201, 503, 503, 201)
    assert len(client.get("/api/v1/api-keys", headers=headers).json()) == 2


def test_connections_that_are_all_in_use_cost_a_503(
    on_postgresql: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "POOL_TIMEOUT", 0.2)
    headers = on_postgresql.newcomer(Role.VIEWER)
    pool = on_postgresql.database.engine.pool
    pool._timeout = 0.2  # type: ignore[attr-defined]
    held = [on_postgresql.database.engine.connect() for _ in range(15)]

    full = on_postgresql.client.get("/api/v1/rigs", headers=headers)
    for connection in held:
        connection.execute(text("SELECT 1"))
        connection.close()
    free = on_postgresql.client.get("/api/v1/rigs", headers=headers)

    assert (full.status_code, full.json()["code"]) == (503, "store_unavailable")
    assert free.status_code == 200
