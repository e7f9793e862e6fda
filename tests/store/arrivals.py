"""Sources that come in, and what they bring."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import polars as pl
from sqlalchemy.orm import Session

from idrill.readers.reading import Kind, Reading, ReadReport, Reason, Rejection
from idrill.store import sources
from idrill.store.sources import Arrival, SourceLedger

RIG = "RIG_1"
DAY, NEXT, THIRD = date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 3)
START = datetime(2026, 2, 1, tzinfo=UTC)


def bad(rows: int, sample: str = "x") -> Rejection:
    return Rejection(7, 6 + rows, rows, Reason.BAD_NUMBER, "no number", sample)


def time_log(rows: int, *rejections: Rejection) -> Reading:
    rejected = sum(rejection.rows for rejection in rejections)
    report = ReadReport(
        source="log.csv",
        format="csv",
        rows_read=rows + rejected,
        rows_kept=rows,
        rejections=rejections,
        sentinels={"torque": (float("nan"), 3)},
        gaps=((START, START + timedelta(minutes=5)),),
        first=START,
        last=START + timedelta(days=1),
        interval=4.0,
    )
    return Reading(Kind.TIME, pl.DataFrame(), report)


def depth_log(rows: int) -> Reading:
    report = ReadReport("log.las", "las 2.0", rows, rows, first=10.0, last=99.5, interval=0.3048)
    return Reading(Kind.DEPTH, pl.DataFrame(), report)


def arrive(
    session: Session,
    name: str,
    content: str,
    days: Mapping[date, int] | None = None,
    *,
    reading: Reading | None = None,
    rig_id: str = RIG,
    rank: int = 50,
    well_id: str | None = None,
    map_hash: str = "",
) -> Arrival:
    """A source comes in; unless told otherwise, ten rows of `DAY`."""
    days = {DAY: 10} if days is None else days
    return sources.record(
        session,
        rig_id=rig_id,
        name=name,
        content=content,
        size=1000,
        rank=rank,
        reader_version="1",
        map_hash=map_hash,
        well_id=well_id,
        reading=reading or time_log(sum(days.values())),
        days=days,
        arrived_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def lines(found: list[SourceLedger]) -> dict[str, tuple[int, int, int, int, int]]:
    return {
        line.name: (line.read, line.contributing, line.rejected, line.duplicate, line.pending)
        for line in found
    }
