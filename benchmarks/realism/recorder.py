"""What a recorder at 4 s keeps of a frame at 1 s, so that both are as coarse."""

import polars as pl

from idrill.frame import channels_in

EVERY = 4
"""Interval of the real records [s]."""
LATEST = ("hole_depth", "bit_depth", "block_position", "rate_of_penetration")
"""Channels of which the latest value is kept; of the others the mean, because the real records
hold fractions that no display shows, such as 129 1/6 rpm."""


def recorded(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame at 4 s; a channel without a value in an interval keeps the one before.

    Args:
        frame: Canonical rows of one rig, sorted by time.
    """
    names = channels_in(frame.columns)
    kept = [
        pl.col(name).drop_nulls().last() if name in LATEST else pl.col(name).mean()
        for name in names
    ]
    coarse = frame.group_by_dynamic("time", every=f"{EVERY}s").agg(kept)
    return coarse.with_columns(pl.col(names).forward_fill())
