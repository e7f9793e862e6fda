"""The torque of the top drive, by its gauge and by the current of its motor.

Below its base speed a motor has its full field and gives torque in proportion to its current; above
it the field is weakened and the torque falls with the speed (`physics.drive`; A. E. Fitzgerald, C.
Kingsley, S. D. Umans, *Electric Machinery*, 2003, ch. 11):

    torque = zero + constant · current           while the string turns, below the base speed

Constant, zero and base speed are learned; rows above the base speed are left out. There is one
balance for two channels: if it breaks, either may be wrong, and both are named. Where the drive
reckons the torque from the current, the two agree better than two sensors do: then nothing is
known twice, nothing is judged and no value is moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from idrill.channels import channel
from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.depths import whole
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.heights import numbers
from idrill.dvr.rig_days.instruments import ENOUGH, Array, Hypothesis, middle
from idrill.dvr.rig_days.moving import LEAST_GAIN, Moves
from idrill.dvr.rig_days.settling import WINDOW, good
from idrill.dvr.rig_days.watch import Watch

NAME = "rotation"
PAIR = ("torque", "top_drive_motor_current")
UNITS = {"drive": "kN·m", **{name: channel(name).unit for name in PAIR}}
TURNING = 10.0
"""Speed from which a string turns [rpm]."""
EVEN = 0.1
"""Share by which the speed may change in a window: spinning up takes torque of its own [-] [e]."""
FIELD = 0.97
"""Share of the full field from which a motor counts as not weakened [-] [e]."""
STRAY = 0.02
"""Share of windows that noise alone puts below the full field [-] [e]."""
SLOWEST = 20
"""Windows of the lowest speeds, at which the field is full."""
ZERO = 1.0
"""How far the zero of a torque may be off [kN·m] [e]."""
LEAST = 0.02
"""Least spread of a residual that is believed, as a share of the torque [-] [e]."""
RECKONED = 0.05
"""Share of the noise of torque gauges below which the torque is reckoned from the current [-]."""
WILD = 5.0
"""Rows that are farther out, in standard deviations, keep their values [-]."""
HYPOTHESES = tuple(Hypothesis(name, "sensor", {"drive": 1.0}) for name in PAIR)


@dataclass(frozen=True, slots=True)
class Learned:
    """What earlier windows say of a drive."""

    constant: float
    """Torque of a unit of current [kN·m/A]."""
    zero: float
    """[kN·m]"""
    base_speed: float
    """Up to which this holds [rpm]."""
    row_sd: float
    """Of a row's residual [kN·m]."""

    def missed(self, rows: pl.DataFrame) -> Array:
        """Torque beyond what the current gives [kN·m]; not a number above the base speed (row)."""
        said = self.zero + self.constant * numbers(rows, PAIR[1])
        below = numbers(rows, "rotary_speed") <= self.base_speed
        return np.where(below, numbers(rows, PAIR[0]) - said, np.nan)


class Rotation:
    """What is known of a rig's top drive, and what it makes of another hour."""

    name = NAME
    channels: Sequence[str] = PAIR
    known: Sequence[Hypothesis] = HYPOTHESES
    units: Mapping[str, str] = UNITS

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        """As it was stored, or without any memory."""
        stored = stored or {}
        self.derived: dict[str, float] | None = None
        columns = (*PAIR, "rotary_speed", "variance")
        self.watch = Watch(columns, ("drive",), HYPOTHESES, stored.get("watch"))

    @property
    def faults(self) -> Sequence[Fault]:
        """Those that are over and those that go on."""
        return self.watch.faults

    @property
    def proposals(self) -> Sequence[Calibration]:
        """None: nothing tells which of the two is wrong."""
        return ()

    def shown(self, fault: Fault) -> tuple[float, str]:
        """Sizes are torques."""
        return 1.0, UNITS[next(iter(fault.instruments))]

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
        return {"watch": self.watch.as_dict()}

    def look(self, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Torque, current and speed of the rows, and of the windows in which the string turns."""
        rows = known.select(
            "time",
            *(
                good(name).alias(name)
                if name in known.columns
                else pl.lit(None, pl.Float64).alias(name)
                for name in (*PAIR, "rotary_speed")
            ),
        )
        speed = pl.col("rotary_speed")
        turns = (speed.min() > TURNING) & (speed.max() - speed.min() < EVEN * speed.max())
        found = rows.group_by((pl.col("time").dt.truncate(WINDOW) + WINDOW).alias("end")).agg(
            *(pl.col(name).mean() for name in (*PAIR, "rotary_speed")), turns=turns
        ).sort("end").rename({"end": "time"})  # fmt: skip
        return rows, whole(found, rows).filter("turns").drop_nulls(PAIR)

    def hour(self, rows: pl.DataFrame, windows: pl.DataFrame) -> Moves:
        """Judge an hour's windows by what was learned before it, and reconcile its rows."""
        learned = learn(self.watch)
        windows = _with_noise(windows, rows, learned)
        if learned is None:
            self.watch.see(windows, {"drive": np.full(windows.height, np.nan)}, {})
            return Moves()
        usual = middle(self.watch.memory["torque"].abs())
        habit = self.watch.habit("drive", max(LEAST * usual, channel("torque").sigma))
        reckoned = learned.row_sd < RECKONED * channel("torque").sigma
        residuals = learned.missed(windows) * (np.nan if reckoned else 1.0)
        self.watch.see(windows, {"drive": residuals}, {} if habit is None else {"drive": habit})
        if reckoned or not np.isfinite(learned.row_sd) or self.watch.judge.open:
            return Moves()
        return _moved(rows, learned)


def learn(watch: Watch) -> Learned | None:
    """Constant, zero and base speed of a drive; None where too few windows tell them."""
    known = watch.sound("drive")
    if known.height < 2 * ENOUGH or middle(known[PAIR[1]].abs()) == 0.0:
        return None
    known = known.filter(pl.col(PAIR[1]) > 0.1 * middle(known[PAIR[1]]))
    torque, current, speed = (numbers(known, name) for name in (*PAIR, "rotary_speed"))
    ratio, order = torque / current, np.argsort(speed, kind="stable")
    full = float(np.median(ratio[order[:SLOWEST]]))
    weakened = speed[(ratio < FIELD * full) & (speed > np.median(speed[order[:SLOWEST]]))]
    strong = speed[ratio >= FIELD * full]
    # The highest speed below which hardly a window lies below the full field.
    bounds = [each for each in np.unique(strong) if np.sum(weakened <= each) <= STRAY * speed.size]
    base = float(max(bounds, default=np.min(strong)))
    here = speed <= base
    constant, zero = _line(current[here], torque[here])
    variance = known["variance"].drop_nulls().drop_nans()
    row = np.sqrt(middle(variance)) if variance.len() >= ENOUGH else np.inf
    return Learned(constant, zero, base, float(row))


def _line(current: Array, torque: Array) -> tuple[float, float]:
    """Constant and zero, robustly, the zero held near none."""
    constant, zero = float(np.median(torque / current)), 0.0
    for _ in range(3):
        missed = torque - zero - constant * current
        spread = max(1.4826 * float(np.median(np.abs(missed))), 1e-6)
        near = np.abs(missed) <= 4.0 * spread
        matrix = np.stack([current[near], np.ones(int(near.sum()))], axis=1) / spread
        normal = matrix.T @ matrix + np.diag([0.0, ZERO**-2])
        constant, zero = map(float, np.linalg.solve(normal, matrix.T @ (torque[near] / spread)))
    return constant, zero


def _with_noise(windows: pl.DataFrame, rows: pl.DataFrame, learned: Learned | None) -> pl.DataFrame:
    """Windows with the mean square of their rows' residuals [(kN·m)²]."""
    if learned is None:
        return windows.with_columns(variance=pl.lit(None, pl.Float64))
    squares = rows.select(
        time=pl.col("time").dt.truncate(WINDOW) + WINDOW,
        variance=pl.Series(learned.missed(rows) ** 2).fill_nan(None),
    )
    return windows.join(
        squares.group_by("time").agg(pl.col("variance").mean()), on="time", how="left",
        maintain_order="left",
    )  # fmt: skip


def _moved(rows: pl.DataFrame, learned: Learned) -> Moves:
    """Torque and current moved together, each by the share of the noise that is usual for it."""
    missed = learned.missed(rows)
    turning = numbers(rows, "rotary_speed") > TURNING
    usable = turning & (np.abs(missed) < WILD * learned.row_sd)
    number = int(usable.sum())
    if not number:
        return Moves()
    slopes = {PAIR[0]: 1.0, PAIR[1]: -learned.constant}
    noise = {name: abs(slope) * channel(name).sigma for name, slope in slopes.items()}
    scale = min(learned.row_sd / float(np.hypot(noise[PAIR[0]], noise[PAIR[1]])), 1.0)
    moves, left = Moves(), missed.copy()
    for name, slope in slopes.items():
        sd = scale * noise[name]
        share = (sd / learned.row_sd) ** 2
        ratio = float(np.sqrt(1.0 - share))
        moves.ratios[name] = [(number, ratio)]
        moves.spreads[name] = [(number, sd / abs(slope))]
        if 1.0 - ratio >= LEAST_GAIN:
            moves.values[name] = np.where(
                usable, numbers(rows, name) - share * missed / slope, np.nan
            )
            moves.sd[name] = np.where(usable, sd / abs(slope) * ratio, np.nan)
            left -= share * missed
    squares = [float(np.mean(each[usable] ** 2)) for each in (missed, left)]
    moves.imbalance["drive"] = [(number, squares[0], squares[1])]
    return moves
