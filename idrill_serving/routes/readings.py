"""Readings as they are told: one, row by row, in columns, as a table."""

from typing import get_args

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from idrill_serving import readings
from idrill_serving.dependencies import PlatformDependency, PrincipalDependency, RigInQuery
from idrill_serving.doors import ClosedRoute
from idrill_serving.intake import intake_route, read_columns, read_reading, read_rows
from idrill_serving.media import TableRoute, also_tables, require_json
from idrill_serving.representations import media_of
from idrill_serving.schemas.sensor_data import (
    BatchRequest,
    ColumnsRequest,
    IntakeAnswer,
    ReadingRequest,
    Readings,
    Told,
)

router = APIRouter(prefix="/api/v1/sensor-data", tags=["sensor-data"], route_class=ClosedRoute)

TABLE = also_tables(
    [
        {
            "name": "rig_id",
            "in": "query",
            "required": False,
            "description": "Of a table; JSON tells it in the body.",
            "schema": {"type": "string", "pattern": r"^[A-Z0-9][A-Z0-9_-]{0,31}$"},
        },
        {
            "name": "origin",
            "in": "query",
            "required": False,
            "description": "Of a table; JSON tells it in the body.",
            "schema": {"type": "string", "enum": [one.value for one in get_args(Told)]},
        },
    ]
)


async def tell_reading(
    body: ReadingRequest, platform: PlatformDependency, principal: PrincipalDependency
) -> IntakeAnswer:
    """Keep what was measured at one instant; answered once it is committed."""
    batch = readings.told_in_rows(platform, principal, body, [body])
    return readings.one_taken(await readings.committed(platform, batch))


async def tell_readings(
    body: BatchRequest, platform: PlatformDependency, principal: PrincipalDependency
) -> IntakeAnswer:
    """Keep readings told row by row; answered once they are committed.

    A row that cannot be used is rejected alone, and told with its place and the reason.
    """
    read = readings.told_in_rows
    batch = await run_in_threadpool(read, platform, principal, body, body.rows)
    return await readings.committed(platform, batch)


async def tell_table(
    request: Request,
    rig_id: RigInQuery,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    origin: Told | None = None,
) -> IntakeAnswer:
    """Keep readings told as a table of Arrow or Parquet."""
    about = Readings(rig_id=rig_id, origin=origin, units={})
    body, media = await request.body(), media_of(request.scope)
    read = readings.told_as_table
    batch = await run_in_threadpool(read, platform, principal, about, body, media)
    return await readings.committed(platform, batch)


async def tell_columns(
    body: ColumnsRequest, platform: PlatformDependency, principal: PrincipalDependency
) -> IntakeAnswer:
    """Keep readings told in columns, which costs less than rows; also as a table.

    A table has a column `time` of instants with a time zone, and a column of numbers per channel.
    Its rig and origin are told in the query, and its units are those that channels are stored in.
    """
    batch = await run_in_threadpool(readings.told_in_columns, platform, principal, body)
    return await readings.committed(platform, batch)


router.add_api_route(
    "", tell_reading, methods=["POST"], route_class_override=intake_route(read_reading)
)
router.add_api_route(
    "/batch", tell_readings, methods=["POST"], route_class_override=intake_route(read_rows)
)
router.add_api_route(
    "/columns",
    tell_table,
    methods=["POST"],
    include_in_schema=False,  # the operation that takes JSON tells of it, and takes what is left
    route_class_override=TableRoute,
)
router.add_api_route(
    "/columns",
    tell_columns,
    methods=["POST"],
    dependencies=[Depends(require_json)],
    openapi_extra=TABLE,
    route_class_override=intake_route(read_columns),
)
