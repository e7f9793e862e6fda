"""The short way to the latest readings: what somebody asks again, answered from memory.

Dashboards ask for them all the time. A request that needs nobody to be waited for (the caller was
recognised, the answer was made, and nothing was committed to the store since either) takes none of
the steps that a route takes. The door, the limits, the sight of rigs and the answer are those of
the route; whatever is out of the ordinary goes on to it.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from idrill.access import DOORS
from idrill.errors import AccessDenied, TooManyAttempts
from idrill_serving.doors import admit, door_name, recognised
from idrill_serving.platform import Platform
from idrill_serving.representations import JSON

DOOR = "GET /api/v1/sensor-data/realtime"

_METHOD, _PATH = DOOR.split(" ")
_QUERY = b"rig_id="
_OUT_OF_THE_ORDINARY = (b"content-length", b"transfer-encoding")


class Shortcut:
    """Middleware that answers what it can, and hands on the rest.

    Args:
        app: What answers the rest.
        platform: Of the service.
        route: Whose requests may be answered here.
    """

    def __init__(self, app: ASGIApp, platform: Platform, route: BaseRoute) -> None:
        self._app = app
        self._platform = platform
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        told = self._told(scope) if _may_be_short(scope) else None
        if told is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = self._route
        await send(_start(told))
        await send({"type": "http.response.body", "body": told})

    def _told(self, scope: Scope) -> bytes | None:
        """The answer; None if it is not at hand, or not for whom it may be."""
        rig_id = scope["query_string"].removeprefix(_QUERY).decode("latin-1")
        found = self._platform.glances.get(rig_id)
        mark = self._platform.database.mark_at_once()
        if found is None or not found.is_of(mark):
            return None
        request = Request(scope)
        principal = recognised(self._platform, request, mark)
        if principal is None or not principal.user.sees(rig_id):
            return None
        try:
            admit(self._platform, DOORS[DOOR], principal)
        except (AccessDenied, TooManyAttempts):
            return None
        request.state.principal = principal
        return found.told()


def route_of(routes: Iterable[BaseRoute]) -> BaseRoute:
    """The route whose requests may be answered here."""
    return next(route for route in routes if door_name(route) == DOOR)


def _may_be_short(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["path"] == _PATH
        and scope["method"] == _METHOD
        and not scope.get("root_path")
        and scope["query_string"].startswith(_QUERY)
        and not any(name in _OUT_OF_THE_ORDINARY for name, _ in scope["headers"])
    )


def _start(told: bytes) -> Message:
    headers = [
        (b"content-length", str(len(told)).encode()),
        (b"content-type", JSON.encode()),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}
