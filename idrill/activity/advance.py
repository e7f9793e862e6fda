"""How much hole was made at what."""

import polars as pl

from idrill.frame import usable


def metres_gained(frame: pl.DataFrame) -> pl.DataFrame:
    """Metres by which the hole grew, by activity.

    A row has what the hole grew since the last row that measured it, so the metres of all
    activities add up to the last depth less the first.

    Args:
        frame: Canonical rows of one rig, sorted by time, with their `activity`.

    Returns:
        `activity` and `metres` [m], most first.

    Example:
        >>> metres_gained(
        ...     pl.DataFrame(
        ...         {
        ...             "hole_depth": [100.0, 100.5, None, 102.0],
        ...             "hole_depth_quality": [0, 0, 0, 0],
        ...             "activity": ["circulating", "drilling", "drilling", "drilling"],
        ...         }
        ...     )
        ... ).rows()
        [('drilling', 2.0), ('circulating', 0.0)]
    """
    depth = pl.when(usable("hole_depth")).then("hole_depth").forward_fill()
    return (
        frame.select("activity", metres=depth.diff().fill_null(0.0))
        .group_by("activity", maintain_order=True)
        .agg(pl.col("metres").sum())
        .sort("metres", descending=True)
    )
