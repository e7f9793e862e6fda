"""The mud's way round: what each instrument says of one flow, and what disagreement means.

Pumps, a flow meter, the standpipe pressure, the return flow and the pits all speak of one flow.
With q the flow into the string and r the return, both unmeasured, the balances are

    strokes · displacement · efficiency + pumps = q     wear takes from `pumps`
    flow in                                     = q
    pressure, read as a flow - hydraulics       = q     the law is in `pressure_law`
    flow out = r,   paddle = r
    r - q - well                                = 0     influx less losses, and rock that leaves
    d(pits)/dt - (r - q) - surface              = 0     additions less what is led away

They hold in every activity in the hole while the pumps have run alike for three minutes
(`settling`): then the flowline has filled (20 to 60 s), drain-back is over and mud is squeezed as
far as it will be; where pipe moves by more than a metre in half a minute, returns and pits are left
out. `pumps`, `hydraulics`, `well` and `surface` are what the balances leave out; each counts as
measured, zero, with the spread that earlier windows showed. A kick breaks the well balance and
leaves the surface closed; a flow meter breaks its own; a transfer breaks the surface alone: so
events are told from faults. What is constant in each balance, and the part of rock on its way
(`rock`), are learned. Averages over a minute stand for the dynamic terms: between changes of the
pumps the flow is constant, and a Kalman filter of a constant is its mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from idrill.dvr.balances import LinearBalances
from idrill.dvr.rig_days.instruments import Array, Habit, Hypothesis
from idrill.dvr.rig_days.pressure_law import PressureLaw
from idrill.dvr.rig_days.rock import ROCK, growth

NAME = "circulation"
QUANTITIES = (
    "strokes", "flow_in", "standpipe_pressure", "flow_out", "flow_out_fraction", "pits",
    "pumps", "hydraulics", "well", "surface", "q", "r",
)  # fmt: skip
"""All as flows [L/min]; the last six are not channels, the last two not measured."""
BALANCES = LinearBalances(
    np.array(
        [
            [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, -1, 0],
            [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0],
            [0, 0, 1, 0, 0, 0, 0, -1, 0, 0, -1, 0],
            [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, -1],
            [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, -1],
            [0, 0, 0, 0, 0, 0, 0, 0, -1, 0, -1, 1],
            [0, 0, 0, 0, 0, 1, 0, 0, 0, -1, 1, -1],
        ],
        float,
    ),
    names=QUANTITIES,
)
INSTRUMENTS = ("flow_in", "standpipe_pressure", "flow_out", "flow_out_fraction", "pits")
"""Held against the reference."""
RETURNS = ("flow_out", "flow_out_fraction")


LEAST = {
    "flow_in": 0.0005, "standpipe_pressure": 0.0025, "flow_out": 0.003, "flow_out_fraction": 0.003,
    "pits": 0.003,
}  # fmt: skip
"""Least spread of a residual that is believed, as a share of the flow [-] [e]."""


@dataclass(frozen=True, slots=True)
class Meter:
    """How an instrument shows a flow: reading = zero + gain · (flow + rock · growth)."""

    zero: float
    gain: float
    rock: tuple[float, ...] = (0.0,) * len(ROCK)
    """What a hole that grew by 1 m/min in a stretch of the past adds to the return [L/min]."""


@dataclass(frozen=True)
class Learned:
    """What earlier windows say of a rig's circulation."""

    litres: float
    """Of a stroke, or 1 where flow in is the reference [L]."""
    reference: str
    meters: Mapping[str, Meter]
    pressure: PressureLaw | None
    pits: Meter
    """Usual rise of the pits [L/min], and what a growing hole makes of it."""
    habits: Mapping[str, Habit]
    """Of the residuals [L/min]."""
    shared: float
    """Spread that both return meters share: the well [L/min]."""
    counted: float = 1.0
    """Spread of the reference in a window [L/min]."""

    def flow(self, windows: pl.DataFrame) -> Array:
        """What the reference says [L/min] (window)."""
        return np.asarray(self.litres * windows[self.reference].to_numpy())

    def as_flow(self, name: str, windows: pl.DataFrame) -> Array:
        """What an instrument says, as a flow [L/min] (window); not a number where it is silent."""
        flow = self.flow(windows)
        if name == "pits":
            due = self.pits.zero + growth(windows) @ self.pits.rock
            return np.asarray(windows["pit_rate"].to_numpy() - due)
        shown = windows[name].to_numpy().astype(np.float64)
        if name == "standpipe_pressure":
            if self.pressure is None:
                return np.full(flow.size, np.nan)
            due = self.pressure.at(flow, windows) - self.pressure.zero
            ratio = np.maximum(shown - self.pressure.zero, 1.0) / np.maximum(due, 1.0)
            said = flow * ratio ** (1.0 / self.pressure.exponent)
            return np.where(self.pressure.reaches(flow), said, np.nan)
        meter = self.meters.get(name)
        if meter is None:
            return np.full(flow.size, np.nan)
        return np.asarray((shown - meter.zero) / meter.gain - growth(windows) @ meter.rock)

    def residual(self, name: str, windows: pl.DataFrame) -> Array:
        """By how much an instrument disagrees with the reference [L/min] (window)."""
        said = self.as_flow(name, windows)
        if name == "pits":
            return said
        residual = said - self.flow(windows)
        if name != "standpipe_pressure" or self.pressure is None:
            return np.asarray(residual)
        # A pressure foretold far from where it was learned says less.
        usual = LEAST[name] * self.flow(windows) * self.pressure.exponent
        doubt = self.pressure.doubt(windows) * self.flow(windows)
        return np.asarray(residual / np.hypot(1.0, doubt / usual))

    def scale(self, name: str, flow: Array, rows: pl.DataFrame) -> Array:
        """Reading per L/min of an instrument about a flow (row)."""
        if name == "standpipe_pressure" and self.pressure is not None:
            due = self.pressure.at(flow, rows) - self.pressure.zero
            return np.asarray(self.pressure.exponent * due / np.maximum(flow, 1.0))
        meter = self.meters.get(name)
        return np.full(flow.size, 1.0 if meter is None else meter.gain)


EVENT = 75.0
"""Less than that rock, heat and pipe do to return and pits every day [L/min] [e]."""
LEVEL_DRIFT = 100.0
"""No level sensor drifts faster; a step of one is `TOO_FAST` for validation [L/min] [e]."""


def hypotheses(reference: str) -> tuple[Hypothesis, ...]:
    """What may be wrong where a channel is the reference of all others."""
    behind = {name: -1.0 for name in INSTRUMENTS if name not in ("pits", reference)}
    returns = dict.fromkeys((*RETURNS, "pits"), 1.0)
    own = "pump_stroke_rates" if reference == "strokes" else reference
    meters = [
        Hypothesis(name, "sensor", {name: 1.0}) for name in ("flow_in", *RETURNS)
        if name != reference
    ]  # fmt: skip
    return (
        # Counters miss strokes, they do not invent them.
        Hypothesis(own, "sensor", behind, -1 if reference == "strokes" else 0),
        *([Hypothesis("pump_wear", "process", behind, +1)] if reference == "strokes" else []),
        *meters,
        Hypothesis("standpipe_pressure", "sensor", {"standpipe_pressure": 1.0}),
        Hypothesis("washout", "process", {"standpipe_pressure": 1.0}, -1),
        Hypothesis("plugged_nozzle", "process", {"standpipe_pressure": 1.0}, +1),
        Hypothesis("influx", "process", returns, +1, EVENT),
        Hypothesis("losses", "process", returns, -1, EVENT),
        Hypothesis("pit_volume", "sensor", {"pits": 1.0}, 0, EVENT, LEVEL_DRIFT),
        Hypothesis("pit_gain", "process", {"pits": 1.0}, +1, EVENT),
        Hypothesis("pit_loss", "process", {"pits": 1.0}, -1, EVENT),
    )
