"""The load on the hook: in slips, off bottom and on it.

    hook load = block and top drive                                 in slips
    hook load = block and top drive + string                        off bottom, block standing
    hook load + weight on bit = block and top drive + string        while drilling

The string's buoyed weight grows with each metre of it; drag and inclination change that slowly, so
level and growth are learned from earlier windows of the same run of the string, those of late
counting most (buoyancy and tension: Bourgoyne et al., *Applied Drilling Engineering*, SPE 1986,
ch. 4). While the block moves the sheaves take up to a tenth of the load (`physics.hoisting`), and
the wall its drag: such windows are left out; off bottom and on it the weight is learned apart.
In slips the load is the same at every connection of drilling: a gauge that is off shows it there.

What a fault is called follows from where it shows: a gauge everywhere; a string that was parted, or
is held, wherever it hangs, but not in slips; a weight on bit only on bottom. Where the rig reckons
the weight as a tare less the load, the last sum is that tare, nothing is known twice and no value
is moved; the tare is held against the weight off bottom, a few windows after each time it is taken,
and one that does not fit is called `tare_error`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.heights import numbers
from idrill.dvr.rig_days.instruments import ENOUGH, Array, Habit, Hypothesis, Mask, middle
from idrill.dvr.rig_days.loads import loaded
from idrill.dvr.rig_days.loads import windows as windows_of
from idrill.dvr.rig_days.moving import LEAST_GAIN, Moves
from idrill.dvr.rig_days.string_weight import residuals
from idrill.dvr.rig_days.watch import Watch

NAME = "hoisting"
PLACES = ("slips", "off", "on")
"""Where the load is looked at: each has its own windows, so its own judge."""
SHOWN = {
    "hook_load": ("slips", "off", "on"), "string_weight_change": ("off", "on"),
    "weight_on_bit": ("on",), "tare_error": ("on",),
}  # fmt: skip
"""By what may be wrong: where it shows."""
KINDS = {"string_weight_change": "process", "tare_error": "process"}
LEAST = {"slips": 0.0025, "off": 0.003, "on": 0.01}
"""Least spread of a residual that is believed, as a share of the load [-] [e]."""
WORTH = {"slips": 6.0, "off": 10.0, "on": 15.0}
"""Size from which somebody is told [kN] [e]."""
FEW = {"slips": 6, "off": 30, "on": 45}
"""Windows from which a place is judged."""
TOLD = {"slips": 1, "off": 3, "on": 3}
"""Windows since a fault began from which a place tells what it is."""
TAKEN = 5
"""Windows after a new tare in which it is looked at."""
RETAKEN = 1.0
"""Change of load and weight together that is a new tare [kN] [e]."""
ABSORBED = timedelta(hours=6)
"""After which what a string weighs is taken as its new weight [e]."""
AGREES = 0.5
"""Share of a size that must show elsewhere [-]."""
WILD = 5.0
"""Rows that are farther out, in standard deviations, keep their values [-]."""


def _hypotheses(place: str) -> tuple[Hypothesis, ...]:
    return tuple(
        Hypothesis(name, KINDS.get(name, "sensor"), {place: 1.0}, least=WORTH[place])
        for name, places in SHOWN.items()
        if place in places
    )


class Hoisting:
    """What is known of the load on a rig's hook, and what it makes of another hour."""

    name = NAME
    channels: Sequence[str] = ("hook_load", "weight_on_bit")
    known: Sequence[Hypothesis] = _hypotheses("on")
    units: Mapping[str, str] = dict.fromkeys((*PLACES, *SHOWN), "kN")

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        """As it was stored, or without any memory."""
        stored = stored or {}
        self.derived: dict[str, float] | None = None
        self.watches = {
            place: Watch(
                (place, "out", "depth", "run", "off_variance", "on_variance", "memory"), (place,),
                _hypotheses(place), stored.get(place),
            )
            for place in PLACES
        }  # fmt: skip
        self.run: int = stored.get("run", 0)
        self.was_out: bool = stored.get("was_out", False)
        self.tare: list[float] = stored.get("tare", [0.0, 0.0])
        """The last tare [kN], and for how many windows it has stood."""

    @property
    def faults(self) -> Sequence[Fault]:
        """Those that are over and those that go on; what shows in two places is told once."""
        told: list[Fault] = []
        every = [fault for watch in self.watches.values() for fault in watch.faults]
        for fault in sorted(every, key=lambda each: each.detected):
            if not any(_same(fault, before) for before in told):
                told.append(fault)
        return told

    @property
    def proposals(self) -> Sequence[Calibration]:
        """Calibrations that would take away what is wrong with its sensors."""
        told = set(map(id, self.faults))
        found: list[Calibration] = []
        for watch in self.watches.values():
            spoken = [fault for fault in watch.faults if id(fault) in told]
            found += watch.proposals(self.units, spoken)
        return found

    def shown(self, fault: Fault) -> tuple[float, str]:
        """Sizes are in the unit of the channel."""
        return 1.0, self.units[fault.hypothesis.name]

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
        stored: dict[str, Any] = {place: watch.as_dict() for place, watch in self.watches.items()}
        return stored | {"run": self.run, "was_out": self.was_out, "tare": self.tare}

    def look(self, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Loads of the rows, and their windows."""
        rows = loaded(known)
        return rows, windows_of(rows)

    def hour(self, rows: pl.DataFrame, windows: pl.DataFrame) -> Moves:
        """Judge an hour's windows by what was learned before it, and reconcile its rows."""
        moves = self._moved(rows)
        windows = self._numbered(windows)
        for place, watch in self.watches.items():
            here = windows.filter(pl.col(place).is_not_null() & pl.col("depth").is_not_null())
            if place == "on" and self.derived is None:
                continue
            reckoned = place == "on" and "weight_on_bit" in (self.derived or {})
            if reckoned:
                here = self._taken(here)
            out = residuals(self.watches["off"] if reckoned else watch, place, here)
            here = here.with_columns(out=pl.Series(out))
            if reckoned:
                # Drag and sheaves part the tare from the weight off bottom, always about alike.
                usual = watch.sound(place)["out"].drop_nans()
                out = out - middle(usual) if usual.len() >= TAKEN else np.nan * out
            watch.see(here, {place: out}, self._habits(watch, place))
        for place in ("off", "on"):
            self.watches[place].absorb(ABSORBED)
        for place, watch in self.watches.items():
            watch.judge.open = [self._named(fault, place) for fault in watch.judge.open]
            watch.judge.closed = [self._named(fault, place) for fault in watch.judge.closed]
        return moves

    def _taken(self, windows: pl.DataFrame) -> pl.DataFrame:
        """The first windows after each new tare."""
        young = []
        for tare in windows["on"]:
            value, stood = self.tare
            stands = abs(tare - value) < RETAKEN
            self.tare = [value, stood + 1.0] if stands else [round(tare, 4), 0.0]
            young.append(self.tare[1] < TAKEN)
        return windows.filter(pl.Series(young, dtype=pl.Boolean))

    def _numbered(self, windows: pl.DataFrame) -> pl.DataFrame:
        """Windows with the number of the run of the string; coming out ends one."""
        out = windows["out"].to_list()
        begins = [a and not b for a, b in zip(out, [self.was_out, *out], strict=False)]
        runs = self.run + np.cumsum(begins, dtype=np.int64)
        if out:
            if runs[-1] != self.run:
                self._forget(windows["time"][int(np.argmax(begins))])
            self.run, self.was_out = int(runs[-1]), bool(out[-1])
        return windows.with_columns(run=pl.Series(runs, dtype=pl.Float64))

    def _forget(self, now: Any) -> None:
        """Another string: nothing tells whether its weight is what it should be."""
        for place in ("off", "on"):
            judge = self.watches[place].judge
            judge.closed += [replace(fault, end=now) for fault in judge.open]
            judge.open = []

    def _habits(self, watch: Watch, place: str) -> dict[str, Habit]:
        known = watch.sound(place)
        seen = known[f"{place}_residual"].drop_nulls().drop_nans().to_numpy()
        if seen.size < FEW[place]:
            return {}
        least = LEAST[place] * middle(known[place])
        found = watch.habit(place, least)
        if found is None:
            found = Habit(max(1.4826 * float(np.median(np.abs(seen))), least), 0.7, 0.0, least,
                          least, seen.size)  # fmt: skip
        return {place: found}

    def _named(self, fault: Fault, place: str) -> Fault:
        """A fault by what shows elsewhere since it began."""
        reckoned = "weight_on_bit" in (self.derived or {})
        never = "weight_on_bit" if reckoned else "tare_error"
        possible = [name for name in SHOWN if place in SHOWN[name] and name != never]
        for other, watch in self.watches.items():
            if other == place:
                continue
            since = pl.col("time") > fault.start
            if fault.end is not None:
                since &= pl.col("time") <= fault.end
            seen = watch.memory.filter(since)[f"{other}_residual"].drop_nulls().drop_nans()
            if seen.len() < TOLD[other]:
                continue
            shows = middle(seen) * np.sign(fault.size) > AGREES * abs(fault.size)
            possible = [name for name in possible if (other in SHOWN[name]) == shows] or possible
        named = next(each for each in _hypotheses(place) if each.name == possible[0])
        return replace(fault, hypothesis=named, suspects=tuple(possible))

    def _moved(self, rows: pl.DataFrame) -> Moves:
        """Rows of drilling whose load and measured weight agree with the weight of the string."""
        known = self.watches["on"].sound("on").drop_nulls("on_variance")
        still = self.watches["off"].sound("off")["off_variance"].drop_nulls()
        suspects = [watch.suspected(name) for watch in self.watches.values() for name in SHOWN]
        if (
            self.derived is None or "weight_on_bit" in self.derived or any(suspects)
            or known.height < ENOUGH or still.len() < ENOUGH
        ):  # fmt: skip
            return Moves()
        both = np.sqrt(middle(known["on_variance"]))
        own = {"hook_load": min(np.sqrt(middle(still)), both)}
        own["weight_on_bit"] = np.sqrt(both**2 - own["hook_load"] ** 2)
        memory = min(max(middle(known["memory"]), 0.0), 0.97)
        count = numbers(rows, "rows") * (1.0 - memory) / (1.0 + memory)
        missed = (
            numbers(rows, "hook_load") + numbers(rows, "weight_on_bit") - numbers(rows, "level")
        )
        usable = rows["drills"].to_numpy() & (np.abs(missed) < WILD * both) & (count > 1.0)
        return _shared(rows, missed, np.asarray(usable), count, own, float(both))


def _shared(rows: pl.DataFrame, missed: Array, usable: Mask, count: Array,
            own: Mapping[str, float], both: float) -> Moves:  # fmt: skip
    moves, number, left = Moves(), int(usable.sum()), missed.copy()
    if not number:
        return moves
    for name, sd in own.items():
        share = (sd / both) ** 2
        ratio = np.sqrt(1.0 - share * (1.0 - 1.0 / np.maximum(count, 1.0)))
        moves.ratios[name] = [(number, float(ratio[usable].mean()))]
        moves.spreads[name] = [(number, sd)]
        worth = usable & (1.0 - ratio >= LEAST_GAIN)
        moves.values[name] = np.where(worth, numbers(rows, name) - share * missed, np.nan)
        moves.sd[name] = np.where(worth, sd * ratio, np.nan)
        left -= np.where(worth, share * missed, 0.0)
    squares = [float(np.mean(each[usable] ** 2)) for each in (missed, left)]
    moves.imbalance["on"] = [(number, squares[0], squares[1])]
    return moves


def _same(fault: Fault, before: Fault) -> bool:
    """Whether two places tell of one thing."""
    apart = before.end is not None and before.end < fault.start
    return bool(set(fault.suspects) & set(before.suspects)) and not apart
