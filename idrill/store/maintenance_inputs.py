"""What people said that maintenance plans are made from: crews, parts, upkeep, rig plans.

Whoever changes something says which version they looked at, 0 for what is new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from idrill.errors import AlreadyExists, NotFound, VersionConflict
from idrill.maintenance.consequences import Consequence, Norm
from idrill.maintenance.crews import Crew, Rota
from idrill.maintenance.parts import Delivery, Part
from idrill.maintenance.rig_plan import Phase, RigPlan
from idrill.maintenance.tasks import Activity
from idrill.rigs import FailureMode
from idrill.store import rigs
from idrill.store.orm import (
    ConsequenceRow,
    CrewRow,
    DeliveryRow,
    NormRow,
    PartRow,
    PhaseRow,
    RigPlanRow,
    UpkeepRow,
)

Head = type[CrewRow] | type[PartRow] | type[UpkeepRow] | type[RigPlanRow]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What failures of a component cost, and what work on it takes."""

    component: str
    failures: tuple[Consequence, ...]
    work: tuple[Norm, ...]


def crews(session: Session) -> list[tuple[Crew, int]]:
    """Every crew and its version, by name."""
    rows = session.scalars(select(CrewRow).order_by(CrewRow.name))
    return [(_crew(row), row.version) for row in rows]


def put_crew(session: Session, crew: Crew, seen: int) -> int:
    """Say who a crew are from now on; the version that this makes.

    Raises:
        AlreadyExists: If they are told as new and are known.
        NotFound: If they are told as known and are not.
        VersionConflict: If somebody else changed them meanwhile.
    """
    values = {
        "skills": ",".join(crew.skills),
        "rigs": None if crew.rigs is None else ",".join(crew.rigs),
        "size": crew.size,
        "first_shift": crew.rota.first,
        "shift_hours": crew.rota.hours,
        "days_on": crew.rota.days_on,
        "days_off": crew.rota.days_off,
    }
    return _put(session, CrewRow, CrewRow.name, crew.name, seen, values)


def remove_crew(session: Session, name: str) -> None:
    """Forget a crew.

    Raises:
        NotFound: If there is no such crew.
    """
    _remove(session, CrewRow, CrewRow.name, name)


def parts(session: Session) -> list[tuple[Part, int]]:
    """Every spare part and its version, by name."""
    found: dict[str, list[Delivery]] = {}
    for row in session.scalars(
        select(DeliveryRow).order_by(DeliveryRow.part, DeliveryRow.position)
    ):
        found.setdefault(row.part, []).append(Delivery(row.at, row.count))
    rows = session.scalars(select(PartRow).order_by(PartRow.name))
    return [
        (Part(row.name, row.stock, row.lead_days, tuple(found.get(row.name, ()))), row.version)
        for row in rows
    ]


def put_part(session: Session, part: Part, seen: int) -> int:
    """Say how many of a part there are and come; the version that this makes.

    Raises:
        AlreadyExists: If it is told as new and is known.
        NotFound: If it is told as known and is not.
        VersionConflict: If somebody else changed it meanwhile.
    """
    values = {"stock": part.stock, "lead_days": part.lead_days}
    version = _put(session, PartRow, PartRow.name, part.name, seen, values)
    session.execute(delete(DeliveryRow).where(DeliveryRow.part == part.name))
    session.add_all(
        DeliveryRow(part=part.name, position=position, at=one.at, count=one.count)
        for position, one in enumerate(part.deliveries)
    )
    session.flush()
    return version


def remove_part(session: Session, name: str) -> None:
    """Forget a part.

    Raises:
        NotFound: If there is no such part.
    """
    session.execute(delete(DeliveryRow).where(DeliveryRow.part == name))
    _remove(session, PartRow, PartRow.name, name)


def upkeep(session: Session) -> list[tuple[Upkeep, int]]:
    """What was said of every component and its version, by name."""
    failures = session.scalars(
        select(ConsequenceRow).order_by(ConsequenceRow.component, ConsequenceRow.failure_mode)
    ).all()
    work = session.scalars(select(NormRow).order_by(NormRow.component, NormRow.activity)).all()
    return [
        (
            Upkeep(
                row.component,
                tuple(_consequence(one) for one in failures if one.component == row.component),
                tuple(_norm(one) for one in work if one.component == row.component),
            ),
            row.version,
        )
        for row in session.scalars(select(UpkeepRow).order_by(UpkeepRow.component))
    ]


def put_upkeep(session: Session, told: Upkeep, seen: int) -> int:
    """Say what failures of a component cost and what work on it takes; the version it makes.

    Raises:
        AlreadyExists: If it is told as new and is known.
        NotFound: If it is told as known and is not.
        VersionConflict: If somebody else changed it meanwhile.
    """
    name = told.component
    version = _put(session, UpkeepRow, UpkeepRow.component, name, seen, {})
    _clear_upkeep(session, name)
    session.add_all(
        ConsequenceRow(
            component=name,
            failure_mode=one.failure_mode.value if one.failure_mode else "",
            cost=one.cost,
            lost_hours=one.lost_hours,
        )
        for one in told.failures
    )
    session.add_all(
        NormRow(
            component=name, activity=one.activity.value, hours=one.hours, cost=one.cost,
            skill=one.skill, part=one.part, stops=one.stops,
        )
        for one in told.work
    )  # fmt: skip
    session.flush()
    return version


def remove_upkeep(session: Session, component: str) -> None:
    """Forget what was said of a component.

    Raises:
        NotFound: If nothing was.
    """
    _clear_upkeep(session, component)
    _remove(session, UpkeepRow, UpkeepRow.component, component)


def rig_plans(session: Session, rig_id: str | None = None) -> list[tuple[RigPlan, int]]:
    """What rigs are to do, with the version, by rig; of one rig if it is named."""
    phases = session.scalars(select(PhaseRow).order_by(PhaseRow.rig_id, PhaseRow.position)).all()
    query = select(RigPlanRow).order_by(RigPlanRow.rig_id)
    if rig_id is not None:
        query = query.where(RigPlanRow.rig_id == rig_id)
    return [
        (
            RigPlan(
                row.rig_id,
                row.hour_cost,
                tuple(_phase(one) for one in phases if one.rig_id == row.rig_id),
            ),
            row.version,
        )
        for row in session.scalars(query)
    ]


def put_rig_plan(session: Session, plan: RigPlan, seen: int) -> int:
    """Say what a rig is to do from now on; the version that this makes.

    Raises:
        NotFound: If there is no such rig, or its plan is told as known and is not.
        InvalidEquipment: If a phase names equipment that the rig does not carry.
        AlreadyExists: If it is told as new and is known.
        VersionConflict: If somebody else changed it meanwhile.
    """
    carried = rigs.get(session, plan.rig_id)
    for phase in plan.phases:
        carried.require(phase.equipment, None)
    values = {"hour_cost": plan.hour_cost}
    version = _put(session, RigPlanRow, RigPlanRow.rig_id, plan.rig_id, seen, values)
    session.execute(delete(PhaseRow).where(PhaseRow.rig_id == plan.rig_id))
    session.add_all(
        PhaseRow(
            rig_id=plan.rig_id, position=position, name=one.name, equipment=one.equipment,
            start=one.start, end=one.end, duty=one.duty,
        )
        for position, one in enumerate(plan.phases)
    )  # fmt: skip
    session.flush()
    return version


def _put(
    session: Session,
    head: Head,
    key: InstrumentedAttribute[str],
    name: str,
    seen: int,
    values: Mapping[str, object],
) -> int:
    """Enter or change a row that has a version, and the version that it has then."""
    known = session.scalar(select(head.version).where(key == name))
    if seen == 0:
        try:
            with session.begin_nested():
                session.execute(insert(head).values({key.key: name, **values, "version": 1}))
        except IntegrityError as error:
            raise AlreadyExists(f"{name} is there already: look again") from error
        return 1
    changed = update(head).where(key == name, head.version == seen)
    changed = changed.values({**values, "version": seen + 1})
    if session.scalar(changed.returning(head.version)) is None:
        if known is None:
            raise absent(name)
        raise VersionConflict(f"{name} is at version {known} by now, not {seen}: look again")
    return seen + 1


def absent(name: str) -> NotFound:
    """What is told where nothing of a name is known."""
    return NotFound(f"nothing is said of {name!r}")


def _remove(session: Session, head: Head, key: InstrumentedAttribute[str], name: str) -> None:
    if session.scalar(delete(head).where(key == name).returning(key)) is None:
        raise absent(name)


def _clear_upkeep(session: Session, component: str) -> None:
    session.execute(delete(ConsequenceRow).where(ConsequenceRow.component == component))
    session.execute(delete(NormRow).where(NormRow.component == component))


def _names(words: str | None) -> Sequence[str]:
    return [one for one in (words or "").split(",") if one]


def _crew(row: CrewRow) -> Crew:
    rota = Rota(row.first_shift, row.shift_hours, row.days_on, row.days_off)
    goes = None if row.rigs is None else tuple(_names(row.rigs))
    return Crew(row.name, tuple(_names(row.skills)), rota, row.size, goes)


def _consequence(row: ConsequenceRow) -> Consequence:
    mode = FailureMode(row.failure_mode) if row.failure_mode else None
    return Consequence(row.component, row.cost, row.lost_hours, mode)


def _norm(row: NormRow) -> Norm:
    told = row.hours, row.cost, row.skill, row.part, row.stops
    return Norm(row.component, Activity(row.activity), *told)


def _phase(row: PhaseRow) -> Phase:
    return Phase(row.start, row.end, row.duty, row.name, row.equipment)
