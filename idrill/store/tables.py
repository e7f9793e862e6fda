"""The tables of the lake: their columns, how they are partitioned and sorted.

Delta knows neither unsigned integers nor enums, so quality bits lie there as 32-bit integers and
enums as text; `LakeTable.stored` is the schema on disk and `LakeTable.canonical` leads back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import polars as pl

from idrill.aggregation import BUCKET_SCHEMA, KPI_SCHEMA
from idrill.channels import CHANNELS
from idrill.dvr.hourly_quality import HOURLY_QUALITY
from idrill.frame import ACTIVITY, ORIGIN, QUALITY, channels_in, measured, quality_of, sd_of
from idrill.frame import schema as frame_schema
from idrill.rul.history_frames import HISTORY_SCHEMA, WINDOW_SCHEMA


@dataclass(frozen=True)
class LakeTable:
    """One table of the lake, as it is declared."""

    name: str
    schema: pl.Schema
    """Every column with its canonical type, partition columns included."""
    partition_by: tuple[str, ...]
    sort_by: tuple[str, ...]
    """Columns that order the rows of a partition; none of them may be null."""

    @cached_property
    def stored(self) -> pl.Schema:
        """The columns as they lie in the lake."""
        return pl.Schema({name: _stored(dtype) for name, dtype in self.schema.items()})

    @cached_property
    def is_wide(self) -> bool:
        """Whether the table has one column per channel."""
        return bool(channels_in(self.schema.names()))

    @cached_property
    def returned(self) -> tuple[str, ...]:
        """Columns that a reader gets; a frame knows its day from `time`."""
        absent = {"day"} if self.is_wide else set()
        return tuple(name for name in self.schema.names() if name not in absent)

    def canonical(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns of `frame` in their canonical types."""
        columns = [pl.col(name).cast(self.schema[name]) for name in frame.columns]
        return frame.select(columns)

    def in_order(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What a reader gets of `frame`: sorted, channels that nobody measured left out."""
        present = [name for name in self.returned if name in frame.columns]
        ordered = frame.select(present).sort(self.sort_by, maintain_order=True)
        return measured(ordered) if self.is_wide else ordered

    def empty(self) -> pl.DataFrame:
        """What a reader gets of a partition that was never written."""
        return self.in_order(pl.DataFrame(schema=self.schema))


def _stored(dtype: pl.DataType) -> pl.DataType:
    if dtype == QUALITY:
        return pl.Int32()
    return pl.String() if isinstance(dtype, pl.Enum) else dtype


RIG_DAY = ("rig_id", "day")
"""Partition columns of everything that belongs to a rig and a day (UTC)."""


def _rig_day(columns: Mapping[str, pl.DataType]) -> pl.Schema:
    """The columns, behind those that partition them."""
    partition = {"rig_id": pl.String(), "day": pl.Date()}
    return pl.Schema({**partition, **columns})


def _frame_table(name: str, derived: Mapping[str, pl.DataType]) -> LakeTable:
    return LakeTable(name, _rig_day({**frame_schema(), **derived}), RIG_DAY, ("time",))


def _aggregate_table(name: str) -> LakeTable:
    return LakeTable(name, _rig_day(BUCKET_SCHEMA), RIG_DAY, ("channel", "origin", "time"))


RAW = _frame_table("raw_sensor_data", {})
VALIDATED = _frame_table("validated_sensor_data", {"activity": ACTIVITY})
THRESHOLDS = LakeTable(
    "activity_thresholds", _rig_day({"thresholds": pl.String()}), RIG_DAY, ("thresholds",)
)
"""The limits between activities that a rig-day leaves to the next one, as JSON."""
RECONCILED = _frame_table(
    "reconciled_sensor_data",
    {**{sd_of(channel.name): pl.Float64() for channel in CHANNELS}, "activity": ACTIVITY},
)
RECONCILIATIONS = LakeTable(
    "reconciliations",
    _rig_day(
        {
            "state": pl.String(),
            "sources": pl.String(),
            "started_from": pl.String(),
            "calibrations": pl.String(),
            "code": pl.String(),
            "faults": pl.String(),
            "balances": pl.String(),
            "channels": pl.String(),
        }
    ),
    RIG_DAY,
    ("state",),
)
"""One row per rig-day: the state of reconciliation that it leaves to the next one, what it was made
from (hash of the merged sources, hash of the state it was started from, the calibrations applied,
version of the code) and what was found; all but the hashes as JSON."""
DATA_QUALITY = LakeTable("data_quality", _rig_day(HOURLY_QUALITY), RIG_DAY, ("channel", "time"))
MINUTE = _aggregate_table("minute_sensor_data")
HOURLY = _aggregate_table("hourly_sensor_data")
DAILY = _aggregate_table("daily_sensor_data")
KPIS = LakeTable("daily_drilling_kpis", _rig_day(KPI_SCHEMA), RIG_DAY, ("origin",))
DEPTH = LakeTable(
    "depth_data",
    pl.Schema(
        {
            "well_id": pl.String(),
            "depth": pl.Float64(),
            "origin": ORIGIN,
            "source": pl.String(),
            **{channel.name: pl.Float64() for channel in CHANNELS},
            **{quality_of(channel.name): QUALITY for channel in CHANNELS},
        }
    ),
    ("well_id",),
    ("source", "depth"),
)

COMPONENT_HISTORIES = LakeTable(
    "component_histories", HISTORY_SCHEMA, ("component",), ("rig_id", "unit", "clock")
)
RUL_WINDOWS = LakeTable("rul_windows", WINDOW_SCHEMA, ("component",), ("part", "unit", "row"))

RUL_EVALUATION = LakeTable(
    "rul_evaluation",
    pl.Schema(
        {
            "component": pl.String(),
            "predictor": pl.String(),
            "window": pl.Int64(),
            "unit": pl.String(),
            "error": pl.Float64(),
            "measured": pl.String(),
        }
    ),
    ("component",),
    ("predictor", "window"),
)
"""One row is one answer: who gave it, to which window of which held-out unit, and by how much it
was off, predicted less true capped remaining life [own hours]. What was measured of the candidate
besides stands in its rows as JSON."""

STATES = (THRESHOLDS, RECONCILIATIONS)
"""What a rig-day leaves to the next one: an asset writes it beside its own table."""

TABLES = MappingProxyType(
    {
        table.name: table
        for table in (
            RAW,
            VALIDATED,
            THRESHOLDS,
            RECONCILED,
            RECONCILIATIONS,
            DATA_QUALITY,
            MINUTE,
            HOURLY,
            DAILY,
            KPIS,
            DEPTH,
            COMPONENT_HISTORIES,
            RUL_WINDOWS,
            RUL_EVALUATION,
        )
    }
)
"""Every table of the lake, by name."""
