"""The merge rule of a rig-day."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import polars as pl
import pytest

from idrill import frame as frames
from idrill.frame import Origin, Quality
from idrill.readers.merging import Merged, SourceRows, merge

START = datetime(2024, 3, 1, tzinfo=UTC)


def rows(
    content: str, seconds: list[int], rank: int = 50, **channels: list[float | None]
) -> SourceRows:
    table = pl.DataFrame(
        {
            "line": pl.Series(range(2, 2 + len(seconds)), dtype=pl.Int64),
            "time": pl.Series([START + timedelta(seconds=s) for s in seconds], dtype=frames.TIME),
        }
        | {name: pl.Series(values, dtype=pl.Float64) for name, values in channels.items()}
    )
    return SourceRows(f"{content}.csv", content, rank, table)


def merged(*sources: SourceRows) -> Merged:
    result = merge(sources, rig_id="R1", origin=Origin.FILE)
    frames.check(result.frame)
    return result


def test_two_sources_of_different_channels_stand_in_one_row_per_instant() -> None:
    result = merged(
        rows("a", [0, 2, 4], hook_load=[10.0, 11.0, 12.0]),
        rows("b", [0, 4], pit_volume_total=[80.0, 81.0]),
    )

    assert result.frame["hook_load"].to_list() == [10.0, 11.0, 12.0]
    assert result.frame["pit_volume_total"].to_list() == [80.0, None, 81.0]
    assert [(c.contributing, c.duplicate, c.rejected) for c in result.counts] == [
        (3, 0, 0),
        (2, 0, 0),
    ]


def test_the_table_is_the_same_whatever_the_order_of_arrival() -> None:
    sources = [
        rows("a", [0, 1, 2], torque=[1.0, None, 3.0], hook_load=[9.0, 9.0, 9.0]),
        rows("b", [0, 1, 2], torque=[1.5, 2.5, 3.0]),
        rows("c", [1, 3], torque=[2.0, 4.0], rank=10),
    ]

    hashes = {frames.content_hash(merged(*order).frame) for order in permutations(sources)}

    assert len(hashes) == 1


def test_the_same_rows_twice_count_as_duplicates() -> None:
    result = merged(rows("a", [0, 1, 1], torque=[1.0, 2.0, 2.0]))

    assert result.frame.height == 2
    assert [(c.contributing, c.duplicate, c.rejected) for c in result.counts] == [(2, 1, 0)]


def test_the_source_of_smaller_rank_wins_and_the_loser_is_a_recorded_conflict() -> None:
    result = merged(
        rows("a", [0, 1], torque=[1.0, 1.0], rank=20), rows("b", [0, 1], torque=[2.0, 1.0], rank=10)
    )

    assert result.frame["torque"].to_list() == [2.0, 1.0]
    (conflict,) = result.conflicts
    assert (conflict.content, conflict.channel, conflict.whole) == ("a", "torque", True)
    assert (conflict.rejection.first_line, conflict.rejection.rows) == (2, 1)
    by_content = {count.content: count for count in result.counts}
    assert (by_content["a"].duplicate, by_content["a"].rejected) == (1, 1)


def test_of_equal_rank_the_denser_source_wins_throughout() -> None:
    sparse = rows("a", [0, 30, 60], torque=[9.0, 9.0, 9.0])
    dense = rows("b", list(range(61)), torque=[1.0] * 61)

    result = merged(sparse, dense)

    assert result.frame["torque"].unique().to_list() == [1.0]


def test_a_later_line_of_a_file_corrects_an_earlier_one() -> None:
    result = merged(rows("a", [0, 0], torque=[1.0, 2.0]))

    assert result.frame["torque"].to_list() == [2.0]
    assert result.conflicts[0].rejection.first_line == 2


def test_interleaved_record_types_of_one_file_become_one_row() -> None:
    result = merged(rows("a", [0, 0], torque=[1.0, None], hook_load=[None, 5.0]))

    assert result.frame.select("torque", "hook_load").rows() == [(1.0, 5.0)]
    assert result.counts[0].contributing == 2


def test_a_row_that_gives_one_channel_and_loses_another_contributes_and_is_recorded() -> None:
    result = merged(
        rows("a", [0, 1, 2], torque=[1.0, 1.0, 1.0]),
        rows("b", [0], torque=[2.0], hook_load=[7.0]),
    )

    by_content = {count.content: count for count in result.counts}
    assert (by_content["b"].contributing, by_content["b"].rejected) == (1, 0)
    assert [(c.content, c.whole) for c in result.conflicts] == [("b", False)]


def test_consecutive_conflicts_are_one_run() -> None:
    result = merged(
        rows("a", [0, 1, 2, 3], torque=[1.0] * 4, rank=1),
        rows("b", [0, 1, 2, 3], torque=[2.0, 2.0, 1.0, 2.0], rank=2),
    )

    assert [c.rejection.rows for c in result.conflicts] == [2, 1]


def test_quality_bits_travel_with_the_value_that_was_taken() -> None:
    suspect = rows("a", [0], torque=[1.0], rank=1)
    suspect = SourceRows(
        suspect.name,
        suspect.content,
        suspect.rank,
        suspect.table.with_columns(
            pl.lit(int(Quality.UNIT_SUSPECT), pl.UInt16).alias("torque_quality")
        ),
    )

    result = merged(suspect, rows("b", [0, 1], torque=[2.0, 3.0], rank=2))

    assert result.frame["torque_quality"].to_list() == [int(Quality.UNIT_SUSPECT), 0]


@pytest.mark.parametrize("ratio", [1 + 1e-12, 1.0])
def test_values_that_differ_by_the_rounding_of_a_conversion_agree(ratio: float) -> None:
    result = merged(rows("a", [0], torque=[3.0]), rows("b", [0], torque=[3.0 * ratio]))

    assert not result.conflicts


def test_no_source_gives_an_empty_frame() -> None:
    assert merge([], rig_id="R1", origin=Origin.FILE).frame.is_empty()
