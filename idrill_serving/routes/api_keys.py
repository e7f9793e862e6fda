"""Keys of machines: everybody's own; an admin may revoke any."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from idrill.access import Role
from idrill.errors import NotFound
from idrill.store import api_keys, audit
from idrill.store.api_keys import ApiKey, NewKey
from idrill.store.audit import Change
from idrill.store.audit_actions import Action
from idrill_serving.dependencies import (
    LARGEST,
    ActorDependency,
    Number,
    PlatformDependency,
    PrincipalDependency,
)
from idrill_serving.doors import ClosedRoute
from idrill_serving.schemas.api_keys import KeyAnswer, KeyRequest, NewKeyAnswer

router = APIRouter(prefix="/api/v1/api-keys", tags=["api-keys"], route_class=ClosedRoute)


@router.get("")
def list_keys(
    platform: PlatformDependency,
    principal: PrincipalDependency,
    user_id: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="Somebody else's; for admins.")
    ] = None,
) -> list[KeyAnswer]:
    """My keys, how often each was used, and when last."""
    whose = user_id or principal.user.id
    if whose != principal.user.id and principal.user.role is not Role.ADMIN:
        raise NotFound(f"no user that you may see has the number {whose}")
    with platform.database.session() as session:
        return [_answer(key) for key in api_keys.of_user(session, whose)]


@router.post("", status_code=201)
def create_key(
    body: KeyRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> NewKeyAnswer:
    """Make a key with some of my rights; its secret is shown now and never again."""
    new = NewKey(body.name, frozenset(body.scopes), body.tier, timedelta(days=body.days))
    with platform.database.session() as session:
        key, secret = api_keys.create(session, principal.user, new)
        details: dict[str, object] = {"name": key.name, "scopes": sorted(key.scopes)}
        audit.record(session, actor, Change(Action.KEY_CREATED, f"key {key.id}", details))
    return NewKeyAnswer(**_answer(key).model_dump(), secret=secret)


@router.delete("/{key_id}", status_code=204)
def revoke_key(
    key_id: Number,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    actor: ActorDependency,
) -> None:
    """Revoke a key of mine; again changes nothing."""
    with platform.database.session() as session:
        key = api_keys.get(session, key_id)
        if key.user_id != principal.user.id and principal.user.role is not Role.ADMIN:
            raise NotFound(f"no key has the number {key_id}")
        api_keys.revoke(session, key_id)
        audit.record(session, actor, Change(Action.KEY_REVOKED, f"key {key_id}"))


def _answer(key: ApiKey) -> KeyAnswer:
    return KeyAnswer(
        id=key.id,
        user_id=key.user_id,
        name=key.name,
        scopes=sorted(key.scopes),
        tier=key.tier,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
        uses=key.uses,
    )
