"""Readings published for whoever listens; without a stream they go to the store at once."""

from fastapi import APIRouter

from idrill_serving import readings
from idrill_serving.dependencies import PlatformDependency, PrincipalDependency
from idrill_serving.doors import ClosedRoute
from idrill_serving.schemas.producer import ProducerStatus, PublishedAnswer
from idrill_serving.schemas.sensor_data import BatchRequest

router = APIRouter(prefix="/api/v1/producer", tags=["producer"], route_class=ClosedRoute)

BACKEND = "store"
"""The only one there is."""


@router.post("/sensor-data")
def publish_readings(
    body: BatchRequest, platform: PlatformDependency, principal: PrincipalDependency
) -> PublishedAnswer:
    """Publish readings told row by row; `backend` says where they went."""
    committed = readings.take_rows(platform, principal, body, body.rows)
    return PublishedAnswer(backend=BACKEND, committed=committed)


@router.get("/status")
def show_producer(platform: PlatformDependency) -> ProducerStatus:
    """Where published readings go, and how many went there."""
    done = platform.live.progress
    return ProducerStatus(
        backend=BACKEND,
        waiting=platform.live.waiting,
        commits=done.commits,
        batches=done.batches,
        readings=done.readings,
        last_commit=done.last_commit,
        last_fault=done.last_fault,
    )
