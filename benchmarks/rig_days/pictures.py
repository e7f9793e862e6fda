"""Pictures of a rig-day with a faulty sensor, and of what was told as what."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.rig_days.publishing import published
from benchmarks.rig_days.scoring import Said, confusion
from benchmarks.rig_days.trials import sound
from idrill.channels import channel
from idrill.simulator.events import DAY
from idrill.simulator.faults import Fault, FaultKind

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SEED = 101
SHOWN = "flow_out_fraction"
BEGUN = 9.0
"""Hour of the day at which the bias begins [h]."""
SIZE = 8.0
"""By its standard deviation over its detectability."""
MINUTES = 120
"""Rows of two minutes."""
RAW, RECONCILED, ALARM = "#9aa5ab", "#1b3a4b", "#c8553d"
COLOURS = 32
"""Enough for three inks; keeps a picture small."""


def draw_confusion(trials: pl.DataFrame) -> None:
    """What was wrong against how the first episode called it, at the usual mismatch."""
    known = trials.filter(
        (pl.col("mismatch") == 1.0) & pl.col("what").is_in(["bias", "event"])
    ).sort("what", "was")
    if known.is_empty():
        return
    pairs = [(_row(one), _column(one)) for one in known.to_dicts()]
    counted = confusion(pairs)
    rows = counted["was"].to_list()
    columns = _ordered([name for name in counted.columns if name != "was"], rows)
    shares = counted.select(columns).to_numpy().astype(float)
    numbers = shares.copy()
    shares /= shares.sum(axis=1, keepdims=True)
    figure = Figure(
        figsize=(1.5 + 0.62 * len(columns), 1.6 + 0.3 * len(rows)), layout="constrained"
    )
    axis = figure.subplots()
    axis.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for place, number in np.ndenumerate(numbers):
        if number:
            ink = "white" if shares[place] > 0.5 else "black"
            axis.text(place[1], place[0], f"{number:.0f}", ha="center", va="center", fontsize=7,
                      color=ink)  # fmt: skip
    axis.set_xticks(range(len(columns)), columns, rotation=55, ha="right", fontsize=7)
    axis.set_yticks(range(len(rows)), rows, fontsize=7)
    axis.set_xlabel("what the first episode said", fontsize=8)
    axis.set_ylabel("what was wrong", fontsize=8)
    _write(figure, PICTURES / "reconciled_confusion.png")


def _row(trial: dict[str, object]) -> str:
    return f"bias of {trial['was']}" if trial["what"] == "bias" else str(trial["was"])


def _column(trial: dict[str, object]) -> str:
    if trial["first"] == Said.NOTHING.value:
        return "nothing"
    if trial["first_kind"] == "unclear":
        return "cannot tell"
    name = str(trial["first_name"])
    return f"bias of {name}" if trial["first_kind"] == "sensor" else name


def _ordered(columns: Sequence[str], rows: Sequence[str]) -> list[str]:
    last = [name for name in ("cannot tell", "nothing") if name in columns]
    others = [name for name in columns if name not in last]
    return sorted(others, key=lambda name: (rows.index(name) if name in rows else 99, name)) + last


def draw_day() -> None:
    """A day on which one flow meter goes wrong: raw, reconciled, and when it was told."""
    one = sound(SEED, 1.0, 2)
    if SHOWN not in one.noises:
        return
    noise = one.noises[SHOWN]
    size = SIZE * noise.sd / noise.detectability
    fault = Fault(SHOWN, FaultKind.OFFSET, DAY + 3_600.0 * BEGUN, 2.0 * DAY, size)
    day = published(one.rig.measured(1, [fault]), one.before(1))
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    frame = day.reconciled.frame
    hours = (frame["time"] - frame["time"][0]).dt.total_seconds().to_numpy() / 3600.0
    raw, reconciled = day.validated[SHOWN], frame[SHOWN]
    for values, ink, words in ((raw, RAW, "raw"), (reconciled, RECONCILED, "reconciled")):
        above.plot(hours, values.to_numpy(), color=ink, lw=0.5, label=words)
    moved = pl.select(reconciled - raw).to_series().rolling_median(MINUTES)
    below.plot(hours, moved.to_numpy(), color=RECONCILED, lw=0.8)
    low, high = (float(raw.quantile(share) or 0.0) for share in (0.05, 0.95))
    above.set_ylim(low - 0.6 * (high - low) - size, high + 0.6 * (high - low) + size)
    below.set_ylim(-3.0 * size, 3.0 * size)
    above.set_ylabel(channel(SHOWN).title.replace(" [", "\n["), fontsize=8)
    below.set_ylabel(f"moved by, median of\n2 min [{channel(SHOWN).unit}]", fontsize=8)
    for axis in (above, below):
        axis.axvline(BEGUN, color=RAW, lw=1.2, ls="--")
        _tell(axis, day.reconciled.report.faults, frame["time"][0])
        axis.grid(visible=True, linewidth=0.3, alpha=0.6)
        axis.tick_params(labelsize=7)
    above.legend(fontsize=7, loc="lower left")
    below.set_xlabel("hours; dashed: the bias begins; red: an episode is told", fontsize=8)
    _write(figure, PICTURES / "reconciled_day.png")


def _tell(axis: Any, faults: pl.DataFrame, midnight: datetime) -> None:
    """Mark the episodes with their names."""
    for told, name in faults.select("detected", "name").iter_rows():
        at = (told - midnight).total_seconds() / 3600.0
        axis.axvline(at, color=ALARM, lw=1.0)
        top = axis.get_ylim()[1]
        axis.text(at, top, f" {name}", color=ALARM, fontsize=7, va="top")


def _write(figure: Figure, path: Path) -> None:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=110)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(path, format="png", optimize=True)
