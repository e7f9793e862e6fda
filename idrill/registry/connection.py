"""The connection to MLflow: set up on purpose, silent towards its makers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from mlflow import MlflowClient
from mlflow.entities import Experiment
from mlflow.environment_variables import MLFLOW_DISABLE_TELEMETRY
from mlflow.exceptions import MlflowException
from mlflow.telemetry import set_telemetry_client
from sqlalchemy.exc import SQLAlchemyError

from idrill.errors import StoreError

SQLITE = "sqlite:///"


class MLflow:
    """MLflow behind one URL.

    Args:
        url: `sqlite:///PATH`, `postgresql://…` or `http://…` of a server.
        artifacts: Folder of what runs leave behind; a server has its own.

    Raises:
        StoreError: If MLflow cannot be reached.
    """

    def __init__(self, url: str, artifacts: Path) -> None:
        self.url = url
        self.artifacts = artifacts
        MLFLOW_DISABLE_TELEMETRY.set(True)  # type: ignore[no-untyped-call]
        set_telemetry_client()  # type: ignore[no-untyped-call]
        if url.startswith(SQLITE):
            _make_folder(Path(url.removeprefix(SQLITE)).parent)
        with self.explaining():
            self.client = MlflowClient(tracking_uri=url, registry_uri=url)

    @property
    def shown(self) -> str:
        """The URL without user and password."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def experiment(self, name: str) -> str:
        """Identifier of an experiment, made if there is none.

        Raises:
            StoreError: If it was deleted, or MLflow cannot be reached.
        """
        with self.explaining():
            found = self.client.get_experiment_by_name(name) or self._new_experiment(name)
        if found.lifecycle_stage != "active":
            raise StoreError(
                f"the experiment {name} of MLflow at {self.shown} was deleted: restore it with "
                f"`mlflow experiments restore --experiment-id {found.experiment_id}`"
            )
        return str(found.experiment_id)

    def _new_experiment(self, name: str) -> Experiment:
        on_server = self.url.startswith("http")
        place = None if on_server else (self.artifacts.absolute() / name).as_uri()
        try:
            number = self.client.create_experiment(name, artifact_location=place)
        except MlflowException as error:
            found = self.client.get_experiment_by_name(name)
            if error.error_code != "RESOURCE_ALREADY_EXISTS" or found is None:
                raise
            return found
        return self.client.get_experiment(number)

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn what MLflow says into a StoreError that says what to do."""
        try:
            yield
        except (MlflowException, SQLAlchemyError) as error:
            said = " ".join(str(error).split())[:300]
            raise StoreError(
                f"MLflow at {self.shown} refused: {said}; check IDRILL_MLFLOW_URL"
            ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder of MLflow, {folder}: {error}") from error
