"""Pictures of a rig-day: time runs downwards, a few curves to a track, gaps stay gaps."""

import base64
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
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
)
"""Curves of one track share an axis when they share a unit."""

INK = ("#1b3a4b", "#c8553d")

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


def strip_chart(minutes: pl.DataFrame, title: str) -> bytes:
    """A PNG of the minute means of a rig-day, one track beside the other.

    Args:
        minutes: As `aggregation.downsample` gives it, of one rig.
        title: What stands above it.
    """
    from matplotlib.dates import DateFormatter
    from matplotlib.figure import Figure

    present = set(minutes["channel"].unique())
    tracks = [names for track in TRACKS if (names := [n for n in track if n in present])]
    figure = Figure(figsize=(11, 5.5), layout="constrained")
    figure.suptitle(title, fontsize=11, x=0.01, ha="left")
    axes = figure.subplots(1, max(len(tracks), 1), sharey=True, squeeze=False)[0]
    for axis, names in zip(axes, tracks, strict=False):
        _draw_track(axis, minutes, names)
    axes[0].invert_yaxis()
    axes[0].yaxis.set_major_formatter(DateFormatter("%H:%M"))
    return _png(figure)


def activity_ribbon(frame: pl.DataFrame, title: str) -> bytes:
    """A PNG of what the rig was doing through a day.

    Args:
        frame: Validated frame with its `activity`.
        title: What stands above it.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 1.8), layout="constrained")
    axis = figure.subplots()
    axis.set_title(title, fontsize=11, loc="left")
    for state, stretches in _stretches(frame).items():
        name = state.replace("_", " ")
        axis.broken_barh(stretches, (0, 1), color=ACTIVITY_COLOURS[state], label=name)
    axis.set_yticks([])
    axis.set_xlim(0, 24)
    axis.set_xticks(range(0, 25, 3), [f"{hour:02d}:00" for hour in range(0, 25, 3)], fontsize=8)
    figure.legend(ncols=8, fontsize=8, frameon=False, loc="outside lower center")
    return _png(figure)


def as_markdown(png: bytes, caption: str) -> dg.MarkdownMetadataValue:
    """A picture as metadata that Dagster shows in place."""
    return dg.MetadataValue.md(
        f"![{caption}](data:image/png;base64,{base64.b64encode(png).decode()})"
    )


def write_report(path: Path, title: str, sections: Sequence[tuple[str, str, bytes | None]]) -> None:
    """A page with a heading, a text and a picture per section, readable without a network."""
    body = []
    for heading, text, png in sections:
        body.append(f"<h2>{heading}</h2>{text}")
        if png:
            picture = base64.b64encode(png).decode()
            body.append(f'<img alt="{heading}" src="data:image/png;base64,{picture}">')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_PAGE.format(title=title, body="\n".join(body)), encoding="utf-8")


def _draw_track(axis: "Axes", minutes: pl.DataFrame, names: Sequence[str]) -> None:
    """Curves of one unit share the axis; a curve of another unit has its own, further out."""
    apart = len({channel(name).unit for name in names}) > 1
    places = [axis, axis.twiny()] if apart else [axis] * len(names)
    for place, name, colour in zip(places, names, INK, strict=False):
        curve = _with_gaps(minutes.filter(pl.col("channel") == name))
        place.plot(curve["mean"].to_numpy(), curve["time"].to_numpy(), color=colour, lw=0.8)
        place.xaxis.tick_top()
        place.xaxis.set_label_position("top")
        place.tick_params(labelsize=7)
    if apart:
        for place, name, colour in zip(places, names, INK, strict=True):
            place.set_xlabel(channel(name).title, color=colour, fontsize=8)
        places[1].spines["top"].set_position(("outward", 30))
    else:
        axis.set_xlabel("\n".join(channel(name).title for name in names), fontsize=8)
    axis.grid(visible=True, linewidth=0.3, alpha=0.6)


def _with_gaps(curve: pl.DataFrame) -> pl.DataFrame:
    """The curve with an empty point wherever minutes are missing, so that no line crosses a gap."""
    curve = curve.sort("time").select("time", "mean")
    broken = curve.filter(pl.col("time").diff() > timedelta(minutes=2)).select(
        pl.col("time") - timedelta(minutes=1), pl.lit(None, pl.Float64).alias("mean")
    )
    return pl.concat([curve, broken]).sort("time")


def _stretches(frame: pl.DataFrame) -> dict[Activity, list[tuple[float, float]]]:
    """Per activity, where each stretch of it starts and how long it lasts [h]."""
    runs = (
        frame.select("time", "activity", (pl.col("activity").rle_id()).alias("run"))
        .group_by("run", maintain_order=True)
        .agg(pl.col("activity").first(), pl.col("time").first())
        .with_columns(pl.col("time").shift(-1).fill_null(frame["time"].max()).alias("end"))
    )
    stretches: dict[Activity, list[tuple[float, float]]] = {}
    for _, activity, start, end in runs.iter_rows():
        begin = start.hour + start.minute / 60 + start.second / 3600
        lasts = (end - start).total_seconds() / 3600
        stretches.setdefault(Activity(activity), []).append((begin, lasts))
    return stretches


def _png(figure: "Figure") -> bytes:
    """The figure as a PNG of few colours: Dagster shows pictures below 100 kB in place."""
    from PIL import Image

    drawn, packed = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png", dpi=90)
    Image.open(drawn).convert("RGB").quantize(48).save(packed, format="png", optimize=True)
    return packed.getvalue()


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1b3a4b; max-width: 62rem; margin: 2rem auto;
padding: 0 1rem; }}
h1, h2 {{ font-weight: 600; }} h2 {{ margin-top: 2.5rem; }}
img {{ max-width: 100%; border: 1px solid #dee2e6; }}
table {{ border-collapse: collapse; font-size: 0.9rem; }}
th, td {{ padding: 0.25rem 0.75rem; border-bottom: 1px solid #dee2e6; text-align: right; }}
th:first-child, td:first-child {{ text-align: left; }}
code {{ background: #f1f3f5; padding: 0.1rem 0.3rem; }}
</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""
