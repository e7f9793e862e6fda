"""Windows of one kind: remembered, and judged by what earlier ones showed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from idrill.channels import channel
from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.fault import Fault
from idrill.dvr.rig_days.instruments import Array, Habit, Hypothesis, habit
from idrill.dvr.rig_days.judging import Judge
from idrill.frame import TIME

REMEMBERED = 600
"""Windows that are learned from: twenty hours of them [e]."""
CONTEXT = 25
"""Windows before an hour that its first means reach back to."""
PROVED = timedelta(hours=1)
"""How long a sensor must have been wrong for a calibration to be proposed [e]."""
MOST_OFF = 0.1
"""Share of a channel's highest value beyond which a sensor is broken, not off [-] [e]."""
DIGITS = 7
"""Decimals that are kept of a mean."""


class Watch:
    """The judge of some instruments, with the windows that it judges by."""

    def __init__(
        self,
        columns: Sequence[str],
        instruments: Sequence[str],
        hypotheses: Sequence[Hypothesis],
        stored: Mapping[str, Any] | None = None,
    ) -> None:
        """As it was stored, or without any memory.

        Args:
            columns: What is kept of a window, beside its time.
            instruments: That are judged.
            hypotheses: What may be wrong with them.
            stored: From `as_dict`.
        """
        stored = stored or {}
        self.columns, self.instruments = tuple(columns), tuple(instruments)
        self.judge = Judge(self.instruments, tuple(hypotheses))
        self.judge.restore(stored)
        self.memory = self._memory(stored.get("windows", {}))

    def _memory(self, stored: Mapping[str, Any]) -> pl.DataFrame:
        schema: dict[str, Any] = {"time": TIME} | dict.fromkeys(self.columns, pl.Float64)
        for name in self.instruments:
            schema |= {f"{name}_residual": pl.Float64, f"{name}_sound": pl.Boolean}
        if not stored:
            return pl.DataFrame(schema=schema)
        table = pl.DataFrame(stored, schema=schema | {"time": pl.Int64})
        return table.with_columns((pl.col("time") * 1_000_000).cast(TIME))

    def as_dict(self) -> dict[str, Any]:
        """What the next rig-day needs, as JSON holds it."""
        plain = self.memory.with_columns(
            pl.col("time").dt.epoch("s"), pl.col(pl.Float64).fill_nan(None)
        )
        context = self.memory["time"].tail(CONTEXT)
        since = context[0] if context.len() else None
        return {"windows": plain.to_dict(as_series=False), **self.judge.as_dict(since)}

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that are over and those that go on."""
        return (*self.judge.closed, *self.judge.open)

    def proposals(
        self, units: Mapping[str, str], faults: Sequence[Fault] | None = None
    ) -> tuple[Calibration, ...]:
        """Calibrations for sensors that were wrong for an hour.

        Args:
            units: Of the channels.
            faults: Of its own; all of them unless given.
        """
        if self.memory.is_empty():
            return ()
        last = self.memory["time"][-1]
        return tuple(
            Calibration(
                fault.suspects[0], fault.start, fault.end, offset=-fault.size, sd=fault.sd,
                reason=f"it shows {fault.size:+.4g} {units[fault.suspects[0]]} against the others",
            )
            for fault in (self.faults if faults is None else faults)
            if fault.hypothesis.kind == "sensor" and len(fault.suspects) == 1
            and (fault.end or last) - fault.detected >= PROVED
            and abs(fault.size) <= MOST_OFF * channel(fault.suspects[0]).high
        )  # fmt: skip

    def absorb(self, after: timedelta) -> None:
        """Take what has disagreed for so long as the new habit."""
        for fault in list(self.judge.open):
            now = self.memory["time"][-1]
            if now - fault.detected >= after:
                self.judge.open.remove(fault)
                self.judge.closed.append(replace(fault, end=now))
                self.memory = self.memory.with_columns(
                    pl.when(pl.col("time") >= fault.start)
                    .then(pl.lit(value=True))
                    .otherwise(f"{name}_sound")
                    .alias(f"{name}_sound")
                    for name in fault.instruments
                )

    def suspected(self, name: str) -> bool:
        """Whether a fault goes on that may be of this name."""
        return any(name in fault.suspects for fault in self.judge.open)

    def sound(self, instrument: str) -> pl.DataFrame:
        """Windows in which nothing was wrong with an instrument."""
        return self.memory.filter(pl.col(f"{instrument}_sound"))

    def habit(self, instrument: str, least: float) -> Habit | None:
        """How an instrument's residuals were while nothing was wrong.

        Args:
            instrument: Its name.
            least: Standard deviation below which none is believed.
        """
        sound = self.memory[f"{instrument}_sound"]
        return habit(self.memory[f"{instrument}_residual"].filter(sound).to_numpy(), 0.0, least)

    def see(
        self, windows: pl.DataFrame, residuals: Mapping[str, Array], habits: Mapping[str, Habit]
    ) -> None:
        """Judge windows in order, and remember them.

        Args:
            windows: With `time` and the columns that are kept.
            residuals: By instrument; not a number where it is silent (window).
            habits: By instrument; what has none is not judged.
        """
        if windows.is_empty():
            return
        context = self.memory.tail(CONTEXT)
        now = np.stack([residuals[name] for name in self.instruments], axis=1).round(DIGITS)
        before = context.select(f"{name}_residual" for name in self.instruments).to_numpy()
        times = [*context["time"], *windows["time"]]
        sound = self.judge.judge(
            times, np.concatenate([before, now]), habits, earlier=context.height
        )[context.height :]
        judged = {}
        for place, name in enumerate(self.instruments):
            judged[f"{name}_residual"] = pl.Series(now[:, place])
            judged[f"{name}_sound"] = pl.Series(sound[:, place])
        kept = windows.select("time", pl.col(self.columns).cast(pl.Float64).round(DIGITS))
        memory = pl.concat([self.memory, kept.with_columns(**judged)])
        # What a fault spoils teaches nothing, so it must not push out what does.
        wholly = pl.all_horizontal(f"{name}_sound" for name in self.instruments)
        recent = pl.int_range(pl.len()) >= pl.len() - CONTEXT
        self.memory = memory.filter(wholly | recent).tail(REMEMBERED)
