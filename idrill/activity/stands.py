"""Stands connected while drilling: when the slips held the string, and what was added."""

from datetime import timedelta

import polars as pl

from idrill.activity.learning import learn_thresholds
from idrill.activity.signals import held
from idrill.activity.slips import slips_episodes
from idrill.activity.thresholds import ActivityThresholds

SHORTEST = timedelta(seconds=60)
"""No stand is added in less [e]."""
LEAST_RISE = 8.0
"""Least rise of the block that adds pipe: a joint [m] [e]."""
NEAR_BOTTOM = 10.0
"""Distance of the bit from bottom in a connection of drilling; farther up it trips [m] [e]."""


def connections(frame: pl.DataFrame, thresholds: ActivityThresholds | None = None) -> pl.DataFrame:
    """The stands connected while drilling, in the order they were.

    The slips count from when the hook load has fallen to within ten tonnes of block and top drive
    until it leaves it: not from when they are set, for a load may take minutes to settle.

    Args:
        frame: Canonical rows of one rig, sorted by time.
        thresholds: As learned from the rig's data; from the frame itself unless given.

    Returns:
        `start`, `end`, `slips` [s], `stand` [m], `depth` of the hole [m], and `metres` drilled
        since the connection before [m]; no rows where the weight of block and top drive is unknown.
    """
    limits = thresholds or learn_thresholds(frame)
    rows = held(frame)
    if limits.slips_load is None:
        return _connections(slips_episodes(rows.clear(), slips_load=0.0))
    return _connections(slips_episodes(rows, limits.slips_load))


def _connections(episodes: pl.DataFrame) -> pl.DataFrame:
    lasted = pl.col("end") - pl.col("start")
    added = (pl.col("rise") >= LEAST_RISE) & (pl.col("gap") <= NEAR_BOTTOM)
    return episodes.filter(added & (lasted >= SHORTEST)).select(
        "start",
        "end",
        slips=lasted.dt.total_microseconds() / 1e6,
        stand="rise",
        depth="depth",
        metres=pl.col("depth").diff(),
    )
