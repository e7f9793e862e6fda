"""`idrill models …`, as a person types it."""

import shutil
from pathlib import Path

import pytest

from idrill.cli import run
from idrill.registry.champions import folder_of
from idrill.settings import load_settings
from idrill.store import promotions
from idrill.store.database import Database
from idrill.store.releases import Judgement
from tests.frozen_models import exported

NAME = "rul-liner"
GOOD = Judgement(
    "beats all of age, linear on 250 units of liner, fleet of seed 7 at look 1; closest: RMSE 9.6 "
    "against 14.1 of linear, p 0",
    {"rmse": 9.6},
    "liner, fleet of seed 7",
    1,
)
BAD = Judgement("it does not beat linear: RMSE 20 against 14.1", {}, "liner, fleet of seed 7", 2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of three exported models."""
    folder = tmp_path_factory.mktemp("exports")
    for seed in range(3):
        exported(folder / str(seed), seed=seed)
    return folder


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store without a model, MLflow out of reach, a screen of 80 columns."""
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    (tmp_path / "file").touch()
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IDRILL_MLFLOW_URL", f"sqlite:///{tmp_path}/file/mlflow.db")
    monkeypatch.setenv("COLUMNS", "80")
    database = Database(load_settings().store_url)
    database.migrate()
    return database


@pytest.fixture
def two_champions(database: Database, made: Path) -> None:
    """Version 1 gave way to version 2; version 3 was refused."""
    from idrill.rul.card import digest_of_folder

    for version in (1, 2, 3):
        source = made / str(version - 1)
        folder = folder_of(load_settings().models_folder, NAME, version)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, folder)
        with database.session() as session:
            promotions.enter(
                session, NAME, version, digest_of_folder(source), by="ada", reason="trained"
            )
    with database.session() as session:
        promotions.promote(session, NAME, 1, GOOD, by="ada", against=None)
    with database.session() as session:
        promotions.promote(session, NAME, 2, GOOD, by="bo", against=1)
    with database.session() as session:
        promotions.refuse(session, NAME, 3, BAD, by="ada")


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["models", *arguments]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80 or arguments[0] in {"rollback", "show"}
    return said


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["models", *arguments]) == 2
    return capsys.readouterr().err


def test_without_a_model_it_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No model was registered yet." in shown(capsys, "list")
    assert "no model is called 'rul-liner'; models: none yet" in refused(capsys, "history", NAME)
    assert "rul-liner has no champion: it was never trained" in refused(capsys, "champion", NAME)


@pytest.mark.usefixtures("two_champions")
def test_list_names_what_serves_and_what_became_of_the_newest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [heading, row] = shown(capsys, "list").splitlines()

    assert heading.split() == ["model", "serves", "since", "by", "newest"]
    assert row.split()[:2] == [NAME, "2"]
    assert row.split()[-3:] == ["bo", "3", "refused"]


@pytest.mark.usefixtures("two_champions")
def test_history_tells_every_move_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, "history", NAME)
    words = " ".join(said.split())

    numbers = [line.split()[0] for line in said.splitlines() if line.strip()[:1].isdigit()]
    assert [int(number) for number in numbers if number.isdigit()][:3] == [1, 2, 3]
    assert "retired" in words
    assert "refused" in words
    assert "gave way" in words


@pytest.mark.usefixtures("two_champions")
def test_the_champion_of_now_and_of_any_time_is_named(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, "champion", NAME).startswith("rul-liner/2 since ")
    assert "beats all of age, linear" in shown(capsys, "champion", NAME)
    assert "rul-liner had no champion at 2001-01-01 00:00 UTC" in refused(
        capsys, "champion", NAME, "--at", "2001-01-01"
    )
    with database.session() as session:
        first = next(one for one in promotions.of_model(session, NAME) if one.state == "champion")
    assert shown(capsys, "champion", NAME, "--at", "2100-01-01T00:00").startswith("rul-liner/2")
    assert first.version == 1


@pytest.mark.usefixtures("two_champions")
def test_show_prints_the_card(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, "show", NAME, "--version", "1")

    assert "rul-liner/1, retired" in said
    assert "Liners of ceramic: none was among the training lives." in " ".join(said.split())
    assert "rmse 11.5: 12 held-out lives" in said
    assert "12 lives of 6 groups, seeds 1, 2" in " ".join(said.split())
    assert shown(capsys, "show", NAME).startswith("rul-liner/2, champion")
    assert "no version 9 of rul-liner; versions: 1, 2, 3" in refused(
        capsys, "show", NAME, "--version", "9"
    )


@pytest.mark.usefixtures("two_champions")
def test_a_folder_that_is_gone_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(folder_of(load_settings().models_folder, NAME, 2))

    assert "is no model folder: model.onnx: No such file" in refused(capsys, "show", NAME)


@pytest.mark.usefixtures("two_champions")
def test_rollback_is_one_call_and_needs_no_mlflow(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ("rollback", NAME, "--by", "bo", "--reason", "pumps fail unforeseen")

    first, second = shown(capsys, *order), shown(capsys, *order)

    assert "rul-liner: rul-liner/1 serves again." in first
    assert "The alias in MLflow was not moved: cannot make the folder of MLflow" in first
    assert "rul-liner: nothing serves: there is no earlier champion." in second
    assert "no champion to roll back: version 1 was rolled back because pumps fail" in refused(
        capsys, *order
    )
    with database.session() as session:
        last = promotions.of_model(session, NAME)[-1]
    assert (last.state, last.by) == ("rolled_back", "bo")


@pytest.mark.usefixtures("two_champions")
def test_rollback_to_nothing_goes_though_the_earlier_folder_is_gone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.rmtree(folder_of(load_settings().models_folder, NAME, 1))
    order = ("rollback", NAME, "--by", "bo", "--reason", "pumps fail")

    said = " ".join(refused(capsys, *order).split())
    done = shown(capsys, *order, "--to", "nothing")

    assert "idrill models rollback rul-liner --to nothing" in said
    assert "rul-liner: nothing serves: rul-liner/2 was taken out." in done
    assert "version 2 was rolled back because pumps fail" in refused(capsys, "champion", NAME)


def test_rollback_needs_a_name_and_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--by" in refused(capsys, "rollback", NAME, "--reason", "none")
    assert "--reason" in refused(capsys, "rollback", NAME, "--by", "bo")
