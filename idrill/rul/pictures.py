"""Pictures of a model on units that it has not seen, as small PNG files."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from idrill.errors import InvalidModel
from idrill.prognosis import LEVELS
from idrill.rul.intervals import band
from idrill.rul.problem import Problem
from idrill.windows import Windows

if TYPE_CHECKING:
    from idrill.rul.search import Tried

Array = NDArray[np.float64]

SHOWN = 6
"""Units in the picture of courses, spread evenly over all by the length of their lives."""
BINS = 8
"""Of the remaining life."""
DPI = 72
BLUE, GREY = "#1f5f99", "#666666"


def courses(problem: Problem, windows: Windows, predicted: Array, quantiles: Array) -> bytes:
    """A handful of units: predicted remaining life with its 90 % band, beside the true one.

    Args:
        problem: What is foreseen.
        windows: Dense in time; of units that failed, or there is no truth to show.
        predicted: Remaining life (window).
        quantiles: At each of `LEVELS` (window, level).

    Raises:
        InvalidModel: If no unit failed.
    """
    units = _shown(windows)
    figure = Figure(figsize=(8.0, 4.4), dpi=DPI, layout="constrained")
    axes = np.ravel(figure.subplots(2, SHOWN // 2, sharey=True))
    lower, upper = band(quantiles, 0.9)
    for axis, unit in zip(axes, units, strict=False):
        at = np.flatnonzero(windows.unit == unit)
        at = at[np.argsort(windows.age[at], kind="stable")]
        age = windows.age[at]
        axis.fill_between(
            age, lower[at], upper[at], color=BLUE, alpha=0.2, linewidth=0, label="90 %"
        )
        axis.plot(age, predicted[at], color=BLUE, label="predicted")
        axis.plot(age, problem.target(windows)[at], color="black", linewidth=1, label="true")
        axis.set_title(windows.units[unit].replace("/", "\n", 1), fontsize=8)
    for axis in axes[len(units) :]:
        axis.set_axis_off()
    axes[0].legend(fontsize=8, frameon=False)
    figure.supxlabel(f"age [{problem.clock}]")
    figure.supylabel(f"remaining life [{problem.clock}]")
    return _png(figure)


def _shown(windows: Windows) -> list[int]:
    """Units from the shortest to the longest life among those that failed."""
    units, first = np.unique(windows.unit[windows.failed], return_index=True)
    if not units.size:
        raise InvalidModel("no unit failed, so there is no true remaining life to draw")
    life = (windows.age + windows.remaining)[windows.failed][first]
    order = units[np.argsort(life, kind="stable")]
    places = np.linspace(0, order.size - 1, min(SHOWN, order.size)).round().astype(int)
    return [int(unit) for unit in order[places]]


def errors(problem: Problem, windows: Windows, predicted: Array) -> bytes:
    """Error by what was truly left: median, and the middle half and nine tenths."""
    figure = Figure(figsize=(6.0, 3.5), dpi=DPI, layout="constrained")
    axis = figure.subplots()
    target = problem.target(windows)
    edges = np.linspace(0.0, problem.cap, BINS + 1)
    number = np.clip(np.digitize(target, edges) - 1, 0, BINS - 1)
    parts = [(predicted - target)[number == one] for one in range(BINS)]
    at = [one for one in range(BINS) if parts[one].size]
    found = np.array([np.quantile(parts[one], (0.05, 0.25, 0.5, 0.75, 0.95)) for one in at])
    middle = (edges[:-1] + edges[1:])[at] / 2.0
    axis.fill_between(middle, found[:, 0], found[:, 4], color=BLUE, alpha=0.15, lw=0,
                      label="90 %")  # fmt: skip
    axis.fill_between(middle, found[:, 1], found[:, 3], color=BLUE, alpha=0.3, lw=0,
                      label="50 %")  # fmt: skip
    axis.plot(middle, found[:, 2], color=BLUE, marker="o", label="median")
    axis.axhline(0.0, color=GREY, linewidth=1)
    axis.invert_xaxis()
    _label(axis, f"remaining life [{problem.clock}]", f"predicted too much [{problem.clock}]")
    return _png(figure)


def reliability(problem: Problem, windows: Windows, quantiles: Array) -> bytes:
    """How often the remaining life lies below a quantile, beside how often it should.

    A life that lies on the quantile, as at the cap, counts either way: the bar holds both.
    """
    figure = Figure(figsize=(4.0, 4.0), dpi=DPI, layout="constrained")
    axis = figure.subplots()
    target = problem.target(windows)[:, None]
    under, upto = (target < quantiles).mean(axis=0), (target <= quantiles).mean(axis=0)
    axis.plot([0.0, 1.0], [0.0, 1.0], color=GREY, lw=1, label="as claimed")
    axis.vlines(LEVELS, under, upto, color=BLUE, lw=4, alpha=0.4)
    axis.plot(LEVELS, upto, color=BLUE, marker="_", ms=12, ls="", label="found, at most")
    axis.plot(LEVELS, under, color=BLUE, marker=".", ls="", label="found, at least")
    axis.set_aspect("equal")
    _label(axis, "quantile [-]", "share of lives below [-]")
    return _png(figure)


def curves(problem: Problem, told: Sequence[Sequence[Mapping[str, float]]]) -> bytes:
    """How networks learned: errors on training windows, and on those of other rigs, by epoch.

    Args:
        problem: What is foreseen.
        told: Figures of each epoch (member, epoch).
    """
    figure = Figure(figsize=(7.0, 3.2), dpi=DPI, layout="constrained")
    axis = figure.subplots()
    for member, epochs in enumerate(told):
        for name, colour in (("training_rmse", GREY), ("validation_rmse", BLUE)):
            label = name.removesuffix("_rmse") if member == 0 else None
            errors = [figures[name] for figures in epochs]
            axis.plot(
                range(1, len(epochs) + 1), errors, color=colour, linewidth=1.2, marker=".",
                label=label,
            )  # fmt: skip
    axis.set_ylim(bottom=0.0)
    _label(axis, "epoch", f"RMSE [{problem.clock}]")
    return _png(figure)


def trials(problem: Problem, tried: "Sequence[Tried]") -> bytes:
    """How a search went: the validation error of each trial, and the best so far.

    Args:
        problem: What is foreseen.
        tried: At least one of them finished; one without any error is left out.
    """
    figure = Figure(figsize=(7.0, 3.2), dpi=DPI, layout="constrained")
    axis = figure.subplots()
    for given_up, colour, label in ((False, BLUE, "finished"), (True, GREY, "given up")):
        some = [one for one in tried if one.given_up is given_up and np.isfinite(one.error)]
        axis.plot(
            [one.number for one in some], [one.error for one in some], color=colour, marker=".",
            ls="", label=label,
        )  # fmt: skip
    finished = [one for one in tried if not one.given_up]
    best = np.minimum.accumulate([one.error for one in finished])
    axis.step(
        [*(one.number for one in finished), len(tried)], [*best, best[-1]], color=BLUE,
        where="post", label="best so far",
    )  # fmt: skip
    axis.margins(y=0.2)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    _label(axis, "trial", f"RMSE [{problem.clock}]")
    return _png(figure)


def _label(axis: Axes, across: str, up: str) -> None:
    axis.set_xlabel(across)
    axis.set_ylabel(up)
    axis.legend(fontsize=8, frameon=False)


def _png(figure: Figure) -> bytes:
    kept = io.BytesIO()
    FigureCanvasAgg(figure).print_png(kept)
    return kept.getvalue()
