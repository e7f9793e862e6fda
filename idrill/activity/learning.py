"""What a source's own data tell about the limits between its activities."""

from dataclasses import replace

import polars as pl

from idrill.activity.signals import held, span, travelling
from idrill.activity.slips import CONTRAST, slips_episodes
from idrill.activity.thresholds import ActivityThresholds

ENOUGH = 300.0
"""Time of evidence without which a default stays [s] [e]."""

QUIET_FLOW = 200.0
"""Flow that a meter may show with the pumps off [L/min] [e]."""
QUIET_PRESSURE = 2_000.0
"""Pressure that a gauge may show with the pumps off [kPa]; 575 is the most of Volve."""
QUIET_SPEED = 5.0
"""Rotary speed that may be shown of a string at rest [rpm] [e]."""

LEAST_DEAD_FLOW_PRESSURE = 2_000.0
"""Trapped pressure stays below this [kPa] [e]."""
BOTTOM = (0.1, 0.6)
"""Between these lies the distance that counts as on bottom [m] [e]."""
LEAST_STAND = 8.0
"""A block that rises by less adds no pipe [m] [e]."""


def learn_thresholds(
    frame: pl.DataFrame, earlier: ActivityThresholds | None = None
) -> ActivityThresholds:
    """The limits between the activities of one source, learned from its earlier data.

    Readings at rest are medians with the pumps off; the weight of block and top drive is what hangs
    at the hook while the block travels and the bit does not. Only usable values count. Whatever has
    less than `ENOUGH` of evidence stays as it was.

    Args:
        frame: Canonical rows of one rig, sorted by time: some hours with connections in them.
        earlier: What was learned before these rows; the defaults of `ActivityThresholds` unless
            given.

    Returns:
        The same limits for the same rows.
    """
    before = earlier or ActivityThresholds()
    rows = held(frame)
    interval = rows.select(pl.col("time").diff().median().dt.total_microseconds() / 1e6).item()
    if not interval:
        return before
    enough = max(int(ENOUGH / interval), 1)
    limits = _at_rest(rows, before, enough)
    limits = _while_drilling(rows, limits, enough)
    return _handling(rows, limits, enough)


def _median(rows: pl.DataFrame, value: pl.Expr, enough: int) -> float | None:
    """The median, where there are values enough."""
    values = rows.select(value).to_series().drop_nulls()
    return _quantile(values, 0.5) if values.len() >= enough else None


def _quantile(values: pl.Series, share: float) -> float:
    return float(values.quantile(share) or 0.0)


def _rests() -> pl.Expr:
    quiet = (pl.col("flow_in").abs() < QUIET_FLOW).fill_null(value=True)
    return quiet & (pl.col("standpipe_pressure") < QUIET_PRESSURE)


def _at_rest(rows: pl.DataFrame, before: ActivityThresholds, enough: int) -> ActivityThresholds:
    """Zero offsets, and the pressure that no rig at rest shows."""
    rest = rows.filter(_rests())
    still = rest.filter((pl.col("rotary_speed").abs() < QUIET_SPEED).fill_null(value=True))
    shown = {
        "flow_at_rest": _median(rest, pl.col("flow_in"), enough),
        "pressure_at_rest": _median(rest, pl.col("standpipe_pressure"), enough),
        "rotary_speed_at_rest": _median(still, pl.col("rotary_speed"), enough),
        "torque_at_rest": _median(still, pl.col("torque"), enough),
    }
    limits = replace(before, **{name: value for name, value in shown.items() if value is not None})
    pumping = rows.filter(pl.col("flow_in") > QUIET_FLOW)
    working = _median(pumping, pl.col("standpipe_pressure"), enough)
    if working is None:
        return limits
    half = (working - limits.pressure_at_rest) / 2
    return replace(limits, dead_flow_pressure=max(half, LEAST_DEAD_FLOW_PRESSURE))


def _while_drilling(
    rows: pl.DataFrame, limits: ActivityThresholds, enough: int
) -> ActivityThresholds:
    """How far from bottom the bit is read while the hole grows."""
    pumping = pl.col("flow_in") - limits.flow_at_rest > limits.flow
    drilling = rows.filter(pumping & (span(pl.col("hole_depth"), "10s") > 0.0))
    gap = (drilling["hole_depth"] - drilling["bit_depth"]).drop_nulls()
    if gap.len() < enough:
        return limits
    least, most = BOTTOM
    return replace(limits, on_bottom=min(max(1.2 * _quantile(gap, 0.98), least), most))


def _handling(rows: pl.DataFrame, limits: ActivityThresholds, enough: int) -> ActivityThresholds:
    """The weight of block and top drive, and the length of a stand."""
    settled = rows.filter(_rests() & _settled(limits))["hook_load"].drop_nulls()
    if settled.len() < max(enough // 10, 1):
        return limits
    slips_load = _least_load(rows, _quantile(settled, 0.25))
    rises = slips_episodes(rows, slips_load)["rise"]
    stands = rises.filter(rises > LEAST_STAND)
    return replace(
        limits,
        slips_load=slips_load,
        stand=_quantile(stands, 0.5) if stands.len() else limits.stand,
    )


def _least_load(rows: pl.DataFrame, about: float) -> float:
    """The least hook load at rest but for one thousandth, as whatever hangs there adds [kN]."""
    rest = rows.filter(_rests() & ~travelling())["hook_load"].drop_nulls()
    light = rest.filter(rest.is_between(about / 2, about + CONTRAST / 2))
    return _quantile(light, 0.001) if light.len() else about


def _settled(limits: ActivityThresholds) -> pl.Expr:
    """Whether the block stands that has just travelled without the bit: in slips."""
    block, bit = pl.col("block_position"), pl.col("bit_depth")
    travelled = (span(block, "1m") > 5.0) & (span(bit, "1m") < 0.5)
    return travelled & ~travelling() & (bit > limits.surface)
