"""Motions that must agree: depth made and rate of penetration, bit and block.

Each compares two channels, so one of them alone cannot be blamed by it. The block decides: where
bit and block move alike, the depth is right and the rate is wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log

import polars as pl

from idrill.readers.plausibility.yardsticks import Alternative, alternatives
from idrill.readers.reading import median_interval

LIKE = 0.06
"""How far a ratio may be from that of two units [natural logarithm]."""
LEAST_DRILLED = 20.0
"""Depth that must be made before rates are compared [m]."""
FEWEST = 200
"""Moves of the block that must be seen."""
LONGEST_STEP = 60.0
"""Time between two rows over which a rate is believed [s]."""
LEAST_MOVE, MOST_MOVE = 0.05, 30.0
"""Moves of the block that are compared [m]."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A channel that is in another unit than it claims, throughout."""

    channel: str
    meant: Alternative
    evidence: str


def motion_findings(table: pl.DataFrame, units: Mapping[str, str]) -> Iterator[Finding]:
    """The channels whose motion contradicts that of others.

    Args:
        table: Rows in the order of time, channels in their own units.
        units: The unit that the file claims, by channel.
    """
    moves = _bit_per_block(table) if "time" in table.columns else None
    drilled = _drilled_per_rate(table) if "time" in table.columns else None
    depth = _unit_of_ratio(moves, units.get("bit_depth"), "bit_depth")
    if depth is not None and moves is not None:
        evidence = f"the bit moves {moves:.3g} m for each metre of the block"
        block = _unit_of_ratio(1 / moves, units.get("block_position"), "block_position")
        if block is not None and not _depth_is_wrong(drilled, moves):
            yield Finding("block_position", block, evidence)
            return
        yield Finding("bit_depth", depth, evidence)
        if (hole := _unit_of_ratio(moves, units.get("hole_depth"), "hole_depth")) is not None:
            yield Finding("hole_depth", hole, evidence)
    elif drilled is not None:
        yield from _rate_findings(drilled, units)


def _rate_findings(drilled: float, units: Mapping[str, str]) -> Iterator[Finding]:
    rate = _unit_of_ratio(1 / drilled, units.get("rate_of_penetration"), "rate_of_penetration")
    evidence = f"the hole deepens {drilled:.3g} times as fast as the rate of penetration says"
    if rate is not None:
        yield Finding("rate_of_penetration", rate, evidence)
        return
    for name in ("hole_depth", "bit_depth"):
        if (depth := _unit_of_ratio(drilled, units.get(name), name)) is not None:
            yield Finding(name, depth, evidence)


def _depth_is_wrong(drilled: float | None, moves: float) -> bool:
    """Whether the rate of penetration too says that depths are too large or too small."""
    return drilled is not None and abs(log(drilled / moves)) <= 2 * LIKE


def _unit_of_ratio(ratio: float | None, claimed: str | None, name: str) -> Alternative | None:
    """The unit in which values `ratio` times too large would be right."""
    if ratio is None or claimed is None or ratio <= 0:
        return None
    fitting = [one for one in alternatives(claimed, name) if abs(log(one.factor * ratio)) <= LIKE]
    return fitting[0] if fitting else None


def _bit_per_block(table: pl.DataFrame) -> float | None:
    """How far the bit moves for each metre the block comes down; None if too few moves are seen.

    Moves are taken over about a minute: from row to row, heave and rounding hide the drilling.
    """
    interval = median_interval(table["time"]) if table.height else None
    if not {"bit_depth", "block_position"} <= set(table.columns) or not interval:
        return None
    apart = max(1, round(LONGEST_STEP / interval))
    moves = table.select(
        bit=pl.col("bit_depth").diff(apart),
        block=-pl.col("block_position").diff(apart),
        seconds=pl.col("time").diff(apart).dt.total_microseconds() / 1e6,
    ).filter(
        (pl.col("seconds") <= 3 * LONGEST_STEP)
        & pl.col("block").abs().is_between(LEAST_MOVE, MOST_MOVE)
        & (pl.col("bit").abs() > LEAST_MOVE)
    )
    if moves.height < FEWEST:
        return None
    return float(moves.select((pl.col("bit") / pl.col("block")).median()).item())


def _drilled_per_rate(table: pl.DataFrame) -> float | None:
    """Depth made over the depth that the rates add up to; None if too little was drilled."""
    if not {"hole_depth", "rate_of_penetration"} <= set(table.columns):
        return None
    seconds = pl.col("time").diff().dt.total_microseconds() / 1e6
    steps = table.select(
        made=pl.col("hole_depth").diff(),
        told=pl.col("rate_of_penetration") * seconds / 3600.0,
        seconds=seconds,
        rate=pl.col("rate_of_penetration"),
    ).filter(
        pl.col("seconds").is_between(0.0, LONGEST_STEP, closed="right")
        & (pl.col("rate") > 0.0)
        & (pl.col("made") >= 0.0)
        & (pl.col("made") <= pl.col("seconds"))
    )
    made, told = steps.select(pl.col("made", "told").sum()).row(0)
    return made / told if made >= LEAST_DRILLED and told > 0.0 else None
