"""The lives of a rig's components as a table."""

from datetime import datetime

import polars as pl

from idrill.frame import TIME
from idrill.simulator.upkeep import EndedBy, Life, Slot

HISTORY = pl.Schema(
    {
        "unit": pl.String(),
        "rig_id": pl.String(),
        "equipment": pl.String(),
        "component": pl.String(),
        "variant": pl.String(),
        "failure_mode": pl.String(),
        "start": TIME,
        "end": TIME,
        "ended_by": pl.Enum([cause.value for cause in EndedBy]),
        "own_hours": pl.Float64(),
    }
)
"""One row is one life; the failure mode is null unless it ended by failure. Between the end of a
life and the start of the next lies the repair."""


def row(
    rig_id: str, slot: Slot, life: Life, span: tuple[datetime, datetime], own_hours: float
) -> tuple[object, ...]:
    """A life as a row of `HISTORY`.

    Args:
        rig_id: On which rig.
        slot: Where it was installed.
        life: What became of it.
        span: When it began and ended.
        own_hours: That it lived [h].
    """
    failed = life.ended_by is EndedBy.FAILURE
    return (
        f"{rig_id}/{slot.name}/{life.number}",
        rig_id,
        slot.equipment,
        slot.component,
        life.unit.variant,
        life.unit.failure_mode.value if failed else None,
        *span,
        life.ended_by.value,
        own_hours,
    )
