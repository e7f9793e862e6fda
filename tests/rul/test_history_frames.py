"""Lives and windows as tables of the lake, there and back."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from idrill.channels import BY_NAME
from idrill.errors import InvalidWindows
from idrill.rul.components import ComponentLife
from idrill.rul.histories import lives_of
from idrill.rul.history_frames import (
    FEATURES,
    HISTORY_SCHEMA,
    as_frame,
    histories_of,
    lives_from,
    window_frame,
    windows_from,
)
from idrill.rul.hours import Hours
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import COMPONENT_HISTORIES, RUL_WINDOWS
from idrill.windows import Lives, windows

Records = tuple[ComponentLife, ...]


def assert_same(one: Lives, other: Lives) -> None:
    assert (one.channels, one.clock) == (other.channels, other.clock)
    first, second = (sorted(lives, key=lambda life: life.unit) for lives in (one, other))
    for a, b in zip(first, second, strict=True):
        assert (a.unit, a.group, a.end, a.failed) == (b.unit, b.group, b.end, b.failed)
        np.testing.assert_array_equal(a.values, b.values)
        np.testing.assert_array_equal(a.clock, b.clock)


@pytest.mark.parametrize("component", ["valve", "brake"])
def test_lives_go_through_the_lake_and_come_back_as_they_were(
    worked_hours: Hours, records: Records, component: str, tmp_path: Path
) -> None:
    lake = Lake(str(tmp_path), Database(f"sqlite:///{tmp_path}/store.db"))
    lake.database.migrate()
    place = {"component": component}
    lives = lives_of(component, worked_hours, records)

    lake.write(COMPONENT_HISTORIES, place, histories_of(component, worked_hours, records))

    assert_same(lives_from(component, lake.read(COMPONENT_HISTORIES, place)), lives)


def test_a_row_of_a_history_stands_at_the_end_of_its_time(
    worked_hours: Hours, records: Records
) -> None:
    frame = histories_of("piston", worked_hours, records)

    assert frame.schema == HISTORY_SCHEMA
    for life in records:
        times = frame.filter(pl.col("unit") == life.unit)["time"]
        assert times.is_sorted()
        assert ((times > life.start) & (times <= life.end if life.end else True)).all()


def test_no_feature_has_the_name_of_a_channel() -> None:
    assert not set(FEATURES) & set(BY_NAME)


def test_windows_are_cut_anew_just_as_they_were(
    worked_hours: Hours, records: Records, tmp_path: Path
) -> None:
    lake = Lake(str(tmp_path), Database(f"sqlite:///{tmp_path}/store.db"))
    lake.database.migrate()
    lives = lives_of("piston", worked_hours, records)
    cut = windows(lives, 8, stride=3)

    lake.write(
        RUL_WINDOWS, {"component": "piston"}, window_frame("piston", {"training": (lives, cut)})
    )

    frame = lake.read(RUL_WINDOWS, {"component": "piston"})
    again = windows_from(frame, lives, 8, "training")
    by_place = np.lexsort((cut.age, [cut.units[unit] for unit in cut.unit]))
    np.testing.assert_array_equal(again.values, cut[by_place].values)
    np.testing.assert_array_equal(again.remaining, cut[by_place].remaining)


def test_windows_of_units_without_a_life_are_refused(worked_hours: Hours, records: Records) -> None:
    lives = lives_of("piston", worked_hours, records)
    frame = window_frame("piston", {"training": (lives, windows(lives, 8))})

    with pytest.raises(InvalidWindows, match="the windows were cut from other histories"):
        windows_from(frame, lives.of(()), 8, "training")


def test_rows_of_another_component_are_refused(worked_hours: Hours, records: Records) -> None:
    frame = as_frame("valve", lives_of("valve", worked_hours, records))

    with pytest.raises(InvalidWindows, match="rows of valve among those of piston"):
        lives_from("piston", frame)
