"""What maintenance plans are made from: crews, spare parts, upkeep, what rigs are to do."""

from typing import Annotated

from fastapi import APIRouter, Path

from idrill.errors import AccessDenied, InvalidEquipment
from idrill.maintenance.consequences import Consequence, Norm
from idrill.maintenance.crews import Crew, Rota
from idrill.maintenance.parts import Delivery, Part
from idrill.maintenance.rig_plan import Phase, RigPlan
from idrill.rigs import CLASSES, COMPONENT_KINDS
from idrill.store import audit, maintenance_inputs
from idrill.store.audit import Change
from idrill.store.audit_actions import Action
from idrill.store.maintenance_inputs import Upkeep
from idrill_serving.dependencies import (
    ActorDependency,
    PlatformDependency,
    PrincipalDependency,
    RigInPath,
    RigsWanted,
    require_rig,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.schemas.maintenance_inputs import (
    WORD,
    CrewAnswer,
    CrewChange,
    CrewList,
    PartAnswer,
    PartChange,
    PartList,
    RigPlanAnswer,
    RigPlanChange,
    RigPlanList,
    UpkeepAnswer,
    UpkeepChange,
    UpkeepList,
)

router = APIRouter(prefix="/api/v1/maintenance", tags=["maintenance"], route_class=ClosedRoute)

Name = Annotated[str, Path(pattern=WORD, examples=["day crew"])]
ComponentInPath = Annotated[str, Path(pattern=r"^[a-z_]{1,64}$", examples=["liner"])]

KNOWN = frozenset({kind.name for kind in COMPONENT_KINDS} | {kind.value for kind in CLASSES})
"""What work can be done to: components, and pieces of equipment as a whole."""


@router.get("/crews")
def list_crews(platform: PlatformDependency, principal: PrincipalDependency) -> CrewList:
    """Every crew, by name."""
    with platform.database.session() as session:
        found = maintenance_inputs.crews(session)
    return CrewList(crews=[_crew(principal, *one) for one in found])


@router.put("/crews/{crew}")
def put_crew(
    crew: Name,
    body: CrewChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> CrewAnswer:
    """Say who a crew are from now on."""
    _require_every_rig(principal)
    rota = Rota(body.first_shift, body.shift_hours, body.days_on, body.days_off)
    told = Crew(crew, tuple(dict.fromkeys(body.skills)), rota, body.size, body.rigs)
    with platform.database.session() as session:
        version = maintenance_inputs.put_crew(session, told, body.version)
        details = body.model_dump(mode="json")
        audit.record(session, actor, Change(Action.CREW_CHANGED, f"crew {crew}", details))
    return _crew(principal, told, version)


@router.delete("/crews/{crew}", status_code=204)
def remove_crew(
    crew: Name,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Forget a crew; what is planned for them stays."""
    _require_every_rig(principal)
    with platform.database.session() as session:
        maintenance_inputs.remove_crew(session, crew)
        audit.record(session, actor, Change(Action.CREW_REMOVED, f"crew {crew}"))


@router.get("/parts")
def list_parts(platform: PlatformDependency) -> PartList:
    """Every spare part, by name."""
    with platform.database.session() as session:
        found = maintenance_inputs.parts(session)
    return PartList(parts=[_part(*one) for one in found])


@router.put("/parts/{part}")
def put_part(
    part: Name,
    body: PartChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> PartAnswer:
    """Say how many of a part there are and come."""
    _require_every_rig(principal)
    deliveries = tuple(Delivery(one.at, one.count) for one in body.deliveries)
    told = Part(part, body.stock, body.lead_days, deliveries)
    with platform.database.session() as session:
        version = maintenance_inputs.put_part(session, told, body.version)
        details = body.model_dump(mode="json")
        audit.record(session, actor, Change(Action.PART_CHANGED, f"part {part}", details))
    return _part(told, version)


@router.delete("/parts/{part}", status_code=204)
def remove_part(
    part: Name,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Forget a part; work that uses it is then planned as if there were enough."""
    _require_every_rig(principal)
    with platform.database.session() as session:
        maintenance_inputs.remove_part(session, part)
        audit.record(session, actor, Change(Action.PART_REMOVED, f"part {part}"))


@router.get("/upkeep")
def list_upkeep(platform: PlatformDependency) -> UpkeepList:
    """What failures cost and what work takes, by component."""
    with platform.database.session() as session:
        found = maintenance_inputs.upkeep(session)
    return UpkeepList(upkeep=[_upkeep(*one) for one in found])


@router.put("/upkeep/{component}")
def put_upkeep(
    component: ComponentInPath,
    body: UpkeepChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> UpkeepAnswer:
    """Say what failures of a component cost, and what work on it takes."""
    _require_every_rig(principal)
    told = _told_upkeep(component, body)
    with platform.database.session() as session:
        version = maintenance_inputs.put_upkeep(session, told, body.version)
        details = body.model_dump(mode="json")
        audit.record(session, actor, Change(Action.UPKEEP_CHANGED, f"upkeep {component}", details))
    return _upkeep(told, version)


@router.delete("/upkeep/{component}", status_code=204)
def remove_upkeep(
    component: ComponentInPath,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Forget what was said of a component; it is planned no more."""
    _require_every_rig(principal)
    with platform.database.session() as session:
        maintenance_inputs.remove_upkeep(session, component)
        audit.record(session, actor, Change(Action.UPKEEP_REMOVED, f"upkeep {component}"))


@router.get("/rig-plans")
def list_rig_plans(platform: PlatformDependency, rigs: RigsWanted) -> RigPlanList:
    """What rigs are to do, by rig."""
    with platform.database.session() as session:
        found = maintenance_inputs.rig_plans(session)
    seen = [one for one in found if rigs is None or one[0].rig_id in rigs]
    return RigPlanList(plans=[_rig_plan(*one) for one in seen])


@router.put("/rig-plans/{rig_id}")
def put_rig_plan(
    rig_id: RigInPath,
    body: RigPlanChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> RigPlanAnswer:
    """Say what a rig is to do from now on, and what an hour costs that it stands."""
    require_rig(principal, rig_id)
    phases = tuple(Phase(**one.model_dump()) for one in body.phases)
    told = RigPlan(rig_id, body.hour_cost, phases)
    with platform.database.session() as session:
        version = maintenance_inputs.put_rig_plan(session, told, body.version)
        details = body.model_dump(mode="json")
        audit.record(session, actor, Change(Action.RIG_PLAN_CHANGED, f"rig {rig_id}", details))
    return _rig_plan(told, version)


def _require_every_rig(principal: Principal) -> None:
    """See that what concerns every rig is said by somebody who sees every one.

    Raises:
        AccessDenied: If they see some only.
    """
    if principal.user.rigs is not None:
        raise AccessDenied("this concerns every rig: it is for people who see every one")


def _told_upkeep(component: str, body: UpkeepChange) -> Upkeep:
    """What a body says of a component.

    Raises:
        InvalidEquipment: If there is no such component.
    """
    if component not in KNOWN:
        raise InvalidEquipment(f"no {component!r} is known; known: {', '.join(sorted(KNOWN))}")
    failures = {one.failure_mode: one for one in body.failures}
    work = {one.activity: one for one in body.work}
    return Upkeep(
        component,
        tuple(
            Consequence(component, one.cost, one.lost_hours, mode)
            for mode, one in sorted(failures.items(), key=lambda item: item[0] or "")
        ),
        tuple(Norm(component, **one.model_dump()) for _, one in sorted(work.items())),
    )


def _crew(principal: Principal, crew: Crew, version: int) -> CrewAnswer:
    seen = None if crew.rigs is None else tuple(filter(principal.user.sees, crew.rigs))
    return CrewAnswer(
        name=crew.name,
        skills=crew.skills,
        rigs=seen,
        size=crew.size,
        first_shift=crew.rota.first,
        shift_hours=crew.rota.hours,
        days_on=crew.rota.days_on,
        days_off=crew.rota.days_off,
        version=version,
    )


def _part(part: Part, version: int) -> PartAnswer:
    return PartAnswer.model_validate(
        {"name": part.name, "stock": part.stock, "lead_days": part.lead_days,
         "deliveries": part.deliveries, "version": version}
    )  # fmt: skip


def _upkeep(told: Upkeep, version: int) -> UpkeepAnswer:
    return UpkeepAnswer.model_validate(
        {"component": told.component, "failures": told.failures, "work": told.work,
         "version": version}
    )  # fmt: skip


def _rig_plan(plan: RigPlan, version: int) -> RigPlanAnswer:
    return RigPlanAnswer.model_validate(
        {"rig_id": plan.rig_id, "hour_cost": plan.hour_cost, "phases": plan.phases,
         "version": version}
    )  # fmt: skip
