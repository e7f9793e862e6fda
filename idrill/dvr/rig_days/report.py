"""What reconciliation found in a rig-day, in figures and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from idrill.dvr.calibration import Calibration
from idrill.frame import TIME

FAULTS = pl.Schema(
    {
        "kind": pl.String(),
        "name": pl.String(),
        "network": pl.String(),
        "suspects": pl.List(pl.String()),
        "start": TIME,
        "detected": TIME,
        "end": TIME,
        "size": pl.Float64(),
        "sd": pl.Float64(),
        "unit": pl.String(),
        "detector": pl.String(),
        "reason": pl.String(),
    }
)
"""The columns of the faults: a sensor's, an event of the process, or one that cannot be told."""

BALANCES = pl.Schema(
    {
        "balance": pl.String(),
        "hours": pl.Float64(),
        "before": pl.Float64(),
        "after": pl.Float64(),
        "unit": pl.String(),
    }
)
"""The columns of the balances: for how long each held, and by how much it was out (RMS)."""

CHANNELS = pl.Schema(
    {
        "channel": pl.String(),
        "role": pl.String(),
        "reconciled": pl.Int64(),
        "move": pl.Float64(),
        "sd": pl.Float64(),
        "unit": pl.String(),
        "adjustability": pl.Float64(),
        "detectability": pl.Float64(),
    }
)
"""The columns of the channels: rows replaced, mean size of the move, standard deviation of a
reading's mean before it was moved (0 where nobody asked), what balances say of it."""


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """What came of a rig-day."""

    faults: pl.DataFrame
    """(`FAULTS`)"""
    balances: pl.DataFrame
    """(`BALANCES`)"""
    channels: pl.DataFrame
    """(`CHANNELS`)"""
    proposals: tuple[Calibration, ...] = ()
    """Calibrations that would take away the faults of sensors."""

    def as_metadata(self) -> Mapping[str, float | int]:
        """The figures under stable names, so that they can be plotted over time."""
        figures: dict[str, float | int] = {
            "faults": self.faults.height,
            "reconciled_values": int(self.channels["reconciled"].sum()),
        }
        for name, hours, before, after, _ in self.balances.iter_rows():
            figures[f"balance/{name}/hours"] = hours
            figures[f"balance/{name}/before"] = before
            figures[f"balance/{name}/after"] = after
        moved = self.channels.filter(pl.col("reconciled") > 0)
        for name, move in moved.select("channel", "move").iter_rows():
            figures[f"move/{name}"] = move
        return MappingProxyType(figures)

    def in_words(self) -> str:
        """Faults, balances and the channels that they speak of, as Markdown tables."""
        return "\n\n".join([self._faults_in_words(), *self._balances_in_words()])

    def _faults_in_words(self) -> str:
        if self.faults.is_empty():
            return "No fault was found."
        rows = [
            (
                f"{row['kind']}: {row['name']}",
                f"{row['start']:%m-%d %H:%M}",
                f"{row['detected']:%m-%d %H:%M}",
                "goes on" if row["end"] is None else f"{row['end']:%m-%d %H:%M}",
                f"{row['size']:.4g} ± {row['sd']:.2g} {row['unit']}",
                row["reason"],
            )
            for row in self.faults.iter_rows(named=True)
        ]
        return _table(("what", "from", "seen", "to", "size", "why"), rows)

    def _balances_in_words(self) -> list[str]:
        if self.balances.is_empty():
            return ["No balance held: too little was learned, or nothing is measured twice."]
        balances = [
            (name, f"{hours:.1f}", f"{before:.4g} {unit}", f"{after:.4g} {unit}")
            for name, hours, before, after, unit in self.balances.iter_rows()
        ]
        spoken = self.channels.filter(pl.col("role") != "unchecked")
        channels = [
            (name, role, str(rows), f"{move:.4g} {unit}", f"{sd:.3g}", f"{a:.2f}", f"{d:.2f}")
            for name, role, rows, move, sd, unit, a, d in spoken.iter_rows()
        ]
        heads = ("channel", "role", "reconciled rows", "mean move", "sd", "a", "d")
        return [
            _table(("balance", "hours", "out by, before", "after"), balances),
            _table(heads, channels),
        ]


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
