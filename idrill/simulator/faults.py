"""Faults of sensors, on a schedule or at random, and their labels.

Times are seconds since the start of the simulation; figures without a source are judgement [e].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.channels import channel
from idrill.errors import InvalidSimulation
from idrill.frame import TIME
from idrill.simulator.event_kinds import EventKind
from idrill.simulator.noise import uniform, white

Array = NDArray[np.float64]


class FaultKind(StrEnum):
    """How a sensor goes wrong."""

    FROZEN = "frozen"
    DRIFT = "drift"
    OFFSET = "offset"
    SPIKE = "spike"
    DROPOUT = "dropout"
    UNIT_SWITCH = "unit_switch"
    NOISE = "noise"


SPIKE_SHARE = 0.02
"""Share of the seconds of a spell of spikes that have one [-] [e]."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One spell of one sensor's going wrong."""

    channel: str
    kind: FaultKind
    start: float
    """[s]"""
    end: float
    """[s]"""
    severity: float = 0.0
    """Bias, height of a spike or noise, in the channel's unit; of a unit switch the factor."""
    growth: float = 0.0
    """Until a drift or a noise is at its full severity [s]."""
    look_alike_of: EventKind | None = None

    def __post_init__(self) -> None:
        channel(self.channel)
        numbers = (self.start, self.end, self.severity, self.growth)
        if not all(isfinite(number) for number in numbers) or not self.start < self.end:
            raise InvalidSimulation(
                f"fault of {self.channel}: start must lie before end, all finite"
            )
        if not self.growth >= 0.0:
            raise InvalidSimulation(f"fault of {self.channel}: growth is {self.growth} s")
        if self.kind not in _WITHOUT_SIZE and self.severity == 0.0:
            raise InvalidSimulation(f"fault of {self.channel}: severity is 0, nothing is wrong")

    def level(self, seconds: Array) -> Array:
        """Share of its full severity at each second (second)."""
        grown = (seconds - self.start) / self.growth if self.growth > 0.0 else np.inf
        inside = (seconds >= self.start) & (seconds < self.end)
        return np.where(inside, np.minimum(grown, 1.0), 0.0)


_WITHOUT_SIZE = (FaultKind.FROZEN, FaultKind.DROPOUT)


@dataclass(frozen=True, slots=True)
class Spell:
    """The seconds that faults are applied to."""

    seed: int
    rig_id: str
    start: int
    """First second since the start of the simulation."""
    epoch: int
    """The same second since the epoch, which random numbers go by."""


def falsified(values: Array, faults: Sequence[Fault], spell: Spell, before: Array) -> Array:
    """What a faulty sensor shows.

    Args:
        values: What it would show, second by second (second).
        faults: Of this sensor; those outside the seconds do nothing.
        spell: Which seconds.
        before: What it showed in the seconds before, the last of them last.

    Returns:
        Values, NaN where there are none (second).
    """
    seconds = spell.start + np.arange(values.size, dtype=np.float64)
    shown = values.copy()
    for fault in sorted(faults, key=lambda one: (one.kind is FaultKind.FROZEN, one.start)):
        if fault.start < spell.start + values.size and fault.end > spell.start:
            _falsify(shown, fault, fault.level(seconds), spell, before)
    return shown


def _falsify(shown: Array, fault: Fault, level: Array, spell: Spell, before: Array) -> None:
    """Apply one fault in place."""
    inside = level > 0.0
    name = f"{fault.channel}/{fault.kind}"
    if fault.kind in (FaultKind.DRIFT, FaultKind.OFFSET):
        shown += fault.severity * level
    elif fault.kind is FaultKind.UNIT_SWITCH:
        shown[inside] *= fault.severity
    elif fault.kind is FaultKind.DROPOUT:
        shown[inside] = np.nan
    elif fault.kind is FaultKind.NOISE:
        shown += fault.severity * level * white(
            spell.seed, spell.rig_id, name, spell.epoch, shown.size
        )  # fmt: skip
    elif fault.kind is FaultKind.SPIKE:
        chance = uniform(spell.seed, spell.rig_id, name, spell.epoch, shown.size)
        shown[inside & (chance < SPIKE_SHARE)] += fault.severity
    else:
        shown[inside] = _held(
            shown, int(np.argmax(inside)), before, goes_on=fault.start < spell.start
        )


def _held(shown: Array, first: int, before: Array, *, goes_on: bool) -> float:
    """What a sensor that freezes at a second goes on to show; the next value where it had none."""
    last = shown[first - 1] if first > 0 else before[-1]
    return float(last if goes_on or not np.isnan(last) else shown[first])


def fault_labels(faults: Sequence[Fault], start: datetime) -> pl.DataFrame:
    """Which sensor was wrong when, one row per fault.

    Args:
        faults: In any order.
        start: When the simulation began.
    """
    rows = [
        (
            one.channel,
            one.kind.value,
            start + timedelta(seconds=one.start),
            start + timedelta(seconds=one.end),
            one.severity,
            one.look_alike_of,
        )
        for one in sorted(faults, key=lambda one: (one.start, one.channel, one.kind))
    ]
    return pl.DataFrame(rows, schema=FAULT_LABELS, orient="row")


FAULT_LABELS = pl.Schema(
    {
        "channel": pl.String(),
        "kind": pl.String(),
        "start": TIME,
        "end": TIME,
        "severity": pl.Float64(),
        "look_alike_of": pl.String(),
    }
)
"""The columns of fault labels."""
