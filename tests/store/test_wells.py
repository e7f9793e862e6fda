from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from idrill.errors import NotFound
from idrill.rigs import Rig
from idrill.store import rigs, wells
from idrill.store.database import Database
from idrill.wells import (
    DrillingSession,
    DrillString,
    Formation,
    Section,
    Station,
    StringComponent,
    Well,
)

PIPE = StringComponent(2, "drill pipe", 3000.0, 0.127, 0.1086)
BIT = StringComponent(1, "bit", 0.3, 0.216, 0.06, 340.0)
WELL = Well(
    "15-9-F-7",
    "NO 15/9-F-7",
    "Volve",
    "Statoil",
    91.0,
    54.9,
    sections=(
        Section("casing", 145.0, 1083.0, 0.3153),
        Section("open hole", 1083.0, 3000.0, 0.216),
    ),
    trajectory=(Station(0.0, 0.0, 0.0, 0.0), Station(1000.0, 0.2, 1.5)),
    formations=(Formation("Hordaland", 1200.0), Formation("Hugin", 2900.0, "sandstone")),
    strings=(DrillString("8 1/2 in", (BIT, PIPE)),),
)
NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_rig_and_two_wells(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig("RIG_1", "one"))
        wells.merge_well(session, Well("A", "A"))
        wells.merge_well(session, Well("B", "B"))


def drilled(well: str, start: float, end: float | None) -> DrillingSession:
    """A session from `start` to `end` hours after noon."""
    return DrillingSession(
        "RIG_1", well, NOON + start * HOUR, None if end is None else NOON + end * HOUR
    )


def test_a_well_comes_back_as_it_was(database: Database) -> None:
    with database.session() as session:
        wells.merge_well(session, WELL)

    with database.session() as session:
        assert wells.get(session, WELL.id) == WELL
        assert wells.all_wells(session) == [WELL]


def test_a_later_object_replaces_what_it_holds_and_leaves_the_rest(database: Database) -> None:
    surveyed = (Station(0.0, 0.0, 0.0), Station(1000.0, 0.21, 1.5), Station(2000.0, 0.6, 1.5))
    with database.session() as session:
        wells.merge_well(session, WELL)

        known = wells.merge_well(session, Well(WELL.id, WELL.id, air_gap=55.1, trajectory=surveyed))

    assert known.trajectory == surveyed
    assert (known.name, known.air_gap, known.water_depth) == (WELL.name, 55.1, 91.0)
    assert (known.sections, known.strings) == (WELL.sections, WELL.strings)


def test_drill_strings_of_several_files_stand_side_by_side(database: Database) -> None:
    fishing = DrillString("fishing", (PIPE,))
    shorter = DrillString("8 1/2 in", (BIT,))
    with database.session() as session:
        wells.merge_well(session, WELL)
        wells.merge_well(session, Well(WELL.id, WELL.id, strings=(fishing,)))

        known = wells.merge_well(session, Well(WELL.id, WELL.id, strings=(shorter,)))

    assert known.strings == (shorter, fishing)


def test_an_unknown_well_is_refused_naming_those_there_are(database: Database) -> None:
    a_rig_and_two_wells(database)

    with pytest.raises(NotFound, match="known wells: A, B"), database.session() as session:
        wells.get(session, "C")


def test_a_session_needs_a_rig_and_a_well_that_are_known(database: Database) -> None:
    a_rig_and_two_wells(database)

    with pytest.raises(NotFound, match="'C'"), database.session() as session:
        wells.record_session(session, drilled("C", 0, 1))
    with pytest.raises(NotFound, match="'RIG_9'"), database.session() as session:
        wells.record_session(session, DrillingSession("RIG_9", "A", NOON, None))


def test_overlapping_touching_and_neighbouring_sessions_are_one_in_any_order(
    database: Database,
) -> None:
    a_rig_and_two_wells(database)
    parts = [drilled("A", 0, 2), drilled("A", 1, 4), drilled("A", 4, 5), drilled("A", 20, 24)]

    for order in permutations(parts):
        with database.session() as session:
            for part in order:
                wells.record_session(session, part)
            assert wells.sessions(session, "RIG_1") == [drilled("A", 0, 24)]


def test_a_well_in_between_keeps_two_sessions_apart_in_any_order(database: Database) -> None:
    a_rig_and_two_wells(database)
    parts = [drilled("A", 0, 2), drilled("B", 3, 4), drilled("A", 5, 6)]

    for order in permutations(parts):
        with database.session() as session:
            for part in order:
                wells.record_session(session, part)
            assert wells.sessions(session, "RIG_1") == parts


def test_a_silence_of_more_than_a_day_ends_a_session(database: Database) -> None:
    a_rig_and_two_wells(database)
    parts = [drilled("A", 0, 2), drilled("A", 27, 30)]

    with database.session() as session:
        for part in parts:
            wells.record_session(session, part)

        assert wells.sessions(session, "RIG_1") == parts
        assert wells.well_drilled(session, "RIG_1", NOON + 10 * HOUR) is None


def test_where_two_logs_overlap_the_well_begun_last_is_the_one_drilled(database: Database) -> None:
    a_rig_and_two_wells(database)
    with database.session() as session:
        wells.record_session(session, drilled("B", 2, None))
        wells.record_session(session, drilled("A", 0, 3))

        found = [wells.well_drilled(session, "RIG_1", NOON + hour * HOUR) for hour in (-1, 1, 3, 9)]

    assert [well and well.id for well in found] == [None, "A", "B", "B"]


def test_an_open_session_is_extended_backwards(database: Database) -> None:
    a_rig_and_two_wells(database)
    with database.session() as session:
        wells.record_session(session, drilled("A", 2, None))
        wells.record_session(session, drilled("A", 0, 3))

        assert wells.sessions(session, "RIG_1") == [drilled("A", 0, None)]
