"""What became of each row of a source: the report that comes back, and the ledger that adds up."""

import pytest

from idrill.errors import NotFound
from idrill.readers.reading import Reason, Rejection
from idrill.rigs import Rig
from idrill.store import rigs, sources, wells
from idrill.store.database import Database
from idrill.store.sources import MergeCount, MergeRejection
from idrill.wells import Well
from tests.store.arrivals import DAY, NEXT, RIG, arrive, bad, depth_log, lines, time_log


@pytest.fixture(autouse=True)
def _known(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig(RIG, "one"))
        rigs.register(session, Rig("RIG_2", "two"))
        wells.merge_well(session, Well("A", "a"))
        wells.merge_well(session, Well("B", "b"))


def test_the_report_comes_back_whole(database: Database) -> None:
    reading = time_log(10, bad(2, sample="12\x00\udce4;x"), bad(1))
    with database.session() as session:
        version = arrive(session, "a.csv", "c1", reading=reading).version

        told = sources.report(session, version.id)

    assert (told["format"], told["rows_read"], told["interval"]) == ("csv", 13, 4.0)
    assert told["sentinels"] == {"torque": [None, 3]}
    assert told["gaps"] == [["2026-02-01T00:00:00+00:00", "2026-02-01T00:05:00+00:00"]]
    rejections = told["rejections"]
    assert isinstance(rejections, list)
    assert [(found["rows"], found["sample"]) for found in rejections] == [
        (2, "12␀\\udce4;x"),
        (1, "x"),
    ]


def test_a_report_of_no_version_is_refused(database: Database) -> None:
    with pytest.raises(NotFound, match="number 7"), database.session() as session:
        sources.report(session, 7)


def test_the_ledger_accounts_for_every_row(database: Database) -> None:
    with database.session() as session:
        log = arrive(session, "a.csv", "c1", {DAY: 6, NEXT: 4}, reading=time_log(10, bad(3)))
        counts = [MergeCount(log.version.id, 3, 2, 1)]
        conflict = Rejection(9, 9, 1, Reason.CONFLICT, "another source says 4.0")
        lost = [
            MergeRejection(log.version.id, conflict, "torque", whole=True),
            MergeRejection(log.version.id, conflict, "hook_load", whole=False),
        ]
        sources.record_merge(session, RIG, DAY, counts, lost)

        before = sources.ledger(session, RIG)
        sources.record_merge(session, RIG, NEXT, [MergeCount(log.version.id, 4, 0, 0)], [])
        after = sources.ledger(session, RIG)

    assert lines(before) == {"a.csv": (13, 3, 4, 2, 4)}
    assert lines(after) == {"a.csv": (13, 7, 4, 2, 0)}
    assert before[0].is_balanced
    assert after[0].is_balanced


def test_a_ledger_that_does_not_add_up_says_so(database: Database) -> None:
    with database.session() as session:
        log = arrive(session, "a.csv", "c1")
        sources.record_merge(session, RIG, DAY, [MergeCount(log.version.id, 9, 0, 0)], [])

        [line] = sources.ledger(session, RIG)

    assert not line.is_balanced


def test_merging_again_replaces_what_stood_for_that_day_only(database: Database) -> None:
    conflict = Rejection(9, 9, 1, Reason.CONFLICT, "another source says 4.0")
    with database.session() as session:
        log = arrive(session, "a.csv", "c1", {DAY: 6, NEXT: 4}, reading=time_log(10, bad(3)))
        lost = [MergeRejection(log.version.id, conflict, None, whole=True)]
        for day, rows in ((DAY, 6), (NEXT, 4), (DAY, 6)):
            count = MergeCount(log.version.id, rows - 1, 0, 1)
            sources.record_merge(session, RIG, day, [count], lost)

        found = sources.rejected(session, RIG, limit=10)
        ledger = sources.ledger(session, RIG)

    assert lines(ledger) == {"a.csv": (13, 8, 5, 0, 0)}
    assert [(row.day, row.rejection.reason) for row in found] == [
        (None, Reason.BAD_NUMBER),
        (NEXT, Reason.CONFLICT),
        (DAY, Reason.CONFLICT),
    ]


def test_the_merge_of_depth_logs_is_in_the_ledger_too(database: Database) -> None:
    conflict = Rejection(9, 9, 1, Reason.CONFLICT, "another log says 4.0")
    with database.session() as session:
        log = arrive(session, "x.las", "c1", {}, reading=depth_log(5), well_id="A").version
        lost = [MergeRejection(log.id, conflict, None, whole=True)]
        before = lines(sources.ledger(session, RIG))

        for _ in range(2):
            sources.record_log_merge(session, "A", [MergeCount(log.id, 3, 1, 1)], lost)

        assert before == {"x.las": (5, 0, 0, 0, 5)}
        assert lines(sources.ledger(session, RIG)) == {"x.las": (5, 3, 1, 1, 0)}
        assert len(sources.rejected(session, RIG, limit=10)) == 1


def test_rejected_rows_are_those_of_current_sources_and_limited(database: Database) -> None:
    with database.session() as session:
        arrive(session, "a.csv", "c1", reading=time_log(10, bad(1, "old")))
        arrive(session, "a.csv", "c2", reading=time_log(10, bad(1, "new"), bad(2, "more")))

        found = sources.rejected(session, RIG, limit=1)

    assert [(row.name, row.rejection.sample) for row in found] == [("a.csv", "new")]
