"""What earlier windows say of a rig's depths: scales, stretch of the string, noise, lags."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from idrill.channels import channel
from idrill.dvr.rig_days.depths import LAGS, LOADED
from idrill.dvr.rig_days.instruments import ENOUGH, Array, middle
from idrill.dvr.rig_days.settling import WINDOW
from idrill.dvr.rig_days.watch import Watch

MEANS = ("bit", "block", "weight")
HEIGHTS = tuple(f"{name}_{what}" for what in ("ref", "like") for name in MEANS)
"""What the stand began with, and what it began with on bottom, or off it."""
NOISIEST = 2.0
"""How much noisier than usual a depth sensor may be; beyond it is heave [-] [e]."""
HEAVES = 0.03
"""Standard deviation of the height of a stand from which a rig heaves: nothing is moved [m] [e]."""
RECKONED = 0.0025
"""Standard deviation of the height of a stand that two sensors never reach [m] [e]."""
WILD = 5.0
"""What is farther out, in standard deviations, is left alone [-]."""
PLACED = ("bit_depth", "block_position", "weight")
LEVELS = ("bit_level", "block_level", "weight_level")


@dataclass(frozen=True)
class Learned:
    """What earlier windows say of a rig's depths."""

    gain: float
    """Of the block's scale in the bit's [-]."""
    give: tuple[float, float]
    """By how much the string stretches: at its top, and per metre of it [m/kN, 1/kN]."""
    distance: float
    """Between bit and bottom as they are read [m]."""
    lag: int
    """Of the rate of penetration [s]."""
    bit_sd: float
    """Of a row's bit depth [m]."""
    block_sd: float
    """Of a row's block position, in the bit's scale [m]."""
    row_sd: tuple[float, float]
    """Of a row's height: off bottom, and on it, where the weight adds its noise [m]."""

    def out(self, bit: Array, block: Array, weight: Array, depth: Array) -> Array:
        """By how much the height changed with these changes [m] (row).

        Args:
            bit: Change of its depth [m].
            block: Change of its position [m].
            weight: Change of the weight on bit [kN].
            depth: Of the bit [m].
        """
        give = self.give[0] + self.give[1] * depth
        return np.asarray(bit + self.gain * block + give * weight)

    @property
    def reckoned(self) -> bool:
        """Whether bit and block agree too well to be two sensors: the rig reckons one of them."""
        return self.row_sd[0] < RECKONED

    def sd(self, weight: Array) -> Array:
        """Of a row's height, by the weight on bit [m] (row)."""
        return np.where(np.abs(weight) < LOADED, *self.row_sd)


def changed(windows: pl.DataFrame, learned: Learned) -> Array:
    """By how much the height of a stand changed [m] (way to reckon it, window).

    Since its first windows; since the first like this one, on bottom or off; and since then, had
    the weight on bit not changed: drag looks like weight, and does not stretch the string alike.
    """
    depth = numbers(windows, "bit")
    found = []
    for what in ("ref", "like"):
        bit, block, weight = (
            numbers(windows, name) - numbers(windows, f"{name}_{what}") for name in MEANS
        )
        found.append(learned.out(bit, block, weight, depth))
    return np.stack([*found, learned.out(bit, block, 0.0 * weight, depth)])


def numbers(table: pl.DataFrame, name: str) -> Array:
    """A column as floats; not a number where it is null."""
    return table[name].to_numpy().astype(np.float64)


def out(rows: pl.DataFrame, learned: Learned) -> Array:
    """By how much a row is off the height of its stand [m] (row)."""
    bit, block, weight = (
        numbers(rows, name) - numbers(rows, level)
        for name, level in zip(PLACED, LEVELS, strict=True)
    )
    return learned.out(bit, block, weight, numbers(rows, "bit_depth"))


def with_noise(windows: pl.DataFrame, rows: pl.DataFrame, learned: Learned | None) -> pl.DataFrame:
    """Windows with the variance of the rows about the height of their stand [m²]."""
    if learned is None:
        return windows.with_columns(row_variance=pl.lit(None, pl.Float64))
    squares = rows.select(
        time=pl.col("time").dt.truncate(WINDOW) + WINDOW,
        row_variance=pl.Series(out(rows, learned) ** 2).fill_nan(None),
    )
    middle_one = squares.group_by("time").agg(pl.col("row_variance").median() / CHI)
    return windows.join(middle_one, on="time", how="left", maintain_order="left")


CHI = 0.4549
"""Median of the square of a standard normal number."""


def learn(watch: Watch) -> Learned | None:
    """What the windows of a memory say; None where there are too few."""
    sound, on_bottom = watch.sound("stand"), watch.sound("bottom")
    stands = sound.drop_nulls(MEANS)
    if stands.height < ENOUGH:
        return None
    gain, *give = _scales(stands)
    bottom = on_bottom["bottom_below"].drop_nans()
    off, on = _row_sd(sound)
    below = on_bottom["bottom_variance"].drop_nulls()
    usual = channel("bit_depth").sigma * NOISIEST if off < HEAVES else 0.0
    bit = min(np.sqrt(middle(below)) if below.len() >= ENOUGH else off / np.sqrt(2.0), off, usual)
    block = float(min(np.sqrt(max(min(off, 1e6) ** 2 - bit**2, 0.0)), usual))
    return Learned(
        gain, (give[0], give[1]), middle(bottom), _lag(watch), float(bit), block, (off, on)
    )


def _row_sd(stands: pl.DataFrame) -> tuple[float, float]:
    """Of the height in a row, off bottom and on it; infinite where nobody knows [m]."""
    known = stands.drop_nulls("row_variance")
    loaded = known["weight"].abs() >= LOADED
    found = [
        float(np.sqrt(middle(part))) if part.len() >= ENOUGH else np.inf
        for part in (known["row_variance"].filter(~loaded), known["row_variance"].filter(loaded))
    ]
    off = min(found)
    return off, max(found[1], off)


START = np.array([1.0, 0.0, 1e-6])
"""Gain [-], give at the top of a string [m/kN] and per metre [1/kN]: 50 cm² of steel [e]."""
DOUBT = np.array([0.02, 3e-4, 1e-6])
"""How far they may be off [e]."""


def _scales(stands: pl.DataFrame) -> list[float]:
    """Gain and give, by least squares within stands without the wild ones."""
    bit, block, weight = (numbers(stands, name) - numbers(stands, f"{name}_ref") for name in MEANS)
    columns = np.stack([-block, -weight, -weight * numbers(stands, "bit")], axis=1)
    known = np.isfinite(bit + columns.sum(axis=1))
    bit, columns = bit[known], columns[known]
    found = START
    for _ in range(4):
        if bit.size < ENOUGH:
            return [float(each) for each in START]
        missed = bit - columns @ found
        spread = max(1.4826 * float(np.median(np.abs(missed))), 1e-3)
        near = np.abs(missed) < WILD * spread
        matrix = columns[near] * DOUBT / spread
        normal = matrix.T @ matrix + np.eye(len(START))
        about = (bit[near] - columns[near] @ START) / spread
        found = START + DOUBT * np.linalg.solve(normal, matrix.T @ about)
    return [float(each) for each in found]


def _lag(watch: Watch) -> int:
    """By how much the rate comes late: where it misses the slopes least [s]."""
    known = watch.sound("rate").drop_nulls("rate_shown")
    missed = {
        lag: middle((known["rate_shown"] - known[f"slope_{lag}"]).abs().drop_nans()) for lag in LAGS
    }
    return min(missed, key=lambda lag: missed[lag])
