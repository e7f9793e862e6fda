"""What a training job leaves behind when it is killed, so that the same job goes on from there."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as version_of
from pathlib import Path

from mlflow.exceptions import MlflowException

from idrill.registry.champions import model_name
from idrill.registry.connection import MLflow
from idrill.rul.card import TrainingSet
from idrill.rul.learning import Parts, Plan
from idrill.rul.problem import Problem
from idrill.store.database import Database
from idrill.store.locks import table_lock

WAIT = 1.0
"""How long a job waits for the same one in another process [s]."""
GOES_ON_FROM = "idrill.goes_on_from"
"""Tag of a run of MLflow: the run that was killed before it."""
SHOWN = 16
"""Hex digits of a digest in the name of a folder."""


@contextmanager
def unfinished(database: Database, folder: Path, job: str) -> Iterator[Path]:
    """The folder of a job: as an earlier run left it, or empty; gone once the job is done.

    Args:
        database: The store; one on PostgreSQL keeps the lock.
        folder: Of all jobs.
        job: As `job_of` names it.

    Raises:
        LakeBusy: If the same job is at work in another process.
        LakeError: If the server that keeps the locks cannot be used.
    """
    kept = folder / job
    with table_lock(kept, f"training of {job}", database, WAIT):
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        shutil.rmtree(kept)


def take_over(mlflow: MLflow, kept: Path, run_id: str) -> None:
    """Sign a job with the run of MLflow that is at it now, and end the one that was killed.

    Args:
        mlflow: Where the runs are.
        kept: Folder of the job.
        run_id: Of the run that goes on.

    Raises:
        StoreError: If MLflow cannot be reached, or refuses.
    """
    signed = kept / "run_id"
    if signed.exists():
        _end(mlflow, signed.read_text(), run_id)
    signed.write_text(run_id)


def _end(mlflow: MLflow, killed: str, run_id: str) -> None:
    with mlflow.explaining():
        try:
            status = mlflow.client.get_run(killed).info.status
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return
        mlflow.client.set_tag(run_id, GOES_ON_FROM, killed)
        if status == "RUNNING":
            mlflow.client.set_terminated(killed, "KILLED")


def job_of(problem: Problem, parts: Parts, plan: Plan, trials: int, data: TrainingSet) -> str:
    """Name of a job: the model, and a digest of all that its outcome rests on.

    Args:
        problem: What is to be foreseen.
        parts: Who is in which part.
        plan: How it is trained.
        trials: Of the search before.
        data: What the lives are, by the digest of their content.
    """
    units = {name: [life.unit for life in part] for name, part in parts.by_name.items()}
    rests_on = (
        problem,
        plan,
        trials,
        data.digest,
        units,
        version_of("idrill"),
        version_of("torch"),
    )
    digest = hashlib.sha256(repr(rests_on).encode()).hexdigest()
    return f"{model_name(problem.name)}-{digest[:SHOWN]}"
