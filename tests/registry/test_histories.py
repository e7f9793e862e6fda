"""Histories of rigs whose components are on record."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idrill.aggregation import downsample
from idrill.errors import InvalidModel
from idrill.registry.histories import made_histories, recorded_histories
from idrill.rigs import Rig
from idrill.rul.components import ComponentLife
from idrill.rul.histories import LeftOut
from idrill.simulator.fleet import SimulatedFleet
from idrill.store import component_lives, rigs
from idrill.store.database import Database
from idrill.store.lake import Lake
from idrill.store.tables import HOURLY

START = datetime(2024, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def lake(database: Database, tmp_path: Path) -> Lake:
    """Two days of a rig with a liner of its first day, one from long before, and one too young."""
    found = Lake(str(tmp_path / "lake"), database)
    fleet = SimulatedFleet(1, 21, start=START, duration=2 * DAY, step=timedelta(minutes=10))
    name = fleet.rig(1).rig.id
    for day in range(2):
        hours = downsample(fleet.rig(1).measured(144 * day, 144 * (day + 1)), "1h")
        found.write(HOURLY, {"rig_id": name, "day": (START + day * DAY).date()}, hours)
    starts = {"mud_pump_1": START - 40 * DAY, "mud_pump_2": START + 2 * DAY - DAY / 12}
    with database.session() as session:
        rigs.register(session, Rig(name, "at work", synthetic=True))
        lives = [ComponentLife(name, place, "liner", 1, at) for place, at in starts.items()]
        component_lives.record(session, name, lives)
    return found


def test_lives_on_record_that_teach_nothing_are_counted_with_the_reason(
    database: Database, lake: Lake
) -> None:
    found = recorded_histories(database, lake, "liner", lake.version(HOURLY))

    assert not found.frame.height
    assert found.left_out == {LeftOut.OLDER: 1, LeftOut.SHORT: 1}


def test_without_a_single_life_it_is_said_what_was_left_out(database: Database, lake: Lake) -> None:
    with pytest.raises(InvalidModel, match=r"known \(1 installed before the telemetry, 1 shorter"):
        made_histories(database, lake, "liner", fleets=0, rigs=1, first_seed=1)
