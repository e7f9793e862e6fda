"""What arrived, which of it counts, and what became of each row."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest

from idrill.errors import NotFound
from idrill.readers.reading import Kind
from idrill.rigs import Rig
from idrill.store import merges, rigs, sources, wells
from idrill.store.database import Database
from idrill.store.sources import MergeCount
from idrill.wells import Well
from tests.store.arrivals import (
    DAY,
    NEXT,
    RIG,
    START,
    THIRD,
    arrive,
    bad,
    depth_log,
    lines,
    time_log,
)


@pytest.fixture(autouse=True)
def _known(database: Database) -> None:
    with database.session() as session:
        rigs.register(session, Rig(RIG, "one"))
        rigs.register(session, Rig("RIG_2", "two"))
        wells.merge_well(session, Well("A", "a"))
        wells.merge_well(session, Well("B", "b"))


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
