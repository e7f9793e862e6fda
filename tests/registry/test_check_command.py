"""`idrill models check` holds ledger, folders and aliases against each other."""

import shutil
from pathlib import Path

import pytest

from idrill.cli import run
from idrill.registry.champions import folder_of
from idrill.registry.connection import MLflow
from idrill.registry.models import register
from idrill.settings import load_settings
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.releases import Judgement
from tests.frozen_models import asked

NAME = "rul-liner"


@pytest.fixture(autouse=True)
def _champion(
    database: Database,
    mlflow: MLflow,
    exports: tuple[Path, Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A champion in the ledger, of which MLflow's alias does not know."""
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.setenv("IDRILL_DATABASE_URL", database.url)
    monkeypatch.setenv("IDRILL_MLFLOW_URL", mlflow.url)
    models = load_settings().models_folder
    register(database, mlflow, models, exports[0], asked(), by="ada")
    with database.session() as session:
        promotions.promote(session, NAME, 1, Judgement("good"), by="ada", against=None)


def test_an_alias_that_differs_is_told_and_set_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["models", "check"]) == 1
    assert "the alias in MLflow names no champion, the ledger version 1" in capsys.readouterr().out

    assert run(["models", "check", "--mirror"]) == 0
    assert run(["models", "check"]) == 0
    assert "Ledger, folders and aliases agree." in capsys.readouterr().out


def test_a_champion_whose_folder_is_spoiled_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(folder_of(load_settings().models_folder, NAME, 1))

    assert run(["models", "check", "--mirror"]) == 1
    assert "rul-liner/1: " in capsys.readouterr().out
