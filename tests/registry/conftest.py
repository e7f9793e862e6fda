"""A migrated store, a migrated MLflow and two exported models."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from idrill.registry.connection import MLflow
from idrill.store.database import Database
from tests.frozen_models import exported
from tests.registry.places import Place


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated files of both: MLflow's migrations take seconds."""
    folder = tmp_path_factory.mktemp("templates")
    store = Database(f"sqlite:///{folder / 'store.db'}")
    store.migrate()
    store.dispose()
    MLflow(f"sqlite:///{folder / 'mlflow.db'}", folder / "mlruns").experiment("migrates")
    return folder


@pytest.fixture
def database(templates: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(templates / "store.db", tmp_path / "store.db")
    opened = Database(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def mlflow(templates: Path, tmp_path: Path) -> MLflow:
    shutil.copy(templates / "mlflow.db", tmp_path / "mlflow.db")
    return MLflow(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path / "mlruns")


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Folders of three models of the same name."""
    folder = tmp_path_factory.mktemp("exports")
    for seed in range(3):
        exported(folder / str(seed), seed=seed)
    return folder / "0", folder / "1", folder / "2"


@pytest.fixture
def place(
    database: Database, mlflow: MLflow, tmp_path: Path, exports: tuple[Path, Path, Path]
) -> Place:
    """Everything that a release needs."""
    return Place(database, mlflow, tmp_path / "models", exports)
