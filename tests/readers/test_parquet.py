"""Parquet is read where its columns are called as our own, and taken for foreign elsewhere."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from idrill.channels import CHANNELS
from idrill.errors import BrokenSource, OversizedSource, UnknownFormat
from idrill.readers import Format, ReadOptions, read, recognise
from idrill.readers.reading import Reason

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


def instants(rows: int) -> list[datetime]:
    return [NOON + timedelta(seconds=second) for second in range(rows)]


def file_of(tmp_path: Path, **columns: object) -> Path:
    path = tmp_path / "day.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return path


def test_every_channel_is_found_by_its_own_name_with_its_values(tmp_path: Path) -> None:
    middle = {c.name: c.low + (c.high - c.low) / 1000 for c in CHANNELS}
    values = {name: [value, value + 1e-3] for name, value in middle.items()}
    path = file_of(tmp_path, time=instants(2), **values)

    reading = read(path, ReadOptions("day"))

    assert recognise(path) is Format.PARQUET
    assert reading.channels == [channel.name for channel in CHANNELS]
    assert reading.table["time"].to_list() == instants(2)
    for name, expected in values.items():
        assert reading.table[name].to_list() == pytest.approx(expected, rel=1e-12), name


def test_instants_of_another_zone_and_precision_are_the_same_instants(tmp_path: Path) -> None:
    written = pl.Series(instants(2)).dt.convert_time_zone("Asia/Tokyo").dt.cast_time_unit("ns")

    reading = read(file_of(tmp_path, time=written, torque=[1.0, 2.0]), ReadOptions("day"))

    assert reading.table["time"].to_list() == instants(2)


def test_rows_without_an_instant_or_a_value_are_rejected_with_their_place(tmp_path: Path) -> None:
    times = [*instants(3), None]

    reading = read(
        file_of(tmp_path, time=times, torque=[1.0, None, 2.0, 3.0], mood=["good"] * 4),
        ReadOptions("day"),
    )

    assert reading.table["line"].to_list() == [1, 3]
    found = [(one.reason, one.first_line) for one in reading.report.rejections]
    assert found == [(Reason.NO_VALUES, 2), (Reason.BAD_TIME, 4)]


@pytest.mark.parametrize(
    "columns",
    [
        {"time": [datetime(2026, 2, 1)], "torque": [1.0]},  # noqa: DTZ001  without a zone
        {"time": ["2026-02-01"], "torque": [1.0]},
        {"date": [NOON], "torque": [1.0]},
        {"time": [NOON], "Appliances": [1.0]},
    ],
)
def test_other_parquet_is_foreign(tmp_path: Path, columns: dict[str, object]) -> None:
    path = file_of(tmp_path, **columns)

    assert recognise(path) is None
    with pytest.raises(UnknownFormat, match="Parquet"):
        read(path, ReadOptions("day"))


def test_a_damaged_page_refuses_the_file(tmp_path: Path) -> None:
    path = file_of(tmp_path, time=instants(500), torque=[float(n) for n in range(500)])
    content = bytearray(path.read_bytes())
    content[4:400] = bytes(396)
    path.write_bytes(content)

    with pytest.raises(BrokenSource, match="damaged"):
        read(path, ReadOptions("day"))


def test_a_small_file_that_unpacks_to_more_than_is_allowed_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, time=[NOON] * 10_000, torque=[1.0] * 10_000)
    assert path.stat().st_size < 10_000

    with pytest.raises(OversizedSource, match="10000 bytes"):
        read(path, ReadOptions("day", max_bytes=10_000))
