"""How far values are from the truth: raw, filtered, reconciled, and smoothed in other ways."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.rig_days.publishing import Published
from benchmarks.rig_days.rigs import true_values
from benchmarks.rig_days.trials import Sound
from idrill.dvr.rig_days import filtered_frame
from idrill.frame import Quality, channels_in, quality_of, usable

Array = NDArray[np.float64]

SIGMAS = 3.0
"""From its moving average on which a value is replaced by k-sigma."""
BLOCK = 3_600
"""Seconds of a block: errors remember each other for minutes [s]."""

SQUARES = pl.Schema(
    {
        "mismatch": pl.Float64(),
        "seed": pl.Int64(),
        "channel": pl.String(),
        "adjustability": pl.Float64(),
        "method": pl.String(),
        "block": pl.Int64(),
        "rows": pl.Int64(),
        "squares": pl.Float64(),
        "centred": pl.Float64(),
    }
)
"""The columns of errors: sums by block of the errors' squares, as they are and about their mean."""

FILTERED = "filtered"
"""The filter that reconciliation begins with, and no balance."""

Method = Callable[[pl.Expr], pl.Expr]

MEMORY = "60s"
"""That smoothing, moving average and k-sigma remember, as the filter of reconciliation does."""
ROWS = 60


def _mean(value: pl.Expr) -> pl.Expr:
    return value.rolling_mean_by("time", MEMORY)


METHODS: Mapping[str, Method] = {
    "averaged": _mean,
    "smoothed": lambda value: value.ewm_mean(span=ROWS, ignore_nulls=True),
    "k-sigma": lambda value: (
        pl.when((value - _mean(value)).abs() > SIGMAS * value.rolling_std_by("time", MEMORY))
        .then(_mean(value))
        .otherwise(value)
    ),
}
"""By name, each of a causal expression."""


def squares(one: Sound) -> Iterator[dict[str, object]]:
    """Errors by channel that reconciliation moves, method and hour, from the second day on."""
    for day in range(1, len(one.days)):
        before = one.before(day)
        history = None if before is None else before.validated
        alone = filtered_frame(one.days[day].validated, history=history)
        for name, noise in one.noises.items():
            for method, block, rows, plain, centred in _of_day(one, day, name, alone):
                yield {
                    "mismatch": one.mismatch, "seed": one.seed, "channel": name,
                    "adjustability": noise.adjustability, "method": method,
                    "block": 24 * day + block, "rows": rows, "squares": plain,
                    "centred": centred,
                }  # fmt: skip


def _of_day(
    one: Sound, number: int, name: str, alone: pl.DataFrame
) -> Iterator[tuple[str, int, int, float, float]]:
    """Method, block, rows, and both sums, over the rows that were reconciled."""
    frame, truth = one.days[number].reconciled.frame, one.rig.truths[number]
    moved = (frame[quality_of(name)] & int(Quality.RECONCILED) != 0).to_numpy()
    if not moved.any():
        return
    seconds = (frame["time"] - truth["time"][0]).dt.total_seconds().to_numpy()
    true = true_values(one.rig, name, truth)[seconds]
    blocks = seconds[moved] // BLOCK
    values = _smoothed(one.days[number].validated, name)
    values |= {FILTERED: alone[name].to_numpy(), "reconciled": frame[name].to_numpy()}
    for method, shown in values.items():
        error = (shown - true)[moved]
        spread = error - error.mean()
        for block in np.unique(blocks):
            inside = blocks == block
            yield (
                method, int(block), int(inside.sum()), float((error[inside] ** 2).sum()),
                float((spread[inside] ** 2).sum()),
            )  # fmt: skip


def _smoothed(validated: pl.DataFrame, name: str) -> dict[str, Array]:
    """What each method makes of a channel's usable values, raw ones among them (row)."""
    good = pl.when(usable(name)).then(pl.col(name))
    made = validated.select(
        pl.col(name).alias("raw"),
        **{method: expression(good).forward_fill() for method, expression in METHODS.items()},
    )
    return {method: made[method].to_numpy() for method in made.columns}


def touched(day: Published) -> int:
    """How many values differ from those validated although they have no bit that says so."""
    bits = int(Quality.RECONCILED | Quality.CALIBRATED)
    frame = day.reconciled.frame
    count = 0
    for name in channels_in(frame.columns):
        left = frame[quality_of(name)] & bits == 0
        before, after = (table[name].filter(left) for table in (day.validated, frame))
        count += int((~before.eq_missing(after)).sum())
    return count
