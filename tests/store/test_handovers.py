"""What a rig-day is a function of: its sources, what the day before left, approved calibrations."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from sqlalchemy.orm import Session

from idrill.dvr.calibration import Approval, Calibration
from idrill.errors import IllegalMove, NotFound, StoreError
from idrill.readers.reading import Kind, Reading, ReadReport
from idrill.rigs import Rig
from idrill.store import approvals, calibrations, handovers, rig_days, rigs, sources
from idrill.store.database import Database
from idrill.store.rig_days import State
from idrill.store.sources import MergeCount, record_merge
from idrill.store.tables import RECONCILIATIONS, THRESHOLDS

RIG = "RIG_1"
FIRST, NEXT, THIRD, FOURTH = (date(2026, 2, day) for day in (1, 2, 3, 4))
NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)
TABLE = RECONCILIATIONS.name


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on a store that knows one rig with a file of four days, each merged."""
    with database.session() as opened:
        rigs.register(opened, Rig(RIG, "one"))
        days = (FIRST, NEXT, THIRD, FOURTH)
        arrival = sources.record(
            opened,
            rig_id=RIG,
            name="log",
            content="c1",
            size=10,
            rank=50,
            reader_version="1",
            map_hash="",
            well_id=None,
            reading=Reading(
                kind=Kind.TIME, report=ReadReport("log", "csv", 4, 4), table=pl.DataFrame()
            ),
            days=dict.fromkeys(days, 1),
            arrived_at=NOON,
        )
        rig_days.want(opened, RIG, days)
        for day in days:
            record_merge(opened, RIG, day, [MergeCount(arrival.version.id, 1, 0, 0)], [])
        yield opened


def make(session: Session, day: date, left: str) -> rig_days.RigDay:
    """What the graph enters of a rig-day that it makes, leaving `left`."""
    before = handovers.before(session, RIG, day, TABLE)
    handed = handovers.left_by(session, RIG, before, TABLE) if before else ""
    received = handovers.received(handed, handovers.applied(session, RIG, day))
    rig_days.hand_over(session, RIG, day, TABLE, received=received, left=left)
    version = handovers.made_version(session, RIG, day)
    return rig_days.publish(session, RIG, day, version=version, rows=1, lake_version=1)


def stale(session: Session) -> list[date]:
    return [day.day for day in rig_days.stale(session, RIG)]


def proposal(
    start: datetime = NOON, offset: float = -5.0, end: datetime | None = None
) -> Calibration:
    return Calibration("hook_load", start, end, offset=offset, sd=0.4, reason="too heavy by 5 kN")


def test_days_made_in_order_are_all_published(session: Session) -> None:
    for day in (FIRST, NEXT, THIRD, FOURTH):
        make(session, day, f"state of {day}")

    assert stale(session) == []


def test_a_day_made_before_the_day_before_it_is_stale_once_that_is_made(session: Session) -> None:
    early = make(session, NEXT, "two")
    make(session, FIRST, "one")

    assert early.state is State.PUBLISHED
    assert NEXT in stale(session)


def test_only_another_state_makes_the_next_day_stale_and_no_other(session: Session) -> None:
    for day in (FIRST, NEXT, THIRD, FOURTH):
        make(session, day, "same")

    make(session, FIRST, "same")
    unchanged = stale(session)
    make(session, FIRST, "other")

    assert unchanged == []
    assert stale(session) == [NEXT]


def test_the_change_ripples_until_a_day_leaves_what_it_left_before(session: Session) -> None:
    for day in (FIRST, NEXT, THIRD, FOURTH):
        make(session, day, "same")

    make(session, FIRST, "other")
    make(session, NEXT, "another")
    rippled = stale(session)
    make(session, THIRD, "same")

    assert rippled == [THIRD]
    assert stale(session) == []


def test_a_state_that_is_as_before_again_leaves_the_next_day_published(session: Session) -> None:
    for day in (FIRST, NEXT):
        make(session, day, "same")

    make(session, FIRST, "other")
    make(session, FIRST, "same")

    assert NEXT not in stale(session)


def test_a_day_that_leaves_nothing_is_passed_over(session: Session) -> None:
    make(session, FIRST, "one")
    make(session, NEXT, "two")
    made = make(session, THIRD, "three")

    rig_days.hand_over(session, RIG, NEXT, TABLE, received="", left="")

    assert made.state is State.PUBLISHED
    assert handovers.before(session, RIG, THIRD, TABLE) == FIRST
    assert THIRD in stale(session)


def test_each_table_hands_over_on_its_own(session: Session) -> None:
    make(session, FIRST, "one")
    make(session, NEXT, "two")

    rig_days.hand_over(session, RIG, FIRST, THRESHOLDS.name, received="", left="limits")

    assert NEXT in stale(session)
    assert handovers.before(session, RIG, NEXT, THRESHOLDS.name) == FIRST
    assert handovers.before(session, RIG, FIRST, THRESHOLDS.name) is None


def test_a_held_day_stays_held_when_another_state_is_left_to_it(session: Session) -> None:
    make(session, FIRST, "one")
    tried = handovers.tried_version(session, RIG, NEXT)
    rig_days.hold(session, RIG, NEXT, version=tried, reason="half of it is missing")

    make(session, FIRST, "other")

    assert rig_days.get(session, RIG, NEXT).state is State.HELD


def test_a_proposal_is_entered_once(session: Session) -> None:
    first = calibrations.propose(session, RIG, NEXT, [proposal()])
    again = calibrations.propose(session, RIG, NEXT, [proposal()])

    assert [one.state for one in first] == [Approval.PROPOSED]
    assert again == []
    assert len(calibrations.audit_of_rig(session, RIG)) == 1


def test_the_next_day_refines_a_proposal_and_the_earlier_one_does_not_undo_that(
    session: Session,
) -> None:
    calibrations.propose(session, RIG, NEXT, [proposal()])
    calibrations.propose(session, RIG, THIRD, [proposal(NOON + timedelta(minutes=5), -5.5)])
    calibrations.propose(session, RIG, NEXT, [proposal()])

    [one] = calibrations.of_rig(session, RIG)
    assert (one.number, one.calibration.offset, one.day) == (2, -5.5, THIRD)


def test_what_a_rig_day_no_longer_proposes_lapses_and_comes_back_with_the_fault(
    session: Session,
) -> None:
    calibrations.propose(session, RIG, NEXT, [proposal()])
    calibrations.propose(session, RIG, NEXT, [])
    lapsed = calibrations.of_rig(session, RIG)
    calibrations.propose(session, RIG, NEXT, [proposal()])

    assert [one.state for one in lapsed] == [Approval.LAPSED]
    assert [one.state for one in calibrations.audit_of_rig(session, RIG)] == [
        Approval.PROPOSED,
        Approval.LAPSED,
        Approval.PROPOSED,
    ]


def test_what_was_rejected_is_not_proposed_again(session: Session) -> None:
    [one] = calibrations.propose(session, RIG, NEXT, [proposal()])
    approvals.decide(session, one.id, Approval.REJECTED, by="Ada")

    assert calibrations.propose(session, RIG, THIRD, [proposal(offset=-6.0)]) == []


def test_a_fault_that_starts_at_another_time_is_another_proposal(session: Session) -> None:
    calibrations.propose(session, RIG, NEXT, [proposal()])
    calibrations.propose(session, RIG, THIRD, [proposal(NOON + timedelta(hours=20))])

    assert len(calibrations.of_rig(session, RIG)) == 2


def test_who_said_what_and_why_is_kept_in_order(session: Session) -> None:
    [one] = calibrations.propose(session, RIG, NEXT, [proposal()])
    approvals.decide(session, one.id, Approval.APPROVED, by="Ada", note="weighed on the deck")
    approvals.decide(session, one.id, Approval.WITHDRAWN, by="Grace", note="the scale was wrong")

    told = [
        (said.number, said.state, said.by, said.note)
        for said in calibrations.audit(session, one.id)
    ]
    assert told == [
        (1, Approval.PROPOSED, calibrations.PROPOSER, ""),
        (2, Approval.APPROVED, "Ada", "weighed on the deck"),
        (3, Approval.WITHDRAWN, "Grace", "the scale was wrong"),
    ]


@pytest.mark.parametrize(
    ("before", "to"),
    [
        ([], Approval.WITHDRAWN),
        ([Approval.APPROVED], Approval.APPROVED),
        ([Approval.APPROVED], Approval.REJECTED),
        ([Approval.REJECTED], Approval.APPROVED),
        ([Approval.APPROVED, Approval.WITHDRAWN], Approval.APPROVED),
    ],
)
def test_an_illegal_move_is_refused_in_words(
    session: Session, before: list[Approval], to: Approval
) -> None:
    [one] = calibrations.propose(session, RIG, NEXT, [proposal()])
    for state in before:
        approvals.decide(session, one.id, state, by="Ada")

    with pytest.raises(IllegalMove, match=f"cannot become {to}"):
        approvals.decide(session, one.id, to, by="Ada")


def test_a_calibration_needs_a_number_that_exists_and_a_person(session: Session) -> None:
    [one] = calibrations.propose(session, RIG, NEXT, [proposal()])

    with pytest.raises(NotFound, match="idrill dvr calibrations"):
        approvals.decide(session, one.id + 1, Approval.APPROVED, by="Ada")
    with pytest.raises(StoreError, match="give a name"):
        approvals.decide(session, one.id, Approval.APPROVED, by=" ")


def test_approving_makes_the_days_from_its_start_on_stale_and_no_earlier_one(
    session: Session,
) -> None:
    for day in (FIRST, NEXT, THIRD, FOURTH):
        make(session, day, "same")
    [one] = calibrations.propose(session, RIG, NEXT, [proposal()])

    done = approvals.decide(session, one.id, Approval.APPROVED, by="Ada")

    assert list(done.stale) == stale(session) == [NEXT, THIRD, FOURTH]
    for day in (NEXT, THIRD, FOURTH):
        make(session, day, "corrected")
    assert stale(session) == []


def test_withdrawing_before_anything_was_made_anew_leaves_every_day_published(
    session: Session,
) -> None:
    for day in (FIRST, NEXT, THIRD, FOURTH):
        make(session, day, "same")
    [one] = calibrations.propose(session, RIG, NEXT, [proposal()])
    approvals.decide(session, one.id, Approval.APPROVED, by="Ada")

    done = approvals.decide(session, one.id, Approval.WITHDRAWN, by="Ada")

    assert done.stale == ()
    assert stale(session) == []


def test_a_calibration_that_ends_touches_the_days_it_lasts_and_the_warm_up_after(
    session: Session,
) -> None:
    for day in (FIRST, NEXT, THIRD, FOURTH):
        make(session, day, "same")
    midnight = datetime(2026, 2, 3, tzinfo=UTC)
    [short, long] = calibrations.propose(
        session,
        RIG,
        NEXT,
        [
            proposal(end=midnight - timedelta(hours=1)),
            proposal(NOON - timedelta(hours=9), end=midnight),
        ],
    )

    first = approvals.decide(session, short.id, Approval.APPROVED, by="Ada")
    second = approvals.decide(session, long.id, Approval.APPROVED, by="Ada")

    assert list(first.stale) == [NEXT]
    assert list(second.stale) == [NEXT, THIRD]
