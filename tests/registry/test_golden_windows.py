"""Golden windows of a registered model."""

from pathlib import Path

from idrill.registry.connection import MLflow
from idrill.registry.models import register
from idrill.rul.golden import GOLDEN_FILE, require_golden
from idrill.rul.prediction import FrozenModel
from idrill.store.database import Database
from tests.frozen_models import asked


def test_a_registered_folder_says_what_the_model_answers(
    database: Database, mlflow: MLflow, tmp_path: Path, exports: tuple[Path, Path, Path]
) -> None:
    def registered() -> Path:
        found = register(
            database, mlflow, tmp_path / "models", exports[0], asked(), by="ada", run_id=None
        )
        return found.folder

    folder = registered()
    require_golden(FrozenModel.open(folder), folder)

    (folder / GOLDEN_FILE).unlink()
    assert registered() == folder
    require_golden(FrozenModel.open(folder), folder)
