"""Depth-indexed logs of a well beside one another."""

from itertools import permutations

import polars as pl

from idrill.channels import channel
from idrill.frame import Origin, Quality, content_hash
from idrill.readers.depth import DepthLog, merge_logs


def log(name: str, depths: list[float], torques: list[float | None], **more: pl.Series) -> DepthLog:
    table = pl.DataFrame(
        {
            "line": pl.Series(range(2, 2 + len(depths)), dtype=pl.Int64),
            "depth": pl.Series(depths, dtype=pl.Float64),
            "torque": pl.Series(torques, dtype=pl.Float64),
            **more,
        }
    )
    return DepthLog(name, f"hash of {name}", Origin.FILE, table)


def test_logs_stand_beside_one_another_sorted_by_source_and_depth() -> None:
    merged = merge_logs([log("b", [2.0, 1.0], [5.0, 6.0]), log("a", [1.5], [7.0])], "W-1")

    rows = merged.table.select("well_id", "source", "depth", "torque").rows()
    assert rows == [("W-1", "a", 1.5, 7.0), ("W-1", "b", 1.0, 6.0), ("W-1", "b", 2.0, 5.0)]
    assert set(merged.table["origin"]) == {"file"}


def test_the_order_of_arrival_does_not_matter() -> None:
    logs = [log("a", [1.0], [5.0]), log("b", [1.0], [6.0]), log("c", [0.5], [None])]

    hashes = {content_hash(merge_logs(order, "W-1").table) for order in permutations(logs)}

    assert len(hashes) == 1


def test_a_row_that_repeats_depth_and_values_is_a_duplicate() -> None:
    merged = merge_logs([log("a", [1.0, 1.0, 1.0], [5.0, 5.0, 6.0])], "W-1")

    [count] = merged.counts
    assert (count.contributing, count.duplicate, count.rejected) == (2, 1, 0)
    assert merged.table["torque"].to_list() == [5.0, 6.0]


def test_a_channel_that_one_log_lacks_is_null_and_good_there() -> None:
    wob = pl.Series("weight_on_bit", [50.0], dtype=pl.Float64)

    merged = merge_logs([log("a", [1.0], [5.0]), log("b", [1.0], [6.0], weight_on_bit=wob)], "W-1")

    assert merged.table["weight_on_bit"].to_list() == [None, 50.0]
    assert merged.table["weight_on_bit_quality"].to_list() == [0, 0]


def test_a_value_beyond_its_limits_is_kept_and_marked_beside_what_the_reader_saw() -> None:
    beyond = channel("torque").high * 2
    seen = pl.Series([0, int(Quality.UNIT_SUSPECT)], dtype=pl.UInt16)

    merged = merge_logs([log("a", [1.0, 2.0], [5.0, beyond], torque_quality=seen)], "W-1")

    assert merged.table["torque"].to_list() == [5.0, beyond]
    marked = int(Quality.UNIT_SUSPECT | Quality.OUT_OF_RANGE)
    assert merged.table["torque_quality"].to_list() == [0, marked]


def test_a_well_that_every_log_has_left_is_an_empty_table() -> None:
    merged = merge_logs([], "W-1")

    assert merged.table.is_empty()
    assert merged.table.columns == ["well_id", "depth", "origin", "source"]
    assert merged.counts == ()
