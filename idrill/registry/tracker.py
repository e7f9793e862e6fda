"""Training runs kept by MLflow."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import time
from types import TracebackType
from typing import Self, TypeVar

from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

from idrill.registry.connection import MLflow
from idrill.tracking import Parameter

PICTURES = (".png", ".svg", ".jpg")
CODE_VERSION = "idrill.code_version"
DIGEST = 36
"""Characters of a digest that MLflow has room for; the whole stands in the source."""
AT_ONCE = 100
"""Entries that MLflow takes at a time."""

Entry = TypeVar("Entry")


class MLflowTracker:
    """A run of MLflow as a context: finished at its end, failed where it raises.

    Args:
        mlflow: Where to.
        experiment: Name of the experiment, such as `rul-liner`.
        name: Of the run.
        code_version: Of i-Drill.

    Raises:
        StoreError: From each method, if MLflow cannot be reached or refuses.
    """

    def __init__(self, mlflow: MLflow, experiment: str, name: str, code_version: str) -> None:
        self._mlflow = mlflow
        self._client = mlflow.client
        self._experiment = experiment
        self._name = name
        self._code_version = code_version
        self.run_id = ""
        """Of the run, from the beginning of the context on."""

    def __enter__(self) -> Self:
        """Begin the run."""
        experiment = self._mlflow.experiment(self._experiment)
        with self._mlflow.explaining():
            tags = {CODE_VERSION: self._code_version, "mlflow.source.name": "idrill"}
            run = self._client.create_run(experiment, tags=tags, run_name=self._name)
        self.run_id = str(run.info.run_id)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the run; what went wrong becomes a tag of it."""
        with self._mlflow.explaining():
            if error is not None:
                said = f"{type(error).__name__}: {error}"[:5000]
                self._client.log_batch(self.run_id, tags=[RunTag("idrill.failure", said)])
            self._client.set_terminated(self.run_id, _status(error))

    def parameters(self, values: Mapping[str, Parameter]) -> None:
        """Note what the run was given; a name may be said once."""
        noted = [Param(name, str(value)) for name, value in values.items()]
        with self._mlflow.explaining():
            for some in _batches(noted):
                self._client.log_batch(self.run_id, params=some)

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Note figures, of an epoch if `step` is given."""
        now = int(time() * 1000)
        noted = [Metric(name, float(value), now, step or 0) for name, value in values.items()]
        with self._mlflow.explaining():
            for some in _batches(noted):
                self._client.log_batch(self.run_id, metrics=some)

    def data_set(self, name: str, digest: str, described: Mapping[str, Parameter]) -> None:
        """Note what was learned from: its name, the hash of its content, and where it lies."""
        source = json.dumps({"digest": digest, **described})
        data_set = Dataset(name, digest[:DIGEST], "idrill", source, profile=source)
        with self._mlflow.explaining():
            self._client.log_inputs(self.run_id, [DatasetInput(data_set)])

    def file(self, path: Path) -> None:
        """Keep a copy of a file: a plot, a table, a checkpoint."""
        folder = "plots" if path.suffix in PICTURES else None
        with self._mlflow.explaining():
            self._client.log_artifact(self.run_id, str(path), folder)


def _status(error: BaseException | None) -> str:
    if error is None:
        return "FINISHED"
    return "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"


def _batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    return (entries[start : start + AT_ONCE] for start in range(0, len(entries), AT_ONCE))
