"""What became of a rig's data over some days, gathered from the lake and the store."""

import json
from datetime import date

import polars as pl

from idrill.channels import channel
from idrill.dvr.hourly_quality import HOURLY_QUALITY
from idrill.dvr.period import DROPPED, MADE, SAID, PeriodReport
from idrill.errors import NotFound, StoreError
from idrill.store import calibrations, merges, reconciliations, rigs, sources
from idrill.store.lake import Lake
from idrill.store.tables import DATA_QUALITY, RECONCILIATIONS, LakeTable

MOST_DROPPED = 10_000
"""Runs of dropped rows that a report lists."""


def period_report(lake: Lake, rig_id: str, first: date, last: date) -> PeriodReport:
    """What became of the data of a rig from `first` to `last`, both included.

    Raises:
        StoreError: If the period ends before it begins.
        NotFound: If the rig does not exist, or none of these days was reconciled.
    """
    if last < first:
        raise StoreError(f"the period is empty: it ends {last}, before {first}")
    with lake.database.session() as session:
        rigs.get(session, rig_id)
    made = _of_period(lake, RECONCILIATIONS, rig_id, first, last).select(MADE.names()).collect()
    if made.is_empty():
        raise NotFound(_nothing(lake, rig_id, first, last))
    days = made["day"].to_list()
    reports = {day: reconciliations.report_of(lake, rig_id, day) for day in days}
    hours = _of_period(lake, DATA_QUALITY, rig_id, first, last).sort("channel", "time")
    return PeriodReport(
        rig_id=rig_id,
        first=first,
        last=last,
        hours=hours.select(HOURLY_QUALITY.names()).collect(),
        faults=_by_day({day: found.faults for day, found in reports.items()}),
        balances=_by_day({day: found.balances for day, found in reports.items()}),
        channels=_by_day({day: found.channels for day, found in reports.items()}),
        made=made.with_columns(pl.col("calibrations").map_elements(_versions, pl.String())),
        dropped=_dropped(lake, rig_id, days),
        said=_said(lake, rig_id),
    )


def _of_period(lake: Lake, table: LakeTable, rig_id: str, first: date, last: date) -> pl.LazyFrame:
    return (
        lake.scan(table)
        .filter(pl.col("rig_id") == rig_id, pl.col("day").is_between(first, last))
        .sort("day")
    )


def _nothing(lake: Lake, rig_id: str, first: date, last: date) -> str:
    days = [place["day"] for place in lake.partitions(RECONCILIATIONS) if place["rig_id"] == rig_id]
    known = f"there are some from {days[0]} to {days[-1]}" if days else "none was ever"
    return f"no rig-day of {rig_id} from {first} to {last} was reconciled: {known}"


def _by_day(tables: dict[date, pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(
        table.select(pl.lit(day).alias("day"), pl.all()) for day, table in tables.items()
    )


def _versions(applied: str) -> str:
    """The calibrations that were applied, such as `3 (version 2)`."""
    return ", ".join(f"{one['id']} (version {one['number']})" for one in json.loads(applied))


def _dropped(lake: Lake, rig_id: str, days: list[date]) -> pl.DataFrame:
    """The rows of the sources of these days that could not be used."""
    rows: list[tuple[object, ...]] = []
    with lake.database.session() as session:
        ids = {one.id for day in days for one in sources.sources_of(session, rig_id, day)}
        for lost in merges.rejected(session, rig_id, limit=MOST_DROPPED):
            if lost.version_id in ids and (lost.day is None or lost.day in days):
                run = lost.rejection
                lines = run.first_line, run.last_line
                rows.append((lost.name, *lines, run.rows, run.reason.value, run.detail))
    return pl.DataFrame(rows, schema=DROPPED, orient="row")


def _said(lake: Lake, rig_id: str) -> pl.DataFrame:
    with lake.database.session() as session:
        versions = calibrations.audit_of_rig(session, rig_id)
    rows = [
        (
            one.id, one.number, one.state.value, does.channel, does.start, does.end, does.gain,
            does.offset, does.sd, channel(does.channel).unit, does.reason, one.by, one.at, one.note,
        )
        for one in versions
        for does in (one.calibration,)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SAID, orient="row")
