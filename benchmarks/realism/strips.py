"""Pictures: the same channels of two records, one beside the other."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.realism.windows import column
from idrill.channels import channel

TRACKS = (
    "hook_load",
    "weight_on_bit",
    "torque",
    "standpipe_pressure",
    "rate_of_penetration",
    "block_position",
)
INKS = ("#1b3a4b", "#c8553d")
COLOURS = 24
"""Enough for two inks; keeps a picture small."""


def draw(path: Path, records: Mapping[str, pl.DataFrame]) -> None:
    """Writes a PNG: one row of tracks per record, time running to the right, equal scales.

    Args:
        path: Where it is written.
        records: Canonical frames by the name that stands beside them, at most two.
    """
    figure = Figure(figsize=(10, 8), layout="constrained")
    axes = figure.subplots(len(TRACKS), len(records), sharey="row", sharex="col", squeeze=False)
    for place, ((name, frame), ink) in enumerate(zip(records.items(), INKS, strict=False)):
        axes[0][place].set_title(name, fontsize=10, loc="left")
        for track, axis in zip(TRACKS, axes[:, place], strict=True):
            _track(axis, frame, track, ink)
        axes[-1][place].set_xlabel("hours", fontsize=8)
    for track, axis in zip(TRACKS, axes[:, 0], strict=True):
        title = channel(track).title.replace(" [", "\n[")
        axis.set_ylabel(title, fontsize=7)
    _write(figure, path)


def _track(axis: Axes, frame: pl.DataFrame, name: str, ink: str) -> None:
    since = frame["time"] - frame["time"][0]
    hours = since.dt.total_seconds().to_numpy() / 3600
    axis.plot(hours, column(frame, name), color=ink, lw=0.5)
    axis.tick_params(labelsize=7)
    axis.grid(visible=True, linewidth=0.3, alpha=0.6)


def _write(figure: Figure, path: Path) -> None:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=80)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(path, format="png", optimize=True)
