"""Well profiles, and which rig drilled which well when."""

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from idrill.errors import InvalidRequest
from idrill.store import audit, drilling_sessions, wells
from idrill.store.audit import Change
from idrill.store.audit_actions import Action
from idrill.store.drilling_sessions import Numbered
from idrill.store.wells import Known
from idrill.wells import (
    Casing,
    DrillingSession,
    Formation,
    Limit,
    Mud,
    Section,
    Well,
    well_id,
)
from idrill_serving.dependencies import (
    ActorDependency,
    Number,
    PlatformDependency,
    PrincipalDependency,
    RigInQuery,
    RigsWanted,
    require_rig,
    require_sight,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.schemas.wells import (
    NewProfile,
    Profile,
    ProfileChange,
    SessionAnswer,
    SessionChange,
    SessionList,
    SessionRequest,
    WellAnswer,
    WellPage,
    WellSummary,
)

router = APIRouter(prefix="/api/v1/config", tags=["wells"], route_class=ClosedRoute)

WellInPath = Annotated[
    str,
    Path(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=64, examples=["15-9-F-7"]),
]


@router.get("/well-profiles")
def list_wells(
    platform: PlatformDependency,
    principal: PrincipalDependency,
    rigs: RigsWanted,
    after: Annotated[str, Query(max_length=64, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 100,
) -> WellPage:
    """Wells that I may see, by identifier."""
    with platform.database.session() as session:
        found = wells.listed(session, rigs, after=after, limit=limit + 1)
    page = found[:limit]
    following = page[-1].id if len(found) > limit else None
    told = [WellSummary.model_validate(_veiled(principal, one)) for one in page]
    return WellPage(wells=told, next=following)


@router.post("/well-profiles", status_code=201)
def create_well(
    body: NewProfile,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> WellAnswer:
    """Enter a well."""
    _require_own_rig(principal, body.rig_id)
    made = _well(body.id or well_id(body.name), body)
    with platform.database.session() as session:
        created = wells.create(session, made)
        told = body.model_dump(mode="json", exclude_unset=True)
        audit.record(session, actor, Change(Action.WELL_CREATED, f"well {made.id}", told))
    return _answer(principal, created)


@router.get("/well-profiles/{well_id}")
def show_well(
    well_id: WellInPath, platform: PlatformDependency, principal: PrincipalDependency
) -> WellAnswer:
    """A well and its profile."""
    with platform.database.session() as session:
        return _answer(principal, _seen(principal, wells.known(session, well_id)))


@router.put("/well-profiles/{well_id}")
def change_well(
    well_id: WellInPath,
    body: ProfileChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> WellAnswer:
    """Replace all that is said of a well, but its survey and its drill strings."""
    with platform.database.session() as session:
        before = _seen(principal, wells.known(session, well_id)).well
        wanted = _well(well_id, body)
        if body.rig_id != _veiled(principal, before).rig_id:
            _require_own_rig(principal, body.rig_id)
        elif body.rig_id is None:
            wanted = replace(wanted, rig_id=before.rig_id)
        done = wells.replace_profile(session, wanted, seen=body.version)
        told = body.model_dump(mode="json", exclude_unset=True)
        audit.record(session, actor, Change(Action.WELL_CHANGED, f"well {well_id}", told))
    return _answer(principal, done)


@router.delete("/well-profiles/{well_id}", status_code=204)
def remove_well(
    well_id: WellInPath,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Remove a well that no rig drilled and that has no log."""
    with platform.database.session() as session:
        _seen(principal, wells.known(session, well_id))
        wells.remove(session, well_id)
        audit.record(session, actor, Change(Action.WELL_REMOVED, f"well {well_id}"))


@router.get("/drilling-sessions")
def list_sessions(rig_id: RigInQuery, platform: PlatformDependency) -> SessionList:
    """Which wells a rig drilled from when to when, by start."""
    with platform.database.session() as session:
        found = drilling_sessions.of_rig(session, rig_id)
    return SessionList(rig_id=rig_id, sessions=[_session(one) for one in found])


@router.post("/drilling-sessions", status_code=201)
def add_session(
    body: SessionRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> SessionAnswer:
    """Say which well a rig drills; a rig drills one at a time."""
    require_rig(principal, body.rig_id)
    drilled = DrillingSession(**body.model_dump())
    with platform.database.session() as session:
        _seen(principal, wells.known(session, body.well_id))
        added = drilling_sessions.add(session, drilled)
        told = body.model_dump(mode="json")
        audit.record(session, actor, Change(Action.SESSION_CREATED, f"session {added.id}", told))
    return _session(added)


@router.get("/drilling-sessions/{session_id}")
def show_session(
    session_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> SessionAnswer:
    """Which well a rig drilled from when to when."""
    with platform.database.session() as session:
        return _session(_own(principal, drilling_sessions.get(session, session_id)))


@router.patch("/drilling-sessions/{session_id}")
def change_session(
    session_id: Number,
    body: SessionChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> SessionAnswer:
    """End a session, or correct when it began or ended."""
    with platform.database.session() as session:
        before = _own(principal, drilling_sessions.get(session, session_id)).drilled
        end = body.end if "end" in body.model_fields_set else before.end
        done = drilling_sessions.change(session, session_id, body.start or before.start, end)
        told = {"rig": done.drilled.rig_id, **body.model_dump(mode="json", exclude_unset=True)}
        audit.record(session, actor, Change(Action.SESSION_CHANGED, f"session {session_id}", told))
    return _session(done)


@router.delete("/drilling-sessions/{session_id}", status_code=204)
def remove_session(
    session_id: Number,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Remove a session that never was."""
    with platform.database.session() as session:
        gone = _own(principal, drilling_sessions.get(session, session_id)).drilled
        drilling_sessions.remove(session, session_id)
        told: dict[str, object] = {"rig": gone.rig_id, "well": gone.well_id}
        told |= {"start": gone.start, "end": gone.end}
        audit.record(session, actor, Change(Action.SESSION_REMOVED, f"session {session_id}", told))


def _require_own_rig(principal: Principal, rig_id: str | None) -> None:
    """See that somebody will be able to see the well that they make.

    Raises:
        NotFound: If it is for a rig that they may not see.
        InvalidRequest: If they see some rigs only, and it is for none.
    """
    if rig_id is not None:
        require_rig(principal, rig_id)
    elif principal.user.rigs is not None:
        raise InvalidRequest("say by rig_id which of your rigs the well is for")


def _seen(principal: Principal, found: Known) -> Known:
    """The well, if they may see it: who sees every rig, or one that drills it, or is to."""
    if not (principal.user.rigs is None or found.rig_ids & set(principal.user.rigs)):
        raise wells.absent(found.well.id)
    return found


def _veiled(principal: Principal, well: Well) -> Well:
    """The well, without the name of a rig that they may not see."""
    hidden = well.rig_id is not None and not principal.user.sees(well.rig_id)
    return replace(well, rig_id=None) if hidden else well


def _own(principal: Principal, found: Numbered) -> Numbered:
    require_sight(principal, found.drilled.rig_id, drilling_sessions.absent(found.id))
    return found


def _well(identifier: str, body: Profile) -> Well:
    return Well(
        id=identifier,
        name=body.name,
        field=body.field,
        operator=body.operator,
        water_depth=body.water_depth,
        air_gap=body.air_gap,
        total_depth=body.total_depth,
        rig_id=body.rig_id,
        sections=tuple(
            Section(one.kind, one.top, one.bottom, one.diameter) for one in body.sections
        ),
        casing=tuple(Casing(**one.model_dump()) for one in body.casing),
        muds=tuple(Mud(**one.model_dump()) for one in body.muds),
        formations=tuple(Formation(**one.model_dump()) for one in body.formations),
        limits=tuple(Limit(**one.model_dump()) for one in body.limits),
    )


def _answer(principal: Principal, found: Known) -> WellAnswer:
    told: dict[str, Any] = asdict(_veiled(principal, found.well))
    for section in told["sections"]:
        section["diameter"] = section["inner_diameter"]
    return WellAnswer(version=found.version, **told)


def _session(found: Numbered) -> SessionAnswer:
    return SessionAnswer(id=found.id, **asdict(found.drilled))
