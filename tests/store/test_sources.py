"""What arrived, which of it counts, and what became of each row."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import polars as pl
import pytest
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.readers.reading import Kind, Reading, ReadReport, Reason, Rejection
from idrill.rigs import Rig
from idrill.store import merges, rigs, sources, wells
from idrill.store.database import Database
from idrill.store.sources import Arrival, MergeCount, MergeRejection, SourceLedger
from idrill.wells import Well

RIG = "RIG_1"
DAY, NEXT, THIRD = date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 3)
START = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _known(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig(RIG, "one"))
        rigs.register(session, Rig("RIG_2", "two"))
        wells.merge_well(session, Well("A", "a"))
        wells.merge_well(session, Well("B", "b"))


def bad(rows: int, sample: str = "x") -> Rejection:
    return Rejection(7, 6 + rows, rows, Reason.BAD_NUMBER, "no number", sample)


def time_log(rows: int, *rejections: Rejection) -> Reading:
    rejected = sum(rejection.rows for rejection in rejections)
    report = ReadReport(
        source="log.csv",
        format="csv",
        rows_read=rows + rejected,
        rows_kept=rows,
        rejections=rejections,
        sentinels={"torque": (float("nan"), 3)},
        gaps=((START, START + timedelta(minutes=5)),),
        first=START,
        last=START + timedelta(days=1),
        interval=4.0,
    )
    return Reading(Kind.TIME, pl.DataFrame(), report)


def depth_log(rows: int) -> Reading:
    report = ReadReport("log.las", "las 2.0", rows, rows, first=10.0, last=99.5, interval=0.3048)
    return Reading(Kind.DEPTH, pl.DataFrame(), report)


def arrive(
    session: Session,
    name: str,
    content: str,
    days: Mapping[date, int] | None = None,
    *,
    reading: Reading | None = None,
    rig_id: str = RIG,
    rank: int = 50,
    well_id: str | None = None,
    map_hash: str = "",
) -> Arrival:
    """A source comes in; unless told otherwise, ten rows of `DAY`."""
    days = {DAY: 10} if days is None else days
    return sources.record(
        session,
        rig_id=rig_id,
        name=name,
        content=content,
        size=1000,
        rank=rank,
        reader_version="1",
        map_hash=map_hash,
        well_id=well_id,
        reading=reading or time_log(sum(days.values())),
        days=days,
        arrived_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def lines(found: list[SourceLedger]) -> dict[str, tuple[int, int, int, int, int]]:
    return {
        line.name: (line.read, line.contributing, line.rejected, line.duplicate, line.pending)
        for line in found
    }


def test_a_source_comes_back_as_it_was_recorded(database: Database) -> None:
    with database.session() as session:
        arrival = arrive(session, "a.csv", "c1", {DAY: 6, NEXT: 4}, rank=20, well_id="A")

    with database.session() as session:
        [known] = sources.all_of(session, RIG)
    assert known == arrival.version
    assert arrival.is_new
    assert arrival.touched == {DAY, NEXT}
    assert (known.number, known.rank, known.well_id, known.rows_kept) == (1, 20, "A", 10)
    assert (known.first, known.last) == (START, START + timedelta(days=1))


def test_depths_come_back_as_numbers(database: Database) -> None:
    with database.session() as session:
        arrive(session, "a.las", "c1", {}, reading=depth_log(5), well_id="A")

        [known] = sources.logs_of(session, "A")

    assert (known.kind, known.first, known.last) == (Kind.DEPTH, 10.0, 99.5)


def test_the_same_content_again_is_nothing_new(database: Database) -> None:
    with database.session() as session:
        first = arrive(session, "a.csv", "c1")

    with database.session() as session:
        again = arrive(session, "a.csv", "c1")
        assert len(sources.versions(session, RIG, "a.csv")) == 1

    assert (again.version, again.is_new, again.touched) == (first.version, False, frozenset())


@pytest.mark.parametrize("change", [{"rank": 10}, {"map_hash": "m"}, {"well_id": "B"}])
def test_the_same_content_read_in_another_way_is_a_new_version(
    database: Database, change: Mapping[str, object]
) -> None:
    rank = 10 if "rank" in change else 50
    map_hash = "m" if "map_hash" in change else ""
    well_id = "B" if "well_id" in change else None
    with database.session() as session:
        arrive(session, "a.csv", "c1")

        arrival = arrive(session, "a.csv", "c1", rank=rank, map_hash=map_hash, well_id=well_id)

    assert (arrival.is_new, arrival.version.number) == (True, 2)


def test_a_correction_touches_its_own_days_and_those_of_what_it_replaces(
    database: Database,
) -> None:
    with database.session() as session:
        first = arrive(session, "a.csv", "c1", {DAY: 5, NEXT: 5})

        second = arrive(session, "a.csv", "c2", {NEXT: 5, THIRD: 5})

        assert sources.all_of(session, RIG) == [second.version]
        assert sources.sources_of(session, RIG, DAY) == []
        assert sources.sources_of(session, RIG, THIRD) == [second.version]
    assert second.touched == {DAY, NEXT, THIRD}
    assert second.replaced == first.version


def test_an_earlier_content_that_comes_back_is_current_again(database: Database) -> None:
    with database.session() as session:
        for content in ("c1", "c2", "c1"):
            arrive(session, "a.csv", content)

        history = sources.versions(session, RIG, "a.csv")
        current = sources.all_of(session, RIG)

    assert [(found.number, found.content) for found in history] == [(1, "c1"), (2, "c2"), (3, "c1")]
    assert current == [history[-1]]


def test_a_source_of_an_unknown_rig_is_refused(database: Database) -> None:
    with pytest.raises(NotFound, match="known rigs: RIG_1, RIG_2"), database.session() as session:
        arrive(session, "a.csv", "c1", rig_id="RIG_9")


def test_a_rig_day_is_made_of_its_sources_by_rank_and_content(database: Database) -> None:
    with database.session() as session:
        arrive(session, "a.csv", "c9")
        arrive(session, "b.csv", "c8")
        arrive(session, "c.xml", "c7", rank=20)
        arrive(session, "d.csv", "c6", {NEXT: 3})
        arrive(session, "e.csv", "c5", rig_id="RIG_2")

        found = sources.sources_of(session, RIG, DAY)

    assert [source.content for source in found] == ["c7", "c8", "c9"]


def test_the_version_of_a_day_does_not_depend_on_the_order_of_arrival(database: Database) -> None:
    arrivals = [("a.csv", "c1"), ("b.csv", "c2"), ("b copy.csv", "c2")]
    found = set()

    for number, order in enumerate(permutations(arrivals)):
        rig = f"ORDER_{number}"
        with database.session() as session:
            rigs.register(session, Rig(rig, rig))
            for name, content in order:
                arrive(session, name, content, rig_id=rig)
            found.add(sources.day_version(session, rig, DAY))

    assert len(found) == 1


def test_the_version_of_a_day_changes_with_what_it_is_made_of(database: Database) -> None:
    with database.session() as session:
        empty = sources.day_version(session, RIG, DAY)
        arrive(session, "a.csv", "c1")
        first = sources.day_version(session, RIG, DAY)
        arrive(session, "a.csv", "c1", rank=10)
        ranked = sources.day_version(session, RIG, DAY)
        arrive(session, "b.csv", "c2", {NEXT: 1})
        elsewhere = sources.day_version(session, RIG, DAY)

    assert empty == ""
    assert len({empty, first, ranked}) == 3
    assert elsewhere == ranked


def test_a_day_depends_on_the_day_before_only_where_it_has_sources_itself(
    database: Database,
) -> None:
    with database.session() as session:
        arrive(session, "b.csv", "c2", {NEXT: 1})
        alone = sources.day_versions(session, RIG, [NEXT, THIRD])
        arrive(session, "a.csv", "c1", {DAY: 1})
        warmed = sources.day_versions(session, RIG, [NEXT, THIRD])

    assert warmed[NEXT] != alone[NEXT]
    assert (alone[THIRD], warmed[THIRD]) == ("", "")


def test_what_was_merged_is_told_from_what_arrived_since(database: Database) -> None:
    with database.session() as session:
        for name, content, day in (("a.csv", "c1", DAY), ("b.csv", "c2", NEXT)):
            log = arrive(session, name, content, {day: 1}).version
            sources.record_merge(session, RIG, day, [MergeCount(log.id, 1, 0, 0)], [])
        merged = merges.merged_version(session, RIG, NEXT)
        wanted = sources.day_version(session, RIG, NEXT)
        arrive(session, "a.csv", "c3", {DAY: 1})

        assert merged == wanted
        assert merges.merged_version(session, RIG, NEXT) == merged
        assert sources.day_version(session, RIG, NEXT) != merged


def test_one_content_under_two_names_counts_once_under_the_lower(database: Database) -> None:
    with database.session() as session:
        arrive(session, "b.csv", "c1", reading=time_log(10, bad(2)))
        alone = sources.day_version(session, RIG, DAY)

        arrive(session, "a.csv", "c1", reading=time_log(10, bad(2)))

        [counted] = sources.sources_of(session, RIG, DAY)
        assert (counted.name, sources.day_version(session, RIG, DAY)) == ("a.csv", alone)
        sources.record_merge(session, RIG, DAY, [MergeCount(counted.id, 10, 0, 0)], [])
        assert lines(sources.ledger(session, RIG)) == {
            "a.csv": (12, 10, 2, 0, 0),
            "b.csv": (12, 0, 2, 10, 0),
        }


def test_a_name_that_takes_over_a_content_touches_the_days_of_the_other(
    database: Database,
) -> None:
    with database.session() as session:
        arrive(session, "b.csv", "c1", {DAY: 10}, map_hash="local time")

        arrival = arrive(session, "a.csv", "c1", {NEXT: 10}, map_hash="utc")

        assert sources.sources_of(session, RIG, DAY) == []
    assert arrival.touched == {DAY, NEXT}


def test_the_logs_of_a_well_count_once_even_on_two_rigs(database: Database) -> None:
    log = depth_log(5)
    with database.session() as session:
        assert sources.well_version(session, "A") == ""
        arrive(session, "x.las", "c1", {}, reading=log, well_id="A")
        before = sources.well_version(session, "A")
        arrive(session, "x.las", "c1", {}, reading=log, well_id="A", rig_id="RIG_2")
        arrive(session, "y.las", "c2", {}, reading=log, well_id="B")

        [counted] = sources.logs_of(session, "A")

        assert (counted.rig_id, sources.well_version(session, "A")) == (RIG, before)
        assert lines(sources.ledger(session, "RIG_2")) == {"x.las": (5, 0, 0, 5, 0)}


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


def test_two_threads_that_record_one_source_make_one_version(database: Database) -> None:
    def enter(_: int) -> bool:
        with database.session() as session:
            return arrive(session, "a.csv", "c1", {DAY: 5, NEXT: 5}).is_new

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(enter, range(8)))

    with database.session() as session:
        assert len(sources.versions(session, RIG, "a.csv")) == 1
    assert sum(new) == 1


def test_threads_that_correct_one_source_each_get_a_number_of_their_own(
    database: Database,
) -> None:
    def enter(number: int) -> int:
        with database.session() as session:
            return arrive(session, "a.csv", f"c{number}").version.number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(enter, range(8)))

    with database.session() as session:
        [current] = sources.all_of(session, RIG)
    assert sorted(numbers) == list(range(1, 9))
    assert current.number == 8
