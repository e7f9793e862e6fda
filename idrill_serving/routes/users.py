"""Accounts: an admin's view of all, and everybody's view of their own."""

from typing import Annotated

from fastapi import APIRouter, Query

from idrill.errors import AccessDenied, AlreadyExists
from idrill.rigs import rig_id as checked_rig
from idrill.store import audit, one_time_tokens, users
from idrill.store.audit import Actor, Change
from idrill.store.audit_actions import Action
from idrill.store.one_time_tokens import Invitation
from idrill.store.users import User
from idrill_serving.dependencies import (
    LARGEST,
    ActorDependency,
    LoginCounted,
    Number,
    PlatformDependency,
    PrincipalDependency,
)
from idrill_serving.doors import ClosedRoute
from idrill_serving.paging import page_of
from idrill_serving.platform import Platform
from idrill_serving.schemas.users import (
    InvitationAnswer,
    InvitationRequest,
    OwnChange,
    PasswordChange,
    UserAnswer,
    UserChange,
    UserPage,
)

router = APIRouter(prefix="/api/v1/users", tags=["users"], route_class=ClosedRoute)


@router.get("")
def list_users(
    platform: PlatformDependency,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> UserPage:
    """People who may log in, by number."""
    with platform.database.session() as session:
        found = users.listed(session, after=after, limit=limit + 1)
    page, following = page_of(found, limit)
    return UserPage(users=[UserAnswer.model_validate(one) for one in page], next=following)


@router.post("/invitations", status_code=201)
def invite(
    body: InvitationRequest, platform: PlatformDependency, actor: ActorDependency
) -> InvitationAnswer:
    """Invite somebody; the token is shown once and lasts a week."""
    rigs = None if body.rigs is None else tuple(checked_rig(one) for one in body.rigs)
    invitation = Invitation(users.email_of(body.email), body.role, rigs)
    with platform.database.session() as session:
        if users.by_email(session, invitation.email):
            raise AlreadyExists(f"there is an account of {invitation.email} already")
        issued = one_time_tokens.invite(session, invitation, by=actor.name)
        details: dict[str, object] = {"role": body.role.value, "rigs": rigs}
        audit.record(session, actor, Change(Action.USER_INVITED, invitation.email, details))
    return InvitationAnswer(
        email=invitation.email, token=issued.token, expires_at=issued.expires_at
    )


@router.get("/me")
def show_me(principal: PrincipalDependency) -> UserAnswer:
    """Who I am."""
    return UserAnswer.model_validate(principal.user)


@router.patch("/me")
def change_me(
    body: OwnChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> UserAnswer:
    """Change my name; role and rigs are an admin's to change."""
    own = UserChange(name=body.name)
    return _changed(platform, actor, principal.user.id, own)


@router.post("/me/password", status_code=204, dependencies=[LoginCounted])
def change_my_password(
    body: PasswordChange,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Change my password; every login of mine ends, this one too."""
    me = principal.user.id
    with platform.database.session() as session:
        stored = users.password_hash(session, me)
    if not platform.passwords.matches(body.current, stored):
        raise AccessDenied("the password so far is wrong")
    hashed = platform.passwords.hashed(body.new)
    with platform.database.session() as session:
        users.set_password(session, me, hashed)
        audit.record(session, actor, Change(Action.PASSWORD_CHANGED, f"user {me}"))


@router.get("/{user_id}")
def show_user(user_id: Number, platform: PlatformDependency) -> UserAnswer:
    """Somebody's account."""
    with platform.database.session() as session:
        return UserAnswer.model_validate(users.get(session, user_id))


@router.patch("/{user_id}")
def change_user(
    user_id: Number, body: UserChange, platform: PlatformDependency, actor: ActorDependency
) -> UserAnswer:
    """Change somebody's name, role, rigs, or whether they may come in."""
    return _changed(platform, actor, user_id, body)


@router.delete("/{user_id}", status_code=204)
def disable_user(user_id: Number, platform: PlatformDependency, actor: ActorDependency) -> None:
    """Let somebody in no longer; the account stays, for the audit trail names it."""
    gone = UserChange(active=False)
    _changed(platform, actor, user_id, gone, Action.USER_DISABLED)


def _changed(
    platform: Platform,
    actor: Actor,
    user_id: int,
    body: UserChange,
    action: Action = Action.USER_CHANGED,
) -> UserAnswer:
    with platform.database.session() as session:
        wanted = _merged(users.get(session, user_id), body)
        changed = users.change(session, user_id, wanted)
        told = body.model_dump(mode="json", exclude_unset=True)
        audit.record(session, actor, Change(action, f"user {user_id}", told))
    return UserAnswer.model_validate(changed)


def _merged(user: User, body: UserChange) -> users.Change:
    """What becomes of an account; what the body leaves out stays."""
    rigs = user.rigs
    if "rigs" in body.model_fields_set:
        rigs = None if body.rigs is None else tuple(body.rigs)
    return users.Change(
        name=body.name or user.name,
        role=body.role or user.role,
        rigs=rigs,
        active=user.active if body.active is None else body.active,
    )
