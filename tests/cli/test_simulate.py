"""`idrill simulate` leaves files in the inbox, and the truth apart from them."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from idrill.cli import run
from idrill.rigs import Rig
from idrill.settings import Settings
from idrill.store import rigs
from idrill.store.database import Database


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "INBOX"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    return tmp_path


def test_a_day_lies_in_the_inbox_of_a_synthetic_rig_and_its_truth_elsewhere(home: Path) -> None:
    arguments = ["simulate", "--rig", "SIM_01", "--days", "1", "--seed", "4", "--from"]

    assert run([*arguments, "2026-02-01"]) == 0

    measured = pl.read_csv(home / "inbox" / "SIM_01" / "2026-02-01.csv")
    truth = pl.read_parquet(home / "simulations" / "SIM_01" / "2026-02-01.truth.parquet")
    assert measured.height > 80_000
    assert truth.height == 86_400
    assert truth["time"].dt.date().unique().to_list() == [date(2026, 2, 1)]
    assert "influx" not in " ".join(measured.columns).lower()
    with Database(Settings(home=home).store_url).session() as session:
        assert rigs.get(session, "SIM_01").synthetic


def test_a_rig_that_measures_cannot_become_a_simulated_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(Settings(home=home).store_url)
    database.migrate()
    with database.session() as session:
        rigs.register(session, Rig("REAL_1", "REAL_1"))

    assert run(["simulate", "--rig", "REAL_1", "--days", "1"]) == 2
    assert "REAL_1" in capsys.readouterr().err
    assert not (home / "inbox" / "REAL_1").exists()
