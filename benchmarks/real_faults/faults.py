"""The faults that are put into logs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.real_faults.logs import PITS, VOLVE, WELL, Log, log
from idrill.channels import channel
from idrill.frame import Activity

Array = NDArray[np.float64]


class Kind(StrEnum):
    """What goes wrong with a sensor."""

    BIAS = "bias"
    DRIFT = "drift"
    FREEZE = "freeze"
    UNIT = "unit"
    TARE = "tare"


BIASES = (1.0, 2.0, 3.0, 5.0, 8.0, 20.0)
"""By standard deviations of the residual."""
DRIFTS = (1.0, 3.0)
"""The same within an hour."""
FROZEN = 20.0
"""[min]"""
UNITS = {"hook_load": 0.224809, "standpipe_pressure": 0.1450377, "flow_in": 0.264172,
         "hole_depth": 3.28084}  # fmt: skip
"""Factor of the unit that a logger switches to: klbf, psi, gal/min, ft."""
TARES = (20.0, 50.0, 100.0)
"""Wrong tares of hook load and weight on bit, from a connection on [kN]."""

DRILLING = ("hook_load", "weight_on_bit", "torque", "rotary_speed", "standpipe_pressure",
            "flow_in", "block_position", "bit_depth", "hole_depth")  # fmt: skip
UNCHECKED = ("torque", "rotary_speed")
"""Of these: no other channel of the logs says what they should be, so one large bias is enough."""
SOME_PITS = (1, 6, 10, 11)
"""Pits of F-7 that a sensor fault is put into: two that move much, two that move little."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one channel of a log."""

    log: str
    kind: Kind
    channel: str
    size: float
    """Bias and drift: standard deviations, per hour; freeze: minutes; unit: factor; tare: kN."""
    place: int
    """Row of the frame that it begins at."""
    sign: int = 1

    def put_into(self, one: Log) -> pl.DataFrame:
        """The raw frame with the fault, and with what is reckoned from the channel."""
        frame, values = one.frame, one.frame[self.channel].to_numpy()
        seconds = (frame["time"].to_physical().to_numpy()) / 1e6
        since = seconds - seconds[self.place]
        during = since >= 0.0
        if self.kind is Kind.FREEZE:
            during &= since <= 60.0 * self.size
        wrong = np.where(during, self._shown(one, values, since / 3600.0), values)
        changed = [pl.Series(self.channel, wrong)]
        for name, share in one.followers.get(self.channel, {}).items():
            shown = frame[name].to_numpy()
            follows = np.maximum(shown + share * (wrong - values), 0.0)
            # Recorders hold a weight on bit at 0 off bottom.
            changed.append(pl.Series(name, np.where(shown > 0.0, follows, shown)))
        return frame.with_columns(each.fill_nan(None) for each in changed)

    def _shown(self, one: Log, values: Array, hours: Array) -> Array:
        match self.kind:
            case Kind.BIAS:
                return values + self.sign * self.size * spread(self.channel, one.name)
            case Kind.DRIFT:
                return values + self.sign * self.size * spread(self.channel, one.name) * hours
            case Kind.FREEZE:
                known = values[: self.place + 1]
                return np.where(np.isnan(values), np.nan, known[~np.isnan(known)][-1])
            case Kind.UNIT:
                return values * self.size
            case Kind.TARE:
                return values + self.sign * self.size


LAW = 1.75
"""Power of the flow that pressure goes with [-]."""
WINDOW, HOUR = "2m", "1h"
ALIKE = {
    "standpipe_pressure": pl.col("standpipe_pressure") / pl.col("flow_in") ** LAW,
    "flow_in": pl.col("flow_in") / pl.col("standpipe_pressure") ** (1.0 / LAW),
    "hole_depth": pl.col("hole_depth") - pl.col("bit_depth"),
    "bit_depth": pl.col("hole_depth") - pl.col("bit_depth"),
    "block_position": pl.col("block_position") + pl.col("bit_depth"),
}
"""What stays alike while a rig drills, by the channel asked for; else the channel itself."""
RELATIVE = ("standpipe_pressure", "flow_in")


@cache
def spread(name: str, log_name: str) -> float:
    """By how much a channel usually disagrees with the others within an hour, in its unit.

    The robust standard deviation of means over two minutes about the median of the hour before:
    of what stays alike while the rig drills, and of a pit at any time. No less than the noise of a
    sound sensor.
    """
    frame = log(log_name).validated.frame
    rows = frame if log_name == WELL else frame.filter(activity="drilling_rotating")
    alike = ALIKE.get(name, pl.col(name)).alias("alike")
    means = (
        rows.select("time", alike)
        .drop_nulls()
        .group_by_dynamic("time", every=WINDOW)
        .agg(pl.col("alike").mean())
    )
    usual = pl.col("alike").rolling_median_by("time", HOUR)
    residual = pl.col("alike") / usual - 1.0 if name in RELATIVE else pl.col("alike") - usual
    robust = 1.4826 * means.select(residual.abs().median()).item()
    level = rows[name].median() if name in RELATIVE else 1.0
    return max(float(robust * level), channel(name).sigma)


def faults_of(one: Log, placements: int) -> Iterator[Fault]:
    """Every fault that a log is tried with."""
    names = [f"pit_volume_{number}" for number in SOME_PITS] if one.name == WELL else DRILLING
    spots = one.places(placements)
    for name in names:
        for number, place in enumerate(map(int, spots)):
            sign = 1 if number % 2 == 0 else -1
            for size in BIASES[-1:] if name in UNCHECKED else BIASES:
                yield Fault(one.name, Kind.BIAS, name, size, place, sign)
            for size in DRIFTS[-1:] if name in UNCHECKED else DRIFTS:
                yield Fault(one.name, Kind.DRIFT, name, size, place, sign)
            yield Fault(one.name, Kind.FREEZE, name, FROZEN, place)
            if name in UNITS:
                yield Fault(one.name, Kind.UNIT, name, UNITS[name], place)
    if one.name in VOLVE:
        yield from _tares(one, placements)


def _tares(one: Log, placements: int) -> Iterator[Fault]:
    """Wrong tares, from the end of a connection on."""
    busy = (one.validated.frame["activity"] == Activity.CONNECTION).to_numpy()
    ends = np.flatnonzero(busy[:-1] & ~busy[1:]) + 1
    quiet = one.places(2)
    ends = ends[(ends > quiet[0] // 2) & (ends < one.frame.height * 0.85)]
    for number, place in enumerate(ends[:: max(ends.size // placements, 1)][:placements]):
        for size in TARES:
            for name in ("hook_load", "weight_on_bit"):
                yield Fault(one.name, Kind.TARE, name, size, int(place), 1 if number % 2 else -1)


assert set(SOME_PITS) <= set(range(1, len(PITS) + 1))
