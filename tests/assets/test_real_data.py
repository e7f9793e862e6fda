"""Real rig files through `idrill ingest` and the graph: every row accounted for, values by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from idrill.cli import run
from idrill.settings import Settings
from idrill.store import merges, rig_days, wells
from idrill.store.merges import SourceLedger
from idrill.store.rig_days import State
from idrill.store.tables import DAILY, DEPTH, HOURLY, KPIS, MINUTE, RAW, LakeTable
from idrill_assets.resources import Platform, build_platform

pytestmark = pytest.mark.real_data

ORDERS = (
    ("volve_drilling", "VOLVE", None),
    ("volve_witsml/F-7.tar.gz", "F7", None),
    ("witsml_las/Test.witsml", "TEST", None),
    ("wits0/capture.wits", "WITS", None),
    ("forge_58-32/Well_58-32.csv", "FORGE", "58-32"),
    ("usrop/USROP_A 0 N-NA_F-9_Ad.csv.gz", "USROP", "F-9A"),
    ("usrop/USROP_A 1 N-S_F-7d.csv.gz", "USROP", "F-7"),
)
RIGS = sorted({rig for _, rig, _ in ORDERS})


@pytest.fixture(scope="module")
def platform(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A home into which every real file went through the command line."""
    home = tmp_path_factory.mktemp("real") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDRILL_HOME", str(home))
        patch.setenv("DAGSTER_HOME", "")
        for name in ("DATABASE_URL", "LAKE_URL", "INBOX"):
            patch.delenv(f"IDRILL_{name}", raising=False)
        for path, rig, well in ORDERS:
            named = [] if well is None else ["--well", well]
            assert run(["ingest", str(real_data / path), "--rig", rig, *named]) == 0, path
        built = build_platform(Settings(home=home))
    yield built
    built.database.dispose()


def books(platform: Platform, rig: str) -> dict[str, SourceLedger]:
    """The books of the sources with rows, by the end of their name."""
    with platform.database.session() as session:
        found = merges.ledger(session, rig)
    return {Path(row.name).name: row for row in found if row.read}


def at(table: pl.DataFrame, instant: datetime) -> dict[str, float]:
    [row] = table.filter(pl.col("time") == instant).rows(named=True)
    return row


@pytest.mark.parametrize("rig", RIGS)
def test_every_row_of_every_source_is_accounted_for(platform: Platform, rig: str) -> None:
    with platform.database.session() as session:
        found = merges.ledger(session, rig)

    assert any(row.read for row in found)
    for row in found:
        assert row.read == row.contributing + row.rejected + row.duplicate, row.name
        assert row.pending == 0, row.name


@pytest.mark.parametrize("rig", ["VOLVE", "F7", "TEST", "WITS"])
def test_every_rig_day_is_published(platform: Platform, rig: str) -> None:
    with platform.database.session() as session:
        states = {day.state for day in rig_days.between(session, rig, date.min, date.max)}

    assert states == {State.PUBLISHED}


def test_the_volve_files_read_whole_although_their_headings_differ(platform: Platform) -> None:
    found = books(platform, "VOLVE")

    assert {name: row.contributing for name, row in found.items()} == {
        "TSPP2.csv": 8_499,
        "TSPP3.csv": 12_533,
        "TSPP4.csv": 10_753,
    }


def test_masses_of_the_volve_files_become_forces(platform: Platform) -> None:
    raw = platform.lake.read(RAW, {"rig_id": "VOLVE", "day": date(2007, 10, 23)})

    first = at(raw, datetime(2007, 10, 23, 8, 7, 8, tzinfo=UTC))

    assert first["hook_load"] == pytest.approx(126.0879115 * 9.80665)
    assert first["weight_on_bit"] == pytest.approx(0.01019721 * 9.80665)
    assert first["hole_depth"] == 1366.390054
    assert first["standpipe_pressure"] == 16941.99982


def test_the_metres_drilled_and_the_hours_of_a_day_add_up(platform: Platform) -> None:
    kpis = platform.lake.scan(KPIS).collect()

    [day] = kpis.filter(pl.col("rig_id") == "VOLVE", pl.col("day") == date(2007, 10, 23)).rows(
        named=True
    )
    assert day["metres_drilled"] == pytest.approx(218.9, abs=0.05)
    assert kpis.height == 9
    hours = pl.sum_horizontal(
        f"{activity}_hours"
        for activity in ("drilling", "connection", "tripping", "circulating", "other", "unknown")
    )
    apart = kpis.select((hours - pl.col("coverage_hours")).abs().max()).item()
    assert apart < 1e-6


@pytest.mark.parametrize("table", [MINUTE, HOURLY, DAILY], ids=lambda table: table.name)
def test_statistics_of_every_resolution_count_the_same_values(
    platform: Platform, table: LakeTable
) -> None:
    day: dict[str, str | date] = {"rig_id": "VOLVE", "day": date(2007, 12, 1)}
    raw = platform.lake.read(RAW, day)

    found = platform.lake.read(table, day).filter(pl.col("channel") == "hook_load")

    assert found["count"].sum() == raw["hook_load"].count()
    assert found["min"].min() == raw["hook_load"].min()
    assert found["max"].max() == raw["hook_load"].max()


def test_the_logs_of_f7_stand_in_one_row_per_instant(platform: Platform) -> None:
    raw = platform.lake.read(RAW, {"rig_id": "F7", "day": date(2016, 7, 29)})

    row = at(raw, datetime(2016, 7, 29, tzinfo=UTC))

    assert row["pit_volume_1"] == 81.113345
    assert row["hook_load"] == pytest.approx(946.5717)
    assert row["equivalent_circulating_density"] == pytest.approx(1030.0)


def test_the_boundary_rows_that_the_server_repeats_count_once(platform: Platform) -> None:
    with platform.database.session() as session:
        found = {row.name[-15:]: row for row in merges.ledger(session, "F7")}

    assert found["1/4/2/00002.xml"].duplicate == 1
    assert found["1/5/1/00002.xml"].duplicate == 1


def test_the_objects_of_f7_describe_its_well(platform: Platform) -> None:
    with platform.database.session() as session:
        well = wells.get(session, "NO-15-9-F-7")
        [drilled] = wells.sessions(session, "F7")

    assert len(well.trajectory) == 42
    assert len(well.sections) == 3
    assert drilled.well_id == "NO-15-9-F-7"
    assert drilled.start == datetime(2016, 7, 28, 8, 36, 41, tzinfo=UTC)


def test_the_witsml_1_3_1_log_keeps_its_offset_and_loses_its_nulls(platform: Platform) -> None:
    raw = platform.lake.read(RAW, {"rig_id": "TEST", "day": date(2008, 2, 7)})

    first = at(raw, datetime(2008, 2, 7, 10, 29, 29, tzinfo=UTC))

    assert raw.height == 441
    assert first["hook_load"] == pytest.approx(32.51 * 4.4482216152605)
    assert first["hole_depth"] == pytest.approx(3000 * 0.3048)
    assert first["equivalent_circulating_density"] is None


def test_frames_of_the_wits_capture_that_came_twice_count_once(platform: Platform) -> None:
    [row] = books(platform, "WITS").values()
    raw = platform.lake.read(RAW, {"rig_id": "WITS", "day": date(2023, 9, 25)})

    first = at(raw, datetime(2023, 9, 25, 8, 37, 24, tzinfo=UTC))

    assert (row.read, row.contributing, row.duplicate) == (66, 24, 24)
    assert first["hook_load"] == pytest.approx(1346.8)
    assert first["standpipe_pressure"] == 26242.33
    assert first["bit_depth"] == 6707.1


def test_forge_is_depth_data_in_metric_units(platform: Platform) -> None:
    log = platform.lake.read(DEPTH, {"well_id": "58-32"})

    [row] = log.filter(pl.col("depth") == 972.49).rows(named=True)

    assert log.height == 7_281
    assert row["hook_load"] == pytest.approx(52.59 * 4.4482216152605)
    assert row["weight_on_bit"] == pytest.approx(29.81 * 4.4482216152605)
    assert row["standpipe_pressure"] == pytest.approx(1629.36 * 6.894757293168)
    assert "torque" not in log.columns


def test_each_well_of_usrop_has_its_own_depth_data(platform: Platform) -> None:
    log = platform.lake.read(DEPTH, {"well_id": "F-7"})

    [row] = log.filter(pl.col("depth") == 463.394).rows(named=True)

    assert (log.height, platform.lake.read(DEPTH, {"well_id": "F-9A"}).height) == (6_389, 13_746)
    assert row["rate_of_penetration"] == pytest.approx(76.25)
    assert row["hook_load"] == pytest.approx(99.40193973707309 * 9.80665)
    assert row["bit_diameter"] == pytest.approx(444.5 / 1000)
