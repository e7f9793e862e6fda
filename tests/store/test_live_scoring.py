"""How far behind scoring is, as those are told who ask how the stream is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from idrill.rigs import Rig
from idrill.store import live_scoring, rigs
from idrill.store.database import Database
from idrill.store.orm import LIVE_READINGS, LiveOutletRow, LiveRigRow
from tests.store.test_alert_conditions import database, postgresql_copy, postgresql_template

__all__ = ["database", "postgresql_copy", "postgresql_template"]

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "lag"),
    [(NOON - timedelta(seconds=90), 90.0), (NOON, 0.0), (None, 0.0)],
    ids=["behind", "up-to-date", "not-begun"],
)
def test_the_lag_is_the_time_from_the_last_verdict_to_the_newest_reading(
    database: Database, last: datetime | None, lag: float
) -> None:
    state = {"last": last and last.isoformat(), "validator": {"channels": ["torque"]}}
    live = {"origin": "live", "channels": "torque", "last_time": NOON, "switched": False}
    outlet = {"sequence": 0, "pruned_to": 0, "scored_to": 4, "state": state}
    with database.session() as session:
        rigs.register(session, Rig("R7", "R7"))
        about = {"rig_id": "R7", "changed_at": NOON}
        session.execute(insert(LiveRigRow), [live | about | {"revision": 5}])
        session.execute(insert(LiveOutletRow), [outlet | about])

        found = live_scoring.status(session, NOON)

    assert (found.waiting, found.lag.total_seconds()) == (1, lag)


@pytest.mark.parametrize(
    ("first", "arrived", "lag"),
    [(90, 5, 90.0), (90, 300, 300.0), (0, 45, 45.0)],
    ids=["sends", "fell-silent", "sent-once"],
)
def test_a_rig_that_nobody_ever_scored_is_behind_since_its_first_reading(
    database: Database, first: int, arrived: int, lag: float
) -> None:
    """`first` and `arrived` are so many seconds before noon."""
    live = {"origin": "live", "channels": "torque", "last_time": NOON, "switched": False}
    with database.session() as session:
        rigs.register(session, Rig("R7", "R7"))
        about = {"rig_id": "R7", "changed_at": NOON - timedelta(seconds=arrived)}
        session.execute(insert(LiveRigRow), [live | about | {"revision": 5}])
        times = {NOON, NOON - timedelta(seconds=first)}
        rows = [{"rig_id": "R7", "time": time, "revision": 5, "torque": 1.0} for time in times]
        session.execute(insert(LIVE_READINGS), rows)

        found = live_scoring.status(session, NOON)

    assert (found.waiting, found.lag.total_seconds()) == (1, lag)
