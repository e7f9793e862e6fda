"""Readings and their statistics: told, latest, page by page."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import AwareDatetime
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from idrill.channels import channel
from idrill.errors import InvalidRequest
from idrill.store import rigs
from idrill.store.sensor_data import Selection, last_place, read_page
from idrill.store.statistics import base_of, width_for, width_named, words_of
from idrill_serving import readings
from idrill_serving.dependencies import (
    PlatformDependency,
    RigInPath,
    RigInQuery,
)
from idrill_serving.doors import ClosedRoute
from idrill_serving.paging import cursor_of, place_of
from idrill_serving.platform import Platform
from idrill_serving.representations import (
    ARROW,
    CSV,
    FORMATS,
    JSON,
    PARQUET,
    negotiated,
    packed,
    represented,
    unpacked,
)
from idrill_serving.schemas.sensor_data import (
    AnalyticsAnswer,
    RealtimeAnswer,
    SensorDataPage,
)

router = APIRouter(prefix="/api/v1/sensor-data", tags=["sensor-data"], route_class=ClosedRoute)

LONGEST_RAW = timedelta(days=31)
"""How long the time range of a request for readings may be."""

LONGEST = {
    None: timedelta(days=2),
    timedelta(minutes=1): timedelta(days=366),
    timedelta(hours=1): timedelta(days=3660),
    timedelta(days=1): timedelta(days=36600),
}
"""How long that of a request for statistics may be, by the buckets that they are made from."""

MOST_AS_TEXT = 10_000
"""Rows of a page of JSON or CSV."""

MOST_VALUES = 1_000_000
"""Values of a longer page."""

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
LongLimit = Annotated[
    int,
    Query(
        ge=1,
        le=100_000,
        description=f"Rows of a page; of more than {MOST_AS_TEXT:,}, Arrow or Parquet alone, and "
        f"rows times channels are at most {MOST_VALUES:,}.",
    ),
]
Accept = Annotated[str, Header(max_length=200, description=", ".join(FORMATS))]


@router.get("/realtime", response_model=RealtimeAnswer)
async def read_realtime(rig_id: RigInQuery, platform: PlatformDependency) -> Response:
    """The latest value of each channel, its age, and what is wrong with it."""
    found = platform.glances.get(rig_id)
    if found is not None and found.is_of(platform.database.mark_at_once()):
        return Response(found.told(), media_type=JSON)
    return Response(await run_in_threadpool(readings.latest_of, platform, rig_id), media_type=JSON)


@router.get("/analytics/{rig_id}")
def read_analytics(
    rig_id: RigInPath,
    first: Annotated[date, Query(examples=["2024-03-01"])],
    last: Annotated[date, Query(description="Included.", examples=["2024-03-07"])],
    platform: PlatformDependency,
) -> AnalyticsAnswer:
    """What a rig achieved in at most 92 days: metres, hours by activity, rate, usable data."""
    if first.year not in YEARS or last.year not in YEARS or not 0 <= (last - first).days < 92:
        raise InvalidRequest("a period has 1 to 92 days, from first to last")
    return readings.summary_of(platform, rig_id, first, last)


@router.get("/historical", responses=_PAGE, response_class=Response)
def read_historical(
    rig_id: RigInQuery,
    channels: Channels,
    start: Start,
    end: End,
    platform: PlatformDependency,
    cursor: Cursor = None,
    limit: LongLimit = 1000,
    accept: Accept = JSON,
) -> Response:
    """Readings with the quality and the origin of each; at most 31 days.

    As reconciled; those of days that are not closed yet as validated.
    """
    if limit > MOST_AS_TEXT and negotiated(accept) in (JSON, CSV):
        raise InvalidRequest(f"a page of text has {MOST_AS_TEXT:,} rows: ask for Arrow or Parquet")
    if limit > MOST_AS_TEXT and limit * len(channels) > MOST_VALUES:
        raise InvalidRequest(f"a page has {MOST_VALUES:,} values: ask for fewer rows or channels")
    span = _span(start, end, LONGEST_RAW)
    return _page(platform, Selection(rig_id, tuple(channels), *span), cursor, limit, accept)


@router.get("/aggregated", responses=_PAGE, response_class=Response)
def read_aggregated(
    rig_id: RigInQuery,
    channels: Channels,
    start: Start,
    end: End,
    platform: PlatformDependency,
    bucket: Annotated[
        str | None,
        Query(
            max_length=8,
            description="How long a bucket is: a number and s, m, h or d that divide a day.",
            examples=["15m"],
        ),
    ] = None,
    points: Annotated[
        int | None,
        Query(
            ge=1,
            le=10_000,
            description="Instead of a bucket: the narrowest one that gives at most so many rows "
            "a channel. Least and largest values stand in the rows, so a chart loses no peak.",
            examples=[500],
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 1000,
    accept: Accept = JSON,
) -> Response:
    """Statistics of buckets, minutes unless asked for: a row per bucket and channel."""
    if bucket is not None and points is not None:
        raise InvalidRequest("give bucket or points, not both")
    span = _span(start, end, LONGEST[timedelta(days=1)])
    width = width_named(bucket or "1m") if points is None else width_for(*span, points)
    base = base_of(width)
    _span(start, end, LONGEST[base and base[0]])
    wanted = Selection(rig_id, tuple(channels), *span, width)
    accepted = negotiated(accept)
    made_of = (wanted, cursor, limit, accepted, *readings.revisions(platform, rig_id))
    kept = platform.answers.kept(
        made_of, lambda: packed(_page(platform, wanted, cursor, limit, accepted))
    )
    return unpacked(kept, accepted)


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
        "resolution": "raw" if wanted.width is None else words_of(wanted.width),
        "units": units,
        "next": cursor_of(last_place(page)) if found.height > limit else None,
    }
    return represented(accept, page, envelope)


def _span(start: datetime, end: datetime, longest: timedelta) -> tuple[datetime, datetime]:
    """The time range in UTC.

    Raises:
        InvalidRequest: If it is empty, too long, or nowhere near any rig's time.
    """
    if start.year not in YEARS or end.year not in YEARS:
        raise InvalidRequest(f"start and end lie from {YEARS[0]} to {YEARS[-1]}")
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    if last <= first:
        raise InvalidRequest("the time range is empty: end is not after start")
    if last - first > longest:
        at_most = f"a time range has at most {longest.days} days"
        raise InvalidRequest(f"{at_most} here: ask for less, or for wider buckets")
    return first, last
