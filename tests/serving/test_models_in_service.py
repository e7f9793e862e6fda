"""Champions as a worker has them: opened once, checked, swapped at once, let go."""

import gc
import shutil
import time
import weakref
from pathlib import Path

import pytest

from idrill.access import Role
from idrill.errors import NoChampion
from idrill.registry.champions import folder_of
from idrill.rul.card import MODEL_FILE
from idrill.rul.golden import GOLDEN_FILE
from idrill.store import promotions
from idrill.store.database import Database
from idrill_serving.models import Champions
from tests.served_models import MODEL, candidate, crown
from tests.service import Service


@pytest.fixture
def models(service: Service, tmp_path: Path) -> Path:
    """The folder of models of a service, with two versions of which the first serves."""
    folder = tmp_path / "home" / "models"
    candidate(service.database, folder, 2)
    return folder


@pytest.fixture
def champions(service: Service, models: Path) -> Champions:
    return Champions(service.database, models)


def roll_back(database: Database) -> None:
    with database.session() as session:
        promotions.roll_back(session, MODEL, by="ada", reason="wrong on the rig")


def test_a_champion_is_opened_once_and_swapped_when_the_ledger_says_so(
    service: Service, champions: Champions
) -> None:
    first = champions.serving(MODEL)
    champions.refresh()
    again = champions.serving(MODEL)
    crown(service.database, 2)
    unaware = champions.serving(MODEL)
    champions.refresh()
    second = champions.serving(MODEL)
    roll_back(service.database)
    champions.refresh()
    back = champions.serving(MODEL)

    assert first is again is unaware
    assert [one.row.version for one in (first, second, back)] == [1, 2, 1]
    assert back.model is not first.model


def test_the_old_model_answers_whoever_holds_it_and_is_let_go_after_that(
    service: Service, champions: Champions
) -> None:
    held = champions.serving(MODEL)
    gone = weakref.ref(held.model)
    crown(service.database, 2)
    champions.refresh()
    gc.collect()

    assert gone() is held.model
    del held
    assert gone() is None


def test_a_damaged_champion_leaves_the_old_one_serving_and_is_said(
    service: Service, champions: Champions, models: Path
) -> None:
    champions.refresh()
    graph = folder_of(models, MODEL, 2) / MODEL_FILE
    graph.chmod(0o644)
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-100])
    crown(service.database, 2)
    champions.refresh()

    assert champions.serving(MODEL).row.version == 1
    said = champions.problems()[MODEL]
    assert "rul-liner/1 goes on serving" in said
    assert "models/rul-liner/2 is not the model that was registered" in said
    assert str(models) not in said

    graph.write_bytes(whole)
    champions.refresh()

    assert champions.serving(MODEL).row.version == 2
    assert champions.problems() == {}


def test_a_champion_that_answers_otherwise_than_once_does_not_serve(
    service: Service, models: Path
) -> None:
    golden = folder_of(models, MODEL, 1) / GOLDEN_FILE
    shutil.copy(folder_of(models, MODEL, 2) / GOLDEN_FILE, golden.with_name("other"))
    golden.with_name("other").rename(golden)
    champions = Champions(service.database, models)

    with pytest.raises(NoChampion, match=r"nothing serves: .*golden windows otherwise"):
        champions.serving(MODEL)


def test_where_nothing_serves_the_reason_and_the_remedy_are_said(
    service: Service, champions: Champions
) -> None:
    roll_back(service.database)

    with pytest.raises(NoChampion, match=r"rolled back because wrong on the rig; train one"):
        champions.serving(MODEL)
    with pytest.raises(NoChampion, match="rul-brake does not serve: the ledger does not know it"):
        champions.serving("rul-brake")


def test_a_running_service_follows_the_ledger_by_itself_and_tells_what_it_cannot_open(
    service: Service, models: Path
) -> None:
    viewer = service.token(Role.VIEWER)

    def told() -> tuple[str, str]:
        services = service.client.get("/api/v1/health/services", headers=viewer).json()["services"]
        [one] = [one for one in services if one["name"] == "models"]
        return one["status"], one["detail"]

    assert told() == ("ok", "rul-liner/1 serve")

    shutil.rmtree(folder_of(models, MODEL, 2))
    crown(service.database, 2)
    status, detail = told()

    assert status == "degraded"
    assert "rul-liner/1 goes on serving: models/rul-liner/2 is no model folder" in detail


@pytest.mark.usefixtures("models")
def test_the_poll_alone_changes_what_serves(service: Service) -> None:
    app = service.client.app
    champions = app.state.platform.champions  # type: ignore[attr-defined]
    deadline = time.monotonic() + 10
    while not champions.open_now() and time.monotonic() < deadline:
        time.sleep(0.02)

    assert champions.open_now()[MODEL].row.version == 1
