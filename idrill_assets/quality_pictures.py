"""Pictures of a reconciled rig-day: raw against reconciled, and the quality of each hour."""

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from idrill.channels import channel
from idrill.dvr.rig_days import ReconciliationReport
from idrill.frame import INFORMATIVE, Quality, channels_in, quality_of
from idrill_assets.plots import INK, Band, framed, packed, whole_days, with_gaps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWN = 5
"""Most channels in one picture."""

EVERY = "2m"
"""What a point of a curve is the mean of."""

LABEL_AT = (-0.067, 0.5)
"""Of the labels beside the rows: where their middle stands [-]."""

ALARM = "#d00000"
"""Of flagged values and of faults."""

SCORE_COLOURS = ((0.0, "#c1121f"), (0.6, "#f4a261"), (0.95, "#fdf3dc"), (1.0, "#e2f0e5"))
"""Of an hour by its score; a good one stays pale."""

RAW_INK = "#9aa5b1"

WRONG = int(~INFORMATIVE & 0xFFFF)


def raw_against_reconciled(
    validated: pl.DataFrame, reconciled: pl.DataFrame, found: ReconciliationReport, title: str
) -> bytes:
    """A PNG of the channels that balances say most of: values, moves, flags and faults.

    Args:
        validated: The rows before reconciliation.
        reconciled: The same rows after it.
        found: What reconciliation reported.
        title: What stands above it.
    """
    from matplotlib.figure import Figure

    names = _worth_showing(reconciled, found)
    figure = Figure(figsize=(12, 0.8 + 1.8 * max(len(names), 1)))
    framed(figure, left=0.95, right=0.25, top=0.5, bottom=0.3)
    figure.subplots_adjust(hspace=0.16)
    figure.suptitle(title + _in_short(found), fontsize=11, x=0.01, ha="left")
    heights = [height for _ in names for height in (2.2, 1.0)] or [1.0]
    rows = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for place, name in enumerate(names):
        values = _points(validated, reconciled, name)
        _draw_values(rows[2 * place], values, name)
        _draw_moves(rows[2 * place + 1], values, name)
        for axis in rows[2 * place : 2 * place + 2]:
            _mark_faults(axis, found.faults, name, reconciled)
    if names:
        rows[0].legend(
            fontsize=8, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0),
            borderaxespad=0.1,
        )  # fmt: skip
        whole_days(rows[-1], reconciled["time"])
    else:
        _say_nothing(rows[0])
    return packed(figure)


def heat_map(hours: pl.DataFrame, title: str) -> bytes:
    """A PNG of the score of each channel and hour; an x where a channel is suspected.

    Args:
        hours: As `hourly_quality` gives it, of one rig-day.
        title: What stands above it.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    names = channels_in(hours["channel"].unique())
    figure = Figure(figsize=(12, 0.6 + 0.26 * max(len(names), 1)))
    framed(figure, left=2.3, right=0.05, top=0.27, bottom=0.33)
    axis = figure.subplots()
    axis.set_title(f"{title}: usable share of each hour [%]", fontsize=11, loc="left", y=1.0)
    if not names:
        _say_nothing(axis)
        return packed(figure)
    grid = [[float("nan")] * 24 for _ in names]
    place = {name: row for row, name in enumerate(names)}
    for name, hour, score, faults in hours.select(
        "channel", pl.col("time").dt.hour(), "score", "faults"
    ).iter_rows():
        grid[place[name]][hour] = score
        if mark := "x" * (faults > 0) + (f"{100 * score:.0f}" if score < 0.995 else ""):
            ink = "white" if score < 0.3 else INK[0]
            axis.text(hour, place[name], mark, ha="center", va="center", fontsize=7.5, color=ink)
    colours = LinearSegmentedColormap.from_list("score", SCORE_COLOURS)
    axis.imshow(grid, cmap=colours, vmin=0.0, vmax=1.0, aspect="auto")
    axis.set_yticks(range(len(names)), [channel(name).title for name in names], fontsize=8)
    axis.set_xticks(range(0, 24, 3), [f"{hour:02d}:00" for hour in range(0, 24, 3)], fontsize=8)
    low, right, bottom = -0.5, 23.5, len(names) - 0.5
    axis.vlines([hour - 0.5 for hour in range(24)], low, bottom, colors="white", lw=1.0)
    axis.hlines([row - 0.5 for row in range(len(names))], low, right, colors="white", lw=1.0)
    axis.set(xlim=(low, right), ylim=(bottom, low))
    return packed(figure)


def _worth_showing(reconciled: pl.DataFrame, found: ReconciliationReport) -> list[str]:
    """First the suspects of faults, then what was moved, the best checked first."""
    present = set(channels_in(reconciled.columns))
    suspects = found.faults.filter(pl.col("kind") != "process")["suspects"].explode().to_list()
    moved = found.channels.filter(pl.col("reconciled") > 0).sort(
        pl.col("detectability").fill_nan(0.0).fill_null(0.0), descending=True, maintain_order=True
    )
    ordered = dict.fromkeys([*suspects, *moved["channel"]])
    return [name for name in ordered if name in present][:DRAWN]


def _in_short(found: ReconciliationReport) -> str:
    moved = int((found.channels["reconciled"] > 0).sum())
    return f": channels reconciled {moved}, faults {found.faults.height}"


def _points(validated: pl.DataFrame, reconciled: pl.DataFrame, name: str) -> pl.DataFrame:
    """Means of a channel before and after, and whether any value of it is bad."""
    bits = pl.col("quality") & WRONG
    return (
        reconciled.select("time", after=name, quality=quality_of(name))
        .with_columns(
            before=validated[name],
            moved=(pl.col("quality") & int(Quality.RECONCILED)) != 0,
        )
        .group_by(pl.col("time").dt.truncate(EVERY))
        .agg(
            pl.col("before").mean(),
            pl.col("after").filter("moved").mean(),
            (pl.col("after") - pl.col("before")).filter("moved").mean().alias("move"),
            (bits != 0).any().alias("bad"),
        )
        .sort("time")
    )


def _draw_values(axis: "Axes", values: pl.DataFrame, name: str) -> None:
    for column, colour, width, label in (
        ("before", RAW_INK, 1.6, "as measured"),
        ("after", INK[0], 0.8, "reconciled"),
    ):
        curve = with_gaps(values.select("time", mean=column).drop_nulls(), timedelta(minutes=5))
        axis.plot(
            curve["time"].to_numpy(), curve["mean"].to_numpy(), color=colour, lw=width, label=label
        )
    bad = values.filter("bad")["time"].to_numpy()
    axis.plot(
        bad, [0.03] * len(bad), "|", color=ALARM, ms=5, transform=axis.get_xaxis_transform(),
        label="some values flagged",
    )  # fmt: skip
    _tidy(axis, channel(name).title.replace(" [", "\n["))


def _draw_moves(axis: "Axes", values: pl.DataFrame, name: str) -> None:
    curve = with_gaps(values.select("time", mean="move").drop_nulls(), timedelta(minutes=5))
    axis.axhline(0.0, color=RAW_INK, lw=0.6)
    axis.plot(curve["time"].to_numpy(), curve["mean"].to_numpy(), color=INK[1], lw=0.8)
    _tidy(axis, f"move\n[{channel(name).unit}]")


def _mark_faults(axis: "Axes", faults: pl.DataFrame, name: str, rows: pl.DataFrame) -> None:
    """Shade the stretches in which the channel is suspected."""
    for start, end in (
        faults.filter(pl.col("suspects").list.contains(name)).select("start", "end").iter_rows()
    ):
        first, last = rows["time"][0], rows["time"][-1]
        span = Band(name, max(start, first), last if end is None else end).span
        axis.axvspan(*span, color=ALARM, alpha=0.10, lw=0)


def _say_nothing(axis: "Axes") -> None:
    axis.text(0.5, 0.5, "nothing was reconciled", ha="center", va="center", fontsize=9)
    axis.set_axis_off()


def _tidy(axis: "Axes", label: str) -> None:
    axis.set_ylabel(label, fontsize=7, va="center")
    axis.yaxis.set_label_coords(*LABEL_AT)
    axis.grid(visible=True, linewidth=0.3, alpha=0.6)
    axis.tick_params(labelsize=7)
    axis.margins(x=0.0)
