"""The door of every route: closed unless the table in `idrill.access` opens it.

Who comes in is asked before the body of the request is read, so that nobody learns from a refusal
what a body would have to look like.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute

from idrill.access import DOORS, Door, Permission, may
from idrill.errors import AccessDenied, NotAuthenticated, SettingsError
from idrill.store import api_keys, logins, users
from idrill.store.api_keys import PREFIX, ApiKey
from idrill.store.marks import Mark
from idrill.store.users import User
from idrill_serving.bodies import QuickRequest
from idrill_serving.platform import Platform

_WHO = "log in at /api/v1/auth/login and send `Authorization: Bearer TOKEN`, or `X-API-Key: KEY`"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who came in: a person, or a machine with the key of one."""

    user: User
    login_id: str | None
    key: ApiKey | None

    @property
    def name(self) -> str:
        """What the audit trail calls them."""
        return f"key {self.key.id} of {self.user.email}" if self.key else self.user.email

    def may(self, permission: Permission) -> bool:
        """Whether they may do something: as their role, and as a key if it was given that too."""
        given = self.key is None or permission in self.key.scopes
        return given and may(self.user.role, permission)


class ClosedRoute(APIRoute):
    """A route behind a door."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """What answers a request: first the door, then the route."""
        handler = super().get_route_handler()
        name = door_name(self)

        async def behind_door(request: Request) -> Response:
            platform: Platform = request.app.state.platform
            door, mark = DOORS[name], platform.database.mark_at_once()
            principal = None if door.public else recognised(platform, request, mark)
            if principal is not None:
                admit(platform, door, principal)
            elif door.public or platform.limits.are_shared:
                principal = await run_in_threadpool(enter, platform, door, request)
            else:
                principal = await _enter_together(platform, door, request)
            request.state.principal = principal
            return await handler(QuickRequest(request.scope, request.receive))

        return behind_door


class ClosedSocket(WebSocketRoute):
    """A socket behind a door, which the first message over it opens."""


def check_doors(app: FastAPI) -> None:
    """See that the routes of `app` are those of the table, each with its door.

    Raises:
        SettingsError: If a route has no door, or a door leads nowhere.
    """
    behind = {door_name(route) for route in app.routes}
    if behind != set(DOORS):
        odd = ", ".join(sorted(behind ^ set(DOORS)))
        raise SettingsError(f"routes and idrill.access.DOORS differ: {odd}")


def door_name(route: object) -> str:
    """How the table calls a route.

    Raises:
        SettingsError: If it is of a kind that has no door.
    """
    if isinstance(route, ClosedSocket):
        return f"WS {route.path}"
    if not isinstance(route, ClosedRoute):
        raise SettingsError(f"{route} stands open: give it the class ClosedRoute")
    [method] = route.methods or {"no method"}
    return f"{method} {route.path}"


def enter(platform: Platform, door: Door, request: Request) -> Principal | None:
    """Who passes a door; None where anybody does.

    Raises:
        NotAuthenticated: If nobody is logged in.
        AccessDenied: If it is closed for them.
        TooManyAttempts: If they ask too often.
    """
    address = address_of(request)
    if door.public:
        platform.limits.count_address(address)
        return None
    try:
        principal = _identified(platform, request, 1)
    except NotAuthenticated:
        platform.limits.count_address(address)
        raise
    admit(platform, door, principal)
    return principal


async def _enter_together(platform: Platform, door: Door, request: Request) -> Principal:
    """The same as `enter`, for a door that is not public; all that is counted is counted here."""
    secret = f"{request.headers.get('x-api-key', '')} {request.headers.get('authorization', '')}"
    try:
        looked_up = partial(_identified, platform, request)
        principal = await platform.lookups.find(secret, looked_up)
    except NotAuthenticated:
        platform.limits.count_address(address_of(request))
        raise
    admit(platform, door, principal)
    return principal


def recognised(platform: Platform, request: Request, mark: Mark | None) -> Principal | None:
    """Who asks, where that can be told without waiting for the store or for Redis.

    Args:
        platform: Of the service.
        request: Theirs.
        mark: Of the store, read when the request was there.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    asked_otherwise = scheme.lower() != "bearer" or "x-api-key" in request.headers
    if mark is None or asked_otherwise or platform.limits.are_shared or token.startswith(PREFIX):
        return None
    try:
        return platform.passes.find(platform.tokens.read(token.strip()), mark)
    except NotAuthenticated:
        return None


def admit(platform: Platform, door: Door, principal: Principal) -> None:
    """Count a request of somebody, and see that its door opens for them.

    Raises:
        AccessDenied: If it is closed for them.
        TooManyAttempts: If they ask too often.
    """
    if principal.key:
        platform.limits.count_key(principal.key.id, principal.key.tier)
    else:
        platform.limits.count_person(principal.user.id)
    require_open(door, principal)


def address_of(request: Request) -> str:
    """The network address that a request came from."""
    return request.client.host if request.client else "unknown"


def _identified(platform: Platform, request: Request, times: int) -> Principal:
    key = request.headers.get("x-api-key", "")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if key:
        return _machine(platform, key, times)
    if scheme.lower() == "bearer" and token:
        return identified(platform, token.strip(), times)
    raise NotAuthenticated(_WHO)


def identified(platform: Platform, secret: str, times: int = 1) -> Principal:
    """Who holds a token, or a key.

    Args:
        platform: Of the service.
        secret: The token or the key.
        times: How many requests it was shown with, which is counted of a key.

    Raises:
        NotAuthenticated: If it is worth nothing, or no longer.
    """
    if secret.startswith(PREFIX):
        return _machine(platform, secret, times)
    return _person(platform, secret)


def _person(platform: Platform, token: str) -> Principal:
    claims = platform.tokens.read(token)
    mark = platform.database.mark()
    if remembered := platform.passes.find(claims, mark):
        return remembered
    with platform.database.session() as session:
        until = logins.live_until(session, claims.login_id, claims.user_id)
        if until is None:
            raise NotAuthenticated("this login is over: log in again")
        principal = Principal(users.get(session, claims.user_id), claims.login_id, None)
    platform.passes.keep(claims, mark, until, principal)
    return principal


def _machine(platform: Platform, secret: str, times: int) -> Principal:
    with platform.database.session() as session:
        key, owner = api_keys.use(session, secret, times)
        return Principal(owner, None, key)


def require_open(door: Door, principal: Principal) -> None:
    """See that a door opens for somebody.

    Raises:
        AccessDenied: If it is closed for them.
    """
    if principal.user.role not in door.roles:
        raise AccessDenied(f"this is closed for the role {principal.user.role}")
    if principal.key is None:
        return
    if door.scope is None:
        raise AccessDenied("this is for people: log in instead of using a key")
    if door.scope not in principal.key.scopes:
        raise AccessDenied(f"the key lacks the scope {door.scope}")
