"""Lives of components: recorded once, ended once, never two in one place."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from idrill.errors import NotFound
from idrill.rigs import FailureMode, Rig
from idrill.rul.components import ComponentLife, EndedBy
from idrill.store import component_lives, rigs
from idrill.store.component_lives import Recorded
from idrill.store.database import Database

START = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FAILED = ComponentLife(
    "R1", "mud_pump_2", "liner", 1, START, START + 10 * DAY, EndedBy.FAILURE,
    FailureMode.LOW_OUTPUT, "metal", 180.5, "record.csv",
)  # fmt: skip
RUNNING = ComponentLife("R1", "mud_pump_2", "liner", 2, START + 11 * DAY)


@pytest.fixture(autouse=True)
def rig(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("R1", "one"))


def recorded(database: Database, *lives: ComponentLife) -> Recorded:
    with database.session() as session:
        return component_lives.record(session, "R1", lives)


def reason(database: Database, life: ComponentLife) -> str:
    [refusal] = recorded(database, life).refused
    return refusal.reason


def test_lives_come_back_as_they_were_whatever_their_order(database: Database) -> None:
    found = recorded(database, RUNNING, FAILED)

    assert (found.installed, found.refused) == (2, ())
    with database.session() as session:
        assert component_lives.of_rig(session, "R1") == [FAILED, RUNNING]
        assert component_lives.current(session, "R1") == [RUNNING]
        assert component_lives.ended(session, "R1", "liner") == [FAILED]
        assert component_lives.of_rig(session, "R1", "valve") == []
    assert FAILED.unit == "R1/mud_pump_2/liner/1"


def test_who_was_in_service_at_an_instant_is_known_later(database: Database) -> None:
    recorded(database, FAILED, RUNNING)

    with database.session() as session:
        assert component_lives.current(session, "R1", START + 5 * DAY) == [FAILED]
        assert component_lives.current(session, "R1", START + 10.5 * DAY) == []
        assert component_lives.current(session, "R1", START + 11 * DAY) == [RUNNING]


def test_the_same_record_again_changes_nothing(database: Database) -> None:
    recorded(database, FAILED, RUNNING)

    again = recorded(database, FAILED, RUNNING)

    assert again == Recorded(installed=0, ended=0, known=2, refused=())


def test_the_end_of_a_unit_in_service_is_filled_in(database: Database) -> None:
    recorded(database, replace(FAILED, end=None, ended_by=EndedBy.IN_SERVICE, failure_mode=None))

    found = recorded(database, FAILED, RUNNING)

    assert (found.ended, found.installed) == (1, 1)
    with database.session() as session:
        assert component_lives.of_rig(session, "R1") == [FAILED, RUNNING]


@pytest.mark.parametrize(
    ("life", "words"),
    [
        (replace(FAILED, equipment="mud_pump_9"), "unknown equipment 'mud_pump_9'; R1 has mud_pum"),
        (replace(FAILED, component="gearbox"), "unknown component 'gearbox'; mud_pump_2 has liner"),
        (replace(FAILED, failure_mode=FailureMode.VIBRATION), "a liner fails by LOO, not by VIB"),
        (replace(FAILED, end=START), "not after its start"),
        (replace(FAILED, end=None), "a unit in service has no end"),
        (replace(FAILED, ended_by=EndedBy.PREVENTIVE), "so it has no failure mode"),
        (replace(FAILED, own_hours=-1.0), "own hours of -1.0 make no sense"),
        (replace(FAILED, own_hours=math.inf), "own hours of inf make no sense"),
        (replace(FAILED, variant="chrome"), "unknown make 'chrome' of a liner; there are metal"),
        (replace(RUNNING, start=START + 900_000 * DAY), "which lies in the future"),
        (replace(FAILED, rig_id="R2"), "it is of rig R2, not of R1"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    database: Database, life: ComponentLife, words: str
) -> None:
    assert words in reason(database, life)


def test_a_simulated_rig_may_live_in_any_year_and_a_piston_be_of_any_make(
    database: Database,
) -> None:
    with database.session() as session:
        rigs.register(session, Rig("SIM", "simulated", synthetic=True))
        far = replace(RUNNING, rig_id="SIM", start=START + 900_000 * DAY)
        piston = replace(RUNNING, rig_id="SIM", component="piston", variant="urethane")
        found = component_lives.record(session, "SIM", [far, piston])

    assert (found.installed, found.refused) == (2, ())


def test_two_units_in_one_place_at_a_time_are_refused(database: Database) -> None:
    recorded(database, FAILED, RUNNING)

    early = reason(database, replace(FAILED, start=START + 2 * DAY, end=START + 3 * DAY))
    late = reason(database, replace(RUNNING, start=START + 20 * DAY))

    assert early.startswith("it overlaps with R1/mud_pump_2/liner/1")
    assert late.endswith("not yet: record its end first")


def test_another_end_of_a_life_that_has_ended_is_refused(database: Database) -> None:
    recorded(database, FAILED)

    told = reason(database, replace(FAILED, end=START + 9 * DAY))

    assert told.startswith("it is recorded already as R1/mud_pump_2/liner/1, ended 2026-02-11")


def test_good_lives_are_kept_beside_refused_ones(database: Database) -> None:
    bad = replace(FAILED, component="crane")

    found = recorded(database, bad, FAILED)

    assert (found.installed, [one.position for one in found.refused]) == (1, [0])


def test_a_life_of_an_unknown_rig_is_not_found(database: Database) -> None:
    with database.session() as session, pytest.raises(NotFound, match="'R7'"):
        component_lives.record(session, "R7", [FAILED])
