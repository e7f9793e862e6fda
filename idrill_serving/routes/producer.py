"""Readings published for whoever listens; without a stream they go to the store at once."""

from fastapi import APIRouter

from idrill.access import Permission
from idrill_serving import readings
from idrill_serving.dependencies import PlatformDependency, PrincipalDependency
from idrill_serving.doors import ClosedRoute
from idrill_serving.readings import BACKEND
from idrill_serving.schemas.producer import ProducerStatus, PublishedAnswer
from idrill_serving.schemas.sensor_data import BatchRequest

router = APIRouter(prefix="/api/v1/producer", tags=["producer"], route_class=ClosedRoute)


@router.post("/sensor-data")
def publish_readings(
    body: BatchRequest, platform: PlatformDependency, principal: PrincipalDependency
) -> PublishedAnswer:
    """Publish readings told row by row; `backend` says where they went."""
    committed = readings.take_rows(platform, principal, body, body.rows)
    return PublishedAnswer(backend=BACKEND, committed=committed)


@router.get("/status")
def show_producer(platform: PlatformDependency, principal: PrincipalDependency) -> ProducerStatus:
    """Where published readings go, and how many went there."""
    done = platform.live.progress
    may_know_why = principal.may(Permission.READ_SYSTEM_LOG)
    return ProducerStatus(
        backend=BACKEND,
        waiting=platform.live.waiting,
        commits=done.commits,
        batches=done.batches,
        readings=done.readings,
        last_commit=done.last_commit,
        last_fault=done.last_fault if may_know_why else None,
        last_fault_at=done.last_fault_at,
    )
