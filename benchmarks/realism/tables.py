"""The tables of the realism page, in Markdown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.realism.rows import ROWS, Row
from benchmarks.realism.windows import Values

SAME = 0.01
"""Relative distance, besides rounding, up to which a figure counts as the specification's [-]."""

Frames = Mapping[str, pl.DataFrame]
"""Canonical frames by section."""


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table.

    Example:
        >>> print(markdown(["a", "b"], [["1", "2"]]))
        | a | b |
        |---|---|
        | 1 | 2 |
    """
    rows = [head, ["---"] * len(head), *lines]
    joined = ["| " + " | ".join(row) + " |" for row in rows]
    joined[1] = joined[1].replace(" ", "")
    return "\n".join(joined)


def label(row: Row) -> str:
    """A row's name and unit.

    Example:
        >>> label(ROWS[0])
        'on-bottom share [%]'
    """
    return f"{row.label} [{row.unit}]" if row.unit else row.label


def differs(specified: str, found: float) -> bool:
    """Whether a figure is another than the specification's, beyond rounding and one per cent.

    Example:
        >>> differs("2.5", 2.53), differs("52", 104.0), differs("", 1.0)
        (False, True, False)
    """
    if not specified:
        return False
    value = float(specified.replace(",", ""))
    rounding = 0.5 * 10.0 ** -len(specified.partition(".")[2])
    return not abs(found - value) <= rounding + SAME * abs(value)


def recomputed(real: Frames) -> str:
    """The specification's figures beside those found here, the differing ones bold."""
    lines = []
    for row in ROWS:
        cells = [label(row)]
        for specified, frame in zip(row.specified, real.values(), strict=True):
            found = row.statistic(frame)
            mark = "**" if differs(specified, found) else ""
            given = f"{specified} → " if specified else ""
            cells.append(f"{given}{mark}{row.shown(found)}{mark}")
        lines.append(cells)
    return markdown(["statistic", *real], lines)


@dataclass(frozen=True, slots=True)
class Compared:
    """One row of the table, simulated beside real."""

    row: Row
    real: tuple[float, ...]
    """Of each section."""
    simulated: tuple[tuple[float, ...], ...]
    """Of each section, of each simulation of it."""

    @property
    def middle(self) -> tuple[float, ...]:
        """Median of the simulations of each section; NaN where none has the figure."""
        return tuple(_median(values) for values in self.simulated)

    @property
    def met(self) -> tuple[bool | None, ...]:
        """Whether each section's median is accepted; None where nothing is asked."""
        return tuple(map(self.row.met, self.middle, self.real))


def compare(real: Frames, simulated: Mapping[str, Sequence[pl.DataFrame]]) -> list[Compared]:
    """Every row of the table.

    Args:
        real: Frames by section.
        simulated: Several of each, by the same names.
    """
    return [
        Compared(
            row,
            tuple(row.statistic(frame) for frame in real.values()),
            tuple(tuple(row.statistic(one) for one in simulated[name]) for name in real),
        )
        for row in ROWS
    ]


def compared(found: Sequence[Compared], names: Sequence[str]) -> str:
    """Real → simulated, the missed ones bold, and how many are met."""
    lines = []
    for one in found:
        cells = [label(one.row)]
        for real, middle, met in zip(one.real, one.middle, one.met, strict=True):
            mark = "**" if met is False else ""
            cells.append(f"{one.row.shown(real)} → {mark}{one.row.shown(middle)}{mark}")
        asked = [met for met in one.met if met is not None]
        verdict = f"{sum(asked)} of {len(asked)}" if asked else ""
        lines.append([*cells, str(one.row.accept or ""), verdict])
    return markdown(["statistic", *names, "accepted", "met"], lines)


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.median(known)) if known else math.nan


def durations(found: Mapping[str, Sequence[float]]) -> str:
    """Durations in words, one section after the other.

    Example:
        >>> durations({"T2": [424.0, 536.0], "T4": []})
        'T2: 424, 536; T4: none'
    """
    return "; ".join(
        f"{name}: {', '.join(f'{value:.0f}' for value in values) or 'none'}"
        for name, values in found.items()
    )


def percentiles(values: Values) -> str:
    """5, 50 and 95 % of the values.

    Example:
        >>> percentiles(np.arange(101.0))
        '5 / 50 / 95'
    """
    return " / ".join(f"{value:.3g}" for value in np.percentile(values, [5, 50, 95]))
