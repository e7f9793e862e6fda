"""Pictures of a rig-day: time runs downwards, a few curves to a track, gaps stay gaps."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl

from idrill.channels import channel
from idrill.frame import Activity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRACKS = (
    ("hole_depth", "bit_depth"),
    ("block_position",),
    ("hook_load", "weight_on_bit"),
    ("rotary_speed", "torque"),
    ("standpipe_pressure", "flow_in"),
    ("rate_of_penetration",),
    ("pit_volume_active", "pit_volume_total", "flow_out_fraction"),
)
"""The first two curves of a track that were measured are drawn; those of one unit share a scale."""

INK = ("#1b3a4b", "#c8553d")

LABEL_PAD = 27.0
"""Of a label that stands above the scale and the label of another curve [pt]."""

IN_A_LINE = 9
"""Activities in a line of the legend."""

MARK = "#5a189a"
"""Of what is known and was not measured."""

ACTIVITY_COLOURS = {
    Activity.DRILLING_ROTATING: "#2a9d8f",
    Activity.DRILLING_SLIDING: "#74c69d",
    Activity.CONNECTION: "#e9c46a",
    Activity.TRIPPING_IN: "#457b9d",
    Activity.TRIPPING_OUT: "#8ecae6",
    Activity.CIRCULATING: "#a8dadc",
    Activity.REAMING: "#b5838d",
    Activity.BACK_REAMING: "#6d597a",
    Activity.STATIC: "#ced4da",
    Activity.OUT_OF_HOLE: "#adb5bd",
    Activity.UNKNOWN: "#f1f3f5",
}


@dataclass(frozen=True, slots=True)
class Band:
    """A named stretch of time to be marked in a picture."""

    name: str
    start: datetime
    """UTC."""
    end: datetime
    """UTC."""

    @property
    def span(self) -> tuple[float, float]:
        """Start and end on an axis of dates [d]."""
        from matplotlib.dates import date2num

        return float(date2num(self.start)), float(date2num(self.end))


def strip_chart(minutes: pl.DataFrame, title: str, bands: Sequence[Band] = ()) -> bytes:
    """A PNG of the minute means of a rig-day, one track beside the other.

    Args:
        minutes: As `aggregation.downsample` gives it, of one rig.
        title: What stands above it.
        bands: Marked across all tracks, and named in one of their own.
    """
    from matplotlib.dates import DateFormatter
    from matplotlib.figure import Figure

    present = set(minutes["channel"].unique())
    tracks = [names[:2] for track in TRACKS if (names := [n for n in track if n in present])]
    figure = Figure(figsize=(12, 6))
    figure.suptitle(title, fontsize=11, x=0.01, ha="left")
    framed(figure, left=0.45, right=0.1, top=1.05, bottom=0.08)
    figure.subplots_adjust(wspace=0.2)
    widths = [1.0] * max(len(tracks), 1) + [0.55] * bool(bands)
    axes = figure.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0]
    for axis, names in zip(axes, tracks, strict=False):
        _draw_track(axis, minutes, names)
        for band in bands:
            axis.axhspan(*band.span, color=MARK, alpha=0.12, lw=0)
    if bands:
        _name_down(axes[-1], bands)
    axes[0].margins(y=0.01)
    axes[0].invert_yaxis()
    axes[0].yaxis.set_major_formatter(DateFormatter("%H:%M"))
    axes[0].tick_params(axis="y", labelsize=8)
    return packed(figure)


def activity_ribbon(frame: pl.DataFrame, title: str, bands: Sequence[Band] = ()) -> bytes:
    """A PNG of what the rig was doing through a day.

    Args:
        frame: Validated frame with its `activity`.
        title: What stands above it.
        bands: Marked and named below it.
    """
    from matplotlib.figure import Figure

    stretches = _stretches(frame)
    lines = -(-len(stretches) // IN_A_LINE)
    heights = [1.0, 0.6] if bands else [1.0]
    figure = Figure(figsize=(12, 1.0 + 0.2 * lines + sum(heights)))
    framed(figure, left=0.65, right=0.25, top=0.25, bottom=0.3 + 0.2 * lines)
    rows = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    rows[0].set_title(title, fontsize=11, loc="left", y=1.0)
    for state, spans in stretches.items():
        name = state.replace("_", " ")
        rows[0].broken_barh(spans, (0, 1), color=ACTIVITY_COLOURS[state], label=name)
    rows[0].set_yticks([])
    if bands:
        name_across(rows[1], bands)
    whole_days(rows[0], frame["time"])
    figure.legend(ncols=IN_A_LINE, fontsize=8, frameon=False, loc="lower center", borderaxespad=0.0)
    return packed(figure)


def as_markdown(png: bytes, caption: str) -> dg.MarkdownMetadataValue:
    """A picture as metadata that Dagster shows in place."""
    return dg.MetadataValue.md(
        f"![{caption}](data:image/png;base64,{base64.b64encode(png).decode()})"
    )


def name_across(axis: "Axes", bands: Sequence[Band]) -> None:
    """A row under a picture whose time runs to the right: bands with their names."""
    for place, band in enumerate(bands):
        axis.axvspan(*band.span, color=MARK, alpha=0.2, lw=0)
        # Neighbours stand at different heights, so that long names of short bands do not meet.
        axis.annotate(
            band.name, (sum(band.span) / 2, (0.7, 0.3)[place % 2]), ha="center", va="center",
            fontsize=8, color=MARK, xycoords=("data", "axes fraction"),
        )  # fmt: skip
    axis.set_yticks([])
    axis.set_ylabel("simulated\ntruth", fontsize=8, color=MARK, rotation=0, ha="right", va="center")


def framed(figure: "Figure", *, left: float, right: float, top: float, bottom: float) -> None:
    """Place the axes of a figure, `left` … `bottom` away from its edges [in].

    What stands around axes is known beforehand; to measure it takes longer than to draw it.
    """
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=left / width, right=1 - right / width, top=1 - top / height, bottom=bottom / height
    )


def packed(figure: "Figure") -> bytes:
    """The figure as a PNG of few colours: Dagster shows pictures below 100 kB in place."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(90)
    canvas, small = FigureCanvasAgg(figure), BytesIO()
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    drawn.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(small, format="png")
    return small.getvalue()


def whole_days(axis: "Axes", times: pl.Series) -> None:
    """From the midnight before the first instant to the one after the last, a tick each 3 hours."""
    from matplotlib.dates import DateFormatter, HourLocator

    days = times.dt.date().unique().sort()
    axis.set_xlim(days[0], days[-1] + timedelta(days=1))
    axis.xaxis.set_major_locator(HourLocator(interval=3))
    axis.xaxis.set_major_formatter(DateFormatter("%H:%M"))
    axis.tick_params(axis="x", labelsize=8)


def with_gaps(curve: pl.DataFrame, gap: timedelta = timedelta(minutes=2)) -> pl.DataFrame:
    """The curve with an empty point wherever minutes are missing, so that no line crosses a gap.

    Args:
        curve: `time` and `mean` of one channel.
        gap: Two points further apart than this are not joined.
    """
    curve = curve.sort("time").select("time", "mean")
    broken = curve.filter(pl.col("time").diff() > gap).select(
        pl.col("time") - timedelta(minutes=1), pl.lit(None, pl.Float64).alias("mean")
    )
    return pl.concat([curve, broken]).sort("time")


def _name_down(axis: "Axes", bands: Sequence[Band]) -> None:
    """A track beside others whose time runs downwards: bands with their names."""
    for band in bands:
        axis.axhspan(*band.span, color=MARK, alpha=0.2, lw=0)
        axis.annotate(
            band.name, (0.5, sum(band.span) / 2), ha="center", va="center", fontsize=8, color=MARK,
            xycoords=("axes fraction", "data"),
        )  # fmt: skip
    axis.set_xticks([])
    axis.xaxis.set_label_position("top")
    axis.set_xlabel("Simulated\ntruth", fontsize=8, color=MARK)


def _draw_track(axis: "Axes", minutes: pl.DataFrame, names: Sequence[str]) -> None:
    """Curves of one unit share the scale; that of a curve of another unit stands further out."""
    places = [axis, axis.twiny()] if len(names) > 1 else [axis]
    for place, name, colour in zip(places, names, INK, strict=False):
        curve = with_gaps(minutes.filter(pl.col("channel") == name))
        place.plot(curve["mean"].to_numpy(), curve["time"].to_numpy(), color=colour, lw=0.8)
        place.xaxis.tick_top()
        place.xaxis.set_label_position("top")
        place.tick_params(labelsize=7)
        place.set_xlabel(channel(name).title, color=colour, fontsize=8)
    if len(names) > 1:
        if len({channel(name).unit for name in names}) == 1:
            _share_scale(places[0], places[1])
        else:
            places[1].spines["top"].set_position(("outward", 30))
    axis.grid(visible=True, linewidth=0.3, alpha=0.6)


def _share_scale(one: "Axes", other: "Axes") -> None:
    """Give two axes the scale that holds the curves of both, and draw it once."""
    low = min(one.get_xlim()[0], other.get_xlim()[0])
    high = max(one.get_xlim()[1], other.get_xlim()[1])
    for axis in (one, other):
        axis.set_xlim(low, high)
    other.set_xticks([])
    other.xaxis.labelpad = LABEL_PAD


def _stretches(frame: pl.DataFrame) -> dict[Activity, list[tuple[datetime, timedelta]]]:
    """Per activity, where each stretch of it starts and how long it lasts."""
    runs = (
        frame.select("time", "activity", (pl.col("activity").rle_id()).alias("run"))
        .group_by("run", maintain_order=True)
        .agg(pl.col("activity").first(), pl.col("time").first())
        .with_columns(pl.col("time").shift(-1).fill_null(frame["time"].max()).alias("end"))
    )
    stretches: dict[Activity, list[tuple[datetime, timedelta]]] = {}
    for _, activity, start, end in runs.iter_rows():
        stretches.setdefault(Activity(activity), []).append((start, end - start))
    return stretches
