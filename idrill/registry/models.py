"""Registered models: a version in MLflow, a folder that never changes, a row in the ledger."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as version_of
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from time import time

import numpy as np
import onnx
from mlflow import onnx as mlflow_onnx
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec

from idrill.errors import InvalidModel
from idrill.prognosis import LEVELS
from idrill.registry.champions import folder_of
from idrill.registry.connection import MLflow
from idrill.registry.tracker import MLflowTracker
from idrill.rul.card import CARD_FILE, MODEL_FILE, Card, digest_of_folder
from idrill.rul.golden import GOLDEN_FILE, golden_of, write_golden
from idrill.rul.prediction import FrozenModel
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import TABLES
from idrill.windows import Windows

NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
"""What a model may be called: the name becomes a folder."""
_UNNAMED = re.compile(r"[^A-Za-z0-9_/. -]")
REQUIREMENTS = ("numpy", "onnxruntime")
"""What serving needs."""
EXAMPLE = 2
"""Windows of the input example."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A version of a model."""

    model: str
    version: int
    digest: str
    folder: Path
    """Which no one changes."""


def register(
    database: Database,
    mlflow: MLflow,
    models_folder: Path,
    folder: Path,
    example: Windows,
    *,
    by: str,
    run_id: str | None = None,
    lake: Lake | None = None,
) -> Registered:
    """Register an exported model as a candidate; the same one is registered once.

    Args:
        database: The store.
        mlflow: Where runs and versions are kept.
        models_folder: Where the folder is copied to, by name and version.
        folder: As `idrill.rul.export` wrote it.
        example: Windows as the model takes them.
        by: Who registers.
        run_id: Of the training run; None makes a run of its own.
        lake: Where the version of the table that it was trained on is kept from now on.

    Raises:
        InvalidModel: If the folder holds no sound model, or its name cannot be one.
        LakeError: If the lake has lost what it was trained on.
        StoreError: If MLflow or the store refuse.
    """
    frozen = FrozenModel.open(folder)
    model = frozen.card.model
    if not NAME.fullmatch(model):
        raise InvalidModel(f"a model cannot be called {model!r}: write lower-case words with -")
    with database.session() as session:
        known = {one.version: one.digest for one in promotions.versions(session, model)}
    same = [version for version, digest in known.items() if digest == frozen.digest]
    version = (
        same[0] if same else _log(mlflow, folder, frozen, example, run_id, max(known, default=0))
    )
    kept = folder_of(models_folder, model, version)
    _keep(folder, kept, frozen, example)
    _pin(lake, frozen.card, f"{model}/{version}")
    if not same:
        why = f"trained on {frozen.card.trained_on.name}"
        with database.session() as session:
            promotions.enter(session, model, version, frozen.digest, by=by, reason=why)
    return Registered(model, version, frozen.digest, kept)


def _pin(lake: Lake | None, card: Card, cited_by: str) -> None:
    """Keep what a model was trained on, if it lies in the lake."""
    learned = card.trained_on
    if lake is not None and learned.lake_version is not None and learned.name in TABLES:
        lake.pin(TABLES[learned.name], learned.lake_version, cited_by)


def _log(
    mlflow: MLflow,
    folder: Path,
    frozen: FrozenModel,
    example: Windows,
    run_id: str | None,
    highest: int,
) -> int:
    """Version of the model in MLflow, above `highest`."""
    card = frozen.card
    if run_id is not None:
        return _log_to_run(mlflow, run_id, folder, frozen, example, highest)
    with MLflowTracker(mlflow, card.model, "registered", card.code_version) as run:
        run.metrics({figure.name: figure.value for figure in card.figures})
        learned = card.trained_on
        described = {"lake_version": learned.lake_version, "lives": learned.lives}
        run.data_set(learned.name, learned.digest, described)
        return _log_to_run(mlflow, run.run_id, folder, frozen, example, highest)


def _log_to_run(
    mlflow: MLflow,
    run_id: str,
    folder: Path,
    frozen: FrozenModel,
    example: Windows,
    highest: int,
) -> int:
    with TemporaryDirectory() as scratch, mlflow.explaining():
        saved = Path(scratch) / "model"
        mlflow_onnx.save_model(
            onnx.load(folder / MODEL_FILE),
            str(saved),
            signature=signature(frozen.card),
            input_example=_input_example(example),
            pip_requirements=[f"{name}=={version_of(name)}" for name in REQUIREMENTS],
            save_as_external_data=False,
        )
        shutil.copyfile(folder / CARD_FILE, saved / CARD_FILE)
        mlflow.client.log_artifacts(run_id, str(saved), "model")
        return _next_version(mlflow, run_id, frozen, highest)


def _next_version(mlflow: MLflow, run_id: str, frozen: FrozenModel, highest: int) -> int:
    """A new version; where MLflow was begun anew, numbers that the ledger has are passed over."""
    client, card = mlflow.client, frozen.card
    try:
        client.create_registered_model(card.model, description=card.purpose)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    source = f"{client.get_run(run_id).info.artifact_uri}/model"
    tags = {"digest": frozen.digest, "trained_on": card.trained_on.name}
    while True:
        made = client.create_model_version(
            card.model, source, run_id, tags=tags, description=card.as_json()
        )
        if int(made.version) > highest:
            return int(made.version)
        client.delete_model_version(card.model, str(made.version))


def note_metrics(
    mlflow: MLflow, model: str, version: int, figures: Mapping[str, str | int | float]
) -> None:
    """Add what was measured of a version to the run that trained it; words are left out.

    Raises:
        StoreError: If MLflow refuses.
    """
    noted = [
        Metric(f"judged/{_UNNAMED.sub('_', name)}", float(value), int(time() * 1000), 0)
        for name, value in figures.items()
        if not isinstance(value, str) and isfinite(value)
    ]
    with mlflow.explaining():
        run_id = mlflow.client.get_model_version(model, str(version)).run_id
        if run_id:
            mlflow.client.log_batch(run_id, metrics=noted)


def signature(card: Card) -> ModelSignature:
    """What the graph takes and gives, as MLflow writes it."""
    rows, channels = card.problem.length, len(card.problem.channels)
    single, whether = np.dtype("float32"), np.dtype("bool")
    return ModelSignature(
        Schema(
            [
                TensorSpec(single, (-1, rows, channels), "values"),
                TensorSpec(whether, (-1, rows), "mask"),
            ]
        ),
        Schema(
            [
                TensorSpec(single, (-1,), "remaining"),
                TensorSpec(single, (-1, len(LEVELS)), "quantiles"),
            ]
        ),
    )


def _input_example(windows: Windows) -> Mapping[str, object]:
    return {"values": windows.values[:EXAMPLE], "mask": windows.mask[:EXAMPLE]}


def _keep(folder: Path, kept: Path, frozen: FrozenModel, example: Windows) -> None:
    """Copy a model folder whole or not at all; what is there already must be the same.

    What the model answers about the example lies beside it as golden windows.
    """
    if kept.exists():
        if digest_of_folder(kept) != frozen.digest:
            raise InvalidModel(
                f"{kept} was changed: model folders never change; move it away and try again"
            )
        if not (kept / GOLDEN_FILE).exists():
            write_golden(kept, golden_of(frozen, example))
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
    try:
        for name in (MODEL_FILE, CARD_FILE):
            shutil.copy(folder / name, draft / name)
        write_golden(draft, golden_of(frozen, example))
        draft.chmod(0o755)
        draft.rename(kept)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
