"""Bodies of the audit trail."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from idrill_serving.schemas.strict import Answer


class EntryAnswer(Answer):
    """What somebody did."""

    id: int
    at: datetime
    actor: str
    action: Annotated[str, Field(examples=["user.changed"])]
    subject: Annotated[str, Field(examples=["user 3"])]
    request_id: str
    address: str
    details: dict[str, Any]


class AuditPage(Answer):
    """Some of what was done, the newest first."""

    entries: list[EntryAnswer]
    next: Annotated[int | None, Field(description="`before` of the next page.")]
