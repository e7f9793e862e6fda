"""What became of a rig's data over some days: flagged, moved, dropped, out of balance, faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

import polars as pl

from idrill.dvr.hourly_quality import BITS
from idrill.dvr.retold import as_last_told
from idrill.frame import TIME

MADE = pl.Schema(
    {
        "day": pl.Date(),
        "sources": pl.String(),
        "started_from": pl.String(),
        "calibrations": pl.String(),
        "code": pl.String(),
    }
)
"""What each rig-day was made from: hash of its sources, hash of the state that the day before left,
the calibrations that were applied (id and version), version of the code."""

DROPPED = pl.Schema(
    {
        "source": pl.String(),
        "first_line": pl.Int64(),
        "last_line": pl.Int64(),
        "rows": pl.Int64(),
        "reason": pl.String(),
        "detail": pl.String(),
    }
)
"""Runs of rows that could not be used."""

SAID = pl.Schema(
    {
        "calibration": pl.Int64(),
        "version": pl.Int64(),
        "state": pl.String(),
        "channel": pl.String(),
        "start": TIME,
        "end": TIME,
        "gain": pl.Float64(),
        "offset": pl.Float64(),
        "sd": pl.Float64(),
        "unit": pl.String(),
        "reason": pl.String(),
        "by": pl.String(),
        "at": TIME,
        "note": pl.String(),
    }
)
"""What was said of calibrations: a row per version, oldest first."""


@dataclass(frozen=True)
class PeriodReport:
    """What became of the data of one rig from one day to another, both included."""

    rig_id: str
    first: date
    last: date
    hours: pl.DataFrame
    """(`HOURLY_QUALITY`)"""
    faults: pl.DataFrame
    """(`day` and `FAULTS`) Those that went on are repeated by each rig-day."""
    balances: pl.DataFrame
    """(`day` and `BALANCES`)"""
    channels: pl.DataFrame
    """(`day` and `CHANNELS`)"""
    made: pl.DataFrame
    """(`MADE`)"""
    dropped: pl.DataFrame
    """(`DROPPED`)"""
    said: pl.DataFrame
    """(`SAID`)"""

    @cached_property
    def flagged(self) -> pl.DataFrame:
        """By channel: values, mean usable share of an hour, and values per quality bit."""
        return flagged(self.hours)

    @cached_property
    def moved(self) -> pl.DataFrame:
        """By channel that balances check: rows moved, mean size of the moves, what checks it."""
        share = pl.col("reconciled") / pl.col("reconciled").sum()
        return (
            self.channels.filter(pl.col("role") != "unchecked")
            .group_by("channel", maintain_order=True)
            .agg(
                pl.col("role").last(),
                pl.col("reconciled").sum().alias("rows"),
                (pl.col("move").fill_nan(0.0) * share).sum().fill_nan(0.0).alias("mean_move"),
                pl.col("unit").first(),
                pl.col("adjustability").fill_nan(None).mean(),
                pl.col("detectability").fill_nan(None).mean(),
            )
            .sort("rows", "channel", descending=[True, False])
        )

    @cached_property
    def imbalance(self) -> pl.DataFrame:
        """By balance: hours in which it held, by how much it was out before and after (RMS).

        After is null where nothing was moved.
        """
        return (
            self.balances.filter(pl.col("hours") > 0)
            .group_by("balance", maintain_order=True)
            .agg(
                pl.col("hours").sum(),
                _rms("before"),
                _rms("after"),
                pl.col("unit").first(),
            )
            .sort("balance")
        )

    @cached_property
    def found(self) -> pl.DataFrame:
        """(`FAULTS`) Each fault once, as it was last told, the earliest first."""
        return as_last_told(self.faults).drop("day")

    @cached_property
    def to_calibrate(self) -> pl.DataFrame:
        """The calibrations that wait for a person."""
        newest = self.said.group_by("calibration", maintain_order=True).last()
        return newest.filter(pl.col("state") == "proposed").select(self.said.columns)

    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Every table by its name, flat, as a file of comma-separated values holds it."""
        flat = self.found.with_columns(pl.col("suspects").list.join(", "))
        return MappingProxyType(
            {
                "flagged": self.flagged,
                "moved": self.moved,
                "dropped": self.dropped,
                "imbalance": self.imbalance,
                "faults": flat,
                "to_calibrate": self.to_calibrate,
                "calibrations": self.said,
                "versions": self.made,
                "hours": self.hours,
            }
        )

    def figures(self) -> Mapping[str, str]:
        """The period in short."""
        values = int(self.hours["values"].sum())
        score = self.hours["score"].mean()
        moved = int(self.moved["rows"].sum())
        return MappingProxyType(
            {
                "rig-days": f"{self.made.height:,}",
                "values": f"{values:,}",
                "usable share": f"{score:.1%}" if isinstance(score, float) else "-",
                "values moved": f"{moved:,}",
                "rows dropped": f"{int(self.dropped['rows'].sum()):,}",
                "faults found": f"{self.found.height:,}",
                "calibrations to decide": f"{self.to_calibrate.height:,}",
            }
        )


def flagged(hours: pl.DataFrame) -> pl.DataFrame:
    """By channel: values, mean usable share of an hour, and values per quality bit.

    Args:
        hours: (`HOURLY_QUALITY`)

    Returns:
        A row per channel, the worst first, with the bits that any value has.
    """
    bits = [bit for bit in BITS if hours[bit].sum()]
    return (
        hours.group_by("channel", maintain_order=True)
        .agg(pl.col("values").sum(), pl.col("score").mean(), *(pl.col(b).sum() for b in bits))
        .sort("score", "channel")
    )


def _rms(name: str) -> pl.Expr:
    """Root of the mean square over the hours in which it is known; null where it never is."""
    known = pl.col(name).fill_nan(None)
    hours = pl.when(known.is_not_null()).then("hours").sum()
    squares = (known.pow(2) * pl.col("hours")).sum()
    return pl.when(hours > 0).then((squares / hours).sqrt()).alias(name)
