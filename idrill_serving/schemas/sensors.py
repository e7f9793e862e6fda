"""Bodies of sensors that are switched off and on."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from idrill_serving.schemas.fields import Instant
from idrill_serving.schemas.strict import Answer, Strict


class SwitchRequest(Strict):
    """From when on the readings of a sensor are refused, or taken again."""

    at: Annotated[
        Instant | None,
        Field(
            description="In time of the rig; null: now. Readings go by when they were made.",
            examples=["2026-03-01T12:00:00Z"],
        ),
    ] = None
    reason: Annotated[str, Field(max_length=200, examples=["being replaced"])] = ""


class SwitchAnswer(Answer):
    """From when on the readings of a sensor are refused, or taken."""

    channel: str
    at: Annotated[datetime, Field(description="In time of the rig.")]
    active: Annotated[bool, Field(description="Whether readings are taken from then on.")]
    reason: str
    told_by: str
    told_at: datetime


class SwitchList(Answer):
    """Every switch of the sensors of a rig; sensors that are not here were never switched."""

    rig_id: str
    inactive: Annotated[list[str], Field(description="Channels whose readings are refused now.")]
    switches: Annotated[list[SwitchAnswer], Field(description="By channel and instant.")]
