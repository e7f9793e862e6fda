"""Loading the code location: light, within what Dagster can handle, and described for people."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from idrill.store.tables import STATES, TABLES
from idrill_assets.definitions import definitions
from idrill_assets.partitions import RigDay, stretches

HEAVY = (
    "torch",
    "mlflow",
    "great_expectations",
    "evidently",
    "pandas",
    "matplotlib",
    "scipy",
    "numba",
    "ortools",
)

WITHOUT_A_TABLE = {"rul_model", "rul_champion", "equipment_rul", "maintenance_schedule"}
"""Assets that leave a model, a row in the ledger, or rows of the store."""

SAYS = re.compile(r"One row (of the `\w+` table )?is one|A candidate for a|The model that serves")

LOAD = f"""
import sys
from idrill_assets.definitions import definitions
definitions()
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dg.Definitions:
    monkeypatch.setenv("IDRILL_HOME", str(tmp_path))
    monkeypatch.delenv("IDRILL_DATABASE_URL", raising=False)
    return definitions()


def test_loading_the_definitions_imports_nothing_heavy_and_leaves_no_trace(tmp_path: Path) -> None:
    found = subprocess.run(  # noqa: S603  our own code in our own interpreter
        [sys.executable, "-c", LOAD],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"IDRILL_HOME": str(tmp_path / "home"), "PATH": ""},
    )

    assert found.stdout.split() == []
    assert list(tmp_path.iterdir()) == []


def test_the_graph_loads_whole(graph: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(graph)

    keys = {key.to_user_string() for key in graph.resolve_all_asset_keys()}
    assert keys == set(TABLES) - {table.name for table in STATES} | WITHOUT_A_TABLE


def test_every_asset_says_what_one_row_of_it_is(graph: dg.Definitions) -> None:
    for spec in graph.resolve_all_asset_specs():
        assert SAYS.search(spec.description or ""), spec.key
        assert spec.group_name != "default"
        assert ("deltalake" in spec.kinds) == (spec.key.to_user_string() not in WITHOUT_A_TABLE)


@pytest.mark.parametrize(
    ("table", "upstream"),
    [
        ("validated_sensor_data", {"raw_sensor_data"}),
        ("reconciled_sensor_data", {"validated_sensor_data"}),
        ("data_quality", {"reconciled_sensor_data"}),
        ("minute_sensor_data", {"reconciled_sensor_data"}),
        ("hourly_sensor_data", {"minute_sensor_data"}),
        ("daily_sensor_data", {"hourly_sensor_data"}),
        ("daily_drilling_kpis", {"reconciled_sensor_data", "daily_sensor_data"}),
        ("component_histories", {"hourly_sensor_data"}),
        ("rul_windows", {"component_histories"}),
        ("rul_model", {"rul_windows"}),
        ("rul_evaluation", {"rul_model"}),
        ("rul_champion", {"rul_evaluation"}),
        ("equipment_rul", {"hourly_sensor_data", "rul_champion"}),
        ("maintenance_schedule", {"equipment_rul"}),
    ],
)
def test_the_lineage_leads_from_raw_to_daily(
    graph: dg.Definitions, table: str, upstream: set[str]
) -> None:
    [spec] = [each for each in graph.resolve_all_asset_specs() if each.key == dg.AssetKey(table)]

    assert {dep.asset_key.to_user_string() for dep in spec.deps} == upstream


def test_a_rig_day_comes_back_from_its_partition_key() -> None:
    rig_day = RigDay("RIG_01", date(2026, 2, 1))

    assert str(rig_day.key) == "2026-02-01|RIG_01"
    assert RigDay.of(str(rig_day.key)) == rig_day


def test_runs_hold_consecutive_days_of_one_rig_and_no_more_than_they_may() -> None:
    days = [RigDay(rig, date(2026, 2, day)) for rig in ("B", "A") for day in (1, 2, 3, 5)]

    found = [[(each.rig_id, each.day.day) for each in run] for run in stretches(days, most=2)]

    assert found == [
        [("A", 1), ("A", 2)],
        [("A", 3)],
        [("A", 5)],
        [("B", 1), ("B", 2)],
        [("B", 3)],
        [("B", 5)],
    ]
