"""Bodies of what publishes readings."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.streams.broker import Backend
from idrill_serving.schemas.sensor_data import IntakeAnswer
from idrill_serving.schemas.strict import Answer

Where = Annotated[
    Backend,
    Field(description="Where readings go: into a broker, or into the `store` at once."),
]


class PublishedAnswer(Answer):
    """What became of readings that were published."""

    backend: Where
    readings: int
    message_id: Annotated[
        str | None, Field(description="Of what the broker keeps; null: it is in the store.")
    ] = None
    committed: Annotated[
        IntakeAnswer | None, Field(description="Null: it will be, and what cannot be used is kept.")
    ] = None


class ProducerStatus(Answer):
    """What the producer of this worker did since it was started."""

    backend: Where
    published: Annotated[int, Field(description="Messages that the broker keeps.")]
    last_published: datetime | None
    broker_fault: Annotated[
        str | None, Field(description="Why the broker failed last; who may see it as below.")
    ]
    waiting: Annotated[int, Field(description="Batches that are not committed yet.")]
    commits: int
    batches: int
    readings: int
    last_commit: datetime | None
    last_fault: Annotated[
        str | None, Field(description="Why the store failed last; for who may read the system log.")
    ]
    last_fault_at: datetime | None
