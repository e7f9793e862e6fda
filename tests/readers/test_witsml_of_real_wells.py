"""Logs of WITSML of real wells, read whole."""

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from idrill.readers.assembly import ReadOptions
from idrill.readers.reading import Kind, Reason
from idrill.readers.witsml import read_witsml


@pytest.fixture(scope="module")
def f7(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("volve")
    with tarfile.open(real_data / "volve_witsml" / "F-7.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "F-7" / "1" / "log" / "1"


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("part", "rows"),
    [
        ("4/1/00001", 3016),
        ("4/2/00001", 10_000),
        ("4/2/00002", 10_000),
        ("4/2/00006", 81),
        ("6/1/00003", 8051),
        ("7/1/00001", 4677),
        ("8/1/00001", 4677),
        ("9/1/00001", 9352),
        ("1/1/00001", 4674),
        ("10/1/00001", 2),
    ],
)
def test_every_row_of_the_volve_logs_is_accounted_for(f7: Path, part: str, rows: int) -> None:
    reading = read_witsml(f7 / f"{part}.xml", ReadOptions(part))

    assert reading.report.rows_read == rows
    assert reading.report.rows_kept + reading.report.rows_rejected == rows
    assert [well.name for well in reading.wells] == ["NO 15/9-F-7"]
    assert {bad.reason for bad in reading.report.rejections} <= {Reason.NO_VALUES}


@pytest.mark.real_data
def test_gentime_of_volve_reads_in_rig_units(f7: Path) -> None:
    reading = read_witsml(f7 / "4" / "2" / "00001.xml", ReadOptions("GenTime"))

    assert reading.table["time"][0] == datetime(2016, 7, 28, 10, 57, 30, tzinfo=UTC)
    assert reading.table["hook_load"].median() == pytest.approx(646.5754)
    assert reading.table["bit_depth"].max() == pytest.approx(4.6)
    assert reading.report.unmapped["RigActivityCode"]


@pytest.mark.real_data
def test_pits_of_volve_keep_the_reset_time_out(f7: Path) -> None:
    reading = read_witsml(f7 / "7" / "1" / "00001.xml", ReadOptions("Pits"))

    assert reading.table["pit_volume_total"].max() == pytest.approx(589.76612)
    assert "date time" in reading.report.unmapped["PIT_RESET_TIME"]
    assert (
        "string"
        in read_witsml(f7 / "10" / "1" / "00001.xml", ReadOptions("settings")).report.unmapped[
            "WBSCALIPERMNEMONIC"
        ]
    )


@pytest.mark.real_data
def test_the_witsml_1_3_1_log_stands_in_utc(real_data: Path) -> None:
    reading = read_witsml(real_data / "witsml_las" / "Test.witsml", ReadOptions("Test.witsml"))

    assert reading.report.rows_read == 443
    assert reading.report.first == datetime(2008, 2, 7, 10, 29, 29, tzinfo=UTC)
    assert reading.table["hole_depth"].drop_nulls().unique().to_list() == pytest.approx([914.4])
    assert reading.table["hook_load"].min() == pytest.approx(-43.89 * 4.4482216, rel=1e-6)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["log_1311.xml", "log_1411.xml"])
def test_the_example_logs_of_both_versions_agree(real_data: Path, name: str) -> None:
    folder = real_data / "witsml_las" / "energistics_examples"

    reading = read_witsml(folder / name, ReadOptions(name))

    assert reading.kind is Kind.DEPTH
    assert reading.table["depth"].to_list()[:2] == [499.0, 500.01]
    assert reading.table["rate_of_penetration"][0] == pytest.approx(3.67)
    assert reading.table["hook_load"][0] == pytest.approx(187.66 * 4.4482216, rel=1e-6)
    assert [well.id for well in reading.wells] == ["6507-7-A-42"]
