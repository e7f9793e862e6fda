"""The canonical table: what it refuses, and when two tables are the same."""

import struct
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idrill.channels import CHANNELS
from idrill.errors import FrameError
from idrill.frame import (
    INFORMATIVE,
    TIME,
    Activity,
    Origin,
    Quality,
    channels_in,
    check,
    content_hash,
    empty,
    measured,
    quality_of,
    schema,
    usable,
)

START = datetime(2026, 2, 1, tzinfo=UTC)


def frame(torque: list[float | None], quality: list[int] | None = None) -> pl.DataFrame:
    """Seconds of torque on RIG_01."""
    return pl.DataFrame(
        {
            "rig_id": "RIG_01",
            "time": [START + timedelta(seconds=second) for second in range(len(torque))],
            "origin": Origin.FILE.value,
            "torque": torque,
            "torque_quality": quality or [0] * len(torque),
        },
        schema=schema(["torque"]),
    )


def test_the_quality_bits_are_what_they_were_when_they_were_fixed() -> None:
    assert {bit.name: bit.value for bit in Quality} == {
        "MISSING": 1, "SENTINEL": 2, "OUT_OF_RANGE": 4, "TOO_FAST": 8, "SPIKE": 16, "FROZEN": 32,
        "GAP": 64, "LATE": 128, "IMPOSSIBLE": 256, "UNIT_SUSPECT": 512, "GROSS_ERROR": 1024,
        "RECONCILED": 2048, "CALIBRATED": 4096,
    }  # fmt: skip


def test_origins_are_what_they_were_when_they_were_fixed() -> None:
    assert [origin.value for origin in Origin] == ["live", "replay", "file", "synthetic"]


def test_a_canonical_frame_is_accepted() -> None:
    check(frame([1.0, None]))
    check(empty(["torque", "hook_load"]))
    check(frame([1.0]).with_columns(activity=pl.lit(Activity.UNKNOWN.value)))


@pytest.mark.parametrize("column", ["rig_id", "time", "origin", "torque_quality"])
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(FrameError, match=column):
        check(frame([1.0]).drop(column))


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        ("torque", pl.Float32()),
        ("torque_quality", pl.Int64()),
        ("time", pl.Datetime("ms", "UTC")),
        ("origin", pl.String()),
    ],
)
def test_a_column_of_another_type_is_named(column: str, dtype: pl.DataType) -> None:
    with pytest.raises(FrameError, match=column):
        check(frame([1.0]).cast({column: dtype}))


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(FrameError, match="time"):
        check(frame([1.0]).with_columns(pl.col("time").dt.replace_time_zone(None)))


def test_a_stray_column_is_named() -> None:
    with pytest.raises(FrameError, match="mood"):
        check(frame([1.0]).with_columns(mood=pl.lit(1.0)))


def test_unsorted_rows_are_refused() -> None:
    with pytest.raises(FrameError, match="not sorted"):
        check(frame([1.0, 2.0]).reverse())


def test_an_instant_that_stands_twice_is_refused() -> None:
    with pytest.raises(FrameError, match="twice"):
        check(pl.concat([frame([1.0]), frame([2.0])]))


def test_the_schema_knows_every_channel_and_its_quality() -> None:
    columns = schema()

    assert len(columns) == 3 + 2 * len(CHANNELS)
    assert columns["time"] == TIME
    assert channels_in(columns) == [channel.name for channel in CHANNELS]


def test_a_channel_that_nobody_measured_is_dropped_with_its_quality() -> None:
    assert measured(frame([None, None])).columns == ["rig_id", "time", "origin"]
    assert measured(frame([None, 1.0])).columns == frame([1.0]).columns


@given(st.integers(0, 0xFFFF))
def test_a_value_is_usable_unless_a_bit_says_it_is_bad(bits: int) -> None:
    answer = frame([1.0], [bits]).select(usable("torque")).item()

    assert answer == (bits & ~int(INFORMATIVE) == 0)


def test_a_value_that_is_not_there_is_not_usable() -> None:
    assert not frame([None]).select(usable("torque")).item()


@given(
    st.lists(st.none() | st.floats(allow_nan=False, width=64), min_size=1, max_size=8), st.data()
)
def test_the_content_hash_feels_one_flipped_bit(
    values: list[float | None], data: st.DataObject
) -> None:
    table = frame(values)
    row = data.draw(st.integers(0, len(values) - 1))
    bit = 1 << data.draw(st.integers(0, 15))
    flipped = frame(values, [bit if at == row else 0 for at in range(len(values))])

    assert content_hash(flipped) != content_hash(table)


@given(st.floats(-1e12, 1e12), st.integers(0, 63))
def test_the_content_hash_feels_every_bit_of_a_value(value: float, bit: int) -> None:
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    (flipped,) = struct.unpack("<d", struct.pack("<Q", bits ^ (1 << bit)))

    assert content_hash(frame([flipped])) != content_hash(frame([value]))


def test_null_and_zero_have_different_hashes() -> None:
    assert content_hash(frame([None])) != content_hash(frame([0.0]))


def test_texts_cannot_trade_characters_across_rows() -> None:
    one = pl.DataFrame({"rig_id": ["A\x1fB", "C"]})
    other = pl.DataFrame({"rig_id": ["A", "B\x1fC"]})

    assert content_hash(one) != content_hash(other)


def test_the_content_hash_ignores_chunks_and_the_order_of_columns() -> None:
    whole = frame([1.0, 2.0, 3.0])
    pieces = pl.concat([whole[:1], whole[1:]], rechunk=False).select(reversed(whole.columns))

    assert content_hash(pieces) == content_hash(whole)


def test_the_content_hash_is_the_same_for_ever() -> None:
    assert content_hash(frame([1.5, None, -2.0])) == (
        "2c83b41267bcd84b58b366c461e9932901f353fbd3f25180e4ec7d1cce2d5af0"
    )


def test_the_quality_column_is_named_after_its_channel() -> None:
    assert quality_of("hook_load") == "hook_load_quality"


def test_a_value_after_a_gap_is_usable_and_one_out_of_range_is_not() -> None:
    values = pl.DataFrame(
        {
            "torque": [1.0, 2.0, None],
            "torque_quality": pl.Series([Quality.GAP, Quality.OUT_OF_RANGE, 0], dtype=pl.UInt16),
        }
    )

    assert values.select(usable("torque")).to_series().to_list() == [True, False, False]
