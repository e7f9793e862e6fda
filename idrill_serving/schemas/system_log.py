"""Bodies of the log of the platform."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill.store.system_log import Level
from idrill_serving.schemas.strict import Answer


class EventAnswer(Answer):
    """Something that the platform did by itself, or refused."""

    id: int
    at: datetime
    level: Level
    kind: Annotated[str, Field(examples=["run.failed"])]
    subject: Annotated[str, Field(examples=["run 3f0c…"])]
    rig_id: str | None
    message: str
    request_id: str


class SystemLogPage(Answer):
    """Some of what happened, the newest first."""

    events: list[EventAnswer]
    next: Annotated[int | None, Field(description="`before` of the next page.")]
