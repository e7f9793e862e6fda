"""Reconciled rig-days in the lake: what each is started from, and what it leaves."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from idrill.dvr.calibration import Calibration
from idrill.dvr.rig_days.report import BALANCES, CHANNELS, FAULTS, ReconciliationReport
from idrill.dvr.validation import history_before
from idrill.store import calibrations, handovers, states
from idrill.store.calibrations import CalibrationVersion
from idrill.store.lake import Lake, Written
from idrill.store.merges import merged_version
from idrill.store.tables import RECONCILED, RECONCILIATIONS, VALIDATED

if TYPE_CHECKING:
    from idrill.dvr.rig_days import RigDayReconciliation, RigState

CODE = "1"
"""Changes when the same input would give another reconciled rig-day."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a rig-day is reconciled from, beside its own readings."""

    history: pl.DataFrame | None
    """The validated rows of the 15 minutes before."""
    state: "RigState | None"
    """What the rig-day before left."""
    state_hash: str
    applied: tuple[CalibrationVersion, ...]
    """The calibrations that are approved."""
    sources: str
    """Hash of the sources that were merged."""

    @property
    def calibrations(self) -> list[Calibration]:
        """What they do."""
        return [one.calibration for one in self.applied]

    def as_metadata(self) -> dict[str, str]:
        """The versions that the rig-day is a function of, in words."""
        applied = ", ".join(f"{one.id} (version {one.number})" for one in self.applied)
        return {
            "sources": self.sources or "none",
            "state it started from": self.state_hash or "none",
            "calibrations applied": applied or "none",
            "code version": CODE,
        }


def start_of(lake: Lake, rig_id: str, day: date) -> Start:
    """What a rig-day is to be reconciled from.

    Raises:
        InvalidState: If the state that was left cannot be read.
    """
    from idrill.dvr.rig_days import RigState

    yesterday = lake.read(VALIDATED, _place(rig_id, day - timedelta(days=1)))
    left = states.left_to(lake, rig_id, day, RECONCILIATIONS)
    with lake.database.session() as session:
        applied = handovers.applied(session, rig_id, day)
        sources = merged_version(session, rig_id, day)
    return Start(
        history=history_before(day, yesterday),
        state=RigState.from_json(left) if left else None,
        state_hash=states.hashed(left),
        applied=tuple(applied),
        sources=sources,
    )


def keep(
    lake: Lake, rig_id: str, day: date, started: Start, done: "RigDayReconciliation"
) -> Written:
    """Write a reconciled rig-day, what it leaves to the next one, and what it proposes.

    Hold `locks.rig_lock` meanwhile. A rig-day without readings leaves nothing.
    """
    written = lake.write(RECONCILED, _place(rig_id, day), done.frame)
    record = _record(started, done).head(min(written.rows, 1))
    received = handovers.received(started.state_hash, started.applied)
    states.leave(lake, rig_id, day, RECONCILIATIONS, record, received=received)
    with lake.database.session() as session:
        calibrations.propose(session, rig_id, day, done.report.proposals)
    return written


def report_of(lake: Lake, rig_id: str, day: date) -> ReconciliationReport:
    """What reconciliation found in a rig-day; empty where it was not reconciled yet.

    The calibrations it proposed are in `calibrations`.
    """
    told = ["faults", "balances", "channels"]
    rows = lake.read(RECONCILIATIONS, _place(rig_id, day), columns=told)
    return ReconciliationReport(
        faults=_table(rows["faults"], FAULTS),
        balances=_table(rows["balances"], BALANCES),
        channels=_table(rows["channels"], CHANNELS),
    )


def faults_of(lake: Lake, rig_id: str, first: date, last: date) -> dict[date, pl.DataFrame]:
    """The faults (`FAULTS`) that each reconciled rig-day told of, oldest first.

    One that goes on is told again by every rig-day.

    Args:
        lake: Where they lie.
        rig_id: The rig.
        first: First day.
        last: Last day, included.
    """
    rows = (
        lake.scan(RECONCILIATIONS)
        .filter(pl.col("rig_id") == rig_id, pl.col("day").is_between(first, last))
        .select("day", "faults")
        .sort("day")
        .collect()
    )
    return {day: _table(pl.Series([told]), FAULTS) for day, told in rows.iter_rows()}


def _place(rig_id: str, day: date) -> dict[str, str | date]:
    return {"rig_id": rig_id, "day": day}


def _record(started: Start, done: "RigDayReconciliation") -> pl.DataFrame:
    found = done.report
    return pl.DataFrame(
        {
            "state": [done.state.as_json()],
            "sources": [started.sources],
            "started_from": [started.state_hash],
            "calibrations": [json.dumps(_told(started.applied))],
            "code": [CODE],
            "faults": [_rows(found.faults)],
            "balances": [_rows(found.balances)],
            "channels": [_rows(found.channels)],
        }
    )


def _told(applied: Iterable[CalibrationVersion]) -> list[dict[str, object]]:
    """The calibrations as they were applied."""
    return [{"id": one.id, "number": one.number} for one in applied]


def _rows(table: pl.DataFrame) -> str:
    """A table as JSON, instants in microseconds; what is no number is not known."""
    plain = table.with_columns(pl.col(pl.Datetime).to_physical(), pl.col(pl.Float64).fill_nan(None))
    return json.dumps(plain.to_dicts(), sort_keys=True)


def _table(texts: pl.Series, schema: pl.Schema) -> pl.DataFrame:
    stored = {
        name: pl.Int64() if isinstance(dtype, pl.Datetime) else dtype
        for name, dtype in schema.items()
    }
    rows = [row for text in texts for row in json.loads(text)]
    return pl.DataFrame(rows, schema=stored).cast(schema)
