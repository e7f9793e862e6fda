"""What validation said of live rows: kept beside them, and read back as a validated frame."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idrill.frame import ACTIVITY, ORIGIN, QUALITY, TIME, channels_in, quality_of
from idrill.store.live_outlet import Verdict
from idrill.store.live_readings import LiveRig
from idrill.store.orm import LIVE_READINGS, LiveVerdictRow

INSTANT = timedelta(microseconds=1)


def verdicts_of(judged: pl.DataFrame) -> list[Verdict]:
    """The verdicts on validated rows, as they are told.

    Example:
        >>> verdicts_of(pl.DataFrame(schema={"time": TIME, "activity": ACTIVITY}))
        []
    """
    names = channels_in(judged.columns)
    bits: list[dict[str, int]] = [{} for _ in range(judged.height)]
    for name in names:
        marks = judged[quality_of(name)].to_numpy()
        for row in np.flatnonzero(marks).tolist():
            bits[row][name] = int(marks[row])
    times, activities = judged["time"].to_list(), judged["activity"].cast(pl.String).to_list()
    return list(map(Verdict, times, activities, bits))


def judged_between(session: Session, rig: LiveRig, start: datetime, end: datetime) -> pl.DataFrame:
    """The live rows of a rig from `start` until before `end` that were judged, with their bits.

    Each channel that was ever told has its columns.
    """
    columns, verdict = LIVE_READINGS.c, LiveVerdictRow
    same = (verdict.rig_id == columns.rig_id) & (verdict.time == columns.time)
    channels = [columns[name] for name in rig.channels]
    query = (
        select(columns.time, verdict.activity, verdict.bits, *channels)
        .join(verdict, same)
        .where(columns.rig_id == rig.rig_id, columns.time >= start, columns.time < end)
        .order_by(columns.time)
    )
    rows = session.execute(query).all()
    schema = {"time": TIME, "activity": pl.String()} | dict.fromkeys(rig.channels, pl.Float64())
    values = [(*row[:2], *row[3:]) for row in rows]
    return _framed(rig, pl.DataFrame(values, schema=schema, orient="row"), [row[2] for row in rows])


def _framed(rig: LiveRig, table: pl.DataFrame, told: list[Mapping[str, int]]) -> pl.DataFrame:
    marks = {name: np.zeros(table.height, dtype=np.uint16) for name in rig.channels}
    for row, bits in enumerate(told):
        for name, value in bits.items():
            if name in marks:
                marks[name][row] = value
    return table.select(
        pl.lit(rig.rig_id).alias("rig_id"),
        "time",
        pl.lit(rig.origin.value, ORIGIN).alias("origin"),
        *rig.channels,
        *(pl.Series(quality_of(name), bits, QUALITY) for name, bits in marks.items()),
        pl.col("activity").cast(ACTIVITY),
    )


def first_judged(
    session: Session, rig_id: str, since: datetime, before: datetime
) -> datetime | None:
    """The first instant of a stretch on which there is a verdict."""
    row = LiveVerdictRow
    query = select(func.min(row.time)).where(
        row.rig_id == rig_id, row.time >= since, row.time < before
    )
    found: datetime | None = session.scalar(query)
    return found
