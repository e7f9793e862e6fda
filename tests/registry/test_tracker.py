"""What training reports is kept by MLflow, and a run that failed says so."""

from pathlib import Path

import pytest
from mlflow.environment_variables import MLFLOW_DISABLE_TELEMETRY

from idrill.errors import StoreError
from idrill.registry.connection import MLflow
from idrill.registry.tracker import MLflowTracker


def run(mlflow: MLflow) -> MLflowTracker:
    return MLflowTracker(mlflow, "rul-liner", "lstm, seed 1", "0.1.0")


def test_a_run_keeps_parameters_curves_data_set_and_files(mlflow: MLflow, tmp_path: Path) -> None:
    (tmp_path / "curve.png").write_bytes(b"picture")
    (tmp_path / "table.csv").write_text("a,b\n")

    with run(mlflow) as kept:
        kept.parameters({"epochs": 30, "schedule": "cosine", "patience": None})
        for epoch in (1, 2):
            kept.metrics({"validation_rmse": 30.0 / epoch}, step=epoch)
        kept.data_set("component_histories", "ab" * 32, {"lake_version": 7})
        kept.file(tmp_path / "curve.png")
        kept.file(tmp_path / "table.csv")

    found = mlflow.client.get_run(kept.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"epochs": "30", "schedule": "cosine", "patience": "None"}
    curve = mlflow.client.get_metric_history(kept.run_id, "validation_rmse")
    assert [(point.step, point.value) for point in curve] == [(1, 30.0), (2, 15.0)]
    assert found.inputs is not None
    learned = found.inputs.dataset_inputs[0].dataset
    assert learned.name == "component_histories"
    assert "ab" * 32 in learned.source
    assert '"lake_version": 7' in learned.source
    assert found.data.tags["idrill.code_version"] == "0.1.0"
    listed = {file.path for file in mlflow.client.list_artifacts(kept.run_id)}
    assert listed == {"plots", "table.csv"}


def test_more_entries_than_mlflow_takes_at_once_are_kept(mlflow: MLflow) -> None:
    with run(mlflow) as kept:
        kept.parameters({f"parameter {number}": number for number in range(230)})

    assert len(mlflow.client.get_run(kept.run_id).data.params) == 230


def test_a_run_that_raises_is_failed_and_says_what_was_wrong(mlflow: MLflow) -> None:
    kept = run(mlflow)

    with pytest.raises(ValueError, match="no loss"), kept:
        raise ValueError("no loss is a number")

    found = mlflow.client.get_run(kept.run_id)
    assert found.info.status == "FAILED"
    assert found.data.tags["idrill.failure"] == "ValueError: no loss is a number"


def test_a_run_that_is_interrupted_is_killed(mlflow: MLflow) -> None:
    kept = run(mlflow)

    with pytest.raises(KeyboardInterrupt), kept:
        raise KeyboardInterrupt

    assert mlflow.client.get_run(kept.run_id).info.status == "KILLED"


def test_a_parameter_that_was_said_otherwise_is_refused(mlflow: MLflow) -> None:
    with run(mlflow) as kept:
        kept.parameters({"epochs": 30})

        with pytest.raises(StoreError, match=r"MLflow at sqlite:.* refused"):
            kept.parameters({"epochs": 31})


def test_artefacts_lie_where_they_were_wanted(mlflow: MLflow) -> None:
    number = mlflow.experiment("rul-valve")

    place = mlflow.client.get_experiment(number).artifact_location
    assert place == (mlflow.artifacts / "rul-valve").as_uri()
    assert mlflow.experiment("rul-valve") == number


def test_a_deleted_experiment_is_told_with_its_remedy(mlflow: MLflow) -> None:
    number = mlflow.experiment("rul-valve")
    mlflow.client.delete_experiment(number)

    with pytest.raises(StoreError, match=f"mlflow experiments restore --experiment-id {number}"):
        mlflow.experiment("rul-valve")


def test_nothing_is_reported_to_the_makers(mlflow: MLflow) -> None:
    from mlflow.telemetry import get_telemetry_client

    assert mlflow.client is not None
    assert MLFLOW_DISABLE_TELEMETRY.get() is True  # type: ignore[no-untyped-call]
    assert get_telemetry_client() is None


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("idrill.registry.connection.MlflowClient", lambda **_: None)

    shown = MLflow("postgresql://ada:secret@db/mlflow", tmp_path).shown

    assert shown == "postgresql://db/mlflow"
