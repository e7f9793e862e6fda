"""Torque against the current of the drive, on rows built from the motor's own physics."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from idrill.dvr.rig_days.moving import Moves
from idrill.dvr.rig_days.rotation import Rotation, learn
from idrill.frame import ACTIVITY, TIME, quality_of
from idrill.physics.drive import Drive, drive_current

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOTOR = Drive(10.0, 10.0, 0.95, 2.0, 4.0, 500.0, 0.02)
"""95 N·m/A at the shaft up to 120 rpm."""


def turning(hours: float, noise: float = 0.2, wrong_from: int | None = None) -> pl.DataFrame:
    """Rows, one a second, at 100 rpm and every third hour at 180, above the base speed."""
    seconds = int(hours * 3600)
    random = np.random.default_rng(5)
    hour = np.arange(seconds) // 3600
    speed = np.where(hour % 3 == 2, 180.0, 100.0)
    torque = 15.0 + 3.0 * np.sin(np.arange(seconds) / 1800.0)
    per_torque = {rpm: drive_current(MOTOR, 1000.0, rpm / 60.0) for rpm in (100.0, 180.0)}
    current = torque * np.where(speed > 120.0, per_torque[180.0], per_torque[100.0])
    wrong = 0.0 if wrong_from is None else 2.0 * (np.arange(seconds) >= wrong_from)
    values = {
        "rotary_speed": speed,
        "torque": 0.5 + torque + wrong + random.normal(0.0, noise, seconds),
        "top_drive_motor_current": current + random.normal(0.0, 2.0 * (noise > 0), seconds),
    }
    return pl.DataFrame(
        {
            "time": pl.Series([START + timedelta(seconds=n) for n in range(seconds)], dtype=TIME),
            "activity": pl.Series(["drilling_rotating"] * seconds, dtype=ACTIVITY),
            **values,
            **{quality_of(name): pl.Series([0] * seconds, dtype=pl.UInt16) for name in values},
        }
    )


def lived(network: Rotation, rows: pl.DataFrame) -> list[Moves]:
    looked, found = network.look(rows)
    moves = []
    for start in rows["time"].dt.truncate("1h").unique().sort():
        inside = pl.col("time").is_between(start, start + HOUR, closed="left")
        ends = pl.col("time").is_between(start, start + HOUR, closed="right")
        moves.append(network.hour(looked.filter(inside), found.filter(ends)))
    return moves


def test_constant_zero_and_base_speed_of_a_drive_are_learned() -> None:
    network = Rotation()
    lived(network, turning(9.0))
    learned = learn(network.watch)
    assert learned is not None
    assert learned.constant == pytest.approx(0.095, rel=0.02)
    assert learned.zero == pytest.approx(0.5, abs=0.3)
    assert 100.0 <= learned.base_speed < 180.0


def test_a_gauge_that_steps_is_found_and_either_may_be_wrong() -> None:
    network = Rotation()
    lived(network, turning(9.0, wrong_from=int(7.5 * 3600)))
    assert [fault.suspects for fault in network.faults] == [("torque", "top_drive_motor_current")]
    assert network.faults[0].size == pytest.approx(2.0, abs=0.3)


def test_without_a_fault_nothing_is_told_and_torque_comes_nearer_to_the_truth() -> None:
    rows, network = turning(8.0), Rotation()
    moved = lived(network, rows)[-1].values["torque"]
    truth = 15.5 + 3.0 * np.sin(np.arange(rows.height) / 1800.0)[-moved.size :]
    shown = rows["torque"].to_numpy()[-moved.size :]
    assert network.faults == ()
    assert np.isfinite(moved).mean() > 0.95
    assert (moved - truth)[np.isfinite(moved)].std() < 0.95 * (shown - truth).std()


def test_above_the_base_speed_nothing_is_judged_or_moved() -> None:
    moves = lived(Rotation(), turning(9.0))
    assert not np.isfinite(moves[-1].values.get("torque", np.array([np.nan]))).any()


def test_a_torque_that_is_reckoned_from_the_current_moves_nothing() -> None:
    assert not any(each.values for each in lived(Rotation(), turning(8.0, noise=0.0)))
