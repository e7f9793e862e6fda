"""What meter and gauge show with the pumps off, told from one connection to the next."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.resting import Rests
from idrill.frame import ACTIVITY, ORIGIN, QUALITY, TIME, quality_of

START = datetime(2026, 2, 1, tzinfo=UTC)
EVERY = 4
STAND, REST = 3600, 600
"""Seconds from one connection to the next, and of a connection."""

Array = NDArray[np.float64]


def connections(hours: int, **added: Array) -> pl.DataFrame:
    """A rig that rests ten minutes of every hour, with something added to its readings."""
    seconds = np.arange(0, hours * 3600, EVERY)
    random = np.random.default_rng(7)
    rests = seconds % STAND >= STAND - REST
    shown = {
        "flow_in": np.where(rests, 0.0, 3_000.0) + random.normal(0.0, 2.0, seconds.size),
        "standpipe_pressure": np.where(rests, 420.0, 15_000.0)
        + random.normal(0.0, 20.0, seconds.size),
    }
    channels = {name: values + added.get(name, 0.0) for name, values in shown.items()}
    good = pl.repeat(0, seconds.size, dtype=QUALITY, eager=True)
    times = [START + timedelta(seconds=int(second)) for second in seconds]
    return pl.DataFrame(
        {
            "rig_id": pl.repeat("RIG_01", seconds.size, eager=True),
            "time": pl.Series(times, dtype=TIME),
            "origin": pl.repeat("file", seconds.size, dtype=ORIGIN, eager=True),
            **channels,
            **{quality_of(name): good for name in channels},
            "activity": pl.repeat("static", seconds.size, dtype=ACTIVITY, eager=True),
        }
    )


def since(hours: int, begins: int, size: float) -> Array:
    return np.where(np.arange(0, hours * 3600, EVERY) >= begins * 3600, size, 0.0)


def found(frame: pl.DataFrame) -> list[Fault]:
    rests = Rests()
    rests.hour(*rests.look(frame))
    return list(rests.faults)


@pytest.mark.parametrize(("name", "size"), [("flow_in", 60.0), ("standpipe_pressure", -300.0)])
def test_a_zero_that_moves_is_found_at_the_next_rest(name: str, size: float) -> None:
    (fault,) = found(connections(10, **{name: since(10, 7, size)}))
    assert fault.suspects == (name,)
    assert fault.size == pytest.approx(size, rel=0.1)
    assert fault.end is None
    assert START + timedelta(hours=6) <= fault.start <= START + timedelta(hours=7)
    assert START + timedelta(hours=7, minutes=53) <= fault.detected <= START + timedelta(hours=8)


def test_a_zero_that_comes_back_ends_the_fault() -> None:
    away = since(14, 7, 60.0) - since(14, 10, 60.0)
    (fault,) = found(connections(14, flow_in=away))
    assert fault.end is not None
    assert START + timedelta(hours=10) < fault.end < START + timedelta(hours=11)


def test_a_zero_that_was_never_set_is_no_alarm() -> None:
    assert found(connections(10, flow_in=since(10, 0, 90.0))) == []


def test_a_derived_flow_is_left_alone() -> None:
    rests = Rests()
    rests.derived = {"flow_in": 22.15}
    rests.hour(*rests.look(connections(10, flow_in=since(10, 7, 60.0))))
    assert rests.faults == ()


def test_hours_with_what_is_handed_on_give_the_same_as_all_in_one() -> None:
    frame = connections(12, flow_in=since(12, 7, 60.0))
    whole = Rests()
    rows, windows = whole.look(frame)
    whole.hour(rows, windows)

    stored: dict[str, object] | None = None
    for hour in range(12):
        part = Rests(stored)
        inside = pl.col("time").is_between(
            START + timedelta(hours=hour), START + timedelta(hours=hour + 1), closed="right"
        )
        part.hour(rows, windows.filter(inside))
        stored = part.as_dict()

    assert stored == whole.as_dict()
