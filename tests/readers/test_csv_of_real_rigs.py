"""Delimited files of real rigs, read whole."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from idrill.readers import Kind, Reading, ReadOptions, read, unpack
from idrill.units import conversion


def real(path: Path) -> Reading:
    with unpack(path) as unpacked:
        (member,) = unpacked.members
        return read(member.path, ReadOptions(member.name))


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "rows"), [("TSPP2", 8_499), ("TSPP3", 12_533), ("TSPP4", 10_753)])
def test_volve_keeps_all_rows_and_channels(real_data: Path, name: str, rows: int) -> None:
    path = real_data / "volve_drilling" / f"{name}.csv.gz"
    first = gzip.decompress(path.read_bytes()).splitlines()[:2]
    raw = dict(zip(first[0].decode().split(","), first[1].decode().split(","), strict=True))

    reading = real(path)

    assert (reading.report.rows_read, reading.report.rows_kept) == (rows, rows)
    assert len(reading.channels) == 10
    assert reading.report.interval == 4.0
    assert reading.table["hook_load"][0] == pytest.approx(
        float(raw["Average Hookload kkgf"]) * conversion("kkgf", "kN").factor
    )


@pytest.mark.real_data
def test_volve_values_are_those_of_the_file(real_data: Path) -> None:
    reading = real(real_data / "volve_drilling" / "TSPP2.csv.gz")

    first = reading.table.row(0, named=True)
    assert first["hook_load"] == pytest.approx(126.0879115 * 9.80665)
    assert first["hole_depth"] == 1366.390054
    assert first["standpipe_pressure"] == 16941.99982
    assert first["time"] == datetime(2007, 10, 23, 8, 7, 8, tzinfo=UTC)
    assert reading.report.last == datetime(2007, 10, 23, 17, 33, 40, tzinfo=UTC)


@pytest.mark.real_data
def test_forge_is_indexed_by_depth_and_its_torque_that_is_a_pressure_is_left_out(
    real_data: Path,
) -> None:
    path = real_data / "forge_58-32" / "Well_58-32.csv"
    metric = pl.read_csv(path)

    reading = real(path)

    assert (reading.kind, reading.report.rows_kept) == (Kind.DEPTH, 7_311)
    assert reading.table["depth"].to_list() == metric["Depth(m)"].to_list()
    difference = (reading.table["standpipe_pressure"] - metric["Pump Press (KPa)"]).abs()
    assert float(difference.quantile(0.99) or 0) < 1.0
    assert "torque" not in reading.channels
    assert "pressure" in reading.report.unmapped["Surface Torque (psi)"]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [("USROP_A 0 N-NA_F-9_Ad", 13_746, 491.033), ("USROP_A 1 N-S_F-7d", 6_389, 301.231)],
)
def test_usrop_is_indexed_by_depth(real_data: Path, name: str, rows: int, first: float) -> None:
    reading = real(real_data / "usrop" / f"{name}.csv.gz")

    assert (reading.kind, reading.report.rows_kept) == (Kind.DEPTH, rows)
    assert reading.table["depth"][0] == first
    assert reading.table["bit_diameter"].max() in (0.31115, 0.4445)
