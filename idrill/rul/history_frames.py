"""Lives and windows as tables, as they lie in the lake, and back."""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from idrill.errors import InvalidWindows
from idrill.frame import TIME
from idrill.rigs import COMPONENT_KINDS
from idrill.rul.components import ComponentLife, kind_of
from idrill.rul.features import channels_of
from idrill.rul.histories import Sifted, sifted
from idrill.rul.hours import Hours
from idrill.windows import Life, Lives, Windows, windows_at

FEATURES: tuple[str, ...] = tuple(
    dict.fromkeys(name for kind in COMPONENT_KINDS for name in channels_of(kind.name)[0])
)
"""Channels of all components, each once."""

HISTORY_SCHEMA = pl.Schema(
    {
        "component": pl.String(),
        "rig_id": pl.String(),
        "unit": pl.String(),
        "time": TIME,
        "clock": pl.Float64(),
        "end": pl.Float64(),
        "failed": pl.Boolean(),
        **dict.fromkeys(FEATURES, pl.Float32()),
    }
)
"""One row is one row of a life: the end of its time, its age, the age at which the life ended and
whether by failure, and its channels, null where nothing was measured or the component has none."""

WINDOW_SCHEMA = pl.Schema(
    {
        "component": pl.String(),
        "part": pl.String(),
        "unit": pl.String(),
        "row": pl.Int64(),
        "age": pl.Float64(),
        "remaining": pl.Float64(),
        "failed": pl.Boolean(),
    }
)
"""One row is one window: of which part, the unit and row of its life that it ends with, and what is
known of its end."""


def histories_of(component: str, hours: Hours, records: Iterable[ComponentLife]) -> pl.DataFrame:
    """The lives of one component on one rig, row by row, as `HISTORY_SCHEMA`.

    Raises:
        InvalidWindows: As `histories.lives_of`.
    """
    return history_frame(component, sifted(component, hours, records))


def history_frame(component: str, lives_on_rig: Sifted) -> pl.DataFrame:
    """The lives of one component that teach, row by row, as `HISTORY_SCHEMA`."""
    found = lives_on_rig.known
    lives = [life for _, _, life in found]
    frame = as_frame(component, _lives(component, lives))
    times = np.concatenate([rows.time for _, rows, _ in found]) if found else np.zeros(0, np.int64)
    return frame.with_columns(pl.Series("time", times, pl.Int64).cast(TIME))


def as_frame(component: str, lives: Lives) -> pl.DataFrame:
    """Lives row by row, as `HISTORY_SCHEMA`; without times.

    Raises:
        InvalidWindows: If they have other channels than the component's.
    """
    if lives.channels != channels_of(component)[0]:
        raise InvalidWindows(f"{component}: lives have channels {lives.channels}")
    return pl.concat([HISTORY_SCHEMA.to_frame(), *(_rows(component, lives, one) for one in lives)])


def lives_from(component: str, frame: pl.DataFrame) -> Lives:
    """The lives of a component from rows of them, in any order.

    Raises:
        InvalidWindows: If there is no such component, or the rows are of another.
    """
    kind_of(component)
    if others := sorted({*frame["component"].unique()} - {component}):
        raise InvalidWindows(f"rows of {', '.join(others)} among those of {component}")
    ordered = frame.sort("rig_id", "unit", "clock").partition_by("unit", maintain_order=True)
    return _lives(component, [_life(component, rows) for rows in ordered])


def window_frame(component: str, parts: Mapping[str, tuple[Lives, Windows]]) -> pl.DataFrame:
    """Windows by what they are for, as `WINDOW_SCHEMA`.

    Args:
        component: Name in `rigs.COMPONENT_KINDS`.
        parts: Lives, and windows cut from them, by the name of the part, such as `training`.
    """
    tables = [_windows(component, name, *each) for name, each in parts.items()]
    return pl.concat([WINDOW_SCHEMA.to_frame(), *tables])


def windows_from(frame: pl.DataFrame, lives: Lives, length: int, part: str) -> Windows:
    """The windows of one part, cut anew from the lives.

    Args:
        frame: As `WINDOW_SCHEMA`.
        lives: At least all that have windows in the part.
        length: Rows of a window.
        part: Such as `training`.

    Raises:
        InvalidWindows: If a unit is unknown, or the part has no window.
    """
    chosen = frame.filter(pl.col("part") == part)
    rows = {unit: group for (unit,), group in chosen.group_by("unit", maintain_order=True)}
    known = {life.unit: life for life in lives}
    if unknown := [unit for unit in rows if unit not in known]:
        raise InvalidWindows(f"no life of {unknown[0]}: the windows were cut from other histories")
    kept = Lives(lives.channels, lives.clock, tuple(known[str(unit)] for unit in rows))
    ends = [group["row"].sort().to_numpy() for group in rows.values()]
    return windows_at(kept, length, ends)


def _lives(component: str, lives: Iterable[Life]) -> Lives:
    return Lives(channels_of(component)[0], kind_of(component).life_clock, tuple(lives))


def _rows(component: str, lives: Lives, life: Life) -> pl.DataFrame:
    values = {
        name: pl.Series(life.values[:, at], dtype=pl.Float32, nan_to_null=True)
        for at, name in enumerate(lives.channels)
    }
    absent = {name: pl.lit(None, pl.Float32).alias(name) for name in FEATURES if name not in values}
    told = {"unit": life.unit, "rig_id": life.group, "component": component}
    return (
        pl.DataFrame({"clock": life.clock, **values})
        .with_columns(
            *(pl.lit(value).alias(name) for name, value in told.items()),
            *absent.values(),
            pl.lit(None, TIME).alias("time"),
            pl.lit(life.end).alias("end"),
            pl.lit(life.failed).alias("failed"),
        )
        .select(HISTORY_SCHEMA.names())
    )


def _life(component: str, rows: pl.DataFrame) -> Life:
    values = rows.select(pl.col(channels_of(component)[0]).fill_null(float("nan")))
    return Life(
        unit=rows["unit"][0],
        group=rows["rig_id"][0],
        values=values.to_numpy().astype(np.float32),
        clock=rows["clock"].to_numpy(),
        end=rows["end"][0],
        failed=rows["failed"][0],
        begins=rows["time"][0],
    )


def _windows(component: str, part: str, lives: Lives, windows: Windows) -> pl.DataFrame:
    ages = [life.clock for life in lives]
    row = [
        int(np.searchsorted(ages[unit], age))
        for unit, age in zip(windows.unit, windows.age, strict=True)
    ]
    return pl.DataFrame(
        {
            "component": pl.Series([component] * len(windows), dtype=pl.String),
            "part": pl.Series([part] * len(windows), dtype=pl.String),
            "unit": pl.Series([windows.units[unit] for unit in windows.unit], dtype=pl.String),
            "row": pl.Series(row, dtype=pl.Int64),
            "age": windows.age,
            "remaining": windows.remaining,
            "failed": windows.failed,
        }
    )
