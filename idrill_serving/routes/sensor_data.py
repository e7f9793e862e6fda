"""Readings and their statistics, page by page."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from idrill.channels import channel
from idrill.errors import InvalidRequest
from idrill.store import rigs
from idrill.store.sensor_data import Resolution, Selection, last_place, read_page
from idrill_serving.dependencies import PlatformDependency, RigInQuery
from idrill_serving.doors import ClosedRoute
from idrill_serving.paging import cursor_of, place_of
from idrill_serving.platform import Platform
from idrill_serving.representations import ARROW, CSV, FORMATS, JSON, PARQUET, represented
from idrill_serving.schemas.sensor_data import SensorDataPage

router = APIRouter(prefix="/api/v1/sensor-data", tags=["sensor-data"], route_class=ClosedRoute)

LONGEST = {
    Resolution.RAW: timedelta(days=31),
    Resolution.MINUTE: timedelta(days=366),
    Resolution.HOUR: timedelta(days=3660),
    Resolution.DAY: timedelta(days=36600),
}
"""How long the time range of one request may be."""

YEARS = range(1971, 2200)
"""When anything can have been measured."""

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "model": SensorDataPage,
        "content": {CSV: {"schema": {"type": "string"}}, PARQUET: _BINARY, ARROW: _BINARY},
        "headers": {"X-Next-Cursor": {"schema": {"type": "string"}}},
    }
}

Channels = Annotated[
    list[Annotated[str, Query(max_length=64)]],
    Query(min_length=1, max_length=64, description="Channels.", examples=[["hook_load"]]),
]
Start = Annotated[AwareDatetime, Query(description="First.", examples=["2024-03-01T00:00:00Z"])]
End = Annotated[AwareDatetime, Query(description="Left out.", examples=["2024-03-02T00:00:00Z"])]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=10_000, description="Rows of a page.")]
Accept = Annotated[str, Header(max_length=200, description=", ".join(FORMATS))]


class Bucket(StrEnum):
    """How long a bucket is."""

    MINUTE = "1m"
    HOUR = "1h"
    DAY = "1d"


@router.get("/historical", responses=_PAGE, response_class=Response)
def read_historical(
    rig_id: RigInQuery,
    channels: Channels,
    start: Start,
    end: End,
    platform: PlatformDependency,
    cursor: Cursor = None,
    limit: Limit = 1000,
    accept: Accept = JSON,
) -> Response:
    """Readings as reconciled, with the quality and the origin of each; at most 31 days."""
    span = _span(start, end, Resolution.RAW)
    wanted = Selection(rig_id, tuple(channels), *span, Resolution.RAW)
    return _page(platform, wanted, cursor, limit, accept)


@router.get("/aggregated", responses=_PAGE, response_class=Response)
def read_aggregated(
    rig_id: RigInQuery,
    channels: Channels,
    start: Start,
    end: End,
    platform: PlatformDependency,
    bucket: Annotated[Bucket, Query(description="How long a bucket is.")] = Bucket.MINUTE,
    cursor: Cursor = None,
    limit: Limit = 1000,
    accept: Accept = JSON,
) -> Response:
    """Statistics of minutes, hours or days: a row per bucket and channel."""
    resolution = Resolution(bucket.value)
    span = _span(start, end, resolution)
    wanted = Selection(rig_id, tuple(channels), *span, resolution)
    return _page(platform, wanted, cursor, limit, accept)


def _page(
    platform: Platform, wanted: Selection, cursor: str | None, limit: int, accept: str
) -> Response:
    after = place_of(cursor) if cursor else None
    with platform.database.session() as session:
        rig = rigs.get(session, wanted.rig_id)
    units = {name: channel(name).unit for name in wanted.channels}
    found = read_page(platform.lake, wanted, after=after, limit=limit + 1)
    page = found.head(limit)
    envelope = {
        "rig_id": rig.id,
        "synthetic": rig.synthetic,
        "resolution": wanted.resolution.value,
        "units": units,
        "next": cursor_of(last_place(page)) if found.height > limit else None,
    }
    return represented(accept, page, envelope)


def _span(start: datetime, end: datetime, resolution: Resolution) -> tuple[datetime, datetime]:
    """The time range in UTC.

    Raises:
        InvalidRequest: If it is empty, too long, or nowhere near any rig's time.
    """
    if start.year not in YEARS or end.year not in YEARS:
        raise InvalidRequest(f"start and end lie from {YEARS[0]} to {YEARS[-1]}")
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    if last <= first:
        raise InvalidRequest("the time range is empty: end is not after start")
    if last - first > LONGEST[resolution]:
        days = LONGEST[resolution].days
        raise InvalidRequest(f"at the resolution {resolution} a time range has at most {days} days")
    return first, last
