"""What a rig achieved in a period: metres, hours by activity, rate, and how usable its data is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from idrill.aggregation import KPI_SCHEMA, drilling_kpis
from idrill.aggregation.kpis import HOURS
from idrill.store import seam, wells
from idrill.store.lake import Lake
from idrill.store.live_readings import midnight
from idrill.store.tables import DATA_QUALITY, KPIS

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DrillingSummary:
    """The figures of a period; None where one cannot be known."""

    days: pl.DataFrame
    """The columns of `KPI_SCHEMA` and `provisional`: reckoned from readings not reconciled yet."""
    metres_drilled: float | None
    hours: dict[str, float]
    """By group of activities; they add up to `coverage_hours`."""
    coverage_hours: float
    mean_rate_of_penetration: float | None
    """Metres by drilling hours of the days of which both are known [m/h]."""
    usable_share: float | None
    """Mean share of an hour for which a channel was usable, on days that are reconciled."""
    usable_share_of: dict[str, float]
    """The same by channel."""


def drilling_summary(lake: Lake, rig_id: str, first: date, last: date) -> DrillingSummary:
    """The figures of a rig from `first` to `last`, both included.

    Days that have rows in SQL are reckoned from their readings, the others were when they closed.
    """
    live = seam.live_days_of(lake, rig_id, midnight(first), midnight(last + ONE_DAY))
    parts = [_closed(lake, rig_id, first, last, live), *(_open(lake, rig_id, day) for day in live)]
    days = pl.concat(parts).sort("day", "origin")
    shares = _shares(lake, rig_id, first, last)
    known = days.filter(pl.col("metres_drilled").is_not_null() & (pl.col("drilling_hours") > 0))
    metres, hours = float(known["metres_drilled"].sum()), float(known["drilling_hours"].sum())
    return DrillingSummary(
        days=days,
        metres_drilled=_sum_of_known(days["metres_drilled"]),
        hours={name: float(days[name].sum()) for name in HOURS},
        coverage_hours=float(days["coverage_hours"].sum()),
        mean_rate_of_penetration=metres / hours if hours else None,
        usable_share=_mean(shares.values()),
        usable_share_of=shares,
    )


def _closed(lake: Lake, rig_id: str, first: date, last: date, live: list[date]) -> pl.DataFrame:
    within = pl.col("day").is_between(first, last) & ~pl.col("day").is_in(live)
    rows = lake.scan(KPIS).filter(pl.col("rig_id") == rig_id, within).select(KPI_SCHEMA.names())
    return rows.collect().with_columns(pl.lit(value=False).alias("provisional"))


def _open(lake: Lake, rig_id: str, day: date) -> pl.DataFrame:
    rows = seam.readings(lake, rig_id, midnight(day), midnight(day + ONE_DAY))
    noon = datetime.combine(day, time(12), midnight(day).tzinfo)
    with lake.database.session() as session:
        well = wells.well_drilled(session, rig_id, noon)
    kpis = drilling_kpis(rows, well=well)
    return kpis.with_columns(pl.lit(value=True).alias("provisional"))


def _shares(lake: Lake, rig_id: str, first: date, last: date) -> dict[str, float]:
    within = pl.col("rig_id") == rig_id, pl.col("day").is_between(first, last)
    scores = lake.scan(DATA_QUALITY).filter(*within).group_by("channel").agg(pl.col("score").mean())
    return dict(scores.sort("channel").collect().drop_nulls().iter_rows())


def _sum_of_known(column: pl.Series) -> float | None:
    known = column.drop_nulls()
    return float(known.sum()) if known.len() else None


def _mean(shares: Iterable[float]) -> float | None:
    told = list(shares)
    return sum(told) / len(told) if told else None
