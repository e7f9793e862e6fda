"""`idrill lake …`, as a person types it."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from idrill.cli.lake import app
from idrill.errors import LakeError
from idrill.frame import schema
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import RAW


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose lake holds one rig-day that was replaced once."""
    for name in ("DATABASE_URL", "LAKE_URL"):
        monkeypatch.delenv(f"IDRILL_{name}", raising=False)
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'idrill.db'}")
    database.migrate()
    lake = Lake(str(tmp_path / "lake"), database)
    for value in (1.0, 2.0):
        row = ("RIG-1", datetime(2024, 3, 1, tzinfo=UTC), "file", value, 0)
        frame = pl.DataFrame([row], schema=schema(["torque"]), orient="row")
        lake.write(RAW, {"rig_id": "RIG-1", "day": date(2024, 3, 1)}, frame)
    database.dispose()
    return tmp_path


@pytest.mark.usefixtures("home")
def test_history_shows_each_commit() -> None:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["history", "raw_sensor_data"])

    assert result.exit_code == 0, result.output
    assert result.output.count("rig_id=RIG-1/day=2024-03-01") == 2


def test_a_vacuum_tried_dry_deletes_nothing_and_then_it_does(home: Path) -> None:
    files = home / "lake" / "raw_sensor_data"
    runner = CliRunner()

    dry = runner.invoke(app, ["vacuum", "--retention", "0", "--dry-run"])
    kept = len(list(files.rglob("*=*/*.parquet")))
    wet = runner.invoke(app, ["vacuum", "--retention", "0"])

    assert (dry.exit_code, wet.exit_code) == (0, 0), dry.output + wet.output
    assert "raw_sensor_data" in dry.output
    assert (kept, len(list(files.rglob("*=*/*.parquet")))) == (2, 1)


@pytest.mark.usefixtures("home")
def test_optimize_goes_through_every_table_that_exists() -> None:
    result = CliRunner().invoke(app, ["optimize"])

    assert result.exit_code == 0, result.output
    assert "raw_sensor_data" in result.output
    assert "depth_data" not in result.output


@pytest.mark.usefixtures("home")
def test_an_unknown_table_is_named_with_those_there_are() -> None:
    result = CliRunner().invoke(app, ["history", "raw"])

    assert isinstance(result.exception, LakeError)
    assert "raw_sensor_data" in str(result.exception)
