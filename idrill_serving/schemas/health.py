"""Bodies of what is said of the service's own state."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from idrill.store.live_writer import WriterState
from idrill_serving.schemas.producer import Where
from idrill_serving.schemas.strict import Answer


class Condition(StrEnum):
    """How something is."""

    OK = "ok"
    DEGRADED = "degraded"
    """An optional part is away."""
    DOWN = "down"


class HealthAnswer(Answer):
    """How the service is."""

    status: Condition


class ServiceHealth(Answer):
    """How one part is."""

    name: Annotated[str, Field(examples=["database"])]
    status: Condition
    detail: str
    seconds: Annotated[float | None, Field(description="How long the probe took.")]


class ServicesAnswer(Answer):
    """How every part is."""

    status: Condition
    services: list[ServiceHealth]


class StreamHealth(ServiceHealth):
    """How readings get from this worker to where they are kept."""

    backend: Where
    writer: Annotated[WriterState, Field(description="Idle: it starts with the first batch.")]
    waiting: Annotated[int, Field(description="Batches that are not committed yet.")]
    room: Annotated[int, Field(description="Batches that may wait; more are refused with 503.")]
    commits: Annotated[int, Field(description="Since the worker was started.")]
    last_commit: datetime | None
    last_fault: Annotated[
        str | None, Field(description="Why the store failed last; for who may read the system log.")
    ]
    last_fault_at: datetime | None
