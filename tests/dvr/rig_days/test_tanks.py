"""A pit that jumps while all else goes on was not moved by mud."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from idrill.dvr.rig_days.tanks import Tanks, jumps
from idrill.frame import ACTIVITY, ORIGIN, QUALITY, TIME, quality_of

START = datetime(2026, 2, 1, tzinfo=UTC)
ROWS, EVERY = 240, 15

Array = NDArray[np.float64]
MINUTE = 60 // EVERY
AT = 30 * MINUTE
"""Row at which something happens, after half an hour."""


def pits(**changed: Array) -> pl.DataFrame:
    """An hour of three pits that stand, with the pumps on."""
    random = np.random.default_rng(3)
    shown = {
        f"pit_volume_{number}": 40.0 + random.normal(0.0, 0.01, ROWS) for number in (1, 2, 3)
    } | {"flow_in": np.full(ROWS, 2_000.0)}
    channels = {name: values + changed.get(name, 0.0) for name, values in shown.items()}
    times = [START + timedelta(seconds=EVERY * row) for row in range(ROWS)]
    good = pl.repeat(0, ROWS, dtype=QUALITY, eager=True)
    return pl.DataFrame(
        {
            "rig_id": pl.repeat("RIG_01", ROWS, eager=True),
            "time": pl.Series(times, dtype=TIME),
            "origin": pl.repeat("file", ROWS, dtype=ORIGIN, eager=True),
            **channels,
            **{quality_of(name): good for name in channels},
            "activity": pl.repeat("circulating", ROWS, dtype=ACTIVITY, eager=True),
        }
    )


def step(size: float, rows: int = 1, at: int = AT) -> Array:
    return size * np.clip((np.arange(ROWS) - at + 1) / rows, 0.0, 1.0)


def test_a_pit_that_jumps_alone_is_told_within_five_minutes() -> None:
    (jump,) = jumps(pits(pit_volume_2=step(0.5))).rows(named=True)
    assert jump["name"] == "pit_volume_2"
    assert jump["size"] == pytest.approx(0.5, abs=0.03)
    assert jump["start"] <= START + timedelta(minutes=30)
    assert START + timedelta(minutes=32) < jump["time"] <= START + timedelta(minutes=35)


@pytest.mark.parametrize(
    "changed",
    [
        {"pit_volume_2": step(0.5, rows=3 * MINUTE)},
        {"pit_volume_2": step(0.5), "pit_volume_3": step(-0.5)},
        {"pit_volume_2": step(0.5), "pit_volume_3": step(0.5)},
        {"pit_volume_2": step(0.5), "flow_in": step(300.0)},
        {"pit_volume_2": step(0.5) - step(0.5, at=AT + MINUTE)},
        {"pit_volume_2": step(0.05)},
    ],
    ids=["slow", "led over", "shared out", "pumps", "gone at once", "small"],
)
def test_what_mud_can_do_is_no_jump(changed: dict[str, Array]) -> None:
    assert jumps(pits(**changed)).is_empty()


def test_a_jump_back_ends_the_fault() -> None:
    frame = pits(pit_volume_2=step(0.5) - step(0.5, at=AT + 15 * MINUTE))
    tanks = Tanks()
    tanks.hour(*tanks.look(frame))
    (fault,) = tanks.faults
    assert fault.end is not None
    assert fault.start + timedelta(minutes=14) < fault.end < fault.start + timedelta(minutes=20)


def test_a_fault_goes_on_into_the_next_hour() -> None:
    tanks = Tanks()
    tanks.hour(*tanks.look(pits(pit_volume_2=step(0.5))))
    later = Tanks(tanks.as_dict())
    assert [fault.suspects for fault in later.faults] == [("pit_volume_2",)]


def test_a_frame_without_pits_or_with_few_rows_has_no_jumps() -> None:
    frame = pits()
    assert jumps(frame.head(8)).is_empty()
    assert jumps(frame.select("rig_id", "time", "flow_in", "flow_in_quality")).is_empty()
    assert jumps(frame.clear()).is_empty()
