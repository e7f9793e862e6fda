"""Candidates: settings tried, members trained, registered; killed at any moment and gone on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from idrill.errors import LakeBusy
from idrill.registry.candidates import Trained, train_candidate
from idrill.registry.component_models import Workshop
from idrill.registry.connection import MLflow
from idrill.registry.tracker import MLflowTracker
from idrill.registry.unfinished import job_of, unfinished
from idrill.rul.card import MODEL_FILE, TrainingSet
from idrill.rul.course import Course, Training
from idrill.rul.learning import Parts, Plan
from idrill.rul.samples import Samples
from idrill.rul.search import Tried
from idrill.store.database import Database
from idrill.store.lake import Lake
from tests.worn_units import PROBLEM, worn

PARTS = Parts(worn(8, seed=1), worn(4, seed=2), worn(25, seed=3))
PLAN = Plan("summary", 2, Training(epochs=3, patience=3, learning_rate=1e-2))
DATA = TrainingSet("worn units", "ab" * 32, None, (), groups=37, lives=37)


@pytest.fixture
def workshop(database: Database, mlflow: MLflow, tmp_path: Path) -> Workshop:
    torch.set_num_threads(1)
    lake = Lake(str(tmp_path / "lake"), database)
    return Workshop(database, lake, mlflow, tmp_path / "models", tmp_path / "training")


@pytest.fixture
def epochs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the epochs that are run."""
    run: list[int] = []
    epoch = Course.epoch

    def counted(course: Course, training: Samples) -> float:
        run.append(course.done + 1)
        return epoch(course, training)

    monkeypatch.setattr(Course, "epoch", counted)
    return run


def nothing(*_: object) -> None:
    """Hear, and go on."""


def trained(
    workshop: Workshop,
    trials: int = 2,
    tried: Callable[[Tried], None] = nothing,
    heard: Callable[[int, int, Mapping[str, float]], None] = nothing,
) -> Trained:
    return train_candidate(
        workshop, PROBLEM, PARTS, PLAN, DATA, by="ada",
        trials=trials, heard_of_trials=tried, heard=heard,
    )  # fmt: skip


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def killed_in_second_member(member: int, epoch: int, _: Mapping[str, float]) -> None:
    if (member, epoch) == (2, 2):
        raise KeyboardInterrupt


def test_a_job_that_was_killed_twice_comes_to_the_same_model_as_one_that_was_not(
    workshop: Workshop, epochs: list[int]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(workshop, tried=killed)
    with pytest.raises(KeyboardInterrupt):
        trained(workshop, heard=killed_in_second_member)
    epochs.clear()

    resumed = trained(workshop)

    assert epochs == [3]
    whole = trained(workshop)
    assert whole.registered.version == resumed.registered.version + 1
    assert len(epochs) == 1 + 2 * 3 + 2 * 3
    assert resumed.plan == whole.plan
    assert resumed.learned.curves == whole.learned.curves
    assert resumed.figures == whole.figures
    first, second = (one.registered.folder / MODEL_FILE for one in (resumed, whole))
    assert first.read_bytes() == second.read_bytes()


def test_what_a_job_needs_to_go_on_is_gone_once_it_is_done(workshop: Workshop) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(workshop, trials=0, heard=killed)
    left = list(workshop.training_folder.iterdir())

    trained(workshop, trials=0)

    assert [one.name for one in left] == [job_of(PROBLEM, PARTS, PLAN, 0, DATA)]
    assert not list(workshop.training_folder.iterdir())


def test_the_run_has_every_trial_the_best_settings_and_the_whole_curve_of_what_was_killed(
    workshop: Workshop,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(workshop, heard=killed_in_second_member)

    done = trained(workshop)

    client = workshop.mlflow.client
    tried = client.get_metric_history(done.run_id, "search/learning_rate")
    assert [one.step for one in tried] == [1, 2]
    assert tried[0].value == PLAN.training.learning_rate
    noted = client.get_run(done.run_id).data
    assert noted.params["learning_rate"] == str(done.plan.training.learning_rate)
    assert noted.params["sizes"] == repr(done.plan.sizes)
    assert noted.params["trials"] == "2"
    curve = client.get_metric_history(done.run_id, "member_2/validation_rmse")
    assert [one.step for one in curve] == [1, 2, 3]
    pictures = {Path(one.path).name for one in client.list_artifacts(done.run_id, "plots")}
    assert pictures == {"curves.png", "search.png"}


def test_the_run_of_a_process_that_died_is_ended_by_the_one_that_goes_on(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dead:
        dead.setattr(MLflowTracker, "__exit__", nothing)
        with pytest.raises(KeyboardInterrupt):
            trained(workshop, trials=0, heard=killed)

    done = trained(workshop, trials=0)

    client = workshop.mlflow.client
    before = client.get_run(done.run_id).data.tags["idrill.goes_on_from"]
    assert client.get_run(before).info.status == "KILLED"
    assert client.get_run(done.run_id).info.status == "FINISHED"


def test_a_job_goes_on_where_mlflow_was_begun_anew(workshop: Workshop) -> None:
    with pytest.raises(KeyboardInterrupt):
        trained(workshop, trials=0, heard=killed)
    signed = workshop.training_folder / job_of(PROBLEM, PARTS, PLAN, 0, DATA) / "run_id"
    signed.write_text("0" * 32)

    assert trained(workshop, trials=0).registered.version == 1


def test_another_material_or_plan_is_another_job() -> None:
    plan, data = replace(PLAN, members=3), replace(DATA, digest="cd" * 32)
    parts = replace(PARTS, training=PARTS.validation, validation=PARTS.training)

    jobs = [
        job_of(PROBLEM, PARTS, PLAN, 0, DATA),
        job_of(replace(PROBLEM, cap=41.0), PARTS, PLAN, 0, DATA),
        job_of(PROBLEM, parts, PLAN, 0, DATA),
        job_of(PROBLEM, PARTS, plan, 0, DATA),
        job_of(PROBLEM, PARTS, PLAN, 1, DATA),
        job_of(PROBLEM, PARTS, PLAN, 0, data),
    ]

    assert len(set(jobs)) == len(jobs)
    assert job_of(PROBLEM, PARTS, PLAN, 0, DATA) == jobs[0]


def test_a_table_written_again_with_the_same_content_is_the_same_job() -> None:
    again = replace(DATA, lake_version=7)

    assert job_of(PROBLEM, PARTS, PLAN, 0, again) == job_of(PROBLEM, PARTS, PLAN, 0, DATA)


def test_the_same_job_in_another_process_is_told_so(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idrill.registry.unfinished.WAIT", 0.05)
    job = job_of(PROBLEM, PARTS, PLAN, 0, DATA)

    with (
        unfinished(workshop.database, workshop.training_folder, job),
        pytest.raises(LakeBusy, match=f"training of {job} is being written by process"),
    ):
        trained(workshop, trials=0)
