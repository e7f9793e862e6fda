"""The sizes that are judged: readings of a working rig, plain or as multiples of the expected."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

import polars as pl

from idrill.channels import channel
from idrill.readers.plausibility.yardsticks import (
    ALWAYS,
    CIRCULATING,
    DRILLED_ANYWHERE,
    DRILLED_WITH,
    HANGING,
    PUMPING,
    PUMPS_GIVE,
    USUAL_LENGTH,
    WHILE_DRILLING,
    Yardstick,
    expected_hook_load,
    expected_pressure,
    limits,
)

FEWEST = 50
"""Readings without which no unit is doubted."""

STRING = ("bit_depth", "hole_depth", "depth")
"""Columns that tell the length of the string, the best first."""

SET_AT_WILL = frozenset({"standpipe_pressure", "flow_in", "choke_pressure", "casing_pressure"})
"""Channels that a driller changes a hundredfold, and keeps there."""

LOADED, TURNING = 1.0, 5.0
"""Weight on the bit [kN] and rotary speed [rpm] above which a bit is at work."""

WASHING = 500.0
"""Pressure below which a string may be washing down its first joints, with an offset of the gauge
in what it shows [kPa]."""

PUMPS_ON = 0.3
"""Share of its usual height that the flow must have: below, the gauge's own offset shows."""


@dataclass(frozen=True, slots=True)
class Sized:
    """The readings of one channel that can be judged, and by what."""

    channel: str
    sizes: pl.Series
    """Null in the rows that say nothing."""
    yardstick: Yardstick
    of: str
    """What they are multiples of, in words."""
    steps: bool = True
    """Whether a lasting step by a large factor can only be one of units."""
    room: float = inf
    """What the readings can be multiplied by at most: what the equipment is rated for."""

    def level(self, sizes: pl.Series) -> float | None:
        """The robust size of some of the readings; None if they are too few."""
        present = sizes.drop_nulls()
        return present.quantile(self.yardstick.quantile) if len(present) >= FEWEST else None


def making_hole(table: pl.DataFrame) -> pl.Series:
    """Whether a row shows drilling; nowhere if the table cannot tell."""
    if "rate_of_penetration" in table.columns:
        return (table["rate_of_penetration"] > 0.0).fill_null(value=False)
    if "hole_depth" in table.columns and "time" in table.columns:
        return (table["hole_depth"].diff() > 0.0).fill_null(value=False)
    return pl.repeat("depth" in table.columns, table.height, dtype=pl.Boolean(), eager=True)


def plain_sizes(table: pl.DataFrame, names: Iterable[str]) -> Iterator[Sized]:
    """The readings of each channel in its own unit.

    Those that physics can foretell are held against the limits alone: a rig that washes down its
    first pipe shows a hundredth of the pressure it shows later.
    """
    drilling = making_hole(table)
    seen = int(drilling.sum()) >= FEWEST
    foretold = _foretold(table)
    for name in names:
        drilled = seen and name in WHILE_DRILLING and name not in foretold
        yardstick = WHILE_DRILLING[name] if drilled else ALWAYS.get(name) or limits(name)
        rows = pl.lit(drilling) if drilled else pl.lit(value=True)
        if drilled and name == "torque" and "rotary_speed" in table.columns:
            rows &= pl.col("rotary_speed") > 0.0
        sizes = table.select(pl.when(rows & (pl.col(name) != 0.0)).then(name)).to_series()
        yield Sized(name, sizes, yardstick, channel(name).unit, name not in SET_AT_WILL)


def relative_sizes(table: pl.DataFrame) -> Iterator[Sized]:
    """The readings that physics can foretell, as multiples of that."""
    length = _length(table, STRING)
    if length is None:
        if "standpipe_pressure" in _foretold(table):
            yield _circulating_anywhere(table)
        return
    foretold = _foretold(table)
    if "flow_in" in foretold:
        pressure = _circulating(table, length)
        yield pressure
        yield Sized(
            "flow_in", pressure.sizes.pow(-1 / 1.8), PUMPING,
            "times what the standpipe pressure drives",
        )  # fmt: skip
    if "hook_load" in table.columns:
        vertical = _length(table, ("vertical_depth",))
        yield _hanging(table, length if vertical is None else vertical)


def _circulating(table: pl.DataFrame, length: pl.Expr) -> Sized:
    """Pressure as a multiple of what the flow needs, best in rows that show drilling."""
    deep = length > 0.0
    sizes = _multiples(table, pl.lit(making_hole(table)) & deep, length)
    of = "times what the flow needs at this depth"
    drilling = _multiples(table, _drilling(table) & deep, length)
    if drilling.count() < FEWEST:
        return Sized("standpipe_pressure", sizes, CIRCULATING, of)
    whole = sizes if sizes.count() >= FEWEST else drilling
    return Sized("standpipe_pressure", whole, DRILLED_WITH, of, room=_room(table, drilling))


def _circulating_anywhere(table: pl.DataFrame) -> Sized:
    """Pressure as a multiple of what the flow needs in a hole of usual depth."""
    sizes = _multiples(table, _drilling(table), pl.lit(USUAL_LENGTH))
    of = f"times what the flow needs at {USUAL_LENGTH:,.0f} m"
    return Sized("standpipe_pressure", sizes, DRILLED_ANYWHERE, of, room=_room(table, sizes))


def _multiples(table: pl.DataFrame, rows: pl.Expr, length: pl.Expr) -> pl.Series:
    """Pressure over what the flow needs, in the rows in which the pumps are on."""
    flow, pressure = pl.col("flow_in"), pl.col("standpipe_pressure")
    pumping = (flow > PUMPS_ON * flow.quantile(0.9)) & (flow > 0.0) & (pressure > 0.0)
    ratio = pl.when(rows & pumping).then(pressure / expected_pressure(flow, length))
    return table.select(ratio.alias("size")).to_series()


def _drilling(table: pl.DataFrame) -> pl.Expr:
    """Whether a row has weight on the bit and is making hole, or turns where nobody says."""
    if "weight_on_bit" not in table.columns:
        return pl.lit(value=False)
    if "rate_of_penetration" in table.columns:
        moving = pl.col("rate_of_penetration") > 0.0
    elif "rotary_speed" in table.columns:
        moving = pl.col("rotary_speed") > TURNING
    else:
        moving = pl.lit(making_hole(table))
    return (pl.col("weight_on_bit") > LOADED) & moving


def _room(table: pl.DataFrame, sizes: pl.Series) -> float:
    """How many times higher the pressure can have been before the pumps give no more."""
    level = table["standpipe_pressure"].filter(sizes.is_not_null()).quantile(0.5)
    return PUMPS_GIVE / level if level and level >= WASHING else 0.0


def _foretold(table: pl.DataFrame) -> set[str]:
    """The channels that have a relative size in this table."""
    if _length(table, STRING) is None:
        known = {"standpipe_pressure", "flow_in", "weight_on_bit"} <= set(table.columns)
        return {"standpipe_pressure"} if known else set()
    pumped = {"standpipe_pressure", "flow_in"}
    found = pumped if pumped <= set(table.columns) else set()
    return found | ({"hook_load"} & set(table.columns))


def _hanging(table: pl.DataFrame, length: pl.Expr) -> Sized:
    ratio = pl.col("hook_load") / expected_hook_load(length)
    deep = (length > 100.0) & (pl.col("hook_load") > 0.0)
    sizes = table.select(pl.when(deep).then(ratio).alias("size")).to_series()
    return Sized("hook_load", sizes, HANGING, "times what blocks and string weigh")


def _length(table: pl.DataFrame, names: tuple[str, ...]) -> pl.Expr | None:
    """The length of the string [m]."""
    return next((pl.col(name) for name in names if name in table.columns), None)
