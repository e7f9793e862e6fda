"""A PostgreSQL that falls silent under a service: everybody gets an answer, and it heals."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest

from idrill.access import Role
from idrill.store import database as databases
from idrill.store import marks, silence
from tests.service import Service, opened
from tests.serving.conftest import settings_on
from tests.silent_server import Proxy, proxy_before

pytestmark = pytest.mark.service

ME, PEOPLE = "/api/v1/users/me", 20


@pytest.fixture
def proxied(
    template: Path, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Service, Proxy]]:
    """A service that reaches its store through a proxy, and waits for nothing for long."""
    monkeypatch.setattr(silence, "CONNECT_TIMEOUT", 2)
    monkeypatch.setattr(databases, "PING_TIMEOUT", 3.0)
    monkeypatch.setattr(databases, "POOL_TIMEOUT", 10)
    monkeypatch.setattr(marks, "PATIENCE", 1.0)
    monkeypatch.setattr(marks, "REST", 1.0)
    shutil.copytree(template, tmp_path / "home")
    settings = settings_on("postgresql", tmp_path / "home", request)
    with proxy_before(str(settings.database_url)) as proxy:
        url = proxy.url.render_as_string(hide_password=False)
        for service in opened(settings.model_copy(update={"database_url": url})):
            yield service, proxy


def test_everybody_gets_a_503_within_seconds_and_a_200_afterwards(
    proxied: tuple[Service, Proxy],
) -> None:
    service, proxy = proxied
    headers = service.newcomer(Role.VIEWER)

    def ask(_: int) -> tuple[int, float]:
        began = monotonic()
        status = service.client.get(ME, headers=headers).status_code
        return status, monotonic() - began

    with ThreadPoolExecutor(PEOPLE) as pool:
        spoken = {status for status, _ in pool.map(ask, range(PEOPLE))}
        proxy.fall_silent()
        silent = list(pool.map(ask, range(PEOPLE)))
        proxy.speak()
        ended = monotonic() + 60
        while ask(0)[0] != 200 and monotonic() < ended:
            sleep(0.1)
        healed = {status for status, _ in pool.map(ask, range(PEOPLE))}

    assert (spoken, {status for status, _ in silent}, healed) == ({200}, {503}, {200})
    assert max(waited for _, waited in silent) < 60.0
