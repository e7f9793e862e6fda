"""Changes of set-points: how each stands, and all that was ever said of it.

A change whose time is up expires when anybody next looks. Nothing here reaches the controls of a
rig, so that what is carried out is recorded as simulated.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from idrill.control.changes import LONGEST, WAITING, Check, State, moved, verdict
from idrill.control.changes import assess as held_against
from idrill.control.setpoints import SetPoint
from idrill.errors import AccessDenied, IllegalMove, InvalidChange, NotFound
from idrill.store import hole_depth, rigs, wells
from idrill.store.holding import held
from idrill.store.listing import newest
from idrill.store.orm import ChangeHistoryRow, ChangeRow

CLOCK = "clock"
"""Who lets a change expire."""

ASSESSMENT = "assessment"
"""Who rejects a change that a check speaks against."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who says something of a change."""

    user_id: int
    name: str
    """As the audit trail calls them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants, why, and for how long it is offered."""

    rig_id: str
    wanted: SetPoint
    reason: str
    time: timedelta


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a set-point as it stands."""

    id: int
    rig_id: str
    wanted: SetPoint
    reason: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    state: State
    version: int
    """Counts what was said of it, from 1."""


@dataclass(frozen=True, slots=True)
class Event:
    """What was said of a change."""

    number: int
    """From 1."""
    state: State
    """What came of it."""
    by: str
    note: str
    at: datetime
    checks: tuple[Check, ...]
    """What it was held against, where it was."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are asked for."""

    rigs: Collection[str] | None
    """None: of every rig."""
    states: Collection[State]
    before: int | None = None
    """Only those with a smaller number."""
    limit: int = 100


def propose(session: Session, proposal: Proposal, person: Person) -> Change:
    """Enter a change.

    Raises:
        NotFound: If there is no such rig.
        InvalidChange: If it would be offered for no time, or for too long.
    """
    rigs.get(session, proposal.rig_id)
    if not timedelta() < proposal.time <= LONGEST:
        raise InvalidChange(f"a change waits for at most {LONGEST / timedelta(hours=1):g} hours")
    now, wanted = datetime.now(UTC), proposal.wanted
    row = ChangeRow(
        rig_id=proposal.rig_id,
        channel=wanted.channel,
        set_point=wanted.value,
        previous=wanted.previous,
        hole_depth=wanted.hole_depth,
        reason=proposal.reason,
        proposed_by=person.name,
        proposer_id=person.user_id,
        proposed_at=now,
        expires_at=now + proposal.time,
        state=State.PROPOSED.value,
        version=1,
    )
    session.add(row)
    session.flush()
    _remember(session, row, person.name, proposal.reason, now, ())
    return _change(row)


def judge(session: Session, number: int, person: Person) -> Change:
    """Hold a proposed change against what is known; it is rejected if a check speaks against it.

    Raises:
        NotFound: If there is no such change.
        IllegalMove: If it is not proposed.
    """
    row = _locked(session, number)
    checks = _checks(session, row)
    state = verdict(checks)
    by = ASSESSMENT if state is State.REJECTED else person.name
    return _move(session, row, state, by, "", checks)


def approve(session: Session, number: int, person: Person, note: str) -> Change:
    """Approve an assessed change; what it was held against is looked at once more.

    Raises:
        NotFound: If there is no such change.
        AccessDenied: If they proposed it themselves.
        IllegalMove: If it is not assessed, or something speaks against it by now.
    """
    row = _locked(session, number)
    if row.proposer_id == person.user_id:
        raise AccessDenied("who proposes a change does not approve it: somebody else does")
    checks = _checks(session, row)
    against = [check.detail for check in checks if check.passed is False]
    if against and State(row.state) is State.ASSESSED:
        raise IllegalMove(f"since it was assessed: {'; '.join(against)}")
    return _move(session, row, State.APPROVED, person.name, note, checks)


def carry_out(session: Session, number: int, person: Person, note: str) -> Change:
    """Carry out an approved change: simulated, for nothing here sets the controls of a rig.

    Raises:
        NotFound: If there is no such change.
        IllegalMove: If it is not approved.
    """
    return _move(session, _locked(session, number), State.SIMULATED, person.name, note)


def say(session: Session, number: int, to: State, person: Person, note: str) -> Change:
    """Reject, verify, or roll back a change.

    Raises:
        NotFound: If there is no such change.
        IllegalMove: If it cannot become that.
    """
    return _move(session, _locked(session, number), to, person.name, note)


def get(session: Session, number: int) -> Change:
    """The change with this number.

    Raises:
        NotFound: If there is none.
    """
    expire(session, datetime.now(UTC))
    row = session.get(ChangeRow, number, populate_existing=True)
    if row is None:
        raise absent(number)
    return _change(row)


def listed(session: Session, wanted: Wanted) -> list[Change]:
    """Changes, the newest first."""
    expire(session, datetime.now(UTC))
    return [_change(row) for row in session.scalars(newest(ChangeRow, wanted))]


def history(session: Session, number: int) -> list[Event]:
    """All that was said of a change, oldest first."""
    query = select(ChangeHistoryRow).where(ChangeHistoryRow.change_id == number)
    return [_event(row) for row in session.scalars(query.order_by(ChangeHistoryRow.number))]


def expire(session: Session, at: datetime) -> None:
    """Let the changes expire that nobody carried out until `at`."""
    waiting = [state.value for state in WAITING]
    due = select(ChangeRow.id).where(ChangeRow.expires_at <= at, ChangeRow.state.in_(waiting))
    for number in session.scalars(due.order_by(ChangeRow.id)).all():
        _locked(session, number)


def absent(number: int) -> NotFound:
    """What is told where there is no such change, or none that one may see."""
    return NotFound(f"no change that you may see has the number {number}")


def _locked(session: Session, number: int) -> ChangeRow:
    """A change that nobody else moves until the transaction ends, expired if it is due.

    Raises:
        NotFound: If there is none.
    """
    row = held(session, ChangeRow, number)
    if row is None:
        raise absent(number)
    if State(row.state) in WAITING and row.expires_at <= datetime.now(UTC):
        _move(session, row, State.EXPIRED, CLOCK, "its time was up", at=row.expires_at)
    return row


def _checks(session: Session, row: ChangeRow) -> tuple[Check, ...]:
    """What a change is held against, where the hole is if it is told for no other depth."""
    wanted, now = _change(row).wanted, datetime.now(UTC)
    if wanted.hole_depth is None:
        wanted = replace(wanted, hole_depth=hole_depth.measured(session, row.rig_id, now))
    rig, well = rigs.get(session, row.rig_id), wells.well_drilled(session, row.rig_id, now)
    return held_against(wanted, rig, well)


def _move(
    session: Session,
    row: ChangeRow,
    to: State,
    by: str,
    note: str,
    checks: Sequence[Check] = (),
    *,
    at: datetime | None = None,
) -> Change:
    row.state = moved(State(row.state), to).value
    row.version += 1
    _remember(session, row, by, note, at or datetime.now(UTC), checks)
    return _change(row)


def _remember(
    session: Session, row: ChangeRow, by: str, note: str, at: datetime, checks: Sequence[Check]
) -> None:
    session.add(
        ChangeHistoryRow(
            change_id=row.id,
            number=row.version,
            state=row.state,
            by=by,
            note=note,
            at=at,
            details={"checks": [asdict(check) for check in checks]},
        )
    )
    session.flush()


def _change(row: ChangeRow) -> Change:
    return Change(
        id=row.id,
        rig_id=row.rig_id,
        wanted=SetPoint(row.channel, row.set_point, row.previous, row.hole_depth),
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=State(row.state),
        version=row.version,
    )


def _event(row: ChangeHistoryRow) -> Event:
    told = row.details.get("checks", [])
    checks = tuple(Check(**one) for one in told) if isinstance(told, list) else ()
    return Event(row.number, State(row.state), row.by, row.note, row.at, checks)
