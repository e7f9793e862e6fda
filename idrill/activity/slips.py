"""When the slips hold the string."""

from datetime import timedelta
from functools import lru_cache

import polars as pl

from idrill.activity.signals import FAST, recent, span, travelling
from idrill.activity.thresholds import ActivityThresholds
from idrill.units import GRAVITY

HANGING = timedelta(minutes=10)
"""How far back the hook load is looked for that the string had while it hung."""
LONGEST_SLIPS = timedelta(minutes=30)
"""The same where all the rows are known [e]."""

CONTRAST = 10_000.0 * GRAVITY / 1e3
"""Weight of a string that is told from friction and from what hangs in the elevator [kN] [e]."""

BRIDGED = timedelta(seconds=12)
"""The load may rise for as long without the slips being pulled: joints are broken and made [e]."""


@lru_cache(maxsize=64)
def in_slips(limits: ActivityThresholds) -> pl.Expr:
    """Whether the hook load is that of block and top drive alone.

    Below halfway between what they weigh and the largest load of the last minutes, even while the
    pumps still run down. With the pumps off, a load that was light all the while, or, where the
    weight of block and top drive is not learned, one below a share of the load while pumping.
    """
    load, rests = pl.col("hook_load"), ~pl.col("pumping")
    if limits.slips_load is None:
        return (_short_of_hanging(limits) & rests).fill_null(value=False)
    string = _heaviest(HANGING) - limits.slips_load
    loose = load - limits.slips_load
    return (
        pl.when(string > CONTRAST)
        .then(loose < string / 2)
        .otherwise((loose < CONTRAST) & rests)
        .fill_null(value=False)
    )


def _short_of_hanging(limits: ActivityThresholds) -> pl.Expr:
    """Against the mean of the last two minutes of pumping, nine minutes ago at most.

    With the minute that a value stands, hysteresis and confirmation this reaches back 14.5 minutes.
    """
    load = pl.col("hook_load")
    pumping = pl.col("pumping") & load.is_not_null()
    hanging = pl.when(pumping).then(load).rolling_mean_by("time", "2m").round(6)
    return load < limits.slips * recent(pumping, hanging, timedelta(minutes=9))


def _heaviest(within: timedelta) -> pl.Expr:
    """The largest hook load that lasted ten seconds."""
    return pl.col("hook_load").rolling_min_by("time", "10s").rolling_max_by("time", within)


def slips_episodes(rows: pl.DataFrame, slips_load: float) -> pl.DataFrame:
    """Times for which the slips carried the whole string.

    What began before the rows, or has not ended, is left out.

    Args:
        rows: The deciding channels, as `signals.held` gives them.
        slips_load: Hook load of block and top drive [kN].

    Returns:
        `start`; `end`, when the string hangs again; `rise` of the block [m]; `depth` of the hole
        [m]; `gap` between bit and bottom [m].
    """
    marked = (
        rows.with_columns(near=_near(slips_load))
        .with_columns(light=_light())
        .with_columns(light=_bridged())
    )
    return (
        marked.with_columns(
            episode=pl.col("light").rle_id(),
            end=pl.col("time").shift(-1),
            then=pl.col("block_position").shift(-1),
            gap=pl.col("hole_depth") - pl.col("bit_depth"),
        )
        .group_by("episode", maintain_order=True)
        .agg(
            pl.col("light").first(),
            pl.col("near").first(),
            start=pl.col("time").first(),
            end=pl.col("end").last(),
            rise=pl.col("then").last() - pl.col("block_position").first(),
            depth=pl.col("hole_depth").last(),
            gap=pl.col("gap").last(),
        )
        .filter("light", "near", pl.col("episode") > 0, pl.col("end").is_not_null())
        .drop("light", "near", "episode")
    )


def _near(slips_load: float) -> pl.Expr:
    """Whether no more hangs at the hook than what stays in the elevator."""
    string = _heaviest(LONGEST_SLIPS) - slips_load
    bound = pl.min_horizontal(pl.lit(CONTRAST), string / 2)
    return (pl.col("hook_load") - slips_load < bound).fill_null(value=False)


def _light() -> pl.Expr:
    """The same, whatever sheave friction adds while the block fetches a stand."""
    left_behind = travelling() & (span(pl.col("bit_depth"), "5s") < FAST)
    return pl.col("near") | left_behind.fill_null(value=False)


def _bridged() -> pl.Expr:
    """Light rows, and the heavy ones between two light ones that are close."""
    time, light = pl.col("time"), pl.col("light")
    last = pl.when(light).then(time).forward_fill()
    following = pl.when(light).then(time).backward_fill()
    return light | (following - last <= BRIDGED).fill_null(value=False)
