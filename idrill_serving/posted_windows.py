"""The short way in for windows: bodies that are as they should be are read by msgspec.

What it does not take as it stands goes the long way, through FastAPI and pydantic, which says what
is wrong; so both ways take the same, and only one of them has to explain itself.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from fastapi.routing import APIRoute
from msgspec import Meta, Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from idrill.frame import Origin
from idrill_serving.dependencies import platform_of
from idrill_serving.doors import ClosedRoute
from idrill_serving.prediction import foreseen
from idrill_serving.representations import JSON, media_of
from idrill_serving.schemas.predictions import (
    FARTHEST,
    MOST_CHANNELS,
    MOST_ROWS,
    MOST_WINDOWS,
    RulAnswer,
)

INLINE = 64 << 10
"""Up to so many bytes, a window or two, are answered on the event loop [bytes]."""

_Name = Annotated[str, Meta(max_length=64)]
_Value = Annotated[float, Meta(ge=-FARTHEST, le=FARTHEST)]
_Column = Annotated[list[_Value | None], Meta(min_length=1, max_length=MOST_ROWS)]


class _Window(Struct, forbid_unknown_fields=True, gc=False):
    channels: Annotated[dict[_Name, _Column], Meta(min_length=1, max_length=MOST_CHANNELS)]


class _Posted(Struct, forbid_unknown_fields=True, gc=False):
    component: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}\Z")]
    origin: Origin
    windows: Annotated[list[_Window], Meta(min_length=1, max_length=MOST_WINDOWS)]


_DECODER = msgspec.json.Decoder(_Posted)


class _ShortWay(APIRoute):
    """Stands between the door of a route and FastAPI."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        long = super().get_route_handler()

        async def either(request: Request) -> Response:
            posted = await _read(request)
            if posted is None:
                return await long(request)
            answer = await _answered(request, posted)
            return Response(answer.model_dump_json(), media_type=JSON)

        return either


class WindowsRoute(ClosedRoute, _ShortWay):
    """A route for windows behind a door."""


async def _read(request: Request) -> _Posted | None:
    """What a request tells; None if anything about it has to be explained."""
    if media_of(request.scope) != JSON:
        return None
    body = await request.body()
    try:
        return _DECODER.decode(body)
    except msgspec.MsgspecError:
        return None


async def _answered(request: Request, posted: _Posted) -> RulAnswer:
    champions = platform_of(request).champions
    columns = [window.channels for window in posted.windows]
    asked = champions, posted.component, posted.origin, columns
    if champions.are_known and len(await request.body()) <= INLINE:
        return foreseen(*asked)
    return await run_in_threadpool(foreseen, *asked)
