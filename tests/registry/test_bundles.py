"""Bundles of champions: packed whole, unpacked once, and never over what a ledger decided."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idrill.errors import InvalidModel
from idrill.registry.bundles import INDEX, pack, unpack
from idrill.registry.champions import folder_of, open_champion
from idrill.rul.card import MODEL_FILE
from idrill.rul.golden import GOLDEN_FILE, require_golden
from idrill.store import promotions
from idrill.store.database import Database
from tests.served_models import MODEL, candidate, crown


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    """The store of a rig without a network."""
    found = Database(f"sqlite:///{tmp_path / 'rig.db'}")
    found.migrate()
    yield found
    found.dispose()


@pytest.fixture
def bundle(database: Database, tmp_path: Path) -> Path:
    """With the second of two versions."""
    for version in (1, 2):
        candidate(database, tmp_path / "models", version)
        crown(database, version)
    assert pack(database, tmp_path / "models", tmp_path / "bundle") == [f"{MODEL}/2"]
    return tmp_path / "bundle"


def test_what_served_here_serves_elsewhere_and_says_where_it_came_from(
    bundle: Path, elsewhere: Database, tmp_path: Path
) -> None:
    served = unpack(bundle, elsewhere, tmp_path / "rig")
    again = unpack(bundle, elsewhere, tmp_path / "rig")

    with elsewhere.session() as session:
        row, model = open_champion(session, tmp_path / "rig", MODEL)
    assert (served, again) == ([f"{MODEL}/2"], [])
    assert (row.version, row.digest, row.judged.evaluation) == (2, model.digest, {"rmse": 9.5})
    assert row.judged.reason.startswith("came with a bundle; champion there since 20")
    require_golden(model, folder_of(tmp_path / "rig", MODEL, 2))


def test_a_ledger_that_knows_the_model_decides(
    bundle: Path, elsewhere: Database, tmp_path: Path
) -> None:
    candidate(elsewhere, tmp_path / "rig", 1)
    crown(elsewhere, 1)

    assert unpack(bundle, elsewhere, tmp_path / "rig") == []
    with elsewhere.session() as session:
        assert promotions.champion(session, MODEL).version == 1


def test_without_a_champion_or_with_a_damaged_one_nothing_is_packed(
    database: Database, tmp_path: Path
) -> None:
    with pytest.raises(InvalidModel, match="no model has a champion"):
        pack(database, tmp_path / "models", tmp_path / "bundle")

    candidate(database, tmp_path / "models", 1)
    crown(database, 1)
    (folder_of(tmp_path / "models", MODEL, 1) / GOLDEN_FILE).unlink()

    with pytest.raises(InvalidModel, match="golden"):
        pack(database, tmp_path / "models", tmp_path / "other")


@pytest.mark.parametrize("broken", ["graph", "index"])
def test_a_broken_bundle_leaves_the_ledger_alone(
    bundle: Path, elsewhere: Database, tmp_path: Path, broken: str
) -> None:
    file = bundle / INDEX if broken == "index" else folder_of(bundle, MODEL, 2) / MODEL_FILE
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(InvalidModel, match="pack it again"):
        unpack(bundle, elsewhere, tmp_path / "rig")
    with elsewhere.session() as session:
        assert promotions.models(session) == []
