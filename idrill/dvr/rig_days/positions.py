"""The places of block, bit and hole: three instruments that move together.

Between two slips the block carries the string, so what the one goes down the other does, but for
the stretch of the string between them, which is less by what the bit takes of its weight:

    bit depth + gain · block position + give · weight on bit = height of the stand
                                                       while the hook holds the string

The gain is that of the two scales; the give is that of a steel rod, length / (E · area) by Hooke's
law, with that of lines and derrick at its top; both are learned. The height is unknown, anew after
each connection, and taken from the rows since the slips were opened. While the hole grows the bit
stands on its bottom, and the distance, that of two zeros, is learned:

    hole depth - bit depth = distance                  while the hole grows

The rate of penetration is the growth of the hole over some time before, reckoned by the rig from
the depth: it tells nothing of the depth, but where it disagrees the rig shows a wrong rate:

    rate of penetration = slope of the hole depth, some seconds before      while drilling

A bit depth that is wrong breaks the first two, a hole depth the second alone, a block the first
alone. A step of the block is seen once; after the next connection the height is unknown again, so
the fault goes on until it steps back. Where bit and block agree better than two sensors do, the rig
reckons one from the other: the first balance says nothing and no value is moved. A heaving rig
moves its block over a string that stands: what exceeds the noise of depth sensors is the heave's,
and moves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.depths import LAGS, LOADED, placed
from idrill.dvr.rig_days.depths import windows as windows_of
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.heights import (
    HEIGHTS,
    MEANS,
    WILD,
    Learned,
    changed,
    learn,
    numbers,
    out,
    with_noise,
)
from idrill.dvr.rig_days.instruments import Array, Habit, Hypothesis, middle
from idrill.dvr.rig_days.moving import LEAST_GAIN, Moves
from idrill.dvr.rig_days.settling import WINDOW
from idrill.dvr.rig_days.watch import Watch

NAME = "positions"
INSTRUMENTS = ("stand", "bottom", "rate")
STEP = 0.03
"""Of a depth below which nobody is told [m] [e]."""
HYPOTHESES = (
    Hypothesis("bit_depth", "sensor", {"stand": 1.0, "bottom": -1.0}, least=STEP),
    Hypothesis("hole_depth", "sensor", {"bottom": 1.0}, least=STEP),
    Hypothesis("block_position", "sensor", {"stand": 1.0}, least=STEP),
    Hypothesis("rate_of_penetration", "sensor", {"rate": 1.0}),
)
UNITS = {
    "stand": "m", "bottom": "m", "rate": "m/h", "bit_depth": "m", "hole_depth": "m",
    "block_position": "m", "rate_of_penetration": "m/h",
}  # fmt: skip
LEAST = {"stand": 0.01, "bottom": 0.005, "rate": 0.5}
"""Least spread of a residual that is believed, in its unit [e]."""
LEAST_SHARE = 0.03
"""The same of the rate, as a share of the usual one [-] [e]."""
ABSORBED = timedelta(hours=6)
"""How long a position may disagree before that is its habit: crews set depths anew [e]."""
FIRST = 3
"""Windows of a stand from which its height is taken, on and off bottom: so a wrong weight is no
wrong depth."""
KEPT = (
    *MEANS, *HEIGHTS, "row_variance", "bottom_below", "bottom_variance", "rate_shown",
    *(f"slope_{lag}" for lag in LAGS),
)  # fmt: skip


class Positions:
    """What is known of a rig's depths, and what it makes of another hour."""

    name = NAME
    channels: Sequence[str] = ("bit_depth", "block_position", "hole_depth", "rate_of_penetration")
    known: Sequence[Hypothesis] = HYPOTHESES
    units: Mapping[str, str] = UNITS

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        """As it was stored, or without any memory."""
        stored = stored or {}
        self.derived: dict[str, float] | None = None
        self.watch = Watch(KEPT, INSTRUMENTS, HYPOTHESES, stored.get("watch"))
        self.stand: dict[str, list[list[float]]] = stored.get("stand", _nothing())
        """Means of bit, block and weight in the first windows of the stand, on bottom and off."""
        self.carried: float | None = stored.get("carried", 0.0)
        """What the block is out by already, since before the stand [m]; None: nobody knows."""
        self.last: int = stored.get("last", 0)
        """End of the last window [s]."""

    @property
    def faults(self) -> Sequence[Fault]:
        """Those that are over and those that go on."""
        return self.watch.faults

    @property
    def proposals(self) -> Sequence[Calibration]:
        """Calibrations that would take away what is wrong with depths and block."""
        spoken = [each for each in self.faults if each.suspects != ("rate_of_penetration",)]
        return self.watch.proposals(UNITS, spoken)

    def shown(self, fault: Fault) -> tuple[float, str]:
        """Sizes are in the unit of the channel."""
        return 1.0, UNITS[fault.hypothesis.name]

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
        return {
            "watch": self.watch.as_dict(),
            "stand": self.stand,
            "carried": self.carried,
            "last": self.last,
        }

    def look(self, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Places of the rows, and their windows."""
        rows = placed(known)
        return rows, windows_of(rows)

    def hour(self, rows: pl.DataFrame, windows: pl.DataFrame) -> Moves:
        """Judge an hour's windows by what was learned before it, and reconcile its rows."""
        learned = learn(self.watch)
        windows = with_noise(windows, rows, learned).with_columns(
            bottom_below=pl.col("bottom"), rate_shown=pl.when("drilled").then("rate")
        )
        habits = self._habits(learned)
        for part in self._in_stands(windows):
            self.watch.see(part, self._residuals(part, learned), habits)
        self.watch.absorb(ABSORBED)
        return Moves() if learned is None else self._moved(rows, learned)

    def _in_stands(self, windows: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Windows with what their stand began with; all of those before are judged by then."""
        refs: list[list[float]] = []
        begun = 0
        for place, (time, held, lightest, heaviest, *means) in enumerate(
            windows.select(
                pl.col("time").dt.epoch("s"), "held", "lightest", "heaviest", *MEANS
            ).iter_rows()
        ):
            there = held and None not in means
            if not there or time - self.last > WINDOW.seconds:
                self.stand = _nothing()
            self.last = time
            ref, like = UNKNOWN, UNKNOWN
            if there:
                if len(self.stand["any"]) == FIRST - 1:
                    yield _with_heights(windows[begun:place], refs)
                    refs, begun = [], place
                    self._carry()
                ref = self._height("any", means)
                if lightest >= LOADED or heaviest < LOADED:
                    like = self._height("on" if lightest >= LOADED else "off", means)
            refs.append([*ref, *like])
        yield _with_heights(windows[begun:], refs)

    def _height(self, kind: str, means: Sequence[float]) -> Sequence[float]:
        """What the first windows of the stand showed; unknown while there are too few."""
        first = self.stand[kind]
        if len(first) < FIRST:
            first.append([round(each, 6) for each in means])
            return UNKNOWN
        if self.carried is None:
            return UNKNOWN
        bit, *others = np.mean(first, axis=0)
        return [float(bit) - self.carried, *map(float, others)]

    def _carry(self) -> None:
        """A stand that begins with a fault does not show it; of a block's it is known to go on."""
        self.carried = 0.0
        for fault in self.watch.judge.open:
            if "block_position" in fault.suspects:
                self.carried = fault.size
            elif {"bit_depth", "hole_depth"} & set(fault.suspects):
                self.carried = None

    def _residuals(self, windows: pl.DataFrame, learned: Learned | None) -> dict[str, Array]:
        if learned is None:
            return {name: np.full(windows.height, np.nan) for name in INSTRUMENTS}
        changes = changed(windows, learned)
        if learned.reckoned:
            changes[:] = np.nan
        slope = numbers(windows, f"slope_{learned.lag}")
        return {
            # A weight that is wrong is no wrong depth: one of the changes does not know of it.
            "stand": changes[np.abs(changes).argmin(axis=0), np.arange(windows.height)],
            "bottom": numbers(windows, "bottom_below") - learned.distance,
            "rate": numbers(windows, "rate_shown") - slope,
        }

    def _habits(self, learned: Learned | None) -> dict[str, Habit]:
        if learned is None:
            return {}
        usual = middle(self.watch.memory["rate_shown"])
        least = LEAST | {"rate": max(LEAST["rate"], LEAST_SHARE * usual)}
        found = {name: self.watch.habit(name, least[name]) for name in INSTRUMENTS}
        return {name: each for name, each in found.items() if each is not None}

    def _moved(self, rows: pl.DataFrame, learned: Learned) -> Moves:
        """Rows whose bit and block agree with the height of their stand."""
        suspects = map(self.watch.suspected, ("bit_depth", "block_position"))
        if any(suspects) or learned.reckoned:
            return Moves()
        count, missed = numbers(rows, "rows"), out(rows, learned)
        sd = learned.sd(numbers(rows, "weight"))
        usable = rows["held"].to_numpy() & (np.abs(missed) < WILD * sd) & (count > 1)
        number = int(usable.sum())
        if not number:
            return Moves()
        moves, left = Moves(), missed.copy()
        for name, own, scale in (
            ("bit_depth", learned.bit_sd, 1.0), ("block_position", learned.block_sd, learned.gain)
        ):  # fmt: skip
            share = (own / sd) ** 2
            ratio = np.sqrt(1.0 - np.minimum(share * (1.0 - 1.0 / np.maximum(count, 1.0)), 1.0))
            moves.ratios[name] = [(number, float(ratio[usable].mean()))]
            moves.spreads[name] = [(number, own / scale)]
            # What is wrong with a block is its zero and its scale, and neither shows in a sum.
            worth = usable & (1.0 - ratio >= LEAST_GAIN) & (name != "block_position")
            values = numbers(rows, name) - share * missed / scale
            moves.values[name] = np.where(worth, values, np.nan)
            moves.sd[name] = np.where(worth, own / scale * ratio, np.nan)
            left -= np.where(worth, share * missed, 0.0)
        squares = [float(np.mean(each[usable] ** 2)) for each in (missed, left)]
        moves.imbalance["stand"] = [(number, squares[0], squares[1])]
        return moves


UNKNOWN: Sequence[float] = (np.nan,) * len(MEANS)


def _nothing() -> dict[str, list[list[float]]]:
    return {"any": [], "on": [], "off": []}


def _with_heights(windows: pl.DataFrame, refs: Sequence[Sequence[float]]) -> pl.DataFrame:
    columns = zip(HEIGHTS, np.array(refs).reshape(-1, len(HEIGHTS)).T, strict=True)
    known = windows.with_columns(pl.Series(name, column) for name, column in columns)
    return known.filter(pl.col("held") | pl.col("bottom").is_not_null())
