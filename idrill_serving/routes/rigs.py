"""Rigs, what they are made of, and how that is connected."""

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import APIRouter

from idrill.channels import channel
from idrill.errors import AccessDenied
from idrill.layouts import Layout, Link, Sensor
from idrill.rigs import Equipment, Rig
from idrill.store import audit, equipment, rigs
from idrill.store.audit import Change
from idrill.store.audit_actions import Action
from idrill.store.rigs import Standing
from idrill_serving.dependencies import (
    ActorDependency,
    PlatformDependency,
    PrincipalDependency,
    RigInPath,
)
from idrill_serving.doors import ClosedRoute
from idrill_serving.schemas.rigs import (
    EquipmentAnswer,
    EquipmentList,
    LayoutChange,
    LinkAnswer,
    NewRig,
    RigAnswer,
    RigChange,
    RigList,
    SensorAnswer,
)

router = APIRouter(prefix="/api/v1/rigs", tags=["rigs"], route_class=ClosedRoute)


@router.get("")
def list_rigs(platform: PlatformDependency, principal: PrincipalDependency) -> RigList:
    """The rigs that I may see, by name."""
    with platform.database.session() as session:
        seen = [rig for rig in rigs.all_rigs(session) if principal.user.sees(rig.id)]
        found = [_rig(rig, rigs.standing(session, rig.id)) for rig in seen]
    return RigList(rigs=found)


@router.post("", status_code=201)
def create_rig(
    body: NewRig,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> RigAnswer:
    """Enter a rig; for those who see every rig."""
    if principal.user.rigs is not None:
        raise AccessDenied("a new rig is entered by somebody who sees every rig")
    with platform.database.session() as session:
        created = rigs.create(session, Rig(**body.model_dump()))
        told = body.model_dump(mode="json", exclude_unset=True)
        audit.record(session, actor, Change(Action.RIG_CREATED, f"rig {created.id}", told))
        return _rig(created, rigs.standing(session, created.id))


@router.get("/{rig_id}")
def show_rig(rig_id: RigInPath, platform: PlatformDependency) -> RigAnswer:
    """A rig."""
    with platform.database.session() as session:
        return _rig(rigs.get(session, rig_id), rigs.standing(session, rig_id))


@router.patch("/{rig_id}")
def change_rig(
    rig_id: RigInPath, body: RigChange, platform: PlatformDependency, actor: ActorDependency
) -> RigAnswer:
    """Change what is said of a rig, or retire it; its data stays."""
    told = body.model_dump(exclude={"version", "retired"}, exclude_unset=True)
    if body.name is None:
        told.pop("name", None)
    with platform.database.session() as session:
        equipment.claim(session, rig_id, body.version)
        retired = rigs.standing(session, rig_id).retired_at
        if body.retired is not None:
            retired = (retired or datetime.now(UTC)) if body.retired else None
        changed = rigs.describe(session, replace(rigs.get(session, rig_id), **told), retired)
        details = body.model_dump(mode="json", exclude_unset=True)
        audit.record(session, actor, Change(Action.RIG_CHANGED, f"rig {rig_id}", details))
        return _rig(changed, rigs.standing(session, rig_id))


@router.get("/{rig_id}/equipment")
def list_equipment(rig_id: RigInPath, platform: PlatformDependency) -> EquipmentList:
    """The equipment of a rig, its components and how they fail, its sensors and links."""
    with platform.database.session() as session:
        layout = equipment.get(session, rig_id)
        return _equipment(rig_id, layout, rigs.standing(session, rig_id))


@router.put("/{rig_id}/equipment")
def change_equipment(
    rig_id: RigInPath, body: LayoutChange, platform: PlatformDependency, actor: ActorDependency
) -> EquipmentList:
    """Replace all that is said of what a rig is made of; what has a record stays."""
    wanted = Layout(
        tuple(Equipment(**one.model_dump()) for one in body.equipment),
        tuple(Sensor(**one.model_dump()) for one in body.sensors),
        tuple(Link(**one.model_dump()) for one in body.links),
    )
    with platform.database.session() as session:
        layout = equipment.replace(session, rig_id, wanted, seen=body.version)
        told = body.model_dump(mode="json", exclude_unset=True)
        audit.record(session, actor, Change(Action.EQUIPMENT_CHANGED, f"rig {rig_id}", told))
        return _equipment(rig_id, layout, rigs.standing(session, rig_id))


def _rig(rig: Rig, standing: Standing) -> RigAnswer:
    return RigAnswer(
        id=rig.id,
        name=rig.name,
        synthetic=rig.synthetic,
        owner=rig.owner,
        kind=rig.kind,
        block_weight=rig.block_weight,
        retired_at=standing.retired_at,
        version=standing.version,
    )


def _equipment(rig_id: str, layout: Layout, standing: Standing) -> EquipmentList:
    sensors = [
        SensorAnswer(
            name=one.name,
            channel=one.channel,
            unit=channel(one.channel).unit,
            equipment=one.equipment,
            component=one.component,
        )
        for one in layout.sensors
    ]
    return EquipmentList(
        rig_id=rig_id,
        version=standing.version,
        equipment=[EquipmentAnswer.model_validate(one) for one in layout.equipment],
        sensors=sensors,
        links=[LinkAnswer.model_validate(one) for one in layout.links],
    )
