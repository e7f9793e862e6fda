"""How long a rig-day takes to validate and reconcile, against what cannot be left out."""

import numpy as np
import polars as pl

from benchmarks.harness import Comparison, interleaved
from benchmarks.rig_days.publishing import published
from benchmarks.rig_days.trials import sound
from idrill.frame import QUALITY, channels_in, quality_of

SEED = 101
ROUNDS = 5
WINDOW = 15
"""Rows of the median that a spike is told from."""
HALF_HOUR = 1_800
"""Rows of the extremes that a repeated value is told from."""


def comparisons() -> tuple[Comparison, ...]:
    """A rig-day of the second day of a rig."""
    one = sound(SEED, 1.0, 2)
    raw = one.rig.measured(1)
    checked = one.days[1].checked
    ours, peer = interleaved(
        lambda _: published(raw, one.before(1)), lambda _: _bare(raw, checked), rounds=ROUNDS
    )
    return (Comparison("a rig-day validated and reconciled", ours, peer, bound="at most"),)


def _bare(raw: pl.DataFrame, checked: list[str]) -> pl.DataFrame:
    """Per channel a comparison, a change, a rolling median and bits; a filter, a product, bits."""
    names = channels_in(raw.columns)
    marked = raw.with_columns(_bits(name) for name in names)
    if not checked:
        return marked
    filtered = marked.select(pl.col(name).ewm_mean(span=60, ignore_nulls=True) for name in checked)
    values = filtered.fill_null(0.0).to_numpy() @ np.eye(len(checked))
    columns = {name: values[:, place] for place, name in enumerate(checked)}
    return marked.with_columns(**{name: pl.Series(column) for name, column in columns.items()})


def _bits(name: str) -> pl.Expr:
    value = pl.col(name)
    wrong = (
        value.is_null()
        | ~value.is_between(-1e6, 1e6)
        | (value.diff().abs() > 1e6)
        | ((value - value.rolling_median(WINDOW)).abs() > 1e6)
        | (value.rolling_max(HALF_HOUR) == value.rolling_min(HALF_HOUR))
    )
    quality = pl.col(quality_of(name))
    return pl.when(wrong).then(quality | 1).otherwise(quality).cast(QUALITY).alias(quality_of(name))
