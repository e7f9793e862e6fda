"""Bodies of readings and their statistics."""

from typing import Annotated, Any

from pydantic import Field

from idrill_serving.schemas.strict import Answer


class SensorDataPage(Answer):
    """A page of rows; `units` says in which unit each channel is."""

    rig_id: str
    synthetic: Annotated[bool, Field(description="Whether the rig is simulated.")]
    resolution: Annotated[str, Field(examples=["raw", "1m"])]
    units: dict[str, str]
    next: Annotated[str | None, Field(description="`cursor` of the next page.")]
    rows: list[dict[str, Any]]


class QualityAnswer(Answer):
    """Quality of each channel over some days: usable share, and values by quality bit."""

    rig_id: str
    first: str
    last: str
    rows: list[dict[str, Any]]
