"""The short way in for readings: bodies that are as they should be are read by msgspec.

What it does not take as it stands goes the long way, through FastAPI and pydantic, which says what
is wrong; so both ways take the same, and only one of them has to explain itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import msgspec
from fastapi.routing import APIRoute
from msgspec import Meta, Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from idrill.errors import StoreBusy
from idrill.readers import posted
from idrill.readers.posted import PostedReading
from idrill.readers.posted_tables import MOST_CHANNELS, MOST_ROWS
from idrill.store.live_intake import Batch
from idrill_serving import readings
from idrill_serving.dependencies import platform_of, principal_of
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.platform import Platform
from idrill_serving.representations import JSON, media_of

INLINE = 1 << 20
"""Up to so many bytes are read on the event loop, which takes less than handing them on [bytes]."""

Values = dict[str, float | None]
Read = Callable[[Platform, Principal, bytes], Batch | None]


@dataclass(frozen=True, slots=True)
class Short:
    """The short way of a route."""

    read: Read


class _About(Struct, forbid_unknown_fields=True, gc=False):
    rig_id: Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}\Z")]
    origin: Literal["live", "replay", "synthetic"] | None = None
    units: Annotated[dict[str, str], Meta(max_length=0)] = {}


class _Row(Struct, forbid_unknown_fields=True, gc=False):
    time: str
    values: Values


class _Reading(_About, kw_only=True):
    time: str
    values: Values


class _Rows(_About, kw_only=True):
    rows: Annotated[list[_Row], Meta(max_length=MOST_ROWS)]


class _Columns(_About, kw_only=True):
    time: Annotated[list[str], Meta(max_length=MOST_ROWS)]
    channels: Annotated[dict[str, list[float | None]], Meta(max_length=MOST_CHANNELS)]


_READING = msgspec.json.Decoder(_Reading)
_ROWS = msgspec.json.Decoder(_Rows)
_COLUMNS = msgspec.json.Decoder(_Columns)


def read_reading(platform: Platform, principal: Principal, body: bytes) -> Batch | None:
    """One reading; None if anything about it has to be explained."""
    told = _READING.decode(body)
    found = [PostedReading(told.time, told.values)]
    return _batch(platform, principal, told, lambda period: posted.read_rows(found, period))


def read_rows(platform: Platform, principal: Principal, body: bytes) -> Batch | None:
    """Readings row by row; None if anything about them has to be explained."""
    told = _ROWS.decode(body)
    found = [PostedReading(row.time, row.values) for row in told.rows]
    return _batch(platform, principal, told, lambda period: posted.read_rows(found, period))


def read_columns(platform: Platform, principal: Principal, body: bytes) -> Batch | None:
    """Readings in columns; None if anything about them has to be explained."""
    told = _COLUMNS.decode(body)
    return _batch(
        platform,
        principal,
        told,
        lambda period: posted.read_columns(told.time, told.channels, period),
    )


def _batch(
    platform: Platform,
    principal: Principal,
    about: _About,
    read: Callable[[posted.Period], posted.Posted],
) -> Batch | None:
    readings.check(principal, about.rig_id, about.units)
    found = read(readings.period_of(platform))
    if found.rejected:
        return None
    return Batch(about.rig_id, readings.origin_of(about.origin), found, principal.name)


def intake_route(read: Read) -> type[ClosedRoute]:
    """A route for readings behind a door, which is shut while too many of them wait.

    Args:
        read: Reads a body that is as it should be.
    """

    class IntakeRoute(ClosedRoute, _ShortWay):
        short = Short(read)

        def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
            """What answers a request: who comes while too many wait does not even learn who."""
            behind = super().get_route_handler()

            async def while_there_is_room(request: Request) -> Response:
                platform = platform_of(request)
                if platform.live.is_full:
                    raise StoreBusy("too many readings wait to be committed: send them again")
                with platform.gate.entered():
                    return await behind(request)

            return while_there_is_room

    return IntakeRoute


class _ShortWay(APIRoute):
    """Stands between the door of a route and FastAPI."""

    short: ClassVar[Short]

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        long, read = super().get_route_handler(), self.short.read

        async def either(request: Request) -> Response:
            batch = await _read(request, read)
            if batch is None:
                return await long(request)
            answer = await readings.committed(platform_of(request), batch)
            return Response(answer.model_dump_json(), media_type=JSON)

        return either


async def _read(request: Request, read: Read) -> Batch | None:
    """What a request tells, if that needs no explaining."""
    if media_of(request.scope) != JSON:
        return None
    told = platform_of(request), principal_of(request), await request.body()
    try:
        if len(told[2]) > INLINE:
            return await run_in_threadpool(read, *told)
        return read(*told)
    except msgspec.MsgspecError:
        return None
