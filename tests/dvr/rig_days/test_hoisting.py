"""The load on the hook, on rows made by hand whose answer is known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.hoisting import Hoisting
from idrill.dvr.rig_days.moving import Moves
from idrill.frame import ACTIVITY, TIME, quality_of

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CYCLE, OFF, SLIPS = 3600, 900, 300
"""Of a stand: in all, off bottom at its end, and in slips [s]."""
WRONG = 16 * 3600 + 600
"""From when on something is wrong [s]."""


def stands(
    hours: float, gauge: float = 0.0, string: float = 0.0, weight: float = 0.0
) -> pl.DataFrame:
    """Rows, one a second: block and top drive 400 kN, string 600 kN and 0.6 kN more a metre.

    Args:
        hours: How many.
        gauge: By how much the hook load is off, from `WRONG` on [kN].
        string: By how much the string is heavier from then on [kN].
        weight: By how much the weight on bit is off from then on [kN].
    """
    seconds = int(hours * 3600)
    random = np.random.default_rng(3)
    at = np.arange(seconds) % CYCLE
    drills, hangs = at < CYCLE - OFF - SLIPS, at < CYCLE - SLIPS
    wrong = np.arange(seconds) >= WRONG
    hole = 1500.0 + np.cumsum(drills * 20.0 / 3600.0)
    on_bit = np.where(drills, 100.0, 0.0)
    load = 400.0 + hangs * (600.0 + 0.6 * (hole - 1500.0) + string * wrong) - on_bit
    values = {
        "hole_depth": hole,
        "bit_depth": np.where(drills, hole, hole - 3.0),
        "block_position": np.where(drills, 30.0 - at / 200.0, 15.0),
        "hook_load": load + gauge * wrong + random.normal(0.0, 3.0, seconds),
        "weight_on_bit": on_bit + drills * (weight * wrong + random.normal(0.0, 10.0, seconds)),
    }
    activity = np.where(
        drills, "drilling_rotating", np.where(hangs, "circulating", "connection")
    ).tolist()
    return pl.DataFrame(
        {
            "time": pl.Series([START + timedelta(seconds=n) for n in range(seconds)], dtype=TIME),
            "activity": pl.Series(activity, dtype=ACTIVITY),
            **values,
            **{quality_of(name): pl.Series([0] * seconds, dtype=pl.UInt16) for name in values},
        }
    )


def lived(network: Hoisting, rows: pl.DataFrame, derived: Sequence[str] = ()) -> list[Moves]:
    """What a network makes of rows, hour by hour."""
    network.derived = dict.fromkeys(derived, -1.0)
    looked, found = network.look(rows)
    moves = []
    for start in rows["time"].dt.truncate("1h").unique().sort():
        inside = pl.col("time").is_between(start, start + HOUR, closed="left")
        ends = pl.col("time").is_between(start, start + HOUR, closed="right")
        moves.append(network.hour(looked.filter(inside), found.filter(ends)))
    return moves


def told(faults: Sequence[Fault]) -> list[str]:
    return [" or ".join(fault.suspects) for fault in faults]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({}, None),
        ({"gauge": 40.0}, "hook_load"),
        ({"string": -60.0}, "string_weight_change"),
        ({"weight": 40.0}, "weight_on_bit"),
    ],
)
def test_what_is_wrong_is_named_by_where_it_shows(
    wrong: dict[str, float], name: str | None
) -> None:
    network = Hoisting()
    lived(network, stands(20.0, **wrong))
    assert told(network.faults) == ([name] if name else [])
    for fault in network.faults:
        # The windows of an alarm reach back to before the step, so its size is told too small.
        assert fault.size == pytest.approx(next(iter(wrong.values())), rel=0.4)
        assert fault.start >= START + timedelta(seconds=WRONG - 600)


def test_a_measured_weight_on_bit_comes_nearer_to_the_truth() -> None:
    rows = stands(16.0)
    moved = lived(Hoisting(), rows)[-1].values["weight_on_bit"]
    shown = rows["weight_on_bit"].to_numpy()[-moved.size :]
    there = np.isfinite(moved)
    assert there.sum() > 2000
    assert (moved[there] - 100.0).std() < 0.5 * (shown[there] - 100.0).std()


def test_a_weight_on_bit_that_is_reckoned_moves_nothing_and_is_not_judged() -> None:
    network = Hoisting()
    moves = lived(network, stands(20.0, weight=40.0), derived=["weight_on_bit"])
    assert not any(each.values for each in moves)
    assert "weight_on_bit" not in told(network.faults)


def test_a_day_in_one_piece_says_what_its_parts_say() -> None:
    rows = stands(16.0)
    whole, first = Hoisting(), Hoisting()
    moves = lived(whole, rows)
    lived(first, rows.head(12 * 3600))
    second = Hoisting(first.as_dict())
    second.derived = {}
    looked, found = second.look(rows.slice(12 * 3600 - 900))
    parts = []
    for number in range(12, 16):
        start = START + number * HOUR
        inside = pl.col("time").is_between(start, start + HOUR, closed="left")
        ends = pl.col("time").is_between(start, start + HOUR, closed="right")
        parts.append(second.hour(looked.filter(inside), found.filter(ends)))
    for one, other in zip(moves[12:], parts, strict=True):
        assert one.values.keys() == other.values.keys()
        for name in one.values:
            np.testing.assert_allclose(one.values[name], other.values[name], atol=1e-3)
