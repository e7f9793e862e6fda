"""What a flow costs in pressure, learned from a rig's own runs.

Standpipe pressure less the gauge's zero is qⁿ (c₀ + c₁ depth): the string's share grows with its
length, that of tools and bit does not, and turbulent flow makes n a little less than 2 (Bourgoyne
et al., *Applied Drilling Engineering*, SPE 1986, ch. 4). Rotation and the rock in the annulus
change it by a few percent. A run ends when the string comes out: another bit is another level.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from idrill.dvr.rig_days.instruments import ENOUGH, Array, Mask, middle
from idrill.dvr.rig_days.rock import ROCK, growth

EXPONENT = 1.75
"""Of turbulent flow, until learned [-]."""
SHALLOW = 30.0
"""Change of depth over which the share per depth is doubted [m] [e]."""
HALF = 60
"""Windows after which one counts half in the level: two hours [e]."""
ABOVE = 100.0
"""Pressure above the zero that shows a flow [kPa]."""
MISSED = 0.005
"""Share of the pressure by which windows of one run differ [-] [e]."""
TURNING = 0.05
"""By how much 100 rpm may change the pressure, as a share [-] [e]."""
REACH = 0.1
"""Share by which a flow may differ from those that the law was learned from [-] [e]."""
STRAYING = 0.5
"""Share of the cost per metre by which it may change from one depth to the next [-] [e]."""
LOADED = 0.05
"""By how much a hole that grows by 1 m/min may, as a share [-] [e]."""


@dataclass(frozen=True, slots=True)
class PressureLaw:
    """The pressure of one run of the string."""

    zero: float
    """Reading with the pumps off [kPa]."""
    exponent: float
    level: float
    """c₀: [kPa] at a flow of 1 L/min, to the exponent, at `depth`."""
    per_metre: float
    """c₁, in the level's unit by metre."""
    depth: float
    """[m]"""
    flow: float
    """About which it was learned [L/min]."""
    turning: float
    """Change with the rotary speed, as a share per 100 rpm [-]."""
    loaded: tuple[float, ...]
    """Change with the growth of the hole in stretches of the past, as a share per m/min [-]."""

    def at(self, flow: Array, rows: pl.DataFrame) -> Array:
        """Standpipe pressure [kPa] (row).

        Args:
            flow: [L/min] (row)
            rows: With `bit_depth`, `rotary_speed` and the columns `ROCK`.
        """
        depth = rows["bit_depth"].to_numpy().astype(np.float64)
        cost = np.maximum(self.level + self.per_metre * (depth - self.depth), 1e-12)
        share = self.turning * _turning(rows) + growth(rows) @ self.loaded
        return np.asarray(self.zero + cost * flow**self.exponent * np.exp(share))

    def reaches(self, flow: Array) -> Mask:
        """Whether a flow is near enough to those that it was learned from (row)."""
        return np.asarray(np.abs(flow / self.flow - 1.0) <= REACH)

    def doubt(self, rows: pl.DataFrame) -> Array:
        """Standard deviation of the foretold pressure for want of the share per depth (row).

        As a share: what the string costs per metre changes with hole, casing and mud.
        """
        away = np.abs(rows["bit_depth"].to_numpy().astype(np.float64) - self.depth)
        return np.asarray(STRAYING * abs(self.per_metre) / self.level * away)


def _turning(rows: pl.DataFrame) -> Array:
    return np.asarray(np.nan_to_num(rows["rotary_speed"].to_numpy().astype(np.float64)) / 100.0)


def learn_pressure(memory: pl.DataFrame, flow: Array, settled: pl.DataFrame) -> PressureLaw | None:
    """The law of the latest run; None where it has too few windows.

    Args:
        memory: All windows, those at rest among them.
        flow: [L/min] (settled window)
        settled: Those of them that have a flow, a depth and a sound pressure.
    """
    zero = middle(memory.filter("resting")["standpipe_pressure"])
    shows = settled["standpipe_pressure"].to_numpy() > zero + ABOVE
    settled, flow = settled.filter(shows), flow[shows]
    latest = (settled["run"] == memory["run"].max()).to_numpy()
    if latest.sum() < ENOUGH:
        return None
    exponent, share, turning, loaded = _factors(settled, flow, zero)
    run, through = settled.filter(latest), flow[latest]
    cost = (run["standpipe_pressure"].to_numpy() - zero) / through**exponent
    cost = cost * np.exp(-turning * _turning(run) - growth(run) @ loaded)
    depth = run["bit_depth"].to_numpy()
    bottom, level = float(depth[-1]), float(np.median(cost[-ENOUGH:]))
    weight = np.sqrt(0.5 ** (np.arange(depth.size)[::-1] / HALF)) / MISSED
    design = np.stack([np.ones(depth.size), (depth - bottom) / SHALLOW], axis=1) * weight[:, None]
    doubt = 0.1 * SHALLOW / max(bottom, SHALLOW)
    prior = np.diag([0.0, doubt**-2])
    lean = prior @ np.array([0.0, share * SHALLOW])
    found = np.linalg.solve(
        design.T @ design + prior, design.T @ ((cost / level - 1.0) * weight) + lean
    )
    return PressureLaw(
        zero, exponent, level * (1.0 + float(found[0])), level * float(found[1]) / SHALLOW,
        bottom, float(np.median(through[-ENOUGH:])), turning, loaded,
    )  # fmt: skip


def _factors(
    rows: pl.DataFrame, flow: Array, zero: float
) -> tuple[float, float, float, tuple[float, ...]]:
    """Exponent, share per metre, and shares of rotation and rock, over all runs."""
    cost = np.log(rows["standpipe_pressure"].to_numpy() - zero)
    runs = rows["run"].to_numpy()
    usual = float(np.log(flow).mean())
    begin = np.array([EXPONENT, 0.1, 0.0, *([0.0] * len(ROCK))])
    doubt = np.array([0.1, 0.2, TURNING, *([LOADED] * len(ROCK))])
    columns = [
        np.log(flow) - usual, rows["bit_depth"].to_numpy() / 1e3, _turning(rows), *growth(rows).T,
        *((runs == run).astype(np.float64) for run in np.unique(runs)),
    ]  # fmt: skip
    matrix = np.stack(columns, axis=1) / (2.0 * MISSED)
    precision = np.zeros(matrix.shape[1])
    precision[: doubt.size] = doubt**-2.0
    lean = np.zeros(matrix.shape[1])
    lean[: doubt.size] = begin * doubt**-2.0
    found = np.linalg.solve(
        matrix.T @ matrix + np.diag(precision), matrix.T @ (cost / (2.0 * MISSED)) + lean
    )
    exponent = float(np.clip(found[0], 1.4, 2.1))
    return (
        exponent,
        float(found[1]) / 1e3,
        float(found[2]),
        tuple(map(float, found[3 : doubt.size])),
    )
