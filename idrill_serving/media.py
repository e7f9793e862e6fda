"""Routes that take tables, beside those that take JSON."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Scope

from idrill_serving.doors import ClosedRoute
from idrill_serving.representations import JSON, TABLES, media_of


class TableRoute(ClosedRoute):
    """A route behind a door for bodies that are tables; other bodies pass by."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this route."""
        if scope["type"] != "http" or media_of(scope) not in TABLES:
            return Match.NONE, {}
        return super().matches(scope)


async def require_json(request: Request) -> None:
    """See that a body is JSON.

    Raises:
        HTTPException: If it is told to be something else (415).
    """
    media = media_of(request.scope)
    if media != JSON and not media.endswith("+json"):
        raise HTTPException(415, f"a body is {', '.join((JSON, *TABLES))} here")


def also_tables(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """What the document adds to an operation that takes tables beside JSON.

    Args:
        parameters: Of the query: what a table does not tell.
    """
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"parameters": parameters, "requestBody": {"content": dict.fromkeys(TABLES, binary)}}
