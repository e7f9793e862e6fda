"""Block, bit and hole: on rows made by hand, and on drawn rigs with a wrong sensor."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from benchmarks.rig_days.rigs import Rig, drawn
from idrill.dvr.rig_days.depths import placed, windows
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.heights import learn
from idrill.dvr.rig_days.moving import Moves
from idrill.dvr.rig_days.positions import Positions
from idrill.dvr.validation import history_before, validate
from idrill.frame import ACTIVITY, TIME, quality_of
from idrill.simulator.faults import Fault as SensorFault
from idrill.simulator.faults import FaultKind

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
Array = NDArray[np.float64]


def hand_made(values: dict[str, Array], activity: Sequence[str]) -> pl.DataFrame:
    """Good rows, one a second."""
    count = len(activity)
    return pl.DataFrame(
        {
            "time": pl.Series([START + timedelta(seconds=n) for n in range(count)], dtype=TIME),
            "activity": pl.Series(activity, dtype=ACTIVITY),
            **values,
            **{quality_of(name): pl.Series([0] * count, dtype=pl.UInt16) for name in values},
        }
    )


def drilling(hours: float, wrong_from: int | None = None, by: float = 0.0) -> pl.DataFrame:
    """A stand after the other, each drilled at 20 m/h: 25 m, then four minutes in slips."""
    seconds = int(hours * 3600)
    random = np.random.default_rng(7)
    cycle, slips = 4740, 240
    at = np.arange(seconds) % cycle
    drills = at < cycle - slips
    speed = 20.0 / 3600.0
    down = np.cumsum(drills * speed)
    bit = 1000.0 + down
    block = 30.0 - np.where(drills, at * speed, 25.0) + np.where(drills, 0.0, 20.0)
    weight = np.where(drills, 100.0 * np.minimum(at / 60.0, 1.0), 0.0)
    # The string is 2 mm shorter for each kN of weight on bit.
    block = block - 0.002 * weight
    values = {
        "hole_depth": bit,
        "bit_depth": bit + random.normal(0.0, 0.006, seconds),
        "block_position": block / 0.99 + random.normal(0.0, 0.006, seconds),
        "weight_on_bit": weight,
    }
    if wrong_from is not None:
        values["bit_depth"] = values["bit_depth"] + by * (np.arange(seconds) >= wrong_from)
    activity = np.where(drills, "drilling_rotating", "connection").tolist()
    return hand_made(values, activity)


def lived(
    network: Positions, days: Sequence[pl.DataFrame], before: pl.DataFrame | None = None
) -> tuple[list[Fault], list[Moves]]:
    """What a network says of days, hour by hour."""
    faults: dict[tuple[str, datetime], Fault] = {}
    moves = []
    for day in days:
        known = day if before is None else pl.concat([before.tail(900), day], how="diagonal")
        rows, found = network.look(known)
        first = day["time"][0]
        rows, found = rows.filter(pl.col("time") >= first), found.filter(pl.col("time") > first)
        for start in day["time"].dt.truncate("1h").unique().sort():
            inside = pl.col("time").is_between(start, start + HOUR, closed="left")
            ends = pl.col("time").is_between(start, start + HOUR, closed="right")
            moves.append(network.hour(rows.filter(inside), found.filter(ends)))
        faults |= {(fault.hypothesis.name, fault.start): fault for fault in network.faults}
        before = day
    return list(faults.values()), moves


def told(faults: Sequence[Fault]) -> list[str]:
    return [" or ".join(fault.suspects) for fault in faults]


@cache
def rig(seed: int) -> Rig:
    return drawn(seed, 1.0, 2)


@cache
def sound_day(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, Positions]:
    """The end of the first day, as measured and as validated, and what a network made of it."""
    measured, network = rig(seed).measured(0), Positions()
    validated = validate(measured).frame
    faults, _ = lived(network, [validated])
    assert not faults
    return measured.tail(900), validated.tail(900), network


def second_day(seed: int, channel: str | None, size: float) -> pl.DataFrame:
    """The next one, validated; from noon on a sensor is off."""
    day = 86_400.0
    wrong = [SensorFault(channel, FaultKind.OFFSET, 1.5 * day, 2.0 * day, size)] if channel else []
    measured = rig(seed).measured(1, wrong)
    history = history_before(measured["time"][0].date(), sound_day(seed)[0])
    return validate(measured, history=history).frame


def test_the_scales_and_the_stretch_of_a_string_are_learned_from_its_stands() -> None:
    network = Positions()
    lived(network, [drilling(10.0)])
    learned = learn(network.watch)
    assert learned is not None
    assert learned.gain == pytest.approx(0.99, abs=0.001)
    assert learned.give[0] + 1100.0 * learned.give[1] == pytest.approx(0.002, rel=0.15)
    assert learned.bit_sd == pytest.approx(0.006, rel=0.1)


def test_reconciled_depths_are_nearer_to_the_truth_than_measured_ones() -> None:
    rows = drilling(10.0)
    _, moves = lived(Positions(), [rows])
    moved = moves[-1].values["bit_depth"]
    last = rows.tail(moved.size)
    there = np.isfinite(moved)
    error = last["bit_depth"].to_numpy() - last["hole_depth"].to_numpy()
    left = moved - last["hole_depth"].to_numpy()
    assert there.mean() > 0.5
    assert left[there].std() < 0.8 * error[there].std()


def test_a_bit_depth_that_steps_is_named_and_its_rows_stay_as_they_are() -> None:
    faults, moves = lived(Positions(), [drilling(10.0, wrong_from=8 * 3600 + 1800, by=0.10)])
    assert told(faults) == ["bit_depth"]
    assert faults[0].size == pytest.approx(0.10, abs=0.02)
    assert not moves[-1].values


def test_without_a_fault_nothing_is_told() -> None:
    faults, _ = lived(Positions(), [drilling(10.0)])
    assert told(faults) == []


def test_a_day_in_one_piece_says_what_its_hours_say() -> None:
    rows = drilling(10.0)
    whole, pieces = Positions(), Positions()
    _, moves = lived(whole, [rows])
    parts: list[Moves] = []
    for number in range(2):
        piece = rows.slice(number * 5 * 3600, 5 * 3600)
        before = rows.slice(max(number * 5 * 3600 - 900, 0), min(number, 1) * 900)
        known = pl.concat([before, piece])
        looked, found = pieces.look(known)
        first = piece["time"][0]
        for hour in range(5):
            start = first + hour * HOUR
            inside = pl.col("time").is_between(start, start + HOUR, closed="left")
            ends = pl.col("time").is_between(start, start + HOUR, closed="right")
            parts.append(pieces.hour(looked.filter(inside), found.filter(ends)))
        pieces = Positions(pieces.as_dict())
    for one, other in zip(moves, parts, strict=True):
        assert one.values.keys() == other.values.keys()
        for name in one.values:
            np.testing.assert_allclose(one.values[name], other.values[name], atol=1e-5)


def test_the_height_of_a_stand_knows_nothing_of_the_stand_before() -> None:
    rows = placed(drilling(3.0))
    levels = rows.filter(pl.col("rows") > 0).with_columns(
        height=pl.col("bit_level") + 0.99 * pl.col("block_level") + 0.002 * pl.col("weight_level")
    )
    stands = levels.group_by((pl.col("height") / 20.0).round()).agg(
        (pl.col("height").max() - pl.col("height").min()).alias("range")
    )
    assert stands["range"].max() < 0.06  # type: ignore[operator]


def test_windows_tell_the_bottom_only_while_the_hole_grows() -> None:
    found = windows(placed(drilling(1.0))).drop_nulls("bottom")
    assert found["bottom"].abs().max() < 0.002  # type: ignore[operator]


@pytest.mark.parametrize(
    ("seed", "channel", "size"),
    [(3, None, 0.0), (3, "bit_depth", 0.05), (4, "block_position", -0.5), (4, "hole_depth", -0.5),
     (3, "rate_of_penetration", 8.0)],
)  # fmt: skip
def test_a_drawn_rig_tells_its_wrong_depth_and_nothing_else(
    seed: int, channel: str | None, size: float
) -> None:
    _, before, network = sound_day(seed)
    faults, _ = lived(deepcopy(network), [second_day(seed, channel, size)], before)
    assert told(faults) == ([channel] if channel else [])
