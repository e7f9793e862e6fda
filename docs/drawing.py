"""How the pictures of the pages are drawn: one look, and the same bytes for the same picture."""

from collections.abc import Callable
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

FOLDER = Path(__file__).parent / "pictures"

Picture = Callable[[Figure], None]
"""Draws into a figure."""


def label(axes: Axes, across: str, up: str, *, legend: str = "best") -> None:
    """Name both axes with their units, and what the lines are."""
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small", loc=legend)


def save(name: str, draw: Picture) -> None:
    """Write one picture."""
    # No date, no random names, text left to the reader's font.
    matplotlib.rcParams.update({"svg.hashsalt": "i-drill", "svg.fonttype": "none"})
    FOLDER.mkdir(exist_ok=True)
    figure = plt.figure(figsize=(9, 3.6), layout="constrained")
    draw(figure)
    figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    print(f"docs/pictures/{name}.svg")
