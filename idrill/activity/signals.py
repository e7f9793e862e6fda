"""The channels that tell what a rig is doing, and how their motion is read.

Everything is causal, and the same wherever the frame begins.
"""

from datetime import timedelta
from functools import lru_cache

import polars as pl

from idrill.frame import usable

SIGNALS = (
    "hole_depth", "bit_depth", "block_position", "hook_load", "weight_on_bit", "rotary_speed",
    "torque", "standpipe_pressure", "flow_in",
)  # fmt: skip
"""The channels that decide."""

STANDS = timedelta(seconds=60)
"""How long a value stands for what follows."""

FAST = 0.25
"""Movement within 5 s, of bit or block, that a slow approach to bottom never makes [m] [e]."""

RELEASE = 0.5
"""What has passed its limit counts until it is below this share of it [-] [e]."""

UNDECIDED = timedelta(seconds=60)
"""How long a level between a limit and its release counts as what it was before."""


def held(frame: pl.DataFrame) -> pl.DataFrame:
    """The deciding channels, each usable value standing for at most a minute."""
    absent = [name for name in SIGNALS if name not in frame.columns]
    return frame.select(
        "time", *(_standing(name) for name in SIGNALS if name not in absent)
    ).select(pl.all(), *(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent))


@lru_cache(maxsize=64)
def _standing(name: str) -> pl.Expr:
    good = usable(name)
    return recent(good, pl.col(name), STANDS).alias(name)


def recent(when: pl.Expr, value: pl.Expr, within: timedelta) -> pl.Expr:
    """The value when `when` last held, if that was no longer ago than `within`."""
    time = pl.col("time")
    age = time - pl.when(when).then(time).forward_fill()
    return pl.when(age <= within).then(pl.when(when).then(value).forward_fill())


def span(value: pl.Expr, within: str) -> pl.Expr:
    """Largest less smallest value of the time that ends here."""
    return value.rolling_max_by("time", within) - value.rolling_min_by("time", within)


def travelling() -> pl.Expr:
    """Whether the block is on its way."""
    return span(pl.col("block_position"), "5s") >= FAST


def drift(value: pl.Expr) -> pl.Expr:
    """Slow speed over the last half minute [1/s].

    At a constant speed the middles of the last 10 s and of the last 30 s are 10 s apart.
    """
    return (_mean(value, "10s") - _mean(value, "30s")) / 10.0


def _mean(value: pl.Expr, within: str) -> pl.Expr:
    """Rounded: a running sum depends in its last digits on where the frame begins."""
    return value.rolling_mean_by("time", within).round(6)


def switched(level: pl.Expr) -> pl.Expr:
    """Whether a level [share of its limit] has passed 1 and not come back below `RELEASE`."""
    clear = (level >= 1.0) | (level < RELEASE)
    return pl.when(level.is_not_null()).then(
        recent(clear, level >= 1.0, UNDECIDED).fill_null(value=False)
    )
