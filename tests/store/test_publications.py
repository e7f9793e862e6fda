"""Rig-days and well logs: wanted, published, held."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import polars as pl
import pytest
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.readers.reading import Kind, Reading, ReadReport
from idrill.rigs import Rig
from idrill.store import rig_days, rigs, sources, well_logs, wells
from idrill.store.database import Database
from idrill.store.orm import RigDayRow
from idrill.store.rig_days import State
from idrill.wells import Well

RIG, WELL = "RIG_1", "A"
DAY, NEXT = date(2026, 2, 1), date(2026, 2, 2)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on a store that knows one rig and one well."""
    with database.session() as opened:
        rigs.register(opened, Rig(RIG, "one"))
        wells.merge_well(opened, Well(WELL, "a"))
        yield opened


def arrive(session: Session, content: str, kind: Kind, *days: date) -> None:
    sources.record(
        session,
        rig_id=RIG,
        name=f"log.{kind}",
        content=content,
        size=10,
        rank=50,
        reader_version="1",
        map_hash="",
        well_id=WELL,
        reading=Reading(kind, pl.DataFrame(), ReadReport("log", "csv", 1, 1)),
        days=dict.fromkeys(days, 1),
        arrived_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_a_day_that_a_source_touches_is_stale_until_it_is_published(session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY, NEXT)
    wanted = rig_days.want(session, RIG, [NEXT, DAY])
    assert [(found.day, found.state) for found in wanted] == [
        (DAY, State.STALE),
        (NEXT, State.STALE),
    ]

    published = rig_days.publish(
        session, RIG, DAY, version=wanted[0].wanted, rows=9, lake_version=4
    )

    assert (published.state, published.rows, published.lake_version) == (State.PUBLISHED, 9, 4)
    assert [found.day for found in rig_days.stale(session)] == [NEXT]


def test_wanting_what_is_published_changes_nothing(session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    [wanted] = rig_days.want(session, RIG, [DAY])
    published = rig_days.publish(session, RIG, DAY, version=wanted.wanted, rows=9, lake_version=4)

    assert rig_days.want(session, RIG, [DAY]) == [published]
    assert rig_days.stale(session, RIG) == []


def test_a_corrected_source_makes_a_published_day_stale(session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    [before] = rig_days.want(session, RIG, [DAY])
    rig_days.publish(session, RIG, DAY, version=before.wanted, rows=9, lake_version=4)

    arrive(session, "c2", Kind.TIME, DAY)
    [after] = rig_days.want(session, RIG, [DAY])

    assert (after.state, after.published, after.rows) == (State.STALE, before.wanted, 9)
    assert after.wanted != before.wanted


def test_a_source_that_left_a_day_makes_it_stale_until_it_is_published_empty(
    session: Session,
) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    [before] = rig_days.want(session, RIG, [DAY])
    rig_days.publish(session, RIG, DAY, version=before.wanted, rows=9, lake_version=4)
    arrive(session, "c2", Kind.TIME, NEXT)

    [after] = rig_days.want(session, RIG, [DAY])
    assert (after.state, after.wanted) == (State.STALE, "")

    emptied = rig_days.publish(session, RIG, DAY, version="", rows=0, lake_version=5)
    assert emptied.state is State.PUBLISHED


def test_a_day_without_sources_is_not_wanted(session: Session) -> None:
    assert rig_days.want(session, RIG, [DAY]) == []
    assert rig_days.want(session, RIG, []) == []
    with pytest.raises(NotFound, match="no source touches that day"):
        rig_days.get(session, RIG, DAY)


def test_what_changed_while_it_was_made_stays_stale(session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    [made] = rig_days.want(session, RIG, [DAY])
    arrive(session, "c2", Kind.TIME, DAY)
    rig_days.want(session, RIG, [DAY])

    published = rig_days.publish(session, RIG, DAY, version=made.wanted, rows=9, lake_version=4)
    refused = rig_days.hold(session, RIG, DAY, version=made.wanted, reason="too old")

    assert (published.state, published.published) == (State.STALE, made.wanted)
    assert (refused.state, refused.reason) == (State.STALE, None)


def test_a_held_day_keeps_its_earlier_version_and_is_not_asked_for_again(session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    [first] = rig_days.want(session, RIG, [DAY])
    rig_days.publish(session, RIG, DAY, version=first.wanted, rows=9, lake_version=4)
    arrive(session, "c2", Kind.TIME, DAY)
    [second] = rig_days.want(session, RIG, [DAY])

    rig_days.hold(session, RIG, DAY, version=second.wanted, reason="half of it is missing")
    rig_days.want(session, RIG, [DAY])

    [held] = rig_days.held(session, RIG)
    assert (held.published, held.rows, held.lake_version) == (first.wanted, 9, 4)
    assert held.reason == "half of it is missing"
    assert rig_days.stale(session) == []


def test_a_held_day_that_passes_after_all_is_stale_until_it_is_published(session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    [wanted] = rig_days.want(session, RIG, [DAY])
    rig_days.hold(session, RIG, DAY, version=wanted.wanted, reason="half of it is missing")

    rig_days.release(session, RIG, DAY)

    assert [(found.day, found.reason) for found in rig_days.stale(session)] == [(DAY, None)]
    assert rig_days.held(session) == []


def test_new_sources_free_a_held_day(session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    [first] = rig_days.want(session, RIG, [DAY])
    rig_days.hold(session, RIG, DAY, version=first.wanted, reason="half of it is missing")

    arrive(session, "c2", Kind.TIME, DAY)
    rig_days.want(session, RIG, [DAY])

    [freed] = rig_days.stale(session, RIG)
    assert (freed.day, freed.reason) == (DAY, None)
    assert rig_days.held(session) == []


def test_days_between_two_are_listed_with_both(session: Session) -> None:
    days = [date(2026, 2, number) for number in (1, 2, 3, 4)]
    arrive(session, "c1", Kind.TIME, *days)
    rig_days.want(session, RIG, days)

    found = rig_days.between(session, RIG, days[1], days[2])

    assert [rig_day.day for rig_day in found] == days[1:3]
    assert rig_days.get(session, RIG, days[1]) == found[0]


def test_what_was_wanted_survives_the_session(database: Database, session: Session) -> None:
    arrive(session, "c1", Kind.TIME, DAY)
    rig_days.want(session, RIG, [DAY])
    session.commit()

    with database.session() as later:
        assert later.get_one(RigDayRow, (RIG, DAY)).state == "stale"


def test_the_log_of_a_well_is_wanted_published_and_held_in_the_same_way(session: Session) -> None:
    with pytest.raises(NotFound, match="never had a log"):
        well_logs.get(session, WELL)
    arrive(session, "c1", Kind.DEPTH)
    first = well_logs.want(session, WELL)
    assert (first.state, well_logs.stale(session)) == (State.STALE, [first])

    published = well_logs.publish(session, WELL, version=first.wanted, rows=7, lake_version=1)
    assert published.state is State.PUBLISHED
    assert well_logs.want(session, WELL) == published

    arrive(session, "c2", Kind.DEPTH)
    second = well_logs.want(session, WELL)
    held = well_logs.hold(session, WELL, version=second.wanted, reason="no depth")
    assert (held.state, held.rows, held.reason) == (State.HELD, 7, "no depth")
    assert (well_logs.held(session), well_logs.stale(session)) == ([held], [])
    assert well_logs.get(session, WELL) == held
