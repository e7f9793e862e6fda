"""What validation found: figures by channel, a score by channel and hour, and reasons in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import channel
from idrill.dvr.sampling import DAY, HOUR, standing
from idrill.frame import TIME, Quality, channels_in, quality_of, usable

MEANINGS: Mapping[Quality, str] = MappingProxyType(
    {
        Quality.MISSING: "no value when one was due",
        Quality.SENTINEL: "the value stands for no measurement",
        Quality.OUT_OF_RANGE: "beyond what is physically possible",
        Quality.TOO_FAST: "a change that nothing can make so fast",
        Quality.SPIKE: "a peak that the values before and after know nothing of",
        Quality.FROZEN: "stands still although the rig moves it",
        Quality.GAP: "the first value after an interruption",
        Quality.LATE: "came when its time was judged already",
        Quality.IMPOSSIBLE: "contradicts other channels",
        Quality.UNIT_SUSPECT: "seems to be in another unit",
        Quality.GROSS_ERROR: "breaks the balances",
        Quality.RECONCILED: "moved to satisfy the balances",
        Quality.CALIBRATED: "corrected by an approved calibration",
    }
)
"""What each bit says, in words."""

CONTRADICTIONS: Mapping[str, str] = MappingProxyType(
    {
        "bit_depth": "the bit lies below the hole",
        "hole_depth": "the hole deepens with the bit off bottom, or the bit lies below it",
        "flow_in": "the hole deepens under pressure, yet no mud flows",
    }
)
"""What is impossible about a channel, in words."""

TOGETHER = 300_000_000
"""Rows with the same bit that lie no further apart are one finding [µs]."""


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """What validation found in one channel."""

    channel: str
    values: int
    """Rows that hold a value."""
    usable: int
    """Values with nothing wrong."""
    flagged: dict[str, int]
    """Rows per quality bit, by the bit's name; bits that no row has are left out."""
    coverage: float
    """Share of the day for which a usable value stood."""
    scores: Mapping[int, float]
    """Share of each hour for which a usable value stood, by hours since the epoch."""


@dataclass(frozen=True)
class ValidationReport:
    """What validation found in a frame."""

    rows: int
    channels: tuple[ChannelReport, ...]
    activity: dict[str, int]
    """Rows per activity."""
    findings: pl.DataFrame
    """Why values are flagged, in words, the earliest first; the columns of `FINDINGS`."""

    @property
    def usable_share(self) -> float:
        """Share of the values that can be used; 1 where there are none."""
        values = sum(each.values for each in self.channels)
        return sum(each.usable for each in self.channels) / values if values else 1.0

    @property
    def coverage(self) -> float:
        """Mean share of the day for which a usable value stood, over the channels."""
        covered = [each.coverage for each in self.channels]
        return sum(covered) / len(covered) if covered else 0.0

    @property
    def flagged(self) -> dict[str, int]:
        """Values per quality bit, over all channels."""
        total: dict[str, int] = {}
        for each in self.channels:
            for bit, rows in each.flagged.items():
                total[bit] = total.get(bit, 0) + rows
        return total

    @cached_property
    def scores(self) -> pl.DataFrame:
        """By channel and hour, the share of the hour for which a usable value stood."""
        rows = [
            (each.channel, hour * HOUR, score)
            for each in self.channels
            for hour, score in each.scores.items()
        ]
        schema = {"channel": pl.String(), "hour": pl.Int64(), "score": pl.Float64()}
        return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
            pl.col("hour").cast(TIME)
        )

    def in_words(self, most: int = 30) -> str:
        """The findings that mark most rows, in order of time, as a Markdown table.

        Args:
            most: How many.
        """
        shown = self.findings.sort("rows", descending=True).head(most).sort("from", "channel")
        lines = ["| channel | from | to | rows | bit | reason |", "|---|---|---|---|---|---|"]
        for name, first, last, rows, bit, reason in shown.iter_rows():
            times = f"{first:%Y-%m-%d %H:%M:%S} | {last:%Y-%m-%d %H:%M:%S}"
            lines.append(f"| {name} | {times} | {rows} | {bit} | {reason} |")
        left_out = self.findings.height - shown.height
        return "\n".join([*lines, *([f"\n{left_out} more"] if left_out else [])])

    def scores_in_words(self) -> str:
        """The scores as a Markdown table, a row per channel and a column per hour, in percent."""
        hours = self.scores["hour"].unique().sort()
        lines = [
            "| channel | " + " | ".join(f"{hour:%H}" for hour in hours) + " |",
            "|---|" + "--:|" * len(hours),
        ]
        for name, rows in self.scores.group_by("channel", maintain_order=True):
            shares = dict(rows.select("hour", "score").iter_rows())
            cells = " | ".join(f"{shares[hour]:.0%}".rstrip("%") for hour in hours)
            lines.append(f"| {name[0]} | {cells} |")
        return "\n".join(lines)

    def as_metadata(self) -> dict[str, float | int]:
        """The figures under stable names, so that they can be plotted over time."""
        figures: dict[str, float | int] = {
            "rows": self.rows,
            "usable_share": self.usable_share,
            "coverage": self.coverage,
        }
        figures |= {f"flagged/{bit}": rows for bit, rows in self.flagged.items()}
        return figures | {f"activity/{name}": rows for name, rows in self.activity.items()}


FINDINGS = pl.Schema(
    {
        "channel": pl.String(),
        "from": TIME,
        "to": TIME,
        "rows": pl.Int64(),
        "bit": pl.String(),
        "reason": pl.String(),
    }
)
"""The columns of the findings."""


def report(frame: pl.DataFrame) -> ValidationReport:
    """What validation found in a frame that it marked."""
    activity = frame["activity"].cast(pl.String).value_counts(sort=True)
    names = channels_in(frame.columns)
    days = max(frame["time"].dt.date().n_unique(), 1)
    return ValidationReport(
        rows=frame.height,
        channels=tuple(_channel_report(frame, name, days) for name in names),
        activity=dict(activity.iter_rows()),
        findings=pl.concat(
            [FINDINGS.to_frame(), *(found for name in names for found in _findings(frame, name))]
        ).sort("from", "channel", "bit"),
    )


def _channel_report(frame: pl.DataFrame, name: str, days: int) -> ChannelReport:
    good = frame.select(usable(name)).to_series()
    hours, stood = _stood(frame["time"], frame[name].is_not_null(), good)
    return ChannelReport(
        channel=name,
        values=frame.height - frame[name].null_count(),
        usable=int(good.sum()),
        flagged=_rows_per_bit(frame[quality_of(name)]),
        coverage=float(stood.sum() / (DAY * days)),
        scores=dict(zip(hours.tolist(), np.minimum(stood / HOUR, 1.0).tolist(), strict=True)),
    )


def _stood(
    times: pl.Series, measured: pl.Series, good: pl.Series
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The hours that have rows, and for how long a good value of each of them stood [µs]."""
    instants = times.to_physical().to_numpy()
    hours = np.unique(instants // HOUR)
    begun = instants[good.to_numpy()]
    stood = standing(begun, instants[measured.to_numpy()])
    place = np.searchsorted(hours, begun // HOUR)
    return hours, np.bincount(place, stood, hours.size).astype(np.float64)


def _rows_per_bit(quality: pl.Series) -> dict[str, int]:
    counts = dict(quality.value_counts().iter_rows())
    rows = {
        _word(bit): sum(count for value, count in counts.items() if value & bit) for bit in Quality
    }
    return {bit: count for bit, count in rows.items() if count}


def _word(bit: Quality) -> str:
    return str(bit.name).lower()


def _findings(frame: pl.DataFrame, name: str) -> Iterator[pl.DataFrame]:
    """Spells of rows with the same bit of a channel, each in words."""
    values = frame.select("time", value=name)
    quality = frame[quality_of(name)]
    present = int(np.bitwise_or.reduce(quality.to_numpy(), initial=0))
    for bit in Quality:
        if present & bit:
            yield _spells(values.filter(quality & int(bit) != 0), name, bit)


def _spells(marked: pl.DataFrame, name: str, bit: Quality) -> pl.DataFrame:
    pause = pl.col("time").diff().dt.total_microseconds().fill_null(0)
    spells = marked.group_by((pause > TOGETHER).cum_sum().alias("spell"), maintain_order=True).agg(
        pl.col("time").min().alias("from"),
        pl.col("time").max().alias("to"),
        pl.len().cast(pl.Int64).alias("rows"),
        pl.col("value").min().alias("low"),
        pl.col("value").max().alias("high"),
    )
    reasons = [
        _reason(name, bit, low, high) for low, high in spells.select("low", "high").iter_rows()
    ]
    return spells.select(
        pl.lit(name).alias("channel"),
        "from",
        "to",
        "rows",
        pl.lit(_word(bit)).alias("bit"),
        pl.Series("reason", reasons, dtype=pl.String()),
    )


def _reason(name: str, bit: Quality, low: float | None, high: float | None) -> str:
    """Why values are marked, and which they are.

    Example:
        >>> _reason("torque", Quality.SPIKE, 48.0, 49.5)
        'a peak that the values before and after know nothing of: 48 to 49.5 kN·m'
    """
    meaning = CONTRADICTIONS.get(name) if bit is Quality.IMPOSSIBLE else None
    words = meaning or MEANINGS[bit]
    if low is None or high is None:
        return words
    shown = f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"
    return f"{words}: {shown} {channel(name).unit}"
