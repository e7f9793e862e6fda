"""The places that rigs belong to: fields, platforms, yards."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from idrill.errors import AccessDenied
from idrill.store import audit, facilities
from idrill.store.audit import Change
from idrill.store.audit_actions import Action
from idrill.store.facilities import Facility
from idrill_serving.dependencies import (
    ActorDependency,
    PlatformDependency,
    PrincipalDependency,
    require_rig,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.schemas.facilities import (
    FacilityAnswer,
    FacilityList,
    NewFacility,
    RigPlace,
)

router = APIRouter(prefix="/api/v1/facilities", tags=["rigs"], route_class=ClosedRoute)

FacilityId = Annotated[str, Path(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["PLATFORM_A"])]


@router.get("")
def list_facilities(platform: PlatformDependency, principal: PrincipalDependency) -> FacilityList:
    """Every facility, with those of its rigs that I may see."""
    with platform.database.session() as session:
        found = [_answer(session, one, principal) for one in facilities.listed(session)]
    return FacilityList(facilities=found)


@router.post("", status_code=201)
def create_facility(
    body: NewFacility,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> FacilityAnswer:
    """Enter a facility; for those who see every rig."""
    if principal.user.rigs is not None:
        raise AccessDenied("a new facility is entered by somebody who sees every rig")
    with platform.database.session() as session:
        made = facilities.create(session, Facility(**body.model_dump()))
        told = body.model_dump(mode="json", exclude_unset=True)
        subject = f"facility {made.id}"
        audit.record(session, actor, Change(Action.FACILITY_CREATED, subject, told))
        return _answer(session, made, principal)


@router.post("/{facility_id}/rigs")
def place_rig(
    facility_id: FacilityId,
    body: RigPlace,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> FacilityAnswer:
    """Say that a rig belongs to a facility."""
    require_rig(principal, body.rig_id)
    with platform.database.session() as session:
        facilities.place(session, body.rig_id, facility_id)
        subject = f"facility {facility_id}"
        told: dict[str, object] = {"rig_id": body.rig_id}
        audit.record(session, actor, Change(Action.FACILITY_CHANGED, subject, told))
        return _answer(session, facilities.get(session, facility_id), principal)


def _answer(session: Session, one: Facility, principal: Principal) -> FacilityAnswer:
    seen = [rig for rig in facilities.rigs_of(session, one.id) if principal.user.sees(rig)]
    return FacilityAnswer(id=one.id, name=one.name, kind=one.kind, rigs=seen)
