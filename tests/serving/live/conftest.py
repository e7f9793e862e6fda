"""Services under uvicorn, on each of the two databases."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from idrill.settings import Settings
from tests.serving.conftest import settings_on
from tests.serving.live.hosts import Host, hosted


@pytest.fixture
def host(settings: Settings) -> Iterator[Host]:
    """A service of its own."""
    with hosted(settings) as answering:
        yield answering


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def either_host(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[Host]:
    """A service of its own on each of the two databases."""
    home = tmp_path / "home"
    shutil.copytree(template, home)
    with hosted(settings_on(request.param, home, request)) as answering:
        yield answering
