"""How the service is: real probes, each with a time-out."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from idrill.access import Permission
from idrill.errors import IDrillError
from idrill.store import rig_days
from idrill.store.live_writer import WAITING, WriterState
from idrill_serving import publishing, scoring_health
from idrill_serving.dependencies import PlatformDependency, PrincipalDependency
from idrill_serving.doors import ClosedRoute, Principal
from idrill_serving.platform import Platform
from idrill_serving.schemas.health import (
    Condition,
    HealthAnswer,
    HubHealth,
    ScoringHealth,
    ServiceHealth,
    ServicesAnswer,
    StreamHealth,
)

if TYPE_CHECKING:
    from idrill_serving.live.hub import Hub

router = APIRouter(prefix="/api/v1/health", tags=["health"], route_class=ClosedRoute)

TIMEOUT = 2.0
"""How long a probe may take [s]."""

PING = 1.5
"""How long the broker may take of that [s]."""

Probe = Callable[[Platform], tuple[Condition, str]]


@router.get("")
async def show_health(platform: PlatformDependency) -> HealthAnswer:
    """How the service is, in one word."""
    return HealthAnswer(status=_worst(await _probed(platform)))


@router.get("/live")
async def show_life() -> HealthAnswer:
    """That the process answers."""
    return HealthAnswer(status=Condition.OK)


@router.get("/ready", responses={503: {"model": HealthAnswer}})
async def show_readiness(platform: PlatformDependency, response: Response) -> HealthAnswer:
    """Whether requests can be sent here; 503 while not."""
    status = _worst(await _probed(platform))
    if status is Condition.DOWN:
        response.status_code = 503
    return HealthAnswer(status=status)


@router.get("/database")
async def show_database(platform: PlatformDependency) -> ServiceHealth:
    """How the store is, and at which revision its tables are."""
    return await _probe(platform, "database", _database)


@router.get("/stream")
async def show_stream(
    request: Request, platform: PlatformDependency, principal: PrincipalDependency
) -> StreamHealth:
    """How readings get from this worker to where they are kept, and whether they do."""
    found = await _probe(platform, "stream", _stream)
    done = platform.live.progress
    may_know_why = principal.may(Permission.READ_SYSTEM_LOG)
    return StreamHealth(
        **found.model_dump(),
        backend=publishing.backend_of(platform),
        writer=platform.live.state,
        waiting=platform.live.waiting,
        room=WAITING,
        commits=done.commits,
        last_commit=done.last_commit,
        last_fault=done.last_fault if may_know_why else None,
        last_fault_at=done.last_fault_at,
        hub=_hub(request),
        scoring=await _scoring(platform, principal),
    )


@router.get("/services")
async def show_services(platform: PlatformDependency) -> ServicesAnswer:
    """How every part is."""
    services = await _probed(platform)
    return ServicesAnswer(status=_worst(services), services=services)


async def _probed(platform: Platform) -> list[ServiceHealth]:
    probes = (
        ("database", _database),
        ("lake", _lake),
        ("rate limits", _redis),
        ("models", _models),
        ("stream", _stream),
        ("scoring", _scored),
    )
    return await asyncio.gather(*(_probe(platform, name, probe) for name, probe in probes))


async def _probe(platform: Platform, name: str, probe: Probe) -> ServiceHealth:
    began = time.perf_counter()
    # Without the store nothing can be answered; without another part, most of it can.
    silent = Condition.DOWN if probe is _database else Condition.DEGRADED
    found = (silent, f"no answer within {TIMEOUT:g} s")
    with anyio.move_on_after(TIMEOUT):
        found = await to_thread.run_sync(partial(probe, platform), abandon_on_cancel=True)
    status, detail = found
    seconds = round(time.perf_counter() - began, 4)
    return ServiceHealth(name=name, status=status, detail=detail, seconds=seconds)


def _database(platform: Platform) -> tuple[Condition, str]:
    try:
        revision, head = platform.database.revision(), platform.database.head()
    except IDrillError:
        return Condition.DOWN, "the store does not answer"
    if revision != head:
        return Condition.DOWN, f"tables at {revision or 'nothing'}, not {head}: run idrill migrate"
    return Condition.OK, f"tables at {revision}"


def _lake(platform: Platform) -> tuple[Condition, str]:
    folder = Path(platform.settings.lake_folder)
    if folder.is_dir():
        return Condition.OK, "the lake can be read"
    try:
        with platform.database.session() as session:
            gone = rig_days.any_published(session)
    except IDrillError:
        return Condition.DEGRADED, "there is no lake, and the store does not say whether there was"
    if gone:
        return Condition.DEGRADED, "the lake is not where it was: check IDRILL_LAKE_URL"
    return Condition.OK, "the lake is empty: idrill ingest fills it"


def _redis(platform: Platform) -> tuple[Condition, str]:
    answers = platform.limits.storage_answers()
    if answers is None:
        return Condition.OK, "requests are counted in memory"
    if answers:
        return Condition.OK, "requests are counted in Redis"
    return Condition.DEGRADED, "Redis is away: each worker counts for itself"


def _models(platform: Platform) -> tuple[Condition, str]:
    try:
        platform.champions.refresh()
    except IDrillError:
        return Condition.DEGRADED, "the ledger cannot be read: what served before goes on serving"
    if problems := platform.champions.problems():
        return Condition.DEGRADED, "; ".join(problems.values())
    serving = [one.row.title for one in platform.champions.open_now().values()]
    return Condition.OK, f"{', '.join(serving)} serve" if serving else "no model has a champion"


def _stream(platform: Platform) -> tuple[Condition, str]:
    live = platform.live
    if live.is_full:
        waiting = f"{live.waiting} batches wait for the commit that is under way"
        return Condition.DEGRADED, f"{waiting}: more are refused until it has ended"
    if live.progress.is_failing:
        return Condition.DEGRADED, "the store could not keep the last batch: its sender was told"
    if live.state is WriterState.ENDED:
        return Condition.DEGRADED, "the writer died: the next batch starts another one"
    return _broker(platform)


def _scored(platform: Platform) -> tuple[Condition, str]:
    try:
        return scoring_health.probed(platform.database)
    except IDrillError:
        return Condition.DEGRADED, "the store does not say whether what comes in is scored"


async def _scoring(platform: Platform, principal: Principal) -> ScoringHealth | None:
    rigs, in_full = principal.user.rigs, principal.may(Permission.READ_SYSTEM_LOG)
    ask = partial(
        scoring_health.told,
        platform.database,
        lambda rig: rigs is None or rig in rigs,
        in_full=in_full,
    )
    with anyio.move_on_after(TIMEOUT):
        try:
            return await to_thread.run_sync(ask, abandon_on_cancel=True)
        except IDrillError:
            return None
    return None


def _broker(platform: Platform) -> tuple[Condition, str]:
    publisher = platform.publisher
    if publisher is None:
        return Condition.OK, "readings go to the store at once; there is no broker"
    if publisher.ping(PING):
        return Condition.OK, f"{publisher.backend} answers"
    return Condition.DEGRADED, f"{publisher.backend} is away: readings go to the store at once"


def _hub(request: Request) -> HubHealth:
    hub: Hub = request.app.state.hub
    done = hub.tally
    return HubHealth(
        status=Condition.DEGRADED if hub.is_away else Condition.OK,
        sockets=hub.open,
        feeds=hub.feeds,
        queued=done.waiting,
        sent=done.sent,
        dropped=done.dropped,
        slow=done.slow,
    )


def _worst(services: list[ServiceHealth]) -> Condition:
    order = [Condition.OK, Condition.DEGRADED, Condition.DOWN]
    return max((one.status for one in services), key=order.index)
