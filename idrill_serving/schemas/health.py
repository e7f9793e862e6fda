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


class ScoringFault(Answer):
    """A rig that could not be scored; it is tried again."""

    rig_id: Annotated[str, Field(examples=["RIG_01"])]
    attempts: Annotated[int, Field(description="That failed in a row.")]
    at: datetime
    detail: Annotated[str | None, Field(description="Why; for who may read the system log.")]


class ScoringHealth(Answer):
    """Who scores live readings, and how far behind."""

    holder: Annotated[
        str | None,
        Field(examples=["process 4711 on rig-host"], description="Who scores; null: nobody."),
    ]
    since: datetime | None
    seen_at: Annotated[datetime | None, Field(description="When somebody was last at work.")]
    note: Annotated[str, Field(description="What it cannot do, and why.")]
    waiting: Annotated[int, Field(description="Rigs with readings that are not scored.")]
    lag: Annotated[
        float,
        Field(
            description="Time between the newest reading and the newest verdict of a rig that "
            "waits, where that is most [s]; verdicts wait for a quarter of a minute anyway."
        ),
    ]
    faults: list[ScoringFault]


class HubHealth(Answer):
    """How those who watch at this worker are told."""

    status: Condition
    sockets: Annotated[int, Field(description="That are open.")]
    feeds: Annotated[int, Field(description="Different things that are watched.")]
    queued: Annotated[int, Field(description="What waits for all clients [bytes].")]
    sent: Annotated[int, Field(description="Messages, since the worker was started.")]
    dropped: Annotated[int, Field(description="Messages of full queues; their clients were told.")]
    slow: Annotated[int, Field(description="Clients that were let go because they took nothing.")]


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
    hub: HubHealth
    scoring: Annotated[
        ScoringHealth | None, Field(description="Null while the store does not say.")
    ]
