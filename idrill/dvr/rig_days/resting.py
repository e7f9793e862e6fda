"""What meter and gauge show with the pumps off.

Then flow in is 0 and the standpipe holds what a float valve keeps: reading = zero, whatever else
the rig is at. Each rest is held against the rests before it, so a zero that was never set is no
alarm, but one that moves is: it tells an instrument from all that mud, rock and pumps can do. It
holds from three minutes after the pumps went off, as pressure bleeds, until twelve: later the
string may be open to the air. Returns are left out, since a well at rest drains and gives, and
so is torque, which a string keeps when it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from idrill.channels import channel
from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import Hypothesis
from idrill.dvr.rig_days.moving import Moves
from idrill.dvr.rig_days.settling import STROKES, WINDOW, good
from idrill.frame import Activity

NAME = "rest"
LEAST = {"flow_in": 8.0, "standpipe_pressure": 40.0}
"""By instrument: least standard deviation of a rest that is believed, in its unit [e]."""
QUIET_FLOW, QUIET_PRESSURE, QUIET_STROKES = 150.0, 2_500.0, 1.0
"""Readings that a rig at rest may show [L/min, kPa, 1/min] [e]."""
AFTER, UNTIL = timedelta(minutes=3), timedelta(minutes=12)
"""Since the pumps went off; a day's history says when they did [e]."""
ENOUGH = 2
"""Rests that must be known."""
REMEMBERED = 60
"""Rests that are learned from."""
ALARM = 6.0
"""Shift, in standard deviations of rests, that is an alarm [-]."""
LOOKED_AT = 2
"""Windows of a rest that must show it."""
VALUES = 3
"""Values that a window must have."""


class Rests:
    """What is known of a rig's instruments at rest, and what it makes of another hour."""

    name = NAME
    channels = tuple(LEAST)
    units: Mapping[str, str] = MappingProxyType({})
    proposals: Sequence[Calibration] = ()
    known: Sequence[Hypothesis] = tuple(Hypothesis(name, "sensor", {name: 1.0}) for name in LEAST)

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        """As it was stored by `as_dict`, or without any memory."""
        stored = stored or {}
        self.derived: dict[str, float] | None = stored.get("derived")
        self.rests: dict[str, list[float]] = {
            name: list(stored.get("rests", {}).get(name, [])) for name in LEAST
        }
        self.now: dict[str, list[float]] = {
            name: list(stored.get("now", {}).get(name, [])) for name in LEAST
        }
        last, sound = stored.get("last"), stored.get("sound", {})
        self.last: datetime | None = None if last is None else datetime.fromisoformat(last)
        self.sound = {name: datetime.fromisoformat(time) for name, time in sound.items()}
        """By instrument: when it was last seen to be right."""
        found = (Fault.from_dict(fault, self.known) for fault in stored.get("faults", ()))
        self.open = {fault.hypothesis.name: fault for fault in found if fault is not None}
        self.closed: list[Fault] = []

    @property
    def faults(self) -> Sequence[Fault]:
        """Those that are over and those that go on."""
        return (*self.closed, *self.open.values())

    def shown(self, fault: Fault) -> tuple[float, str]:
        """Sizes are in the instrument's own unit."""
        return 1.0, channel(fault.hypothesis.name).unit

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
        return {
            "derived": self.derived,
            "rests": self.rests,
            "now": self.now,
            "last": None if self.last is None else self.last.isoformat(),
            "sound": {name: time.isoformat() for name, time in self.sound.items()},
            "faults": [fault.as_dict() for fault in self.open.values()],
        }

    def look(self, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The instants of the rows, and the windows at rest; see `Network`."""
        present = [name for name in LEAST if name in known.columns]
        rows = known.select(
            "time", *(good(name).alias(name) for name in present), quiet=_quiet(known)
        )
        time = pl.col("time")
        off = time - pl.when(~pl.col("quiet")).then(time).forward_fill()
        rests = rows.filter(off.is_between(AFTER, UNTIL))
        windows = (
            rests.group_by(time.dt.truncate(WINDOW), maintain_order=True)
            .agg(
                pl.when(pl.col(name).count() >= VALUES).then(pl.col(name).median()).alias(name)
                for name in present
            )
            .with_columns(time + WINDOW)
        )
        absent = [pl.lit(None, pl.Float64).alias(name) for name in LEAST if name not in present]
        return rows.select("time"), windows.with_columns(absent)

    def hour(self, rows: pl.DataFrame, windows: pl.DataFrame) -> Moves:  # noqa: ARG002  as every network
        """Judge an hour's windows by the rests before them; nothing is moved."""
        for window in windows.iter_rows(named=True):
            if self.last is None or window["time"] - self.last > WINDOW:
                self._end_rest()
            self.last = window["time"]
            for name in LEAST:
                if window[name] is not None and name not in (self.derived or ()):
                    self._judge(name, window["time"], window[name])
        return Moves()

    def _judge(self, name: str, time: datetime, value: float) -> None:
        self.now[name].append(value)
        usual = self._usual(name)
        if usual is None or len(self.now[name]) < LOOKED_AT:
            return
        middle, sd = usual
        size = float(np.mean(self.now[name][-LOOKED_AT:])) - middle
        fault = self.open.get(name)
        if fault is None and abs(size) > ALARM * sd:
            start = self.sound.get(name, time)
            [hypothesis] = [each for each in self.known if each.name == name]
            self.open[name] = Fault(hypothesis, (name,), start, time, size, sd, "rest")
        elif fault is None:
            self.sound[name] = time
        elif abs(size) < ALARM / 2.0 * sd:
            self.closed.append(replace(self.open.pop(name), end=time))
        else:
            self.open[name] = replace(fault, size=size, sd=sd, seen=fault.seen + 1)

    def _usual(self, name: str) -> tuple[float, float] | None:
        """What an instrument shows at rest, and by how much that differs; None if not known."""
        rests = self.rests[name]
        if len(rests) < ENOUGH:
            return None
        middle = float(np.median(rests))
        spread = 1.4826 * float(np.median(np.abs(np.array(rests) - middle)))
        # A spread from few rests is not to be relied upon.
        return middle, max(spread * (1.0 + 3.0 / len(rests)), LEAST[name])

    def _end_rest(self) -> None:
        """Learn from the rest that is over, unless the instrument is suspected."""
        for name, values in self.now.items():
            if values and name not in self.open:
                rests = [*self.rests[name], round(float(np.median(values)), 4)]
                self.rests[name] = rests[-REMEMBERED:]
        self.now = {name: [] for name in LEAST}


def _quiet(known: pl.DataFrame) -> pl.Series:
    """Where the pumps stand, by whatever is read of them (row)."""
    present = set(known.columns)
    said = [pl.col("activity") != Activity.OUT_OF_HOLE.value]
    counters = [good(name) < QUIET_STROKES for name in STROKES if name in present]
    limits = {"standpipe_pressure": QUIET_PRESSURE}
    if not counters:
        limits["flow_in"] = QUIET_FLOW
    said += [good(name) < limit for name, limit in limits.items() if name in present]
    unread = not counters and "flow_in" not in present
    quiet = pl.all_horizontal(*(each.fill_null(value=True) for each in [*said, *counters]))
    return known.select(quiet=quiet & pl.lit(value=not unread)).to_series()
