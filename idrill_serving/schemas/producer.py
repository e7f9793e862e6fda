"""Bodies of what publishes readings."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from idrill_serving.schemas.sensor_data import IntakeAnswer
from idrill_serving.schemas.strict import Answer

Backend = Annotated[
    Literal["store"],
    Field(description="Where readings go: `store`, at once, as there is no stream yet."),
]


class PublishedAnswer(Answer):
    """What became of readings that were published."""

    backend: Backend
    committed: IntakeAnswer


class ProducerStatus(Answer):
    """What the producer of this worker did since it was started."""

    backend: Backend
    waiting: Annotated[int, Field(description="Batches that are not committed yet.")]
    commits: int
    batches: int
    readings: int
    last_commit: datetime | None
    last_fault: Annotated[
        str | None, Field(description="Why the store failed last; for who may read the system log.")
    ]
    last_fault_at: datetime | None
