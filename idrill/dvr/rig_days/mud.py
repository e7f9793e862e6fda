"""The circulation of one rig, hour after hour: learned, judged, reconciled, named."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.circulation import INSTRUMENTS, NAME, Learned, hypotheses
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import Hypothesis, Mask
from idrill.dvr.rig_days.judging import Judge
from idrill.dvr.rig_days.learning import learn
from idrill.dvr.rig_days.moving import Moves, filtered, moved
from idrill.dvr.rig_days.proposing import in_own_unit, proposed
from idrill.dvr.rig_days.rock import ROCK, with_rock
from idrill.dvr.rig_days.settling import METERS, STILL, WINDOW, prepared
from idrill.dvr.rig_days.settling import windows as windows_of
from idrill.dvr.rig_days.zeros import with_zero_check
from idrill.frame import TIME

REMEMBERED = 1200
"""Windows that are learned from: two days of drilling, about [e]."""
CONTEXT = 25
"""Windows before an hour that its first means reach back to."""
ABSORBED = 180
"""Settled windows after which another pressure is taken as the new one: six hours [e]."""

KEPT = (
    "time", "strokes", *METERS, *(f"{name}_noise" for name in METERS), "pit_rate", "bit_depth",
    "hole_depth", "rotary_speed", *ROCK, "moved", "settled", "resting", "run",
)  # fmt: skip
"""What is kept of a window."""
JUDGED = tuple(f"{name}_{what}" for name in INSTRUMENTS for what in ("sound", "residual"))


class Circulation:
    """What is known of a rig's circulation, and what it makes of another hour."""

    name = NAME
    channels = METERS
    units: Mapping[str, str] = {}

    def __init__(self, reference: str, stored: Mapping[str, Any] | None = None) -> None:
        """As it was stored, or without any memory.

        Args:
            reference: `strokes` or `flow_in`.
            stored: From `as_dict`.
        """
        stored = stored or {}
        self.reference = reference
        self.derived: dict[str, float] | None = None
        self.learned: Learned | None = None
        self.run: int = stored.get("run", 0)
        self.was_out: bool = stored.get("was_out", False)
        self.memory = _memory(stored.get("windows", {}))
        self.judge = Judge(INSTRUMENTS, hypotheses(self.reference))
        if stored.get("reference", reference) == reference:
            self.judge.restore(stored)
        else:  # residuals against another reference say nothing
            self.memory = _unjudged(self.memory)

    @property
    def known(self) -> Sequence[Hypothesis]:
        """All hypotheses."""
        return self.judge.hypotheses

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that are over and those that go on."""
        return (*self.judge.closed, *self.judge.open)

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
        context = self.memory.filter("settled")["time"].tail(CONTEXT)
        return {
            "reference": self.reference,
            "run": self.run,
            "was_out": self.was_out,
            "windows": self.memory.with_columns(
                pl.col("time").dt.epoch("s"), pl.col(pl.Float64).fill_nan(None)
            ).to_dict(as_series=False),
            **self.judge.as_dict(context[0] if context.len() else None),
        }

    @property
    def proposals(self) -> tuple[Calibration, ...]:
        """Of meters that are wrong, and of a gauge that shows pressure with the pumps off."""
        return proposed(self.faults, self.memory, self.learned)

    def shown(self, fault: Fault) -> tuple[float, str]:
        """See `Network`: meters in their own unit, all else as a flow."""
        return in_own_unit(fault, self.memory, self.learned)

    def look(self, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Means of the rows over a minute, and their windows; see `Network`."""
        ready = prepared(known, self.reference)
        return filtered(ready), windows_of(ready)

    def hour(self, rows: pl.DataFrame, windows: pl.DataFrame) -> Moves:
        """Judge an hour's windows by what was learned before it, and reconcile its rows.

        Args:
            rows: From `moving.filtered`.
            windows: From `settling.windows`.
        """
        windows = self._numbered(windows)
        learned = None
        if self.derived is not None:
            learned = learn(self.memory, self.reference, self.derived)
        if learned is None:
            self._remember(_unjudged(windows))
            return Moves()
        law = learned.pressure or (self.learned.pressure if self.learned else None)
        self.learned = replace(learned, pressure=law)
        self._judge(windows, learned)
        return moved(rows, windows, learned, self.faults)

    def _numbered(self, windows: pl.DataFrame) -> pl.DataFrame:
        """Windows with the number of the run of the string; coming out ends one."""
        out = windows["out"].to_list()
        begins = [a and not b for a, b in zip(out, [self.was_out, *out], strict=False)]
        runs = self.run + np.cumsum(begins, dtype=np.int64)
        if len(out):
            self.run, self.was_out = int(runs[-1]), bool(out[-1])
        numbered = with_rock(windows.with_columns(pl.Series("run", runs)), self.memory)
        return numbered.with_columns(pl.col(pl.Float64).round_sig_figs(6))

    def _judge(self, windows: pl.DataFrame, learned: Learned) -> None:
        settled = windows.filter("settled")
        context = self.memory.filter("settled").tail(CONTEXT)
        before = [context[f"{name}_residual"].to_numpy() for name in INSTRUMENTS]
        now = [learned.residual(name, settled) for name in INSTRUMENTS]
        residuals = np.stack(
            [np.concatenate(pair) for pair in zip(before, now, strict=True)], axis=1
        )
        still = [*context["moved"].fill_null(0.0), *settled["moved"].fill_null(0.0)]
        residuals[np.array(still) > STILL, 2:] = np.nan
        times = [*context["time"], *settled["time"]]
        since = np.diff([each.timestamp() for each in times], prepend=0.0)
        calm = _in_a_row(since <= WINDOW.total_seconds()) >= LEVELLED
        residuals[~calm, INSTRUMENTS.index("pits")] = np.nan
        sound = self.judge.judge(times, residuals, learned.habits, earlier=context.height)
        self.judge.open = [
            with_zero_check(fault, self.memory, windows, learned) for fault in self.judge.open
        ]
        self.judge.closed = [
            with_zero_check(fault, self.memory, windows, learned) for fault in self.judge.closed
        ]
        columns = {}
        for place, name in enumerate(INSTRUMENTS):
            columns[f"{name}_sound"] = sound[context.height :, place]
            columns[f"{name}_residual"] = residuals[context.height :, place].round(4)
        judged = settled.with_columns(**{name: pl.Series(each) for name, each in columns.items()})
        rest = _unjudged(windows.filter(~pl.col("settled")))
        self._remember(pl.concat([judged.select(*KEPT, *JUDGED), rest]).sort("time"))
        self._absorb()

    def _remember(self, windows: pl.DataFrame) -> None:
        self.memory = pl.concat(
            [self.memory, windows.cast(self.memory.schema)]
        ).tail(REMEMBERED)  # fmt: skip

    def _absorb(self) -> None:
        """Take a pressure that has been another for long, or since a trip, as the new one."""
        for fault in list(self.judge.open):
            if fault.instruments != {"standpipe_pressure"}:
                continue
            since = self.memory.filter(pl.col("time") >= fault.detected)
            runs = self.memory.filter(pl.col("time") <= fault.detected)["run"]
            tripped = runs.len() and self.run != runs[-1]
            if since["settled"].sum() >= ABSORBED or tripped:
                self.judge.open.remove(fault)
                last = self.memory["time"][-1]
                self.judge.closed.append(replace(fault, end=last))
                self.run += 0 if tripped else 1


LEVELLED = 3
"""Settled windows before it that a window must follow for the pits to be level [e]."""


def _in_a_row(condition: Mask) -> NDArray[np.int64]:
    """How many have been true without a break, up to each.

    Example:
        >>> _in_a_row(np.array([True, True, False, True])).tolist()
        [1, 2, 0, 1]
    """
    count = np.cumsum(condition, dtype=np.int64)
    return np.asarray(count - np.maximum.accumulate(np.where(condition, 0, count)))


def _unjudged(windows: pl.DataFrame) -> pl.DataFrame:
    """Windows that no instrument was judged in: sound, and without a residual."""
    return windows.select(
        *KEPT,
        *(
            (pl.lit(value=True) if name.endswith("_sound") else pl.lit(np.nan)).alias(name)
            for name in JUDGED
        ),
    )


def _memory(stored: Mapping[str, Any]) -> pl.DataFrame:
    schema: dict[str, Any] = dict.fromkeys(KEPT, pl.Float64)
    schema |= {"time": TIME, "settled": pl.Boolean, "resting": pl.Boolean, "run": pl.Int64}
    schema |= {
        name: pl.Boolean if name.endswith("_sound") else pl.Float64 for name in JUDGED
    }  # fmt: skip
    if not stored:
        return pl.DataFrame(schema=schema)
    plain = schema | {"time": pl.Int64}
    found = pl.DataFrame(stored, schema=plain)
    return found.with_columns(
        (pl.col("time") * 1_000_000).cast(TIME),
        *(pl.col(name).fill_null(np.nan) for name in JUDGED if name.endswith("_residual")),
    )
