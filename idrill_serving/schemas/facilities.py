"""Bodies of the places that rigs belong to."""

from typing import Annotated

from pydantic import Field

from idrill_serving.schemas.fields import RigName
from idrill_serving.schemas.strict import Answer, Strict

FacilityName = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["PLATFORM_A"])]


class NewFacility(Strict):
    """A new field, platform or yard."""

    id: FacilityName
    name: Annotated[str, Field(min_length=1, max_length=100, examples=["Platform A"])]
    kind: Annotated[
        str | None, Field(min_length=1, max_length=100, examples=["fixed platform"])
    ] = None


class RigPlace(Strict):
    """A rig that belongs to a facility; it leaves the one where it was."""

    rig_id: RigName


class FacilityAnswer(Answer):
    """A place that rigs belong to."""

    id: str
    name: str
    kind: str | None
    rigs: Annotated[list[str], Field(description="Of those that you may see.")]


class FacilityList(Answer):
    """The places that rigs belong to, by name."""

    facilities: list[FacilityAnswer]
