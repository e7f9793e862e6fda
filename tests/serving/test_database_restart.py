"""A database that goes away in mid-load: requests fail with 503, and heal without a hand."""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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


def asked_until(service: Service, headers: dict[str, str], over: Event) -> list[int]:
    """What was answered, in order, until told to end."""
    statuses: list[int] = []
    while not over.is_set():
        path = ASKED[len(statuses) % len(ASKED)]
        statuses.append(service.client.get(path, headers=headers).status_code)
    return statuses


def test_a_restart_in_mid_load_costs_503_and_nothing_afterwards(
    on_postgresql: Service, own_postgres: OwnPostgres
) -> None:
    headers, over = on_postgresql.newcomer(Role.VIEWER), Event()

    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(asked_until, on_postgresql, headers, over) for _ in range(6)]
        time.sleep(0.3)
        own_postgres.stop()
        time.sleep(0.5)
        own_postgres.start()
        time.sleep(0.5)
        over.set()
        answered = [one.result() for one in asking]

    assert {status for statuses in answered for status in statuses} == {200, 503}
    for statuses in answered:
        runs = [(status, len(list(run))) for status, run in groupby(statuses)]
        assert [status for status, _ in runs] == [200, 503, 200], runs


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
