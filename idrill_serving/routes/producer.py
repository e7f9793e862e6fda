"""Readings published for whoever listens; without a broker they go to the store at once."""

from fastapi import APIRouter
from starlette.responses import Response

from idrill.access import Permission
from idrill_serving import publishing
from idrill_serving.dependencies import PlatformDependency, PrincipalDependency
from idrill_serving.doors import ClosedRoute
from idrill_serving.schemas.producer import ProducerStatus, PublishedAnswer
from idrill_serving.schemas.sensor_data import BatchRequest

router = APIRouter(prefix="/api/v1/producer", tags=["producer"], route_class=ClosedRoute)


@router.post("/sensor-data", responses={202: {"model": PublishedAnswer}})
def publish_readings(
    body: BatchRequest,
    platform: PlatformDependency,
    principal: PrincipalDependency,
    response: Response,
) -> PublishedAnswer:
    """Publish readings told row by row; 202 once a broker keeps them, 200 once the store does."""
    answer = publishing.publish(platform, principal, body)
    if answer.committed is None:
        response.status_code = 202
    return answer


@router.get("/status")
def show_producer(platform: PlatformDependency, principal: PrincipalDependency) -> ProducerStatus:
    """Where published readings go, and how many went there."""
    done, publisher = platform.live.progress, platform.publisher
    may_know_why = principal.may(Permission.READ_SYSTEM_LOG)
    return ProducerStatus(
        backend=publishing.backend_of(platform),
        published=publisher.published if publisher else 0,
        last_published=publisher.last_published if publisher else None,
        broker_fault=publisher.last_fault if publisher and may_know_why else None,
        waiting=platform.live.waiting,
        commits=done.commits,
        batches=done.batches,
        readings=done.readings,
        last_commit=done.last_commit,
        last_fault=done.last_fault if may_know_why else None,
        last_fault_at=done.last_fault_at,
    )
