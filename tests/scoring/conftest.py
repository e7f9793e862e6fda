"""A store with a rig whose liners a champion foresees, and ten minutes that it once drilled."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from idrill.registry.prognoses import Bench
from idrill.store.database import Database
from tests.scoring.recorded import bench_at, furnish, past_hours, recorded
from tests.scoring.rows import replayed
from tests.store.conftest import sqlite_template

__all__ = ["sqlite_template"]


@pytest.fixture(scope="session")
def recording() -> pl.DataFrame:
    """Ten minutes at 1 Hz across a full hour, in which the string washes out."""
    return recorded()


@pytest.fixture(scope="session")
def past() -> list[pl.DataFrame]:
    """Hours of the days before."""
    return past_hours()


@pytest.fixture(scope="session")
def home(sqlite_template: Path, past: list[pl.DataFrame], tmp_path_factory: Any) -> Path:
    """A store with the rig, its past in the lake and its champion."""
    folder = Path(tmp_path_factory.mktemp("scoring")) / "home"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "idrill.db")
    database = Database(f"sqlite:///{folder / 'idrill.db'}")
    furnish(database, folder, past)
    database.dispose()
    return folder


@pytest.fixture
def bench(home: Path, tmp_path: Path) -> Iterator[Bench]:
    """Of a copy of that."""
    folder = tmp_path / "home"
    shutil.copytree(home, folder)
    database = Database(f"sqlite:///{folder / 'idrill.db'}")
    yield bench_at(database, folder)
    database.dispose()


@pytest.fixture(scope="session")
def at_full_speed(
    recording: pl.DataFrame, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What is told of the recording where all of it is there at once."""
    folder = tmp_path_factory.mktemp("full-speed") / "home"
    shutil.copytree(home, folder)
    database = Database(f"sqlite:///{folder / 'idrill.db'}")
    found = replayed(bench_at(database, folder), iter([recording]), steps=1)
    database.dispose()
    return found
