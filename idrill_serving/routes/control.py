"""Changes of set-points: proposed by one person, assessed, approved by another."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from idrill import channels
from idrill.control.changes import State
from idrill.control.setpoints import SetPoint
from idrill.store import audit, control
from idrill.store.audit import Actor
from idrill.store.audit_actions import Action
from idrill.store.control import Change, Person, Proposal
from idrill_serving.dependencies import (
    ActorDependency,
    Before,
    Limit,
    Number,
    PlatformDependency,
    PrincipalDependency,
    RigsWanted,
    require_rig,
    require_sight,
)
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.paging import page_of
from idrill_serving.platform import Platform
from idrill_serving.schemas.control import (
    ChangeAnswer,
    ChangeEvent,
    ChangeHistory,
    ChangeNote,
    ChangePage,
    ChangeRequest,
)

router = APIRouter(prefix="/api/v1/control", tags=["control"], route_class=ClosedRoute)

_ANY = list(State)
_SAID = {
    State.REJECTED: Action.CHANGE_REJECTED,
    State.VERIFIED: Action.CHANGE_VERIFIED,
    State.ROLLED_BACK: Action.CHANGE_ROLLED_BACK,
}


@router.get("/changes")
def list_changes(
    platform: PlatformDependency,
    rigs: RigsWanted,
    state: Annotated[list[State], Query(description="Any, unless told.")] = _ANY,
    before: Before = None,
    limit: Limit = 100,
) -> ChangePage:
    """Changes of set-points, the newest first."""
    with platform.database.session() as session:
        found = control.listed(session, control.Wanted(rigs, state, before, limit + 1))
    page, following = page_of(found, limit)
    return ChangePage(changes=[_answer(one) for one in page], next=following)


@router.post("/changes", status_code=201)
def propose_change(
    body: ChangeRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> ChangeAnswer:
    """Ask for a set-point; somebody else has to approve it."""
    require_rig(principal, body.rig_id)
    wanted = SetPoint(body.channel, body.set_point, body.previous, body.hole_depth)
    proposal = Proposal(body.rig_id, wanted, body.reason, timedelta(minutes=body.minutes))
    with platform.database.session() as session:
        proposed = control.propose(session, proposal, _person(principal))
        audit.record(
            session, actor, _told(Action.CHANGE_PROPOSED, proposed, body.model_dump(mode="json"))
        )
    return _answer(proposed)


@router.get("/changes/{change_id}")
def show_change(
    change_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> ChangeAnswer:
    """A change as it stands."""
    with platform.database.session() as session:
        return _answer(_seen(principal, control.get(session, change_id)))


@router.get("/changes/{change_id}/history")
def show_change_history(
    change_id: Number, platform: PlatformDependency, principal: PrincipalDependency
) -> ChangeHistory:
    """All that was said of a change, oldest first, with what it was held against."""
    with platform.database.session() as session:
        _seen(principal, control.get(session, change_id))
        events = control.history(session, change_id)
    told = [ChangeEvent.model_validate(one) for one in events]
    return ChangeHistory(change_id=change_id, events=told)


@router.post("/changes/{change_id}/assess")
def assess_change(
    change_id: Number,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> ChangeAnswer:
    """Hold it against what may be ordered, there; `history` says what was found."""
    with platform.database.session() as session:
        _seen(principal, control.get(session, change_id))
        done = control.judge(session, change_id, _person(principal))
        audit.record(
            session, actor, _told(Action.CHANGE_ASSESSED, done, {"state": done.state.value})
        )
    return _answer(done)


@router.post("/changes/{change_id}/approve")
def approve_change(
    change_id: Number,
    body: ChangeNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> ChangeAnswer:
    """Approve what somebody else proposed."""
    with platform.database.session() as session:
        _seen(principal, control.get(session, change_id))
        done = control.approve(session, change_id, _person(principal), body.note)
        audit.record(session, actor, _told(Action.CHANGE_APPROVED, done, body.model_dump()))
    return _answer(done)


@router.post("/changes/{change_id}/apply")
def apply_change(
    change_id: Number,
    body: ChangeNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> ChangeAnswer:
    """Carry it out: simulated, for nothing here sets the controls of a rig."""
    with platform.database.session() as session:
        _seen(principal, control.get(session, change_id))
        done = control.carry_out(session, change_id, _person(principal), body.note)
        audit.record(session, actor, _told(Action.CHANGE_SIMULATED, done, body.model_dump()))
    return _answer(done)


@router.post("/changes/{change_id}/reject")
def reject_change(
    change_id: Number,
    body: ChangeNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> ChangeAnswer:
    """Refuse it for good."""
    return _say(platform, principal, actor, change_id, State.REJECTED, body.note)


@router.post("/changes/{change_id}/verify")
def verify_change(
    change_id: Number,
    body: ChangeNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> ChangeAnswer:
    """Say that it did what it was meant to."""
    return _say(platform, principal, actor, change_id, State.VERIFIED, body.note)


@router.post("/changes/{change_id}/roll-back")
def roll_back_change(
    change_id: Number,
    body: ChangeNote,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> ChangeAnswer:
    """Say that the set-point before it holds again."""
    return _say(platform, principal, actor, change_id, State.ROLLED_BACK, body.note)


def _say(
    platform: Platform,
    principal: Principal,
    actor: Actor,
    number: int,
    to: State,
    note: str,
) -> ChangeAnswer:
    with platform.database.session() as session:
        _seen(principal, control.get(session, number))
        done = control.say(session, number, to, _person(principal), note)
        audit.record(session, actor, _told(_SAID[to], done, {"note": note}))
    return _answer(done)


def _person(principal: Principal) -> Person:
    return Person(principal.user.id, principal.name)


def _seen(principal: Principal, found: Change) -> Change:
    require_sight(principal, found.rig_id, control.absent(found.id))
    return found


def _told(what: Action, done: Change, details: dict[str, object]) -> audit.Change:
    return audit.Change(what, f"change {done.id}", {"rig": done.rig_id, **details})


def _answer(change: Change) -> ChangeAnswer:
    wanted = change.wanted
    return ChangeAnswer(
        id=change.id,
        rig_id=change.rig_id,
        channel=wanted.channel,
        unit=channels.channel(wanted.channel).unit,
        set_point=wanted.value,
        previous=wanted.previous,
        hole_depth=wanted.hole_depth,
        reason=change.reason,
        proposed_by=change.proposed_by,
        proposed_at=change.proposed_at,
        expires_at=change.expires_at,
        state=change.state,
        version=change.version,
    )
