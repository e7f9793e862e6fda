"""Rigs and what they are made of."""

from fastapi import APIRouter

from idrill.store import rigs
from idrill_serving.dependencies import PlatformDependency, PrincipalDependency, RigInPath
from idrill_serving.doors import ClosedRoute
from idrill_serving.schemas.rigs import EquipmentAnswer, EquipmentList, RigAnswer, RigList

router = APIRouter(prefix="/api/v1/rigs", tags=["rigs"], route_class=ClosedRoute)


@router.get("")
def list_rigs(platform: PlatformDependency, principal: PrincipalDependency) -> RigList:
    """The rigs that I may see, by name."""
    with platform.database.session() as session:
        found = [rig for rig in rigs.all_rigs(session) if principal.user.sees(rig.id)]
    return RigList(rigs=[RigAnswer.model_validate(rig) for rig in found])


@router.get("/{rig_id}")
def show_rig(rig_id: RigInPath, platform: PlatformDependency) -> RigAnswer:
    """A rig."""
    with platform.database.session() as session:
        return RigAnswer.model_validate(rigs.get(session, rig_id))


@router.get("/{rig_id}/equipment")
def list_equipment(rig_id: RigInPath, platform: PlatformDependency) -> EquipmentList:
    """The equipment of a rig, its components and how they fail."""
    with platform.database.session() as session:
        carried = rigs.get(session, rig_id).equipment
    equipment = [EquipmentAnswer.model_validate(item) for item in carried]
    return EquipmentList(rig_id=rig_id, equipment=equipment)
