"""Pictures of a simulated rig: depth against time, its mud, and the truth beside what was measured.

Time runs to the right. What was measured is dark, what is known because the rig is simulated
stands apart in the colour of the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from idrill.channels import channel
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.truth import TRUTH
from idrill.units import conversion
from idrill_assets.plots import INK, MARK, Band, framed, name_across, packed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MUD = (
    ("pit_volume_active", "pit_volume_total"),
    ("flow_in",),
    ("flow_out_fraction",),
    ("total_gas",),
)
"""What is drawn of the mud, row by row; volumes as gains since the first instant."""


BETWEEN = 0.26
"""Between two rows, where a legend stands [in]."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A channel, and the columns of the truth that it stands beside."""

    channel: str
    truth: tuple[str, ...]
    """One, or the lowest and the highest of a second."""


@dataclass(frozen=True, slots=True)
class Look:
    """How an event is looked at more closely."""

    sign: str
    """Column of the truth that rises with it."""
    around: timedelta
    """How long before and after the moment when the sign has risen half-way."""
    pairs: tuple[Pair, ...]
    says: str
    """What is to be seen."""

    def window(self, truth: pl.DataFrame, event: Band) -> tuple[datetime, datetime]:
        """First and last instant to be looked at.

        Args:
            truth: With `time` and the sign.
            event: When it happened.
        """
        during = truth.filter(pl.col("time").is_between(event.start, event.end))
        sign = pl.col(self.sign)
        moment = during.filter(sign >= (sign.min() + sign.max()) / 2)["time"][0]
        return moment - self.around, moment + self.around


LOOKS: Mapping[EventKind, Look] = MappingProxyType(
    {
        EventKind.STICK_SLIP: Look(
            "bit_speed_max",
            timedelta(minutes=4),
            (
                Pair("rotary_speed", ("bit_speed_min", "bit_speed_max")),
                Pair("torque", ("torque",)),
            ),
            "The bit stops and shoots ahead while the surface turns evenly: of what is measured, "
            "the torque alone tells.",
        ),
        EventKind.PACK_OFF: Look(
            "equivalent_circulating_density",
            timedelta(minutes=20),
            (
                Pair("standpipe_pressure", ("standpipe_pressure",)),
                Pair("equivalent_circulating_density", ("equivalent_circulating_density",)),
            ),
            "Cuttings close the annulus: the pumps need more pressure, the density that the bottom "
            "feels rises. Its gauge at the bit reports through the mud, seldom and late.",
        ),
    }
)
"""The kinds of events that can be looked at more closely."""

_UNITS = {column.name: column.unit for column in TRUTH}


def depth_against_time(minutes: pl.DataFrame, bands: Sequence[Band]) -> bytes:
    """A PNG of the depths of hole and bit over all days.

    Args:
        minutes: As the lake holds them, of one rig.
        bands: What happened, marked and named.
    """
    figure, rows = _rows([3.0, 1.0], 4.2)
    for name, colour, width in (("bit_depth", INK[1], 0.7), ("hole_depth", INK[0], 1.8)):
        curve = minutes.filter(pl.col("channel") == name).sort("time")
        _line(rows[0], curve["time"], curve["mean"], label=_words(name), color=colour, lw=width)
    rows[0].invert_yaxis()
    rows[0].set_ylabel("Depth [m]", fontsize=8)
    return _finished(figure, rows, bands)


def mud_volumes(frame: pl.DataFrame, bands: Sequence[Band]) -> bytes:
    """A PNG of pit gains, flows and gas.

    Args:
        frame: Validated seconds of one rig.
        bands: What happened, marked and named.
    """
    figure, rows = _rows([2.0, 1.0, 1.0, 1.0, 0.7], 6.0)
    for axis, names in zip(rows, MUD, strict=False):
        for name, colour in zip(names, INK, strict=False):
            curve = frame.select("time", name).drop_nulls()
            values = curve[name] - curve[name][0] * name.startswith("pit_volume")
            _line(axis, curve["time"], values, label=_words(name), color=colour, lw=0.9)
        unit = channel(names[0]).unit
        axis.set_ylabel(f"Gain [{unit}]" if len(names) > 1 else f"[{unit}]", fontsize=8)
    return _finished(figure, rows, bands)


def truth_beside_measured(
    truth: pl.DataFrame, frame: pl.DataFrame, pairs: Sequence[Pair], bands: Sequence[Band]
) -> bytes:
    """A PNG of channels with what they should have shown.

    Args:
        truth: Seconds of the simulation, in SI units.
        frame: Validated seconds of the same stretch.
        pairs: A row for each.
        bands: What happened, marked and named.
    """
    figure, rows = _rows([1.0] * len(pairs) + [0.35], 1.0 + 1.7 * len(pairs))
    for axis, pair in zip(rows, pairs, strict=False):
        _draw_truth(axis, truth, pair)
        curve = frame.select("time", pair.channel).drop_nulls()
        label = f"{_words(pair.channel)}, measured"
        _line(axis, curve["time"], curve[pair.channel], label=label, color=INK[0], lw=0.9)
        axis.set_ylabel(f"[{channel(pair.channel).unit}]", fontsize=8)
    return _finished(figure, rows, bands)


def _draw_truth(axis: "Axes", truth: pl.DataFrame, pair: Pair) -> None:
    """The true curve, or the area from the lowest to the highest of each second."""
    curves = [_in_unit_of(truth[name], pair.channel) for name in pair.truth]
    label = _words(" to ".join(pair.truth)) + ", true"
    if len(curves) == 1:
        _line(axis, truth["time"], curves[0], label=label, color=MARK, lw=2.2, alpha=0.45)
    else:
        times, low, high = (one.to_numpy() for one in (truth["time"], *curves))
        axis.fill_between(times, low, high, color=MARK, alpha=0.4, lw=0, label=label)


def _in_unit_of(values: pl.Series, name: str) -> pl.Series:
    change = conversion(_UNITS[values.name], channel(name).unit)
    return values * change.factor + change.shift


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _line(axis: "Axes", times: pl.Series, values: pl.Series, **style: str | float) -> None:
    axis.plot(times.to_numpy(), values.to_numpy(), **style)  # type: ignore[arg-type]


def _rows(heights: Sequence[float], height: float) -> tuple["Figure", "Sequence[Axes]"]:
    """A figure of rows under each other; the last is for the names of bands."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, height))
    framed(figure, left=0.75, right=0.1, top=BETWEEN, bottom=0.4)
    room = (height - BETWEEN - 0.4 - BETWEEN * (len(heights) - 1)) / len(heights)
    figure.subplots_adjust(hspace=BETWEEN / room)
    return figure, figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)


def _finished(figure: "Figure", rows: "Sequence[Axes]", bands: Sequence[Band]) -> bytes:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    for axis in rows[:-1]:
        axis.grid(visible=True, linewidth=0.3, alpha=0.6)
        axis.tick_params(labelsize=8)
        axis.legend(
            fontsize=8, frameon=False, ncols=2, borderaxespad=0.1, loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
        )  # fmt: skip
        for band in bands:
            axis.axvspan(*band.span, color=MARK, alpha=0.1, lw=0)
    name_across(rows[-1], bands)
    locator = AutoDateLocator()
    rows[-1].xaxis.set_major_locator(locator)
    rows[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator))
    rows[-1].xaxis.get_offset_text().set_fontsize(8)
    rows[-1].tick_params(labelsize=8)
    for axis in rows:
        axis.margins(x=0.0)
    return packed(figure)
