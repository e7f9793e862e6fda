"""What cannot be, seen from several channels at once.

Movements are those within a minute or two. What contradicts itself is blamed on the channel that
stands still or reads nothing, since the others would all have to be wrong together.
"""

from collections.abc import Mapping

import polars as pl

from idrill.dvr.conditions import ON_BOTTOM, PUMPING, STANDS, UNDER_PRESSURE, travel

BELOW_HOLE = 0.05
"""How far below the hole zero offsets let the bit seem to be; Volve's reaches 0.011 m [m]."""

GROWTH = (0.1, 10.0)
"""Hole made that others must show; more is a correction of the depth [m] [e]."""

STROKE = 3.0
"""Way of the block, or of the bit, within a minute that both must share [m] [e]."""

CHANGES = 5
"""In how many values, at least, this way is covered; a correction is a single step."""

ROTATING = 20.0
"""Rotary speed at which no slips hold the string [rpm]."""

TWO_MINUTES = "2m"


def impossible() -> Mapping[str, pl.Expr]:
    """By channel, where it contradicts others; expressions of what `conditions.standing` gave."""
    hole, bit = pl.col("hole_depth"), pl.col("bit_depth")
    below = hole - bit < -BELOW_HOLE
    behind = (travel("hole_depth") == 0.0) & (travel("bit_depth") > BELOW_HOLE)
    deepens = travel("hole_depth").is_between(*GROWTH)
    off_bottom = (hole - bit).rolling_min_by("time", STANDS) > ON_BOTTOM
    return {
        "bit_depth": below & ~behind,
        "hole_depth": (below & behind) | (deepens & off_bottom),
        "flow_in": deepens & _all_minute("standpipe_pressure", UNDER_PRESSURE) & _no_flow(),
    }


def standing_still() -> Mapping[str, pl.Expr]:
    """By channel, where it stands still though others show that it moves; expressions as above."""
    drilled = travel("hole_depth", TWO_MINUTES).is_between(*GROWTH)
    under_pressure = _all_minute("standpipe_pressure", UNDER_PRESSURE).fill_null(value=True)
    # A meter may show a flow with the pumps off, and the string turns in a connection too.
    pumped = _all_minute("flow_in", PUMPING) & under_pressure
    hanging = pumped & _all_minute("rotary_speed", ROTATING)
    return {
        "bit_depth": (_still("bit_depth", TWO_MINUTES) & drilled)
        | (_still("bit_depth", STANDS) & hanging & _goes("block_position")),
        "block_position": (_still("block_position", TWO_MINUTES) & drilled)
        | (_still("block_position", STANDS) & _goes("bit_depth")),
    }


def _all_minute(name: str, least: float) -> pl.Expr:
    return pl.col(name).rolling_min_by("time", STANDS) > least


def _no_flow() -> pl.Expr:
    return pl.col("flow_in").rolling_max_by("time", STANDS) < PUMPING


def _still(name: str, window: str) -> pl.Expr:
    return travel(name, window) == 0.0


def _goes(name: str) -> pl.Expr:
    """Whether a channel went a long way within the minute, and not in a few steps."""
    changed = (pl.col(name).diff() != 0.0).cast(pl.Int32)
    return (travel(name) > STROKE) & (changed.rolling_sum_by("time", STANDS) >= CHANGES)
