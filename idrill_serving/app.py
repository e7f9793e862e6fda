"""The application, made by one factory and served by any host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from idrill.settings import Settings
from idrill.streams.broker import Backend, backend_of
from idrill_serving import errors, openapi
from idrill_serving.bodies import BodyLimits
from idrill_serving.doors import check_doors
from idrill_serving.live.duties import Duties, duties_of
from idrill_serving.live.figures import SocketFigures
from idrill_serving.live.hub import Hub
from idrill_serving.models import follow
from idrill_serving.noting import STARTED, STOPPED
from idrill_serving.platform import Platform, build_platform
from idrill_serving.routes import (
    alert_figures,
    alert_rules,
    alert_subscriptions,
    alerts,
    api_keys,
    audit,
    auth,
    control,
    documentation,
    dvr,
    facilities,
    health,
    live,
    maintenance_inputs,
    maintenance_plans,
    models,
    predictions,
    producer,
    readings,
    rigs,
    sensor_data,
    sensors,
    system_log,
    tasks,
    users,
    wells,
)
from idrill_serving.shortcut import Shortcut, route_of
from idrill_serving.watching import Watch

RESOURCES = (
    sensor_data,
    readings,
    producer,
    predictions,
    health,
    documentation,
    live,
    auth,
    users,
    api_keys,
    audit,
    system_log,
    rigs,
    sensors,
    facilities,
    wells,
    alerts,
    alert_rules,
    alert_figures,
    alert_subscriptions,
    tasks,
    maintenance_plans,
    maintenance_inputs,
    control,
    dvr,
    models,
)
"""Every module of routes; a path is looked for from the first on, so what is asked most leads."""

DESCRIPTION = """Readings that can be trusted, their quality, and who may see them.

Log in at `/api/v1/auth/login`, or send the key of a machine in `X-API-Key`. Errors are problem
documents (RFC 9457) with a stable `code`.
"""


def create_app(settings: Settings) -> FastAPI:
    """The application; nothing is connected before it starts.

    Args:
        settings: Of this process.

    Raises:
        SettingsError: If a setting makes no sense, the secret is weak outside development, or a
            route has no door.
    """
    app = FastAPI(
        title="i-Drill",
        version=version("idrill"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
    )
    app.state.platform = platform = build_platform(settings)
    app.state.hub = Hub(platform.database, platform.wake)
    platform.metrics.add(SocketFigures(app.state.hub))
    for resource in RESOURCES:
        # Included routers keep their routes to themselves; the doors are checked on a flat list.
        app.router.routes.extend(resource.router.routes)
    check_doors(app)
    errors.install(app)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    app.add_middleware(BodyLimits, most=settings.max_body_bytes)
    app.add_middleware(Shortcut, platform=platform, route=route_of(app.routes))
    _allow_origins(app, settings)
    app.add_middleware(Watch, metrics=platform.metrics, tracing=platform.tracing)
    return app


def _allow_origins(app: FastAPI, settings: Settings) -> None:
    """Let pages of the named hosts ask; tokens travel in a header, so that cookies never count."""
    origins = [one.strip() for one in settings.cors_origins.split(",") if one.strip()]
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID", "X-Next-Cursor", "Retry-After"],
        )


def _duties(platform: Platform) -> Duties:
    """What this process does beside answering: everything if there is no broker, else nothing.

    Raises:
        SettingsError: If the URL of the mail server is none.
    """
    settings = platform.settings
    mine = backend_of(settings.stream_url.get_secret_value()) is Backend.STORE
    duties = duties_of(settings, platform.bench, platform.champions, platform.wake) if mine else ()
    return Duties(duties)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    platform: Platform = app.state.platform
    await run_in_threadpool(platform.notes.note, STARTED)
    following = asyncio.create_task(follow(platform.champions, platform.settings.model_poll))
    duties = _duties(platform)
    await run_in_threadpool(duties.start)
    try:
        yield
    finally:
        await run_in_threadpool(duties.close)
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await app.state.hub.close()
        if platform.publisher is not None:
            await run_in_threadpool(platform.publisher.close)
        await run_in_threadpool(platform.planner.close)
        await run_in_threadpool(platform.live.close)
        await run_in_threadpool(platform.wake.close)
        await run_in_threadpool(platform.answers.close)
        await run_in_threadpool(platform.passwords.close)
        await run_in_threadpool(platform.notes.note, STOPPED)
        await run_in_threadpool(platform.tracing.close)
        platform.database.dispose()
