"""The rows of the realism table: a statistic, what is specified of it, what is accepted."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from benchmarks.realism import connections as stands
from benchmarks.realism import statistics as of


@dataclass(frozen=True, slots=True)
class Within:
    """The figure itself lies in a range."""

    low: float
    high: float = math.inf

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}" if self.high < math.inf else f"≥ {self.low:g}"

    def met(self, simulated: float, real: float) -> bool:  # noqa: ARG002  others need it
        """Whether the simulated figure is accepted."""
        return self.low <= simulated <= self.high


@dataclass(frozen=True, slots=True)
class Near:
    """The figure differs from the real one by no more than this, absolutely."""

    distance: float

    def __str__(self) -> str:
        return f"± {self.distance:g}"

    def met(self, simulated: float, real: float) -> bool:
        """Whether the simulated figure is accepted."""
        return abs(simulated - real) <= self.distance


@dataclass(frozen=True, slots=True)
class Share:
    """The figure differs from the real one by no more than this share of it."""

    share: float

    def __str__(self) -> str:
        return f"± {self.share:.0%}"

    def met(self, simulated: float, real: float) -> bool:
        """Whether the simulated figure is accepted."""
        return abs(simulated - real) <= self.share * abs(real)


@dataclass(frozen=True, slots=True)
class Times:
    """The figure differs from the real one by no more than this factor, up or down."""

    factor: float

    def met(self, simulated: float, real: float) -> bool:
        """Whether the simulated figure is accepted."""
        return real / self.factor <= simulated <= real * self.factor


@dataclass(frozen=True, slots=True)
class SameSign:
    """The figure has the sign of the real one, where that has one; near zero is no sign."""

    nothing: float = 0.2
    """Size up to which a correlation has no sign to speak of [-] [e]."""

    def __str__(self) -> str:
        return f"same sign, beyond ± {self.nothing:g}"

    def met(self, simulated: float, real: float) -> bool | None:
        """Whether the simulated figure is accepted; None where the real one has no sign."""
        if abs(real) <= self.nothing:
            return None
        return simulated * real > 0.0 and abs(simulated) > self.nothing


@dataclass(frozen=True, slots=True)
class Row:
    """One statistic of every section."""

    label: str
    unit: str
    statistic: Callable[[pl.DataFrame], float]
    specified: tuple[str, str, str]
    """What the specification's table says of T2, T3 and T4; empty where it gives no such figure."""
    accept: Within | Near | Share | SameSign | None = None
    digits: int = 3
    """Significant digits shown."""

    def shown(self, value: float) -> str:
        """A figure as it stands in the table.

        Example:
            >>> ROWS[1].shown(23.183), ROWS[1].shown(math.nan)
            ('23.2', 'none')
        """
        if math.isnan(value):
            return "none"
        size = math.floor(math.log10(abs(value))) if value else 0
        rounded = round(value, self.digits - 1 - size)
        return f"{rounded:,.{max(0, self.digits - 1 - size)}f}"

    def met(self, simulated: float, real: float) -> bool | None:
        """Whether the simulated figure is accepted; None where nothing is asked for."""
        if self.accept is None:
            return None
        known = not math.isnan(simulated) and not math.isnan(real)
        return known and self.accept.met(simulated, real)


def _connection_median(frame: pl.DataFrame, field: str) -> float:
    values = [getattr(one, field) for one in stands.connections(frame)]
    known = [value for value in values if not math.isnan(value)]
    return float(np.median(known)) if known else math.nan


def _connections(frame: pl.DataFrame) -> float:
    return float(len(stands.connections(frame)))


def _median(name: str, unit: str | None = None) -> Callable[[pl.DataFrame], float]:
    return partial(of.window_median, name=name, unit=unit)


def _variation(name: str) -> Callable[[pl.DataFrame], float]:
    return partial(of.window_variation, name=name)


def _between_minutes(name: str) -> Callable[[pl.DataFrame], float]:
    return partial(of.variation_between_minutes, name=name)


def _kurtosis(name: str) -> Callable[[pl.DataFrame], float]:
    return partial(of.difference_kurtosis, name=name)


UNSPECIFIED = ("", "", "")

ROWS = (
    Row("on-bottom share", "%", of.drilling_share, ("49", "61", "47"), Within(40, 65)),
    Row("gross rate", "m/h", of.gross_rate, ("23.2", "19.8", "6.8"), Share(0.30)),
    Row("rate of penetration, median", "m/h", _median("rate_of_penetration"),
        ("50.0", "28.1", "9.3"), Share(0.25)),
    Row("weight on bit, median", "t", _median("weight_on_bit", "kkgf"), ("2.6", "8.7", "2.5"),
        Share(0.25)),
    Row("weight on bit, variation in 60 s", "%", _variation("weight_on_bit"),
        ("6.9", "11.4", "13.8"), Within(5, 16)),
    Row("torque, median", "kN·m", _median("torque"), ("10.4", "2.2", "4.8"), Share(0.25)),
    Row("torque, variation in 60 s", "%", _variation("torque"),
        ("3.6", "3.0", "10.3"), Within(2, 12)),
    Row("torque, autocorrelation over 4 s", "", partial(of.window_autocorrelation, name="torque"),
        ("0.30", "0.49", "0.46"), Within(0.2, 0.6)),
    Row("standpipe pressure, median", "kPa", _median("standpipe_pressure"),
        ("17,300", "15,000", "6,360"), Share(0.10)),
    Row("flow in, median", "L/min", _median("flow_in"), ("3,516", "3,447", "4,230"), digits=4),
    Row("standpipe pressure, variation in 60 s", "%", _variation("standpipe_pressure"),
        ("0.33", "0.94", "0.50"), Within(0.3, 1.0)),
    Row("standpipe pressure, exponent on flow", "", of.flow_exponent, ("1.71", "1.60", "2.40"),
        Within(1.6, 1.9)),
    Row("hook load, median", "t", _median("hook_load", "kkgf"),
        ("127", "90.7", "94.7"), Share(0.05)),
    Row("hook load in slips", "t", stands.slips_load, ("65.7", "66.6", "60.7"), Near(2.0)),
    Row("hook load, spread in 60 s", "t",
        partial(of.window_spread, name="hook_load", unit="kkgf"), ("0.17", "0.08", "0.34"),
        Within(0.05, 0.4)),
    Row("hook load, kurtosis of 4 s steps", "", _kurtosis("hook_load"),
        ("28", "30", "8"), Within(5)),
    Row("standpipe pressure, kurtosis of 4 s steps", "", _kurtosis("standpipe_pressure"),
        ("20", "4", "36"), Within(4)),
    Row("stand", "m", partial(_connection_median, field="stand"),
        ("40.1", "40.7", "40.4"), Near(0.5)),
    Row("stands added", "", _connections, ("5", "6", "2"), digits=2),
    Row("in slips, median", "s", partial(_connection_median, field="slips"), UNSPECIFIED,
        Within(250, 500)),
    Row("weight to weight, median", "s", partial(_connection_median, field="weight_to_weight"),
        UNSPECIFIED, Within(1_300, 2_000), digits=4),
    Row("pumps off", "%", of.pumps_off_share, ("12.4", "8.0", "4.7"), Within(4, 15)),
    Row("rotating off bottom", "%", of.rotating_off_bottom_share, ("12.8", "18.1", "9.5"),
        Within(8, 20)),
    Row("rate of penetration, lag", "s", of.rate_lag, ("52", "32", "28"), Within(20, 60)),
    Row("rate of penetration, repeated values", "%", of.repeated_rate_share, ("60", "1", "88")),
    Row("rate of penetration, variation between minutes", "%",
        _between_minutes("rate_of_penetration"), UNSPECIFIED, digits=2),
    Row("weight on bit, variation between minutes", "%", _between_minutes("weight_on_bit"),
        UNSPECIFIED, digits=2),
    Row("torque, variation between minutes", "%", _between_minutes("torque"), UNSPECIFIED,
        digits=2),
    Row("correlation of torque and weight", "",
        partial(of.window_correlation, one="torque", other="weight_on_bit"),
        ("0.84", "-0.59", "0.63"), SameSign()),
    Row("correlation of rate and weight", "",
        partial(of.window_correlation, one="rate_of_penetration", other="weight_on_bit"),
        ("0.76", "-0.06", "-0.15"), SameSign()),
)  # fmt: skip
"""The table, in its order."""
