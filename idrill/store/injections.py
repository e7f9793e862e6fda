"""What people have happen to simulated rigs while they run, and when it did: their labels."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idrill.errors import InvalidSimulation
from idrill.store import rigs
from idrill.store.orm import InjectionRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to happen."""

    kind: str
    """Of event, or of sensor fault."""
    channel: str | None
    """Of the sensor that is to go wrong; None: it happens to the rig."""
    severity: float
    """In the unit of its kind; of a fault in that of the channel."""
    growth: float
    """From nothing to full severity [s]."""
    lasting: float
    """As a whole [s]."""


@dataclass(frozen=True, slots=True)
class Injection:
    """What is to happen, or happened."""

    id: int
    rig_id: str
    wanted: Wanted
    asked_by: str
    asked_at: datetime
    start: datetime | None
    """When it began, in time of the rig; None: not yet."""
    refused: str | None
    """Why it cannot happen."""


def ask(session: Session, rig_id: str, wanted: Wanted, asked_by: str) -> Injection:
    """Enter what is to happen as soon as the simulation of a rig takes it up.

    Raises:
        NotFound: If there is no such rig.
        InvalidSimulation: If it is a real one.
    """
    if not rigs.get(session, rig_id).synthetic:
        raise InvalidSimulation(f"{rig_id} is a real rig: nothing can be made happen to it")
    row = InjectionRow(
        rig_id=rig_id,
        kind=wanted.kind,
        channel=wanted.channel,
        severity=wanted.severity,
        growth=wanted.growth,
        lasting=wanted.lasting,
        asked_by=asked_by,
        asked_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return _injection(row)


def waiting(session: Session, rig_id: str) -> list[Injection]:
    """What no simulation of a rig took up yet, in the order in which it was asked for."""
    row = InjectionRow
    query = select(row).where(row.rig_id == rig_id, row.start.is_(None), row.refused.is_(None))
    return [_injection(found) for found in session.scalars(query.order_by(row.id))]


def begun(session: Session, rig_id: str) -> list[Injection]:
    """What happened to a rig, or is under way, in that order."""
    row = InjectionRow
    query = select(row).where(row.rig_id == rig_id, row.start.is_not(None))
    return [_injection(found) for found in session.scalars(query.order_by(row.id))]


def of_rig(session: Session, rig_id: str) -> list[Injection]:
    """All that was asked for of a rig."""
    query = select(InjectionRow).where(InjectionRow.rig_id == rig_id).order_by(InjectionRow.id)
    return [_injection(found) for found in session.scalars(query)]


def begin(session: Session, number: int, start: datetime) -> None:
    """Note when something begins."""
    row = InjectionRow
    session.execute(update(row).where(row.id == number, row.start.is_(None)).values(start=start))


def refuse(session: Session, number: int, reason: str) -> None:
    """Note why something cannot happen."""
    session.execute(update(InjectionRow).where(InjectionRow.id == number).values(refused=reason))


def _injection(row: InjectionRow) -> Injection:
    wanted = Wanted(row.kind, row.channel, row.severity, row.growth, row.lasting)
    return Injection(row.id, row.rig_id, wanted, row.asked_by, row.asked_at, row.start, row.refused)
