"""What a rig-day's report said of a fault or an event that is known, and how sure a gain is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import BY_NAME

Array = NDArray[np.float64]

GROUPS = {"stroke_rate": "pump_stroke_rates", "pit_volume": "pit_volume"}
"""What stands for all channels of a kind."""
SAME = timedelta(minutes=30)
"""An episode that is told within this of one of the same name on the sound day is that one."""


class Said(StrEnum):
    """What was said of something that is wrong; the better first."""

    NAMED = "named"
    CLASS = "among sensors that look alike"
    AMONG_OTHERS = "cannot tell, it is among the names"
    CANNOT_TELL = "cannot tell, it is not among the names"
    OTHER_SENSOR = "another sensor"
    OTHER_EVENT = "another event"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, as the simulation knows it."""

    kind: Literal["sensor", "process"]
    names: frozenset[str]
    """Any of which names it."""
    start: datetime
    until: datetime
    """Up to which an episode may be told of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a report said of it."""

    best: Said
    """The best that any episode said."""
    best_name: str
    """How that one called it."""
    first: Said
    """What the first episode said."""
    first_name: str
    """How that one called it."""
    first_kind: str
    delay: float
    """From its start to the best episode [h]; NaN if nothing was said."""
    suspects: int
    """How many names the best episode gave."""
    episodes: int
    """How many there were."""


def verdict(faults: pl.DataFrame, sound: pl.DataFrame, wrong: Wrong) -> Verdict:
    """What a report says of something wrong.

    Episodes count that were detected while it lasted, unless the same day told them without it.

    Args:
        faults: Of the report.
        sound: Those of the same day with nothing wrong.
        wrong: What is.
    """
    during = pl.col("detected").is_between(wrong.start, wrong.until)
    later = faults.filter(during).sort("detected")
    told = [row for row in later.iter_rows(named=True) if not _also(row, sound)]
    if not told:
        return Verdict(Said.NOTHING, "", Said.NOTHING, "", "", float("nan"), 0, 0)
    order = list(Said)
    best = min(told, key=lambda row: order.index(said(row, wrong)))
    delay = (best["detected"] - wrong.start).total_seconds() / 3600.0
    first = told[0]
    return Verdict(
        said(best, wrong), best["name"], said(first, wrong), first["name"], first["kind"], delay,
        len(best["suspects"]), len(told),
    )  # fmt: skip


def said(row: Mapping[str, Any], wrong: Wrong) -> Said:
    """What one episode says of it.

    An event is named by its own name only. A sensor may be one of a class that look alike: then no
    name but those of sensors is told.
    """
    names = {row["name"], *row["name"].split(" or "), *row["suspects"]}
    among = bool(names & wrong.names)
    if row["kind"] == "unclear":
        if not among:
            return Said.CANNOT_TELL
        alike = wrong.kind == "sensor" and all(map(_is_sensor, row["suspects"]))
        return Said.CLASS if alike else Said.AMONG_OTHERS
    if row["kind"] == wrong.kind:
        if row["name"] in wrong.names or (wrong.kind == "sensor" and among):
            return Said.NAMED
        if among:
            return Said.AMONG_OTHERS
    return Said.OTHER_SENSOR if row["kind"] == "sensor" else Said.OTHER_EVENT


def _is_sensor(name: str) -> bool:
    return name in BY_NAME or name in GROUPS.values()


def _also(row: Mapping[str, Any], sound: pl.DataFrame) -> bool:
    """Whether the sound day told the same."""
    same = sound.filter(
        (pl.col("name") == row["name"])
        & (pl.col("kind") == row["kind"])
        & ((pl.col("detected") - row["detected"]).abs() <= SAME)
    )
    return not same.is_empty()


def upper_bound(
    squares: Sequence[tuple[Array, Array]], random: np.random.Generator, *, drawn: int = 2_000
) -> float:
    """The ratio of two root mean squares that is passed with 5 % probability, by blocks.

    Blocks are drawn anew within each series, so that long memory within a block and differences
    between rigs do not make it look surer than it is.

    Args:
        squares: By series (rig), sums of the squares of both sides in each block (block).
        random: Where the numbers come from.
        drawn: How many times.

    Example:
        >>> halves = (np.full(50, 1.0), np.full(50, 4.0))
        >>> upper_bound([halves], np.random.default_rng(1))
        0.5
    """
    ratios = np.zeros(drawn)
    for ours, theirs in squares:
        picked = random.integers(ours.size, size=(drawn, ours.size))
        ratios += ours[picked].sum(axis=1) / theirs[picked].sum(axis=1)
    return float(np.sqrt(np.quantile(ratios / len(squares), 0.95)))


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209).

    Example:
        >>> [round(bound, 3) for bound in wilson(9, 10)]
        [0.596, 0.982]
    """
    if trials == 0:
        return 0.0, 1.0
    z = 1.959964
    share, spread = hits / trials, z**2 / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return float(middle - half), float(middle + half)


def confusion(pairs: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """How often what was (rows) was told as what (columns)."""
    frame = pl.DataFrame(list(pairs), schema=["was", "told"], orient="row")
    counted = frame.pivot("told", index="was", values="told", aggregate_function="len")
    told = sorted(name for name in counted.columns if name != "was")
    return counted.select("was", *told).fill_null(0).sort("was")
