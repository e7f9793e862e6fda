"""Maintenance plans that were asked for, and what came of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idrill.errors import NotFound
from idrill.maintenance.plan_states import PlanState
from idrill.store.orm import PlanRow

PATIENCE = timedelta(minutes=5)
"""After which a plan that was asked for and that nobody began is made by the graph."""
LEASE = timedelta(minutes=15)
"""After which a plan that is being made counts as abandoned, and is made by whoever asks."""


@dataclass(frozen=True, slots=True)
class Request:
    """A plan that somebody wants."""

    rigs: tuple[str, ...] | None
    """None: every one."""
    wish: Mapping[str, object]
    """What is asked of it, as the fields of `maintenance.plan_inputs.Wish`."""
    by: str


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """A plan as it stands."""

    id: int
    state: PlanState
    rigs: tuple[str, ...] | None
    wish: Mapping[str, object]
    asked_by: str
    asked_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    inputs: str
    """Hash of what it was made from; "" while that is not known."""
    told: Mapping[str, object] | None
    """The plan, as `maintenance.plan.Plan` is in JSON."""
    problem: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request."""

    state: PlanState
    inputs: str = ""
    told: Mapping[str, object] | None = None
    problem: str = ""


def request(session: Session, wanted: Request) -> KnownPlan:
    """Ask for a plan; one for the same that nobody has begun is the same."""
    rigs = None if wanted.rigs is None else ",".join(sorted(wanted.rigs))
    waiting = session.scalars(
        select(PlanRow).where(PlanRow.state == PlanState.REQUESTED.value).order_by(PlanRow.id)
    )
    for row in waiting:
        if row.rigs == rigs and row.wish == dict(wanted.wish):
            return _known(row)
    row = PlanRow(
        state=PlanState.REQUESTED.value,
        rigs=rigs,
        wish=dict(wanted.wish),
        asked_by=wanted.by,
        asked_at=datetime.now(UTC),
        inputs="",
        problem="",
    )
    session.add(row)
    session.flush()
    return _known(row)


def claim(session: Session, number: int | None = None) -> KnownPlan | None:
    """The oldest plan that waits to be made, which nobody else makes now; None: there is none.

    Args:
        session: Of the store.
        number: Only this one.
    """
    now = datetime.now(UTC)
    waits = PlanRow.state == PlanState.REQUESTED.value
    abandoned = (PlanRow.state == PlanState.RUNNING.value) & (PlanRow.begun_at < now - LEASE)
    query = select(PlanRow.id).where(waits | abandoned).order_by(PlanRow.id)
    if number is not None:
        query = query.where(PlanRow.id == number)
    for found in session.scalars(query).all():
        taken = update(PlanRow).where(PlanRow.id == found, waits | abandoned)
        taken = taken.values(state=PlanState.RUNNING.value, begun_at=now).returning(PlanRow.id)
        if session.scalar(taken, execution_options={"synchronize_session": False}) is not None:
            return get(session, found)
    return None


def answer(session: Session, number: int, found: Answer) -> KnownPlan:
    """Say what came of a request.

    Raises:
        NotFound: If there is no such plan.
    """
    row = session.get(PlanRow, number, populate_existing=True)
    if row is None:
        raise absent(number)
    row.state, row.inputs = found.state.value, found.inputs
    row.told = None if found.told is None else dict(found.told)
    row.problem, row.ended_at = found.problem, datetime.now(UTC)
    session.flush()
    return _known(row)


def get(session: Session, number: int) -> KnownPlan:
    """The plan with this number.

    Raises:
        NotFound: If there is none.
    """
    row = session.get(PlanRow, number, populate_existing=True)
    if row is None:
        raise absent(number)
    return _known(row)


def latest(session: Session, state: PlanState = PlanState.DONE) -> KnownPlan | None:
    """The newest plan of a state; None: there is none."""
    query = select(PlanRow).where(PlanRow.state == state.value).order_by(PlanRow.id.desc())
    row = session.scalars(query.limit(1)).first()
    return None if row is None else _known(row)


def unmade(session: Session, now: datetime) -> list[int]:
    """Numbers of plans that wait for longer than whoever was asked needs to begin.

    Args:
        session: Of the store.
        now: When that is asked.
    """
    waits = PlanRow.state == PlanState.REQUESTED.value
    late = waits & (PlanRow.asked_at < now - PATIENCE)
    abandoned = (PlanRow.state == PlanState.RUNNING.value) & (PlanRow.begun_at < now - LEASE)
    return list(session.scalars(select(PlanRow.id).where(late | abandoned).order_by(PlanRow.id)))


def listed(
    session: Session,
    *,
    states: Collection[PlanState] = tuple(PlanState),
    before: int | None = None,
    limit: int = 100,
) -> list[KnownPlan]:
    """Plans, the newest first.

    Args:
        session: Of the store.
        states: That they are in.
        before: Only those with a smaller number.
        limit: How many at most.
    """
    query = select(PlanRow).where(PlanRow.state.in_([one.value for one in states]))
    if before is not None:
        query = query.where(PlanRow.id < before)
    return [_known(row) for row in session.scalars(query.order_by(PlanRow.id.desc()).limit(limit))]


def absent(number: int) -> NotFound:
    """What is told where there is no such plan, or none that one may see."""
    return NotFound(f"no plan that you may see has the number {number}")


def _known(row: PlanRow) -> KnownPlan:
    rigs = None if row.rigs is None else tuple(one for one in row.rigs.split(",") if one)
    return KnownPlan(
        row.id, PlanState(row.state), rigs, row.wish, row.asked_by, row.asked_at, row.begun_at,
        row.ended_at, row.inputs, row.told, row.problem,
    )  # fmt: skip
