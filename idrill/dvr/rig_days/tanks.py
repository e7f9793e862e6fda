"""Pits that jump: what mud in a tank cannot do.

A tank holds what flows in and out of it: dV/dt = flows, and flows are pumped or drained for
minutes. So a level that stands, is another from one reading to the next, and stands again was not
moved by mud, as long as the pumps run on alike and no other tank moves with it: then its sensor
jumped, or the tank was dumped. It is told three minutes later. A slow drift of one pit is left
alone: it looks like a leak, or like mud that is added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view

from idrill.channels import channel
from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import Array, Hypothesis, Mask
from idrill.dvr.rig_days.moving import Moves
from idrill.dvr.rig_days.settling import PIT_CHANNELS, STROKES, good

NAME = "pits"
STEP = timedelta(minutes=1)
BEFORE, AFTER = 6, 3
"""Minutes for which the level stands, before and after the one in which it jumps."""
LEAST = 0.15
"""Smallest jump [m³] [e]."""
STANDING = 0.12
"""Share of the jump by which the level may move while it stands [-] [e]."""
AT_ONCE = 0.85
"""Share of a jump that lies between two readings [-] [e]."""
ALONE = 0.25
"""Share of a jump by which another tank moves too where mud is led over or shared out [-] [e]."""
ALIKE = 0.02
"""Share by which the pumps may change meanwhile [-] [e]."""
ABSORBED = timedelta(hours=6)
"""How long a level may be another before it is taken as the tank's own [e]."""
SLOW = 50.0
"""Change of the flow that moves no tank by a step [L/min] [e]."""


class Tanks:
    """What is known of a rig's pits, and what it makes of another hour."""

    name = NAME
    channels = PIT_CHANNELS
    units: Mapping[str, str] = MappingProxyType({})
    proposals: Sequence[Calibration] = ()
    known: Sequence[Hypothesis] = tuple(
        Hypothesis(name, "sensor", {name: 1.0}) for name in PIT_CHANNELS
    )

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        """As it was stored by `as_dict`, or without any memory."""
        self.derived: dict[str, float] | None = None
        faults = () if stored is None else stored["faults"]
        found = (Fault.from_dict(fault, self.known) for fault in faults)
        self.open = {fault.hypothesis.name: fault for fault in found if fault is not None}
        self.closed: list[Fault] = []

    @property
    def faults(self) -> Sequence[Fault]:
        """Those that are over and those that go on."""
        return (*self.closed, *self.open.values())

    def shown(self, fault: Fault) -> tuple[float, str]:
        """Sizes are volumes."""
        return 1.0, channel(fault.hypothesis.name).unit

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
        return {"faults": [fault.as_dict() for fault in self.open.values()]}

    def look(self, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The instants of the rows, and the jumps by when they are told; see `Network`."""
        return known.select("time"), jumps(known)

    def hour(self, rows: pl.DataFrame, windows: pl.DataFrame) -> Moves:
        """Open and close faults by the jumps of an hour; nothing is moved."""
        now = rows["time"].min()
        if isinstance(now, datetime):
            self._let_go(now)
        for jump in windows.iter_rows(named=True):
            name, size = jump["name"], jump["size"]
            if name in (self.derived or ()):
                continue
            fault = self.open.pop(name, None)
            off = size + (0.0 if fault is None else fault.size)
            if fault is not None and abs(off) < max(LEAST, 0.5 * abs(fault.size)):
                self.closed.append(replace(fault, end=jump["time"]))
            elif fault is not None:
                self.open[name] = replace(fault, size=off)
            else:
                [hypothesis] = [each for each in self.known if each.name == name]
                self.open[name] = Fault(
                    hypothesis, (name,), jump["start"], jump["time"], size, jump["sd"], "jump"
                )
        return Moves()

    def _let_go(self, now: datetime) -> None:
        """Take a level that has been another for long as the tank's: it may have been dumped."""
        for name, fault in list(self.open.items()):
            if now - fault.detected >= ABSORBED:
                self.closed.append(replace(self.open.pop(name), end=now))


def jumps(known: pl.DataFrame) -> pl.DataFrame:
    """Jumps of single pits.

    Args:
        known: Validated rows of a rig.

    Returns:
        `time` at which each is told, `start`, `name`, `size` and its `sd` [m³].
    """
    names = [name for name in PIT_CHANNELS if name in known.columns]
    schema = {"time": known.schema["time"], "start": known.schema["time"], "name": pl.String(),
              "size": pl.Float64(), "sd": pl.Float64()}  # fmt: skip
    minutes = _minutes(known, names)
    if not names or minutes.height < BEFORE + AFTER + 1:
        return pl.DataFrame(schema=schema)
    steady = _steady(minutes)
    volumes = minutes.select(names).to_numpy()
    spans = sliding_window_view(volumes, BEFORE + AFTER + 1, axis=0)
    level, then = np.median(spans[..., :BEFORE], axis=2), np.median(spans[..., -AFTER:], axis=2)
    size = then - level
    restless = np.maximum(np.ptp(spans[..., :BEFORE], axis=2), np.ptp(spans[..., -AFTER:], axis=2))
    found = (np.abs(size) > LEAST) & (restless < STANDING * np.abs(size)) & steady[:, None]
    ordered = np.sort(np.nan_to_num(np.abs(size)), axis=1)
    second = ordered[:, -2:-1] if len(names) > 1 else np.zeros((len(size), 1))
    found &= (np.abs(size) == ordered[:, -1:]) & (second < ALONE * np.abs(size))
    readings = minutes.select(f"{name}_step" for name in names).to_numpy()
    steps = sliding_window_view(readings, BEFORE + AFTER + 1, axis=0)
    with np.errstate(invalid="ignore"):
        at_once = np.fmax.reduce(steps[..., BEFORE - 1 : BEFORE + 2], axis=2)
        found &= at_once >= AT_ONCE * np.abs(size)
    # A jump within a minute may be seen from two of them: the first counts.
    found[1:] &= ~found[:-1]
    places, which = np.nonzero(found)
    times = minutes["time"]
    return pl.DataFrame(
        {
            "time": times.gather(places + BEFORE + AFTER) + STEP,
            "start": times.gather(places + BEFORE),
            "name": [names[place] for place in which],
            "size": size[places, which],
            "sd": restless[places, which] / 2.0,
        },
        schema=schema,
    )


def _minutes(known: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Medians of pits and pumps by the minute, and the largest steps of pits."""
    pumps = [name for name in (*STROKES, "flow_in") if name in known.columns]
    steps = [_step(name).alias(f"{name}_step") for name in names]
    minutes = (
        known.select("time", *(good(name).alias(name) for name in (*names, *pumps)), *steps)
        .group_by(pl.col("time").dt.truncate(STEP), maintain_order=True)
        .agg(pl.col([*names, *pumps]).median(), pl.col("^.*_step$").max())
        .with_columns(pl.col(pumps).forward_fill(limit=1) if pumps else pl.lit(None).alias("none"))
    )
    return minutes.upsample("time", every=STEP) if minutes.height else minutes


def _step(name: str) -> pl.Expr:
    """How far a reading lies from the one before."""
    value = good(name)
    return (value - value.forward_fill().shift()).abs()


def _steady(minutes: pl.DataFrame) -> Mask:
    """Where the pumps run alike from end to end (span)."""
    length = BEFORE + AFTER + 1
    steady = np.ones(minutes.height - length + 1, dtype=np.bool_)
    for name in (*STROKES, "flow_in"):
        if name in minutes.columns:
            shown: Array = minutes[name].to_numpy().astype(np.float64)
            spans = sliding_window_view(shown, length)
            most = np.maximum(ALIKE * spans.max(axis=1), SLOW if name == "flow_in" else 1.0)
            steady &= ~(np.ptp(spans, axis=1) > most)
    return steady
