"""Bodies of what is said of the service's own state."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

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
