"""Models that serve, opened from their folders: no MLflow on this path."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from idrill.rul.prediction import FrozenModel
from idrill.store import promotions
from idrill.store.releases import Promotion


def model_name(component: str) -> str:
    """Name of the model that foresees a component's remaining life.

    Example:
        >>> model_name("liner")
        'rul-liner'
    """
    return f"rul-{component}"


def component_of(model: str) -> str:
    """The component whose remaining life a model foresees.

    Example:
        >>> component_of("rul-liner")
        'liner'
    """
    return model.removeprefix("rul-")


def folder_of(models_folder: Path, model: str, version: int) -> Path:
    """Where a version of a model lies.

    Example:
        >>> str(folder_of(Path("models"), "rul-liner", 3))
        'models/rul-liner/3'
    """
    return models_folder / model / str(version)


def open_version(models_folder: Path, one: Promotion) -> FrozenModel:
    """A version of a model, as it was registered.

    Raises:
        InvalidModel: If its folder is missing or was changed.
    """
    return FrozenModel.open(folder_of(models_folder, one.model, one.version), one.digest)


def open_champion(
    session: Session, models_folder: Path, model: str, at: datetime | None = None
) -> tuple[Promotion, FrozenModel]:
    """The version that serves, or served at `at`, and the row that says so.

    Raises:
        NoChampion: If there is none; says why.
        InvalidModel: If its folder is missing or was changed.
    """
    row = promotions.champion(session, model, at)
    return row, open_version(models_folder, row)
