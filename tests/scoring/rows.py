"""Rows on their way into the store, and what the store says of them afterwards."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from sqlalchemy import text

from idrill.frame import channels_in
from idrill.readers.posted import Period, read_columns
from idrill.registry.prognoses import Bench
from idrill.store import live_intake
from idrill.store.database import Database
from idrill.store.live_intake import Batch
from idrill_serving.live.rig_scoring import RigScoring

FROM = datetime(2026, 1, 12, 9, 54, tzinfo=UTC)
MINUTES = 10
PERIOD = Period.until(datetime(2027, 1, 1, tzinfo=UTC), date(2024, 1, 1))


def commit(database: Database, rig_id: str, *frames: pl.DataFrame) -> None:
    """Each frame as a delivery of its own."""
    for frame in frames:
        times = [one.isoformat() for one in frame["time"]]
        columns = {name: frame[name].to_list() for name in channels_in(frame.columns)}
        posted = read_columns(times, columns, PERIOD)
        with database.session() as session:
            live_intake.write(session, Batch(rig_id, None, posted, "a test"))


TOLD = {
    "verdicts": "SELECT rig_id, time, activity, bits FROM live_verdicts ORDER BY rig_id, time",
    "hours": "SELECT * FROM live_hours ORDER BY rig_id, channel, time",
    "predictions": "SELECT rig_id, equipment, component, as_of, model_version, source, "
    "quantile_05, quantile_10, quantile_50, quantile_90, quantile_95, age, quality, reason, "
    "data_until, origin FROM predictions ORDER BY rig_id, as_of, equipment, component",
    "alerts": "SELECT rig_id, rule_id, key, state, priority, message, value, event_at, turned_at, "
    "active, version FROM alerts ORDER BY rig_id, rule_id, key, event_at",
    "events": "SELECT rig_id, kind, time FROM live_events ORDER BY rig_id, kind, time",
}
"""What scoring leaves, without numbers and instants of the machine that did it."""


def plain(value: Any) -> str:
    """A value as either database gives it."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d \d\d:", value):
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(int(value) if isinstance(value, bool) else value)


def told(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What scoring left in a store."""
    with database.engine.connect() as connection:
        return {
            name: [tuple(map(plain, row)) for row in connection.execute(text(query))]
            for name, query in TOLD.items()
        }


def replayed(bench: Bench, parts: Iterator[pl.DataFrame], *, steps: int) -> dict[str, Any]:
    """What is told of a recording that comes in parts, so many of them from step to step."""
    scoring = RigScoring(bench, "R1")
    for number, part in enumerate(parts, 1):
        commit(bench.database, "R1", part)
        if number % steps == 0:
            scoring.step()
    while scoring.step():
        pass
    return told(bench.database)
