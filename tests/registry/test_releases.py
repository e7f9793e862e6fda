"""From an exported folder to a champion, and back."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from idrill.errors import (
    IllegalMove,
    InvalidModel,
    LakeError,
    NoChampion,
    NotFound,
    PromotionConflict,
)
from idrill.registry.aliases import check_aliases, mirror
from idrill.registry.champions import folder_of, open_champion, open_version
from idrill.registry.models import register
from idrill.registry.releases import roll_back, withdraw
from idrill.rul.card import MODEL_FILE
from idrill.store import promotions
from idrill.store.lake import Lake
from idrill.store.tables import LakeTable
from tests.frozen_models import asked, exported
from tests.registry.places import BETTER, MODEL, WORSE, Place


def test_a_registered_model_is_a_candidate_in_ledger_folder_and_mlflow(place: Place) -> None:
    one = place.register(0)

    assert (one.model, one.version) == (MODEL, 1)
    assert one.folder == folder_of(place.models, MODEL, 1)
    with place.database.session() as session:
        row = promotions.version_of(session, MODEL, 1)
    assert (row.state, row.by, row.digest) == ("candidate", "ada", one.digest)
    assert open_version(place.models, row).digest == one.digest
    version = place.mlflow.client.get_model_version(MODEL, "1")
    assert version.tags["digest"] == one.digest
    assert json.loads(version.description or "")["model"] == MODEL
    run = place.mlflow.client.get_run(version.run_id or "")
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"rmse": 11.5}
    assert run.inputs is not None
    assert run.inputs.dataset_inputs[0].dataset.name == "component_histories"


def test_mlflow_has_signature_example_requirements_and_card(place: Place) -> None:
    place.register(0)

    version = place.mlflow.client.get_model_version(MODEL, "1")
    folder = Path((version.source or "").removeprefix("file://"))
    held = {path.name for path in folder.iterdir()}
    described = (folder / "MLmodel").read_text()

    assert {"model.onnx", "card.json", "requirements.txt", "input_example.json"} <= held
    assert "onnxruntime==" in (folder / "requirements.txt").read_text()
    assert '"name": "mask"' in described
    assert '"name": "quantiles"' in described
    assert folder.is_relative_to(place.mlflow.artifacts)


def test_the_same_model_is_registered_once(place: Place) -> None:
    first, again, other = place.register(0), place.register(0), place.register(1)

    assert again == first
    assert other.version == 2


def test_what_a_model_was_trained_on_stays_in_the_lake(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(str(tmp_path / "lake"), place.database)
    kept: list[tuple[str, int, str]] = []

    def pin(_: Lake, table: LakeTable, version: int, cited_by: str) -> None:
        kept.append((table.name, version, cited_by))

    monkeypatch.setattr(Lake, "pin", pin)
    place.register(0, lake)

    assert kept == [("component_histories", 7, "rul-liner/1")]


def test_a_model_whose_data_the_lake_has_lost_is_no_candidate(place: Place, tmp_path: Path) -> None:
    with pytest.raises(LakeError):
        place.register(0, Lake(str(tmp_path / "lake"), place.database))

    with place.database.session() as session:
        assert promotions.models(session) == []


def test_numbers_that_the_ledger_has_are_passed_over(place: Place) -> None:
    with place.database.session() as session:
        for version in (1, 2):
            promotions.enter(
                session, MODEL, version, f"{version:064x}", by="bo", reason="elsewhere"
            )

    one = place.register(0)

    assert one.version == 3
    known = place.mlflow.client.search_model_versions(f"name = '{MODEL}'")
    assert [int(version.version) for version in known] == [3]


def test_a_name_that_cannot_be_a_folder_is_refused(place: Place, tmp_path: Path) -> None:
    exported(tmp_path / "odd", model="../liner")

    with pytest.raises(InvalidModel, match=r"cannot be called '\.\./liner'"):
        register(place.database, place.mlflow, place.models, tmp_path / "odd", asked(), by="ada")


def test_the_first_good_model_becomes_champion(place: Place) -> None:
    one = place.register(0)

    assert place.release(one, WORSE, None)

    with place.database.session() as session:
        row, model = open_champion(session, place.models, MODEL)
    assert (row.version, model.digest) == (1, one.digest)
    assert row.judged.evaluation["units"] == 250
    assert (row.judged.test_set, row.judged.looks) == ("liner, fleet of seed 7", 1)
    assert place.alias() == 1


def test_a_worse_model_is_refused_and_the_champion_stays(place: Place) -> None:
    first, second = place.register(0), place.register(1)
    place.release(first, WORSE, None)

    assert not place.release(second, BETTER, 1)

    assert (place.champion(), place.alias()) == (1, 1)
    with place.database.session() as session:
        row = promotions.version_of(session, MODEL, 2)
    assert row.state == "refused"
    assert row.judged.reason.startswith("it does not beat age: RMSE ")
    assert row.judged.looks == 2


def test_a_component_whose_only_model_was_refused_says_why(place: Place) -> None:
    with pytest.raises(NoChampion, match="it was never trained"):
        place.champion()

    place.release(place.register(0), BETTER, None)

    with pytest.raises(NoChampion, match="version 1 was refused because it does not beat age"):
        place.champion()


def test_roll_back_is_one_call(place: Place) -> None:
    first, second = place.register(0), place.register(1)
    place.release(first, WORSE, None)
    place.release(second, WORSE, 1)
    assert (place.champion(), place.alias()) == (2, 2)

    back = roll_back(
        place.database, place.models, MODEL, by="bo", reason="pumps fail", mlflow=place.mlflow
    )

    assert back is not None
    assert back.title == "rul-liner/1"
    assert (place.champion(), place.alias()) == (1, 1)
    roll_back(place.database, place.models, MODEL, by="bo", reason="this too", mlflow=place.mlflow)
    assert place.alias() is None


def test_roll_back_to_a_spoiled_folder_changes_nothing(place: Place) -> None:
    first, second = place.register(0), place.register(1)
    place.release(first, WORSE, None)
    place.release(second, WORSE, 1)
    shutil.rmtree(first.folder)

    with pytest.raises(InvalidModel, match=r"is no model folder: model\.onnx") as told:
        roll_back(place.database, place.models, MODEL, by="bo", reason="pumps fail")

    assert place.champion() == 2
    assert "rul-liner/1 would serve again, but" in str(told.value)
    assert "let nothing serve: idrill models rollback rul-liner --to nothing" in str(told.value)


def test_a_champion_is_taken_out_though_the_one_before_is_gone(place: Place) -> None:
    first, second = place.register(0), place.register(1)
    place.release(first, WORSE, None)
    place.release(second, WORSE, 1)
    shutil.rmtree(first.folder)

    out = withdraw(place.database, MODEL, by="bo", reason="pumps fail", mlflow=place.mlflow)

    assert (out.title, out.state) == ("rul-liner/2", "rolled_back")
    assert place.alias() is None
    with pytest.raises(NoChampion, match="version 2 was rolled back because pumps fail"):
        place.champion()
    assert place.release(place.register(2), WORSE, None)


def test_who_assessed_against_a_former_champion_is_told(place: Place) -> None:
    ones = [place.register(number) for number in range(3)]
    place.release(ones[0], WORSE, None)
    place.release(ones[1], WORSE, 1)

    with pytest.raises(PromotionConflict, match="judged against rul-liner/1"):
        place.release(ones[2], WORSE, 1)

    assert place.champion() == 2
    assert place.release(ones[2], WORSE, 2)


def test_only_what_was_registered_and_not_yet_judged_can_be_released(place: Place) -> None:
    one = place.register(0)
    with pytest.raises(
        InvalidModel, match=f"not rul-liner/1: digest ffffffffffff, not {one.digest[:12]}"
    ):
        place.release(replace(one, digest="f" * 64), WORSE, None)
    with pytest.raises(NotFound, match="no version 9"):
        place.release(replace(one, version=9), WORSE, None)
    place.release(one, WORSE, None)

    with pytest.raises(IllegalMove):
        place.release(one, WORSE, 1)


def test_a_folder_changed_after_registration_is_not_released(place: Place) -> None:
    one = place.register(0)
    graph = one.folder / MODEL_FILE
    graph.chmod(0o644)
    graph.write_bytes(graph.read_bytes() + b" ")

    with pytest.raises(InvalidModel, match="is not the model that was registered"):
        place.release(one, WORSE, None)
    with pytest.raises(InvalidModel, match="was changed: model folders never change"):
        place.register(0)


def test_an_alias_moved_by_hand_is_reported_and_not_followed(place: Place) -> None:
    first, second = place.register(0), place.register(1)
    place.release(first, WORSE, None)
    with place.database.session() as session:
        assert check_aliases(session, place.mlflow) == []

    place.mlflow.client.set_registered_model_alias(MODEL, "champion", str(second.version))

    with place.database.session() as session:
        said = check_aliases(session, place.mlflow)
        assert len(said) == 1
        assert "rul-liner: the alias in MLflow names version 2, the ledger version 1" in said[0]
        assert open_champion(session, place.models, MODEL)[0].version == 1
        mirror(session, place.mlflow, MODEL)
        assert check_aliases(session, place.mlflow) == []
