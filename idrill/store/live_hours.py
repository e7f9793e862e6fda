"""Hours of live readings as the hourly table has them, for the time until the lake has them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idrill.aggregation import BUCKET_SCHEMA, downsample
from idrill.frame import ORIGIN
from idrill.store.live_readings import LiveRig, midnight
from idrill.store.orm import LiveHourRow

HOUR = timedelta(hours=1)

BEFORE = timedelta(minutes=5)
"""How much before an hour is read, as a value may stand on into it."""

_FIGURES = ("count", "min", "mean", "max", "last", "std", "coverage")


def hour_of(judged: pl.DataFrame, start: datetime) -> pl.DataFrame:
    """One hour of validated rows, as `BUCKET_SCHEMA`.

    Args:
        judged: The rows of the hour and of the `BEFORE` before it.
        start: Of the hour.
    """
    # No value stands on over midnight.
    same_day = judged.filter(pl.col("time") >= midnight(start.date()))
    return downsample(same_day, "1h").filter(pl.col("time") == start)


def keep(session: Session, hours: pl.DataFrame) -> None:
    """Keep hours; one that is there is replaced."""
    if hours.is_empty():
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    new = (postgresql.insert if postgres else sqlite.insert)(LiveHourRow)
    statement = new.on_conflict_do_update(
        index_elements=["rig_id", "time", "channel"],
        set_={name: new.excluded[name] for name in _FIGURES},
    )
    session.execute(statement, hours.drop("origin").to_dicts())


def of(session: Session, rig: LiveRig, names: Sequence[str], *, before: datetime) -> pl.DataFrame:
    """The hours of some channels of a rig that are over by an instant, as `BUCKET_SCHEMA`."""
    row = LiveHourRow
    wanted = row.rig_id == rig.rig_id, row.time <= before - HOUR
    query = select(row.time, row.channel, *(getattr(row, name) for name in _FIGURES)).where(
        *wanted, row.channel.in_(names)
    )
    columns: dict[str, Any] = {name: BUCKET_SCHEMA[name] for name in ("time", "channel", *_FIGURES)}
    found = session.execute(query.order_by(row.channel, row.time)).all()
    table = pl.DataFrame(found, schema=columns, orient="row").with_columns(
        pl.lit(rig.rig_id).alias("rig_id"), pl.lit(rig.origin.value, ORIGIN).alias("origin")
    )
    return table.select(BUCKET_SCHEMA.names())


def last(session: Session, rig_id: str) -> datetime | None:
    """The start of the newest hour that is kept of a rig."""
    query = select(func.max(LiveHourRow.time)).where(LiveHourRow.rig_id == rig_id)
    found: datetime | None = session.scalar(query)
    return found


def prune(session: Session, before: datetime) -> int:
    """Take the hours before an instant out of SQL, and count their rows."""
    return (
        session.connection().execute(delete(LiveHourRow).where(LiveHourRow.time < before)).rowcount
    )
