"""A sensor that is switched off: its readings are refused with the reason, and kept apart."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from idrill.errors import NotFound, Overlap, UnknownChannel
from idrill.frame import Origin
from idrill.readers.posted import Period, PostedReading, read_rows
from idrill.rigs import Rig
from idrill.store import live_intake, live_readings, rigs, sensor_switches
from idrill.store.database import Database
from idrill.store.live_intake import Batch, Committed
from idrill.store.orm import LIVE_READINGS
from idrill.store.sensor_switches import Switch

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIOD = Period.until(datetime(2026, 11, 1, tzinfo=UTC), date(2024, 1, 1))


@pytest.fixture
def rig(database: Database) -> Database:
    """A store with the rig R1."""
    with database.session() as session:
        rigs.register(session, Rig("R1", "R1"))
    return database


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def switch(second: int, *, active: bool, channel: str = "torque", reason: str = "dirty") -> Switch:
    return Switch(channel, at(second), active, reason, "somebody", NOON)


def tell(database: Database, *switches: Switch) -> None:
    with database.session() as session:
        for one in switches:
            sensor_switches.tell(session, "R1", one)


def write(database: Database, *seconds: int, **values: float) -> Committed:
    told = [PostedReading(at(second).isoformat(), dict(values)) for second in seconds]
    with database.session() as session:
        return live_intake.write(
            session, Batch("R1", Origin.LIVE, read_rows(told, PERIOD), "a test")
        )


def kept(database: Database, name: str) -> list[int]:
    """The seconds of which there is a value."""
    columns = LIVE_READINGS.c
    query = select(columns.time).where(columns[name].is_not(None)).order_by(columns.time)
    with database.session() as session:
        return [int((one - NOON).total_seconds()) for one in session.scalars(query)]


def test_readings_of_the_time_while_a_sensor_was_off_are_refused_alone(rig: Database) -> None:
    tell(rig, switch(10, active=False), switch(20, active=True))

    done = write(rig, 9, 10, 19, 20, torque=14.2, hook_load=800.0)

    assert kept(rig, "torque") == [9, 20]
    assert kept(rig, "hook_load") == [9, 10, 19, 20]
    assert [(one.place, one.reason) for one in done.rejected] == [(1, "inactive"), (2, "inactive")]
    with rig.session() as session:
        [last, _] = live_readings.rejections(session, "R1", limit=10)
    assert last.detail == "torque 14.2: switched off since 2026-03-01 12:00:10Z: dirty"


def test_a_row_of_nothing_but_inactive_sensors_is_no_row(rig: Database) -> None:
    tell(rig, switch(0, active=False), switch(0, active=False, channel="hook_load"))

    done = write(rig, 5, torque=14.2, hook_load=800.0)

    assert kept(rig, "torque") == []
    assert (done.rows, done.changed) == (0, 0)
    assert done.rejected[0].detail.count("switched off") == 2


@pytest.mark.parametrize("backwards", [False, True])
def test_it_does_not_matter_in_which_order_switches_are_told(
    rig: Database, backwards: bool
) -> None:
    switches = [switch(10, active=False), switch(20, active=True), switch(30, active=False)]
    write(rig, 0, hook_load=1.0)
    tell(rig, *(reversed(switches) if backwards else switches))

    write(rig, *range(5, 40, 5), torque=1.0)

    assert kept(rig, "torque") == [5, 20, 25]


def test_a_late_reading_of_the_time_before_a_switch_is_taken(rig: Database) -> None:
    write(rig, 20, torque=1.0)
    tell(rig, switch(10, active=False))

    write(rig, 5, torque=2.0)

    assert kept(rig, "torque") == [5, 20]


def test_a_switch_told_again_is_the_first_one_and_its_opposite_is_refused(rig: Database) -> None:
    tell(rig, switch(10, active=False, reason="dirty"))

    tell(rig, switch(10, active=False, reason="again"))
    with rig.session() as session:
        [known] = sensor_switches.of_rig(session, "R1")

    assert known.reason == "dirty"
    with pytest.raises(Overlap, match="the other way"):
        tell(rig, switch(10, active=True))


def test_what_is_no_channel_or_no_rig_cannot_be_switched(rig: Database) -> None:
    with pytest.raises(UnknownChannel):
        tell(rig, switch(0, active=False, channel="torqe"))
    with rig.session() as session, pytest.raises(NotFound):
        sensor_switches.tell(session, "R9", switch(0, active=False))
