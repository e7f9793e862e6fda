"""The quality of each channel hour by hour: what can be used, what was flagged, what was moved."""

from typing import TYPE_CHECKING

import polars as pl

from idrill.dvr.report import report as validation_report
from idrill.frame import TIME, Quality, channels_in, quality_of

if TYPE_CHECKING:
    from idrill.dvr.rig_days.report import ReconciliationReport

BITS = tuple(str(bit.name).lower() for bit in Quality if bit)
"""The columns that count values per quality bit."""

HOURLY_QUALITY = pl.Schema(
    {
        "channel": pl.String(),
        "time": TIME,
        "values": pl.Int64(),
        "score": pl.Float64(),
        **dict.fromkeys(BITS, pl.Int64()),
        "move": pl.Float64(),
        "adjustability": pl.Float64(),
        "detectability": pl.Float64(),
        "faults": pl.Int64(),
    }
)
"""One row per channel and hour. `score` is the share of the hour for which a usable value stood,
`move` the mean size by which reconciliation moved a value, in the channel's unit (null where it
moved none), `faults` how many faults found by reconciliation the channel was suspected of."""


def hourly_quality(
    validated: pl.DataFrame, reconciled: pl.DataFrame, found: "ReconciliationReport"
) -> pl.DataFrame:
    """The quality of each channel and hour of a rig-day, as `HOURLY_QUALITY`.

    Args:
        validated: The rows before reconciliation.
        reconciled: The same rows after it.
        found: What reconciliation reported.
    """
    names = channels_in(reconciled.columns)
    if reconciled.is_empty() or not names:
        return HOURLY_QUALITY.to_frame()
    hours = pl.concat(_counts(validated, reconciled, name) for name in names)
    scores = validation_report(reconciled).scores.rename({"hour": "time"})
    judged = found.channels.select("channel", "adjustability", "detectability")
    table = (
        hours.join(scores, on=["channel", "time"], how="left")
        .join(judged, on="channel", how="left")
        .join(_suspected(hours, found.faults), on=["channel", "time"], how="left")
        .with_columns(pl.col("score").fill_null(0.0), pl.col("faults").fill_null(0))
    )
    return table.select(pl.col(name).cast(dtype) for name, dtype in HOURLY_QUALITY.items()).sort(
        "channel", "time"
    )


def mean_scores(hours: pl.DataFrame) -> dict[str, float]:
    """The mean score of each channel over the hours of a table as `hourly_quality` gives it."""
    return dict(hours.group_by("channel").agg(pl.col("score").mean()).sort("channel").iter_rows())


def _counts(validated: pl.DataFrame, reconciled: pl.DataFrame, name: str) -> pl.DataFrame:
    """Values, bits and moves of a channel, hour by hour."""
    bits = pl.col("quality")
    moved = (bits & int(Quality.RECONCILED)) != 0
    rows = reconciled.select("time", value=name, quality=quality_of(name)).with_columns(
        before=validated[name] if name in validated.columns else pl.lit(None, pl.Float64)
    )
    return (
        rows.group_by(pl.col("time").dt.truncate("1h"))
        .agg(
            pl.col("value").count().cast(pl.Int64).alias("values"),
            *(
                ((bits & int(bit)) != 0).sum().cast(pl.Int64).alias(word)
                for bit, word in zip((bit for bit in Quality if bit), BITS, strict=True)
            ),
            (pl.col("value") - pl.col("before")).abs().filter(moved).mean().alias("move"),
        )
        .with_columns(channel=pl.lit(name))
    )


def _suspected(hours: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    """How many faults a channel was suspected of, by channel and hour."""
    each = faults.filter(pl.col("kind") != "process").select(
        "start", "end", channel=pl.col("suspects")
    )
    return (
        hours.select("channel", "time")
        .join(each.explode("channel"), on="channel")
        .filter(
            pl.col("start") < pl.col("time") + pl.duration(hours=1),
            pl.col("end").is_null() | (pl.col("end") > pl.col("time")),
        )
        .group_by("channel", "time")
        .agg(pl.len().cast(pl.Int64).alias("faults"))
    )
